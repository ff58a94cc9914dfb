/* On paper a page is light, and what is folded lies open, but for set-up, hints and solutions. */
const { dataset } = document.documentElement;
const FOLDED = "details:is(.fold, .hide):not([open], .solution, .setup, .check)";
let theme;
let opened = [];

addEventListener("beforeprint", () => {
  theme = dataset.theme;
  dataset.theme = "light";
  opened = [...document.querySelectorAll(FOLDED)];
  for (const fold of opened) fold.open = true;
});
addEventListener("afterprint", () => {
  dataset.theme = theme;
  for (const fold of opened) fold.open = false;
});
