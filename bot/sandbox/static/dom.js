/** Small DOM tools: text always enters the page as text nodes, never as markup. */

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} id @returns {HTMLElement} */
export const byId = (id) => document.getElementById(id);

/**
 * Build an element. Keys of *props* starting with "on" are listeners, the rest are attributes
 * (true sets an empty one; false, null and undefined leave it out).
 * @param {string} tag
 * @param {Object<string, unknown>} props
 * @param {...(Node|string|null|undefined|false)} children nothing falsy is added
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null && value !== undefined)
      node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter(Boolean));
  return node;
}

/** @param {string} name one of the sprite's symbols */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** Text for screen readers only. @param {string} text */
export const hidden = (text) => h("span", { class: "hidden" }, text);

/** Return *url* if a browser may safely open it, else "". @param {string} url */
export function webAddress(url) {
  try {
    const parsed = new URL(url);
    return ["http:", "https:"].includes(parsed.protocol) ? parsed.href : "";
  } catch {
    return "";
  }
}

/** A link that leaves the phone. @param {string} url @param {...(Node|string)} children */
export function outward(url, ...children) {
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/**
 * Let *button* open and close *panel*; Escape and a click elsewhere close it and Escape gives
 * the focus back.
 * @param {HTMLElement} button @param {HTMLElement} panel
 */
export function disclose(button, panel) {
  const set = (open) => {
    panel.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => set(panel.hidden));
  document.addEventListener("click", (event) => {
    if (!panel.contains(event.target) && !button.contains(event.target)) set(false);
  });
  for (const part of [button, panel])
    part.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || panel.hidden) return;
      set(false);
      button.focus();
    });
  return { open: () => set(true), close: () => set(false) };
}

let toastTimer = 0;

/** Say something briefly, to eyes and screen readers. @param {string} text */
export function toast(text) {
  const line = byId("toast");
  line.textContent = text;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (line.textContent = ""), 4000);
}

/** @param {number} at epoch milliseconds @param {boolean} seconds */
export function clock(at, seconds = false) {
  const format = { hour: "2-digit", minute: "2-digit", hour12: false };
  return new Date(at).toLocaleTimeString(
    "zh-CN",
    seconds ? { ...format, second: "2-digit" } : format,
  );
}

/** When something happened: the time today, with the date before. @param {number} at */
export function moment(at) {
  const day = new Date(at);
  const today = day.toDateString() === new Date().toDateString();
  return today ? clock(at) : `${day.getMonth() + 1}月${day.getDate()}日 ${clock(at)}`;
}
