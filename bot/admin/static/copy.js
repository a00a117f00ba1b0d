/** Buttons that copy what stands in data-copy. */

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await write(button.dataset.copy);
  document.dispatchEvent(new CustomEvent("notice", { detail: { said: button.dataset.copied } }));
});

/**
 * Browsers have a clipboard over HTTPS and on this machine only; elsewhere the old way works.
 * @param {string} text
 */
async function write(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
