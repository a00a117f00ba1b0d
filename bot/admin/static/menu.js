/** The menu's editor: the draft as the phone shows it; a tapped slot is edited beside it. */

const MOST = { top: 3, sub: 5 };
const BYTES = { top: 16, sub: 60 };
const SHOWN = { top: 4, sub: 8 };
const form = document.querySelector("#menu");
const find = (id) => document.querySelector(`#${id}`);
const words = form.dataset;
const readonly = "readonly" in words;
const members = JSON.parse(find("members").textContent);
const fields = ["key", "url", "appid", "pagepath"];
const bar = find("bar");

/** Tops, each with its subs; what a top did before it had subs is kept until it is saved. */
const tops = JSON.parse(find("given").textContent).button.map((top) => ({ ...top, subs: top.sub_button ?? [] }));
/** @type {{top: number, sub: number} | null} the chosen slot; sub -1 is the top itself */
let chosen = tops.length ? { top: 0, sub: -1 } : null;

const level = () => (chosen.sub < 0 ? "top" : "sub");
const list = () => (chosen.sub < 0 ? tops : tops[chosen.top].subs);
const place = () => (chosen.sub < 0 ? chosen.top : chosen.sub);
const button = () => list()[place()];

function action(given) {
  const kept = (members[given.type] ?? []).map((member) => [member, given[member] ?? ""]);
  return { name: given.name, type: given.type ?? "", ...Object.fromEntries(kept) };
}

function whole() {
  return {
    button: tops.map((top) => (top.subs.length ? { name: top.name, sub_button: top.subs.map(action) } : action(top))),
  };
}

let saved = JSON.stringify(whole());
if (document.querySelector(".alert[role=alert]")) saved = ""; // what a stale tab holds is not saved

// ---- the phone ----

function slot(top, sub) {
  const given = sub < 0 ? tops[top] : tops[top].subs[sub];
  const made = document.createElement("button");
  made.type = "button";
  made.className = sub < 0 ? "slot top" : "slot";
  if (sub < 0 && given.subs.length) made.classList.add("folder");
  made.textContent = given.name.trim() || words.nameless;
  made.classList.toggle("bad", !given.name.trim());
  made.setAttribute("aria-pressed", String(chosen?.top === top && chosen.sub === sub));
  made.addEventListener("click", () => choose({ top, sub }));
  return made;
}

function adder(said, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "slot add";
  made.textContent = `+ ${said}`;
  made.addEventListener("click", act);
  return made;
}

function add(into, at, name) {
  into.push({ name, type: "click", key: "", subs: [] });
  choose(at);
  find("name").select();
}

function column(top, place) {
  const made = document.createElement("div");
  made.className = "column";
  const stack = document.createElement("div");
  stack.className = "stack";
  stack.dataset.top = String(place);
  stack.append(...top.subs.map((_, sub) => slot(place, sub)));
  if (!readonly && top.subs.length < MOST.sub) {
    const at = { top: place, sub: top.subs.length };
    stack.append(adder(words.addSub, () => add(top.subs, at, words.newSub)));
  }
  made.append(stack, slot(place, -1));
  return made;
}

function draw() {
  bar.replaceChildren(...tops.map(column));
  if (!readonly && tops.length < MOST.top) {
    const at = { top: tops.length, sub: -1 };
    const last = document.createElement("div");
    last.className = "column";
    last.append(adder(words.addTop, () => add(tops, at, words.newTop)));
    bar.append(last);
  }
  if (!readonly) arrange();
  note();
}

// ---- dragging; the buttons below do the same ----

function take(from, index, to, at) {
  const [moved] = from.splice(index, 1);
  to.splice(at, 0, moved);
}

function arrange() {
  const common = { animation: 120, forceFallback: true, filter: ".add", preventOnFilter: false };
  Sortable.create(bar, {
    ...common,
    draggable: ".column:has(.top)",
    handle: ".top",
    onEnd({ oldDraggableIndex: from, newDraggableIndex: to }) {
      take(tops, from, tops, to);
      choose({ top: to, sub: -1 });
    },
  });
  for (const stack of bar.querySelectorAll(".stack")) {
    Sortable.create(stack, {
      ...common,
      draggable: ".slot:not(.add)",
      group: {
        name: "subs",
        put: (to, from) => to === from || to.el.querySelectorAll(".slot:not(.add)").length < MOST.sub,
      },
      onEnd({ from, to, oldDraggableIndex, newDraggableIndex }) {
        const [old, now] = [Number(from.dataset.top), Number(to.dataset.top)];
        take(tops[old].subs, oldDraggableIndex, tops[now].subs, newDraggableIndex);
        choose({ top: now, sub: newDraggableIndex });
      },
    });
  }
}

// ---- the chosen button ----

function choose(at) {
  chosen = at;
  draw();
  show();
}

function show() {
  find("none").hidden = Boolean(chosen);
  find("fields").hidden = !chosen;
  if (!chosen) return;
  const given = button();
  const folder = chosen.sub < 0 && given.subs.length > 0;
  find("name").value = given.name;
  find("type").value = given.type ?? "";
  find("acts").hidden = folder;
  find("folder").hidden = !folder;
  find("old").hidden = given.type !== "miniprogram";
  for (const wrapper of form.querySelectorAll("[data-member]")) {
    const member = wrapper.dataset.member;
    wrapper.hidden = folder || !(members[given.type] ?? []).includes(member);
    find(member).value = given[member] ?? "";
  }
  const [back, forth] = chosen.sub < 0 ? [words.left, words.right] : [words.up, words.down];
  find("back").querySelector("span").textContent = back;
  find("forth").querySelector("span").textContent = forth;
  find("back").disabled = place() === 0;
  find("forth").disabled = place() === list().length - 1;
  count();
}

/** Say how long the name is for WeChat's limit and for a phone's screen. */
function count() {
  const name = find("name").value;
  const used = new TextEncoder().encode(name).length;
  const width = [...name].reduce((sum, one) => sum + (one.codePointAt(0) < 0x2e80 ? 0.5 : 1), 0);
  const filled = { used, most: BYTES[level()], shown: SHOWN[level()] };
  const said = words.count.replaceAll(/%\((\w+)\)s/g, (_, name) => filled[name]);
  find("counter").textContent = said;
  find("counter").classList.toggle("over", used > filled.most);
  find("counter").classList.toggle("near", used <= filled.most && width > filled.shown);
}

function note() {
  const now = JSON.stringify(whole());
  find("document").value = now;
  const dirty = find("dirty");
  if (dirty) dirty.textContent = now === saved ? "" : dirty.dataset.words;
}

function move(step) {
  const [from, to] = [place(), place() + step];
  take(list(), from, list(), to);
  choose(chosen.sub < 0 ? { top: to, sub: -1 } : { ...chosen, sub: to });
  find(step < 0 ? "back" : "forth").focus();
}

find("name").addEventListener("input", () => {
  button().name = find("name").value;
  count();
  draw();
});
find("type").addEventListener("change", () => {
  button().type = find("type").value;
  draw();
  show();
});
for (const member of fields) {
  find(member).addEventListener("input", () => {
    button()[member] = find(member).value;
    note();
  });
}
find("back").addEventListener("click", () => move(-1));
find("forth").addEventListener("click", () => move(1));
find("remove").addEventListener("click", () => {
  list().splice(place(), 1);
  const left = list().length;
  const at = Math.min(place(), left - 1);
  if (chosen.sub >= 0) choose({ ...chosen, sub: at });
  else choose(left ? { top: at, sub: -1 } : null);
});

let leaving = false;
form.addEventListener("submit", () => {
  leaving = true;
});
addEventListener("beforeunload", (event) => {
  if (!leaving && !readonly && find("document").value !== saved) event.preventDefault();
});

draw();
show();
