// Fits what a slide shows into its room, then starts reveal.js, which brings answers later; with ?print and ?paper the slides stand one below the other.
const deck = document.getElementById("deck");
const root = document.documentElement;

/** As large as its room allows. It is laid out as in the book first, so its words keep their proportions. */
function fit(show) {
  const [inner] = show.children;
  inner.style.zoom = 1;
  const zoom = Math.min(show.clientWidth / inner.offsetWidth, show.clientHeight / inner.offsetHeight, 3);
  inner.style.zoom = Number.isFinite(zoom) ? Math.floor(100 * zoom) / 100 : 1;
}

function toggle() {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark"; // the lab listens to it, too
}

const shows = [...document.querySelectorAll(".show")];
shows.forEach(fit);
const observer = new ResizeObserver((changes) => changes.forEach(({ target }) => target.clientWidth && fit(target.parentElement)));
for (const show of shows) observer.observe(show.firstElementChild);

const how = location.search.slice(1);
if (how === "print" || how === "paper") {
  deck.className = how;
  for (const slide of how === "paper" ? deck.querySelectorAll("section") : []) {
    const leaf = document.createElement("div"); // stays on one page
    slide.replaceWith(leaf);
    leaf.append(slide, slide.querySelector(".notes"));
  }
} else {
  deck.className = "reveal";
  for (const slide of deck.querySelectorAll("[data-later]")) {
    for (const part of slide.querySelectorAll(slide.dataset.later)) {
      part.classList.add("fragment");
      part.dataset.fragmentIndex = 0; // all at once
    }
  }
  Reveal.initialize({
    width: 1280, height: 720, margin: 0, center: false, display: "flex", hash: true, slideNumber: "c/t", transition: "none",
    plugins: [RevealNotes],
    keyboard: { 68: toggle },
    keyboardCondition: () => !document.activeElement?.shadowRoot, // in an explorer, keys are for the explorer
  });
}
