/** The gallery's one picture: ← and → go to the ones beside it. */

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  document.querySelector(`[data-key="${event.key}"]`)?.click();
});
