/* What a term means, or which paper a citation names, beside the link: under the mouse, at the keyboard's focus, and at the
   first touch (the second one follows the link). Escape closes it. */

import { make } from "./make.mjs";

const tip = make("div", { id: "tip", className: "meaning", hidden: true });
tip.setAttribute("role", "tooltip");
document.body.append(tip);
let shown; // the link it stands at
let timer;
let touched = false;

const linkAt = ({ target }) => target.closest?.("a[data-tip]");

function show(link) {
  clearTimeout(timer);
  if (shown !== link) hide();
  shown = link;
  tip.textContent = link.dataset.tip;
  tip.hidden = false;
  link.setAttribute("aria-describedby", tip.id);
  const [first] = link.getClientRects();
  const { width, height } = tip.getBoundingClientRect();
  const room = document.documentElement.clientWidth - width - 8;
  const below = first.bottom + height + 8 < innerHeight;
  tip.style.left = `${Math.max(8, Math.min(first.left, room)) + scrollX}px`;
  tip.style.top = `${(below ? first.bottom + 4 : first.top - height - 4) + scrollY}px`;
}

function hide() {
  clearTimeout(timer);
  shown?.removeAttribute("aria-describedby");
  shown = undefined;
  tip.hidden = true;
}

function later(action, milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(action, milliseconds);
}

document.addEventListener("pointerdown", (event) => {
  touched = event.pointerType !== "mouse";
  if (touched && !linkAt(event) && event.target !== tip) hide();
});
document.addEventListener("click", (event) => {
  const link = linkAt(event);
  if (!link || !touched || link === shown) return;
  event.preventDefault();
  show(link);
});
document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse") return;
  const link = linkAt(event);
  if (link) later(() => show(link), 150);
  else if (event.target === tip) clearTimeout(timer); // so that it can be read and copied
  else if (shown) later(hide, 300);
  else clearTimeout(timer);
});
document.addEventListener("focusin", (event) => {
  const link = linkAt(event);
  if (link?.matches(":focus-visible")) show(link);
  else if (!touched) hide();
});
document.addEventListener("focusout", (event) => linkAt(event) && !touched && hide());
document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
