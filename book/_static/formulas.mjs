/* A formula that is wider than its column scrolls, so the keyboard must reach it. */
const watch = new ResizeObserver((entries) => {
  for (const { target } of entries) target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
});
document.querySelectorAll("div.math").forEach((formula) => watch.observe(formula));
document.documentElement.classList.add("formulas"); // now comes their font, see book.css
