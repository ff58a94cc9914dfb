/* The reader's place in the book: marks in the side list, a line on the landing page, and a button that forgets all. */

import { make } from "./make.mjs";
import { forget, here, keep, pages, recall, stem } from "./memory.mjs";
import { sectionAbove } from "./sections.mjs";

const links = [...document.querySelectorAll(".bd-docs-nav li > a")];
const foot = make("div", { className: "forget" });
document.querySelector(".bd-docs-nav")?.append(foot);
let forgotten = false;

function mark(link) {
  const page = link.getAttribute("href") === "#" ? here : stem(link.href);
  const begun = pages().includes(page) && page !== "index";
  const said = recall("finished", page) ? "finished" : begun && recall("done", page) ? "begun" : "";
  link.querySelector(".place")?.remove();
  if (!said) return;
  const sign = make("span", { className: `place ${said}`, textContent: said === "finished" ? "✓" : "◐" });
  sign.setAttribute("role", "img");
  sign.setAttribute("aria-label", said);
  link.append(" ", sign);
}

function show() {
  links.forEach(mark);
  const button = make("button", { type: "button", textContent: "Forget what I did" });
  button.title = "Your answers, code and place in the book are kept in this browser only.";
  button.addEventListener("click", () => {
    if (!confirm("Forget all your answers, changed code, cards and your place in the book?")) return;
    forget();
    forgotten = true;
    location.reload();
  });
  foot.replaceChildren(...(pages().length ? [button] : []));
}

/** Note which section of a chapter stands on the screen. */
function stop() {
  const number = document.querySelector("h1 .section-number"); // only chapters have one
  const section = sectionAbove(innerHeight / 2);
  if (forgotten || !number || !section || !scrollY) return;
  const [title, heading] = ["h1", `#${CSS.escape(section.id)} > :is(h1, h2, h3, h4)`].map(words);
  keep("stopped", { page: here, id: section.id, title, heading }, "index");
}

function words(selector) {
  const heading = document.querySelector(selector)?.cloneNode(true);
  heading?.querySelectorAll(".headerlink").forEach((link) => link.remove());
  return heading?.textContent.trim();
}

function welcome({ page, id, title, heading }) {
  const link = make("a", { href: `${page}.html#${id}`, textContent: heading });
  const done = links.filter((link) => recall("finished", stem(link.href))).length;
  const line = make("p", { className: "welcome" }, "You stopped at ", link, heading === title ? "." : ` in ${title}.`);
  if (done) line.append(` ${done} ${done === 1 ? "chapter is" : "chapters are"} finished.`);
  document.querySelector("article h1").after(line);
}

show();
addEventListener("kept", show);
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && stop());
addEventListener("pagehide", stop);
const stopped = recall("stopped", "index");
if (here === "index" && stopped) welcome(stopped);
