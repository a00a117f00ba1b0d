/** The account's menu at the foot of the chat. */

import { byId, disclose, h } from "./dom.js";

/**
 * @typedef {{name: string, type?: string, key?: string, url?: string,
 *   sub_button?: Entry[]}} Entry
 */

function entry(one, tap) {
  return h("button", { type: "button", onclick: () => tap(one) }, one.name);
}

function group(one, index, tap) {
  const list = h("div", { class: "submenu", id: `submenu-${index}`, hidden: true });
  const props = { type: "button", "aria-expanded": "false", "aria-controls": list.id };
  const button = h("button", props, one.name);
  const { close } = disclose(button, list);
  const choose = (leaf) => {
    close();
    button.focus();
    tap(leaf);
  };
  list.append(...one.sub_button.map((leaf) => entry(leaf, choose)));
  return h("div", { class: "group" }, button, list);
}

let shown = "";

/** @param {Entry[]} menu @param {(entry: Entry) => void} tap */
export function showMenu(menu, tap) {
  const now = JSON.stringify(menu);
  if (now === shown) return;
  shown = now;
  const one = (top, index) => (top.sub_button?.length ? group(top, index, tap) : entry(top, tap));
  byId("menu").replaceChildren(...menu.map(one));
}
