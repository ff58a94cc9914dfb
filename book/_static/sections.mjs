/* Marks in the list of sections the one that is being read. The theme notices only headings that come into sight, so after
   a jump to the top it still marks the section where the jump began. */

/** The last section that begins above this height of the window. */
export const sectionAbove = (height) =>
  [...document.querySelectorAll("article section[id]")].findLast((each) => each.getBoundingClientRect().top < height);

addEventListener("load", () => {
  const theirs = document.querySelector("nav.page-toc");
  if (!theirs) return;
  const list = theirs.cloneNode(true); // the theme goes on marking what is no longer on the page
  theirs.replaceWith(list);
  let asked = false;

  function mark() {
    asked = false;
    const atTheEnd = scrollY + innerHeight > document.documentElement.scrollHeight - 4;
    const id = sectionAbove(atTheEnd ? innerHeight : innerHeight / 3)?.id;
    for (const link of list.querySelectorAll("a")) {
      const here = link.hash === `#${id}`;
      link.classList.toggle("active", here);
      if (here) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    for (const item of list.querySelectorAll("li")) item.classList.toggle("active", !!item.querySelector("a.active"));
  }

  function ask() {
    if (!asked) requestAnimationFrame(mark);
    asked = true;
  }

  addEventListener("scroll", ask, { passive: true });
  new ResizeObserver(ask).observe(document.body); // which calls it once, too
});
