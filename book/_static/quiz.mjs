/* A quiz is written as folded choices, so that it can be answered in JupyterLab and without a script. Here the choices of
   each question become radio buttons in a new order, and one reply is read at a time. A reply that begins with "Right" says
   which is. A prediction is a quiz of one question, without a score; an answer folded right below it opens with its reply. */

import { make } from "./make.mjs";
import { keep, name, recall } from "./memory.mjs";

function shuffle(list) {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [list[i], list[j]] = [list[j], list[i]];
  }
  return list;
}

/** One question: a form, whether it is answered right, and a way to begin again. */
function ask(question, choices, group, done) {
  const key = `quiz ${name(question.textContent)}`;
  const options = choices.map((choice) => {
    const radio = make("input", { type: "radio", name: group, required: true });
    const label = make("label", {}, radio, make("span", {}, ...choice.querySelector("summary").childNodes));
    const reply = [...choice.childNodes].filter((node) => node.nodeName !== "SUMMARY");
    const right = reply.map((node) => node.textContent).join("").trim().startsWith("Right");
    return { radio, label, reply, right, key: name(label.textContent) };
  });
  const field = make("fieldset", {}, make("legend", {}, ...question.childNodes));
  const reply = make("div", { className: "reply" });
  reply.setAttribute("role", "status");
  const form = make("form", {}, field, make("button", {}, "Check"), reply);
  const state = { form, tries: 0, right: false };

  state.clear = () => {
    for (const { label } of options) label.removeAttribute("class");
    reply.replaceChildren();
  };
  state.answer = (option) => {
    state.clear();
    option.radio.checked = true;
    option.label.className = reply.className = option.right ? "reply right" : "reply wrong";
    option.label.className = option.right ? "right" : "wrong";
    reply.append(...option.reply);
    state.right ||= option.right;
  };
  state.restart = () => {
    state.clear();
    form.reset();
    Object.assign(state, { tries: 0, right: false });
    field.append(...shuffle(options).map(({ label }) => label));
    keep(key, undefined);
  };

  field.append(...shuffle(options).map(({ label }) => label));
  form.addEventListener("change", state.clear);
  form.addEventListener("submit", (event) => {
    event.preventDefault(); // the answer stays in the page
    const option = options.find(({ radio }) => radio.checked);
    state.tries += !state.right;
    state.answer(option);
    keep(key, { choice: option.key, tries: state.tries, right: state.right });
    keep("done", true);
    done();
  });
  const kept = recall(key);
  const chosen = options.find((option) => option.key === kept?.choice);
  if (chosen) {
    state.answer(chosen);
    Object.assign(state, { tries: kept.tries, right: kept.right });
  }
  return state;
}

function open(quiz, place) {
  const score = make("p", { className: "score" });
  score.setAttribute("role", "status");
  const again = make("button", { type: "button", textContent: "Try again" });
  const asked = [...quiz.querySelectorAll(":scope > p:has(+ details)")].map((question, number) => {
    const choices = [];
    for (let next = question.nextElementSibling; next?.matches("details"); next = next.nextElementSibling) choices.push(next);
    const state = ask(question, choices, `question-${place}-${number}`, show);
    question.before(state.form);
    [question, ...choices].forEach((node) => node.remove());
    return state;
  });

  function show() {
    const right = asked.filter((one) => one.right).length;
    const first = asked.filter((one) => one.right && one.tries === 1).length;
    const all = right === asked.length;
    const tried = asked.some((one) => one.tries);
    if (quiz.matches(".predict")) return tried && openAnswer(quiz.nextElementSibling);
    if (all) keep("finished", true);
    score.className = all ? "score verdict-right" : "score";
    score.textContent = !tried ? "" : all ? `All ${right} right, ${first} at the first try.` : `${right} of ${asked.length} right.`;
    again.hidden = !tried;
  }
  again.addEventListener("click", () => {
    asked.forEach((one) => one.restart());
    show();
    asked[0].form.querySelector("input").focus();
  });
  if (!quiz.matches(".predict")) quiz.append(make("div", { className: "score-line" }, score, again));
  else quiz.querySelectorAll("legend > strong:first-child").forEach((word) => beHeading(word));
  show();
}

function openAnswer(fold) {
  if (fold?.matches("details.fold.answer")) fold.open = true;
}

/** So that a prediction is found among the headings. */
function beHeading(word) {
  const above = word.closest("section")?.querySelector(":scope > :is(h1, h2, h3, h4, h5)");
  word.setAttribute("role", "heading");
  word.setAttribute("aria-level", above ? Number(above.tagName[1]) + 1 : 2);
}

document.querySelectorAll(".quiz").forEach(open);
