// Shows what was chosen at once: the same form, sent in the background, and of its answer the parts that differ.
const form = document.getElementById("gallery");
const parts = ["found", "shown"], count = document.getElementById("count");
let waiting, asking;

async function renew() {
  asking?.abort();
  asking = new AbortController();
  const query = new URLSearchParams(new FormData(form));
  try {
    const answer = await fetch(`/embed?${query}`, { signal: asking.signal });
    if (!answer.ok) return;
    const made = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of parts) {
      const old = document.getElementById(id), fresh = made.getElementById(id);
      // What has the focus stays: only a part that reads differently is exchanged.
      if (!old.isEqualNode(fresh)) exchange(old, document.adoptNode(fresh));
    }
    count.textContent = made.getElementById("count").textContent;
    history.replaceState(null, "", `/embed?${query}`);
    document.dispatchEvent(new Event("renewed"));
  } catch (error) {
    if (error.name !== "AbortError") form.submit();
  }
}

function exchange(old, fresh) {
  const focused = old.contains(document.activeElement) && document.activeElement.value;
  old.replaceWith(fresh);
  if (focused) fresh.querySelector(`[value="${CSS.escape(focused)}"]`)?.focus();
}

form.addEventListener("input", event => {
  clearTimeout(waiting);
  waiting = setTimeout(renew, event.target.type === "search" ? 250 : 0);
});
