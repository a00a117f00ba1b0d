/** The console's own manners: notices, shortcuts, confirmations. Pages bring their own modules. */

const notices = document.querySelector("#notices");
const LINGER = 5000;

/** Show a notice that goes by itself. @param {string} said */
export function notice(said) {
  const shown = document.createElement("div");
  shown.className = "notice";
  shown.textContent = said;
  notices?.append(shown);
  setTimeout(() => shown.remove(), LINGER);
}

for (const shown of notices?.children ?? []) setTimeout(() => shown.remove(), LINGER);
document.addEventListener("notice", (event) => notice(event.detail.said));

// What htmx could not do is said, never swallowed; what was wrong with a form, the form itself says.
document.addEventListener("htmx:error", () => notice(document.body.dataset.failed));
document.addEventListener("htmx:response:error", (event) => {
  if (event.detail.ctx.response.status !== 422) notice(document.body.dataset.failed);
});

// A form or button with data-confirm asks first.
document.addEventListener(
  "click",
  (event) => {
    const asked = event.target.closest("[data-confirm]");
    if (asked && !confirm(asked.dataset.confirm)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  },
  true,
);

// What was typed is not lost by a click elsewhere: the browser asks before it leaves.
const guarded = document.querySelector("form[data-guard]");
const written = () => new URLSearchParams(new FormData(guarded)).toString();
if (guarded) {
  const kept = guarded.dataset.guard === "unsaved" ? "" : written();
  let leaving = false;
  document.addEventListener("submit", (event) => {
    leaving = !event.target.hasAttribute("hx-post");
  });
  document.addEventListener("click", (event) => {
    leaving ||= event.target.closest("[data-leave]") !== null;
  });
  addEventListener("beforeunload", (event) => {
    if (!leaving && written() !== kept) event.preventDefault();
  });
}

// The phone slides in beside the page, so that a saved reply can be tried at once; where there is
// no room for both it opens on its own.
const phone = document.querySelector("#phone");
const slideOver = document.querySelector("#slide-over");
const ROOM = matchMedia("(min-width: 992px)");

/** @param {boolean} open */
function slide(open) {
  const frame = slideOver.querySelector("iframe");
  if (open && !frame.src) frame.src = frame.dataset.src;
  slideOver.hidden = !open;
  document.body.classList.toggle("with-phone", open);
  sessionStorage.setItem("phone", open ? "open" : "");
}

if (slideOver) {
  if (ROOM.matches && sessionStorage.getItem("phone")) slide(true);
  slideOver.querySelector("button").addEventListener("click", () => slide(false));
  phone.addEventListener("click", (event) => {
    if (!ROOM.matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    slide(slideOver.hidden);
  });
}

const shortcuts = document.querySelector("#shortcuts");
const typing = (target) => target.closest("input, textarea, select, [contenteditable]");
const keys = {
  "/": () => document.querySelector("[data-search]")?.focus(),
  n: () => document.querySelector("[data-new]")?.click(),
  p: () => phone?.click(),
  "?": () => shortcuts?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest("form") ?? document.querySelector("form[data-save]");
    form?.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const act = keys[event.key.toLowerCase()];
  if (act) {
    event.preventDefault();
    act();
  }
});
document
  .querySelector("[data-shortcuts]")
  ?.addEventListener("click", () => shortcuts?.showModal());
