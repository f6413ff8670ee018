// What the desk's pages do beyond plain forms: selecting words, and more rows in lists. Forms work without it.

// Positions count characters as Python does: a character outside the basic plane is one, not two.
const characters = text => [...text].length;

// The range of a text without white space at its ends.
function trimmed(text, start, end) {
  while (start < end && /\s/.test(text[start])) start++;
  while (end > start && /\s/.test(text[end - 1])) end--;
  return [start, end];
}

function selectInSource(floating) {
  const link = floating.querySelector("[data-quote]"), path = link.getAttribute("href");
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection(), range = selection.rangeCount && selection.getRangeAt(0);
    const paragraph = range && range.commonAncestorContainer.parentElement?.closest("[data-passage]");
    if (!paragraph || selection.isCollapsed || !selection.toString().trim()) {
      // A press on the link collapses the selection before the click.
      if (!floating.contains(document.activeElement)) floating.hidden = true;
      return;
    }
    const before = document.createRange();
    before.selectNodeContents(paragraph);
    before.setEnd(range.startContainer, range.startOffset);
    const text = paragraph.textContent, from = before.toString().length;
    const [start, end] = trimmed(text, from, from + range.toString().length);
    const place = { start: characters(text.slice(0, start)), end: characters(text.slice(0, end)) };
    link.href = `${path}?${paragraph.dataset.passage}&${new URLSearchParams(place)}`;
    const box = range.getBoundingClientRect();
    floating.hidden = false;
    const left = Math.min(box.left, document.documentElement.clientWidth - floating.offsetWidth - 8);
    floating.style.setProperty("left", `${Math.max(8, left) + scrollX}px`);
    floating.style.setProperty("top", `${box.bottom + scrollY + 6}px`);
  });
}

function selectInForm(area) {
  const selected = document.getElementById("words-selected"), none = document.getElementById("words-none");
  const inputs = ["start", "end"].map(name => document.getElementById(`words-${name}`));
  const text = area.value, points = [...text];
  // Browsers move no caret by keyboard in a field that is read-only: it is editable, and no edit is let through.
  area.readOnly = false;
  area.setAttribute("aria-readonly", "true");
  area.addEventListener("beforeinput", event => event.preventDefault());
  const show = words => { selected.textContent = words; none.hidden = Boolean(words); };
  const take = () => {
    const [start, end] = trimmed(text, area.selectionStart, area.selectionEnd);
    if (start === end) return;
    inputs[0].value = characters(text.slice(0, start));
    inputs[1].value = characters(text.slice(0, end));
    show(text.slice(start, end));
  };
  document.addEventListener("selectionchange", () => { if (document.activeElement === area) take(); });
  area.addEventListener("select", take);
  for (const input of inputs) {
    input.addEventListener("input", () => show(points.slice(Number(inputs[0].value), Number(inputs[1].value)).join("").trim()));
  }
  const [start, end] = inputs.map(input => points.slice(0, Number(input.value)).join("").length);
  if (end > start) area.setSelectionRange(start, end);
}

// A list has one empty row; the button adds more.
function addRows(list) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Add another";
  button.setAttribute("aria-label", `Add another: ${list.querySelector("legend").firstChild.textContent.trim()}`);
  const isFull = () => list.querySelectorAll(".row").length >= Number(list.dataset.max);
  button.hidden = isFull();
  button.addEventListener("click", () => {
    const rows = list.querySelectorAll(".row"), last = rows[rows.length - 1], row = last.cloneNode(true);
    const number = rows.length, rename = text => text.replace(/([/-])\d+(?=([/-][^/]*)?$)/, `$1${number}`);
    row.setAttribute("aria-label", last.getAttribute("aria-label").replace(/\d+$/, number + 1));
    for (const error of row.querySelectorAll(".error")) error.remove();
    for (const control of row.querySelectorAll("input, select, textarea")) {
      const label = row.querySelector(`label[for="${CSS.escape(control.id)}"]`);
      control.id = rename(control.id);
      control.name = rename(control.name);
      if (control.type === "checkbox") control.checked = false;
      else control.value = "";
      control.removeAttribute("aria-invalid");
      control.removeAttribute("aria-describedby");
      if (label) label.htmlFor = control.id;
    }
    last.after(row);
    button.hidden = isFull();
    row.querySelector("input, select, textarea").focus();
  });
  list.append(button);
}

// What is typed is kept in this tab until it is saved: a session may end, or the network fail.
function keepTyped(form) {
  // The page of an entry, also where it is shown in response to the form of a new one.
  const { pathname, search } = new URL(form.getAttribute("action"), location.href), key = pathname + search;
  const ofThisPage = ["form_token", "request_key", "action"];
  const controls = () => [...form.elements].filter(each => each.name && !ofThisPage.includes(each.name));
  const values = () => controls().map(each => [each.name, each.type === "checkbox" ? each.checked : each.value]);
  // What an editor sees of these values: no hidden fields, and no empty rows, after which the others have other numbers.
  const content = entries => JSON.stringify(entries
    .filter(([name, value]) => form.elements[name]?.type !== "hidden" && String(value || "").trim())
    .map(([name, value]) => [name.replace(/\/\d+(?=\/|$)/, "/"), String(value).trim()]));
  const loaded = content(values()), saved = JSON.parse(sessionStorage.getItem(key) || "[]");
  const keep = () => content(values()) === loaded ? sessionStorage.removeItem(key) : sessionStorage.setItem(key, JSON.stringify(values()));
  if (saved.length && content(saved) !== loaded) offer(saved);
  form.addEventListener("input", keep);
  form.addEventListener("submit", () => sessionStorage.setItem("sent", key));

  function offer(entries) {
    const note = document.createElement("div"), restore = document.createElement("button");
    note.className = "note";
    note.setAttribute("role", "status");
    note.append("In this tab you have written something here that was not saved. ", restore);
    restore.type = "button";
    restore.textContent = "Restore it";
    restore.addEventListener("click", () => {
      const rows = name => form.querySelector(`[id="${CSS.escape(`field${name.split("/").slice(0, 2).join("/").replaceAll("/", "-")}`)}"] > button`);
      for (const [name, value] of entries) {
        // The hidden fields tell on which version the text is based, so that nothing of others is overwritten.
        if (!form.elements[name]) rows(name)?.click();
        const control = form.elements[name];
        if (!control) continue;
        control[control.type === "checkbox" ? "checked" : "value"] = value;
        // The entries to choose from may have changed.
        if (control.type === "select-one" && control.value !== value) control.add(new Option(value, value, true, true));
      }
      note.remove();
      document.getElementById("words-start")?.dispatchEvent(new Event("input"));
      form.querySelector("input:not([type=hidden]), select, textarea").focus();
    });
    form.before(note);
  }
}

const floating = document.querySelector(".selection"), area = document.getElementById("words-paragraph");
if (floating) selectInSource(floating);
if (area) selectInForm(area);
const kept = document.querySelector("[data-kept]");
for (const list of document.querySelectorAll(".rows-of")) if (list.querySelector(".row")) addRows(list);
if (document.querySelector("[data-saved]")) sessionStorage.removeItem(sessionStorage.getItem("sent"));
if (kept) keepTyped(kept);
document.querySelector("[data-sign-out]")?.addEventListener("submit", () => sessionStorage.clear());
