"use strict";
// What a link leads to is unfolded.
function unfold() {
  let id = "";
  try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
  const target = id && document.getElementById(id);
  if (!target) return;
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  const own = target.querySelector(":scope > details");
  if (own) own.open = true;
  if (target.hidden) target.hidden = false;
  target.scrollIntoView();
}
addEventListener("hashchange", unfold);
unfold();

// A table is filtered by a text and a verdict.
for (const tools of document.querySelectorAll("[data-filter]")) {
  const rows = [...document.getElementById(tools.dataset.filter).tBodies[0].rows];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const [input, select, status] = ["input", "select", "[role=status]"]
    .map((what) => tools.querySelector(what));
  const filter = () => {
    const wanted = input.value.trim().toLowerCase();
    let shown = 0;
    rows.forEach((row, at) => {
      const isVerdict = !select.value || row.dataset.verdict === select.value;
      row.hidden = !(isVerdict && texts[at].includes(wanted));
      if (!row.hidden) shown += 1;
    });
    status.textContent = shown + " of " + rows.length;
  };
  input.addEventListener("input", filter);
  select.addEventListener("change", filter);
  tools.hidden = false;
  filter();
}

// It is sorted by any column.
const table = document.getElementById("packages-table");
const order = new Intl.Collator("en", { numeric: true }).compare;
if (table) [...table.tHead.rows[0].cells].forEach((heading, column) => {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...heading.childNodes);
  heading.append(button);
  button.addEventListener("click", () => {
    const isUp = heading.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", isUp ? "ascending" : "descending");
    const key = (row) => row.cells[column].textContent;
    const rows = [...table.tBodies[0].rows];
    rows.sort((one, other) => (isUp ? 1 : -1) * order(key(one), key(other)));
    table.tBodies[0].append(...rows);
  });
});

// Everything is folded and unfolded at once, on paper too.
const folds = [...document.querySelectorAll("details")];
if (folds.length > 1) {
  const tools = document.createElement("div");
  tools.className = "tools";
  for (const [text, open] of [["Unfold all", true], ["Fold all", false]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", () => folds.forEach((fold) => { fold.open = open; }));
    tools.append(button);
  }
  document.querySelector("nav").append(tools);
}
let folded = [];
addEventListener("beforeprint", () => {
  folded = folds.filter((fold) => !fold.open);
  folded.forEach((fold) => { fold.open = true; });
});
addEventListener("afterprint", () => folded.forEach((fold) => { fold.open = false; }));
