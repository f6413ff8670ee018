// Updates the preview on every change: submits the form in the background and replaces the parts that differ.
const form = document.getElementById("gallery"), show = document.getElementById("show");
const parts = ["quote-list", "pages", "preview"], count = document.getElementById("count");
let timeout, controller;

// The button sends a cursor: of the page to go to, or of the page that the list is on.
async function update(button = show) {
  clearTimeout(timeout);
  controller?.abort();
  controller = new AbortController();
  const query = new URLSearchParams([...new FormData(form, button)].filter(([, value]) => value));
  try {
    const response = await fetch(`?${query}`, { signal: controller.signal });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const id of parts) {
      const old = document.getElementById(id), fresh = page.getElementById(id);
      // An unchanged part stays in place and keeps the focus.
      if (!old.isEqualNode(fresh)) replace(old, document.adoptNode(fresh));
    }
    count.textContent = page.getElementById("count").textContent;
    show.value = page.getElementById("show").value;
    history.replaceState(null, "", `?${query}`);
    document.dispatchEvent(new Event("gallery-updated"));
  } catch (error) {
    if (error.name !== "AbortError") location.search = query;
  }
}

function replace(old, fresh) {
  const focused = old.contains(document.activeElement) && document.activeElement.value;
  old.replaceWith(fresh);
  if (focused) (fresh.querySelector(`[value="${CSS.escape(focused)}"]`) ?? document.getElementById("quote-list")).focus();
}

form.addEventListener("input", event => {
  clearTimeout(timeout);
  timeout = setTimeout(update, event.target.type === "search" ? 250 : 0);
});

form.addEventListener("submit", event => {
  event.preventDefault();
  update(event.submitter ?? show);
});
