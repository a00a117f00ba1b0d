/** What happened behind a message: who answered and why, how long it took, what was sent. */

import * as api from "./api.js";
import { attemptRow, bar, curl, outcomeWords } from "./attempts.js";
import { byId, clock, h, icon, toast } from "./dom.js";
import { traceTable } from "./trace.js";
import { troubleDrawer } from "./trouble.js";

/** The pushes the chooser lists. @type {Set<number>} */
const listed = new Set();
let chosen = null;
let shown = "";
let acts;
let parts;

const isOpen = () => !byId("inspector").hidden;

function tool(name, words, act) {
  return h("button", { type: "button", class: "button", onclick: act }, icon(name), words);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("已复制");
  } catch {
    toast("浏览器不允许复制，请手动选择");
  }
}

/** @param {{trouble: Function, clear: Function, failed: Function}} callbacks */
export function setUpInspector(callbacks) {
  acts = callbacks;
  const trouble = troubleDrawer(acts.trouble);
  const keep = h("a", { class: "button", download: true }, icon("keep"), "存为测试");
  const select = h("select", { onchange: choose });
  const close = h(
    "button",
    { type: "button", class: "plain", "aria-label": "关闭检查", onclick: toggle },
    icon("close"),
  );
  parts = { trouble, keep, select, push: h("div", { class: "push" }) };
  byId("inspector").replaceChildren(
    h(
      "div",
      { class: "inspector-head" },
      h("h2", {}, "检查"),
      keep,
      tool("clear", "清空聊天", acts.clear),
      close,
    ),
    trouble.drawer,
    h("label", { class: "chooser" }, "哪一条", select),
    parts.push,
  );
  byId("inspect").addEventListener("click", toggle);
  renderNothing();
}

function toggle() {
  const open = !isOpen();
  byId("inspector").hidden = !open;
  byId("inspect").setAttribute("aria-expanded", String(open));
  document.body.classList.toggle("inspecting", open);
  if (open) refresh();
  else byId("inspect").focus();
}

/** Another follower's chat: forget what was listed. @param {string} openid */
export function startOver(openid) {
  listed.clear();
  chosen = null;
  parts.keep.href = api.exportAddress(openid);
  parts.select.replaceChildren();
  renderNothing();
}

function renderNothing() {
  shown = "";
  parts.select.disabled = true;
  parts.select.replaceChildren(h("option", {}, "还没有消息"));
  parts.push.replaceChildren(h("p", { class: "empty" }, "发一句话，这里就会显示它经过了什么。"));
}

/** List *push* and look at it. @param {number} push @param {string} label */
export function follow(push, label) {
  if (!listed.has(push)) {
    listed.add(push);
    if (listed.size === 1) parts.select.replaceChildren();
    parts.select.disabled = false;
    parts.select.prepend(h("option", { value: push }, label));
  }
  inspect(push);
}

/** @param {number} push */
export function inspect(push) {
  chosen = push;
  parts.select.value = String(push);
  mark();
  return refresh();
}

function choose({ target }) {
  inspect(Number(target.value));
  byId("log").querySelector(".chosen")?.scrollIntoView({ block: "nearest" });
}

/** Show which rows of the chat belong to the chosen push. */
export function mark() {
  for (const row of byId("log").querySelectorAll("[data-push]"))
    row.classList.toggle("chosen", row.dataset.push === String(chosen));
}

/** Fetch the chosen push again; nothing is redrawn when nothing changed. */
export async function refresh() {
  if (!isOpen() || chosen === null) return;
  const asked = chosen;
  try {
    const push = await api.push(asked);
    if (asked === chosen) render(push);
  } catch (error) {
    acts.failed(error);
  }
}

async function sendAgain(push) {
  try {
    const again = await api.resend(push.id);
    follow(again.push, `${clock(Date.now(), true)} 再发一次`);
  } catch (error) {
    acts.failed(error);
  }
}

function render(push) {
  const now = JSON.stringify(push);
  if (now === shown) return;
  const open = new Set(
    [...parts.push.querySelectorAll("details[open]")].map((one) => one.dataset.n),
  );
  shown = now;
  const last = push.attempts.at(-1);
  const traced = push.attempts.findLast((attempt) => attempt.trace);
  parts.push.replaceChildren(
    ...[
      h("p", { class: "verdict" }, ...outcomeWords(push)),
      last &&
        h(
          "div",
          { class: "scale" },
          bar(last),
          h("span", {}, "0"),
          h("span", {}, "微信的上限 5 秒"),
        ),
      h(
        "div",
        { class: "tools" },
        tool("again", "再发一次", () => sendAgain(push)),
        last && tool("copy", "复制为 curl", () => copy(curl(last))),
      ),
      traced && traceTable(traced.trace),
      h("h3", {}, "推送与重试"),
      h("p", { class: "note" }, "微信最多等 5 秒；等不到回复就断开，再推同一条，一共约三次。"),
      ...push.attempts.map((attempt) => attemptRow(attempt, open.has(String(attempt.n)), copy)),
      push.attempts.length === 0 && h("p", { class: "empty" }, "正在推送…"),
    ].filter(Boolean),
  );
}

/** @param {import("./trouble.js").Trouble[]} troubles */
export const showTroubles = (troubles) => parts.trouble.show(troubles);
