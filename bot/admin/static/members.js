/** Buttons that open the dialog whose id stands in data-opens. */

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-opens]");
  if (button) document.getElementById(button.dataset.opens).showModal();
});
