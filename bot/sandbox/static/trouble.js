/** The trouble drawer: switches that make the outside world misbehave. */

import { byId, h } from "./dom.js";

/** @typedef {{name: string, title: string, explain: string, on: boolean}} Trouble */

function toggle(trouble, change) {
  const id = `trouble-${trouble.name}`;
  const box = h("input", {
    type: "checkbox",
    role: "switch",
    id,
    checked: trouble.on,
    "aria-describedby": `${id}-explain`,
    onchange: (event) => change(trouble.name, event.target.checked),
  });
  return h(
    "li",
    {},
    h(
      "label",
      { for: id },
      box,
      h("span", { class: "knob", "aria-hidden": "true" }),
      h("b", {}, trouble.title),
    ),
    h("p", { id: `${id}-explain` }, trouble.explain),
  );
}

/**
 * The closed drawer, for the inspector to hold.
 * @param {(name: string, on: boolean) => void} change
 */
export function troubleDrawer(change) {
  const list = h("ul", { class: "troubles" });
  const sum = h("span", { class: "sum" });
  const drawer = h(
    "details",
    { class: "drawer" },
    h("summary", {}, h("b", {}, "制造麻烦"), sum),
    list,
  );
  /** @param {Trouble[]} troubles */
  const show = (troubles) => {
    const on = troubles.filter((one) => one.on);
    sum.textContent = on.length
      ? `进行中：${on.map((one) => one.title).join("、")}`
      : "都关着，一切正常";
    drawer.classList.toggle("active", on.length > 0);
    byId("trouble-count").textContent = on.length ? `麻烦 ${on.length}` : "";
    byId("trouble-count").hidden = on.length === 0;
    if (list.childElementCount !== troubles.length)
      list.replaceChildren(...troubles.map((one) => toggle(one, change)));
    for (const one of troubles) list.querySelector(`#trouble-${one.name}`).checked = one.on;
  };
  return { drawer, show };
}
