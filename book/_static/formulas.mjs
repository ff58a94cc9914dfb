/* Formulas get their own font when they come near, because a page with many would stand still while they all change. */
const far = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting) target.classList.add("near");
  },
  { rootMargin: "100%" },
);
document.querySelectorAll("math").forEach((formula) => far.observe(formula));

/* One that is wider than its column scrolls, so the keyboard must reach it. */
const wide = new ResizeObserver((entries) => {
  for (const { target } of entries) target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
});
document.querySelectorAll("div.math").forEach((formula) => wide.observe(formula));
