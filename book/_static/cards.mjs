/* Recall cards: a folded question, and after its answer two buttons. A card comes back on the page "review" after a day, then
   after 3, 7 and 21 days as long as the reader knew it; "not yet" begins again. */

import { make, verdict } from "./make.mjs";
import { here, keep, name, recall } from "./memory.mjs";

const DAYS = [1, 3, 7, 21];
const SHELF = "cards"; // what is kept of all chapters' cards
const today = () => Math.floor((Date.now() / 60_000 - new Date().getTimezoneOffset()) / 1440);
const inDays = (days) => (days === 1 ? "tomorrow" : `in ${days} days`);

const cards = [...document.querySelectorAll("details.card")].map((element) => {
  const card = { element, key: name(element.querySelector("summary").textContent) };
  const said = make("span", { className: "said" });
  said.setAttribute("role", "status");
  const buttons = [["Knew it", true], ["Not yet", false]].map(([words, knew]) => {
    const button = make("button", { type: "button", textContent: words });
    button.addEventListener("click", () => answer(card, said, knew));
    return button;
  });
  element.append(make("div", { className: "card-buttons" }, ...buttons, said));
  return card;
});

function answer({ key, element }, said, knew) {
  const times = knew ? (recall(key, SHELF)?.times ?? 0) + 1 : 0;
  const days = DAYS[Math.max(0, Math.min(times, DAYS.length) - 1)];
  keep(key, { times, due: today() + days }, SHELF);
  said.replaceChildren(verdict(knew, `${knew ? "Good" : "It will come"}: back ${inDays(days)}.`));
  element.classList.remove("due");
  if (here === "review") count();
}

/** On the page "review": only the cards that are due, unless the reader asks for all. */
function review(place) {
  for (const { element, key } of cards) {
    const due = recall(key, SHELF)?.due <= today();
    element.classList.toggle("due", due);
    element.classList.toggle("later", !due);
  }
  const box = make("input", { type: "checkbox" });
  box.addEventListener("change", () => place.classList.toggle("all", box.checked));
  const said = make("p", { className: "due-count" });
  said.setAttribute("role", "status");
  place.prepend(said, make("label", { className: "all-cards" }, box, " Show all cards"));
  place.classList.add("chosen");
  count();
}

function count() {
  const kept = cards.map(({ key }) => recall(key, SHELF)).filter(Boolean);
  const due = document.querySelectorAll(".card.due").length;
  const next = Math.min(...kept.map(({ due }) => due - today()).filter((days) => days > 0));
  const words = due
    ? `${due} ${due === 1 ? "card is" : "cards are"} due today.`
    : kept.length
      ? `Nothing is due today. The next card comes back ${inDays(next)}.`
      : "You have met no card yet. Each chapter ends with a few: answer them there, and they come back here.";
  document.querySelector(".due-count").textContent = words;
}

const place = here === "review" && document.querySelector("article .all-chapters");
if (place) review(place);
