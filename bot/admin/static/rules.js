/** 关键词回复: choosing and ordering rows of the list; the editor's blocks, counters and preview. */

// ---- the list ----

const list = document.querySelector("#list");

/** Tell the bulk bar how many rows are chosen. */
function countChosen() {
  const bar = list.querySelector("#bulk");
  if (!bar) return;
  const chosen = list.querySelectorAll("[name=chosen]:checked").length;
  bar.hidden = chosen === 0;
  bar.querySelector("[data-chosen]").textContent = String(chosen);
}

/** @param {HTMLElement} row */
function dropped(row) {
  const next = row.nextElementSibling;
  const place = next ?? row.previousElementSibling;
  if (!place) return;
  const values = { to: next ? "before" : "after", rule: place.dataset.rule };
  window.htmx.ajax("POST", row.dataset.move, { source: row, target: "#list", values });
}

function dressList() {
  const rows = list.querySelector("[data-sortable]");
  if (rows) {
    window.Sortable.create(rows, {
      handle: ".grip",
      animation: 120,
      onEnd: (event) => event.oldIndex !== event.newIndex && dropped(event.item),
    });
  }
  countChosen();
}

if (list) {
  let focused = "";
  list.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) {
      const boxes = list.querySelectorAll("[name=chosen], [data-all]");
      for (const box of boxes) box.checked = event.target.checked;
    }
    countChosen();
  });
  document.addEventListener("htmx:before:swap", () => {
    focused = document.activeElement?.id ?? "";
  });
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.target.closest?.("#list") === null && event.detail?.ctx?.target !== list) return;
    dressList();
    // Who moves rules by keyboard stays on the button.
    if (focused) document.getElementById(focused)?.focus();
  });
  addEventListener("DOMContentLoaded", dressList);
  if (window.Sortable) dressList();
}

// ---- the editor ----

const form = document.querySelector("#rule");
const preview = document.querySelector("[data-preview]");
const PAUSE = 300; // milliseconds without a key before the phone follows
let waiting = 0;

function typed() {
  clearTimeout(waiting);
  waiting = setTimeout(() => preview.dispatchEvent(new CustomEvent("typed")), PAUSE);
}

const COUNTED = "[data-counted], .field input, .field textarea";

/** @param {Element} field */
function count(field) {
  if (!field.matches(COUNTED)) return; // a weight has no counter
  const shown = (field.closest(".field") ?? field.closest(".block"))?.querySelector("[data-count]");
  if (!shown) return;
  const regex = field.closest(".block")?.querySelector("[name=mode]")?.value === "regex";
  const most = Number((regex && shown.dataset.countRegex) || shown.dataset.count);
  const unit = shown.dataset.bytes;
  const length = unit ? new TextEncoder().encode(field.value).length : [...field.value].length;
  shown.textContent = `${length} / ${most}${unit ? ` ${unit}` : ""}`;
  shown.classList.toggle("over", length > most);
}

/** Number the blocks and count their texts; say so to the preview. */
function arranged() {
  for (const rows of form.querySelectorAll("[data-rows]")) {
    const blocks = rows.querySelectorAll(":scope > [data-block]");
    blocks.forEach((block, index) => {
      const number = block.querySelector(".number");
      if (number) number.textContent = String(index + 1);
    });
  }
  for (const field of form.querySelectorAll(COUNTED)) count(field);
}

let keys = 0;

/** Put a copy of the template's block at the end, under keys of its own. @param {HTMLElement} button */
function add(button) {
  const kind = button.dataset.add;
  const within = button.closest(".reply");
  const rows =
    kind === "article"
      ? within.querySelector("[data-rows=article]")
      : form.querySelector(`[data-rows=${kind === "keyword" ? "keyword" : "reply"}]`);
  const made = document.querySelector(`#add-${kind}`).content.cloneNode(true);
  keys += 1;
  const own = { KEY: within?.dataset.key ?? `n${keys}`, ARTICLE: `m${keys}` };
  for (const part of made.querySelectorAll("*")) {
    for (const name of ["name", "value", "data-key"]) {
      const text = part.getAttribute(name);
      if (text) part.setAttribute(name, text.replace(/\b(KEY|ARTICLE)\b/g, (key) => own[key]));
    }
  }
  const block = made.querySelector("[data-block]");
  rows.append(made);
  dressRows(block);
  arranged();
  typed();
  block.querySelector(".field input, .field textarea, [name=keyword]")?.focus();
}

/** @param {HTMLElement} button */
function move(button, up) {
  const block = button.closest("[data-block]");
  const other = up ? block.previousElementSibling : block.nextElementSibling;
  if (!other) return;
  if (up) other.before(block);
  else other.after(block);
  button.focus();
  arranged();
  typed();
}

function remove(button) {
  const block = button.closest("[data-block]");
  const near = block.nextElementSibling ?? block.previousElementSibling;
  const rows = block.parentElement;
  block.remove();
  const adder = rows.parentElement.querySelector("[data-add]");
  (near?.querySelector(".field input, .field textarea, [name=keyword]") ?? adder)?.focus();
  arranged();
  typed();
}

/** Let the replies in and below *root* be dragged. */
function dressRows(root) {
  for (const rows of [root, ...root.querySelectorAll("[data-rows]")]) {
    if (rows.matches?.("[data-rows=reply]")) {
      window.Sortable.create(rows, { handle: ".grip", animation: 120, onEnd: () => (arranged(), typed()) });
    }
  }
}

if (form) {
  form.addEventListener("input", (event) => {
    count(event.target);
    // What was wrong with it is not known any more; the preview says what still is.
    event.target.closest(".block")?.querySelector(":scope > .fault")?.remove();
    typed();
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[name=mode]")) count(event.target.closest(".block").querySelector("input"));
    typed();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[type=button]");
    if (!button) return;
    if (button.matches("[data-add]")) add(button);
    else if (button.matches("[data-up], [data-down]")) move(button, button.matches("[data-up]"));
    else if (button.matches("[data-remove]")) remove(button);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing) return;
    // A stray Enter in a line saves nothing; in a keyword it begins the next one.
    if (!event.target.matches("input:not([type=checkbox], [type=radio])")) return;
    event.preventDefault();
    if (event.target.matches("[name=keyword]")) form.querySelector("[data-add=keyword]").click();
  });
  addEventListener("DOMContentLoaded", () => dressRows(form));
  if (window.Sortable) dressRows(form);
  arranged();
  document.querySelector("[data-focus]")?.focus();
  document.querySelector("[data-phone]")?.addEventListener("click", (event) => {
    event.preventDefault();
    document.querySelector("#phone").click();
  });
}
