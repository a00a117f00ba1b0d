/** The picture viewer: zoom, download, close; the dialog gives the focus back. */

import { byId } from "./dom.js";

const STEPS = [100, 150, 200, 300, 400];
let step = 0;

function zoom(to) {
  step = Math.min(Math.max(to, 0), STEPS.length - 1);
  byId("viewer-image").style.inlineSize = step ? `${STEPS[step]}%` : "";
  byId("viewer-image").classList.toggle("zoomed", step > 0);
  byId("zoom").textContent = `${STEPS[step]}%`;
  byId("zoom-out").setAttribute("aria-disabled", String(step === 0));
  byId("zoom-in").setAttribute("aria-disabled", String(step === STEPS.length - 1));
}

/** @param {{src: string, alt: string}} picture */
export function view({ src, alt }) {
  const image = byId("viewer-image");
  image.src = src;
  image.alt = alt;
  byId("viewer-download").href = src;
  zoom(0);
  byId("viewer").showModal();
}

export function setUpViewer() {
  const dialog = byId("viewer");
  byId("zoom-in").addEventListener("click", () => zoom(step + 1));
  byId("zoom-out").addEventListener("click", () => zoom(step - 1));
  byId("viewer-image").addEventListener("click", () => zoom(step ? 0 : 2));
  byId("viewer-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target.classList.contains("viewer-stage")) dialog.close();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "+" || event.key === "=") zoom(step + 1);
    if (event.key === "-") zoom(step - 1);
  });
}
