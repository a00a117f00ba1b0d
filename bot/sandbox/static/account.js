/** The page's header: what kind of account is simulated, and how. */

import { byId } from "./dom.js";

const KINDS = {
  true: "已认证：公众号可以主动发消息，图片画好会自己送到。",
  false: "未认证：公众号只能在你发消息时回复，图片画好后回复「取图」领取。",
};

/** @param {(changes: object) => void} change */
export function setUpAccount(change) {
  const form = byId("settings");
  const toggle = byId("settings-toggle");
  toggle.addEventListener("click", () => {
    const open = document.body.classList.toggle("setting-up");
    toggle.setAttribute("aria-expanded", String(open));
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", ({ target }) => {
    if (!target.reportValidity()) return;
    if (target.name === "verified") change({ verified: target.value === "yes" });
    if (target.name === "mode") change({ mode: target.value });
    if (target.name === "image_delay") change({ image_delay: target.valueAsNumber });
  });
}

/** @param {{name: string, verified: boolean, mode: string, image_delay: number}} account */
export function showAccount(account) {
  const form = byId("settings").elements;
  form.verified.value = account.verified ? "yes" : "no";
  form.mode.value = account.mode;
  if (document.activeElement !== form.image_delay) form.image_delay.value = account.image_delay;
  byId("account-name").textContent = account.name;
  byId("kind").textContent = KINDS[account.verified];
}
