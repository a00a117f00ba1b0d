// Before the page is painted: the member's theme, or the system's.
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const dress = () => {
  root.dataset.bsTheme = root.dataset.theme || (dark.matches ? "dark" : "light");
};
dress();
dark.addEventListener("change", dress);
