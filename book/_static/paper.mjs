/* On paper a page is light, and what is folded lies open, but for set-up, hints and solutions. */
const { dataset } = document.documentElement;
const SHUT =
  "details:is(.fold, .hide, .claim *):not([open], .solution, .setup, .check, .exercise *), .answer-reply[hidden]:not(.exercise *)";
let theme;
let opened = [];

const turn = (each) => each.toggleAttribute(each.matches("details") ? "open" : "hidden");

addEventListener("beforeprint", () => {
  theme = dataset.theme;
  dataset.theme = "light";
  opened = [...document.querySelectorAll(SHUT)];
  opened.forEach(turn);
});
addEventListener("afterprint", () => {
  dataset.theme = theme;
  opened.forEach(turn);
});
