/* The ledger of claims: look one up by word, verdict and topic. Without this script the whole list stands there. */

import { make } from "./make.mjs";

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

const claims = [...document.querySelectorAll(".claim")].map((element) => ({
  element,
  words: plain(element.textContent),
  verdict: element.querySelector(".verdict").textContent,
  topic: element.closest("section").querySelector("h2").firstChild.textContent,
}));

/** A choice among all that the claims have under that name, in their order on the page, with how many there are of each. */
function choice(name) {
  const values = claims.map((claim) => claim[name]);
  const options = [...new Set(values)].map((value) =>
    make("option", { value }, `${value} (${values.filter((each) => each === value).length})`),
  );
  return make("select", { name }, make("option", { value: "" }, "any"), ...options);
}

const form = document.querySelector(".claims-filter");
const word = make("input", { type: "search", name: "words", autocomplete: "off", placeholder: "overfitting" });
const verdict = choice("verdict");
const topic = choice("topic");
const said = make("p", { className: "said" });
said.setAttribute("role", "status");
form.append(
  make("label", {}, "Words ", word),
  make("label", {}, "Verdict ", verdict),
  make("label", {}, "Topic ", topic),
  make("button", { type: "reset" }, "Show all"),
  said,
);

function show() {
  const wanted = plain(word.value).split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const claim of claims) {
    const fits =
      wanted.every((each) => claim.words.includes(each)) &&
      [verdict, topic].every(({ name, value }) => !value || claim[name] === value);
    claim.element.hidden = !fits;
    shown += fits;
  }
  for (const section of document.querySelectorAll("section:has(> .claim)"))
    section.hidden = !section.querySelector(".claim:not([hidden])");
  const count = shown === claims.length ? `All ${shown} claims.` : `${shown} of ${claims.length} claims.`;
  said.textContent = shown ? count : "No claim has all of that. Try fewer words.";
}

form.addEventListener("input", show);
form.addEventListener("submit", (event) => event.preventDefault()); // the list has followed each letter
form.addEventListener("reset", () => setTimeout(show)); // when the fields are empty
addEventListener("hashchange", () => {
  const target = document.querySelector(":target[hidden], [hidden] :target"); // a link to what is not shown now
  if (!target) return;
  form.reset();
  setTimeout(() => target.scrollIntoView());
});
show();
