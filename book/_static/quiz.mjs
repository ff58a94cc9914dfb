/* A quiz is written as folded choices, so that it can be answered in JupyterLab and without a script. Here the choices of
   each question become radio buttons, and one reply is read at a time. A reply that begins with "Right" says which is. */

function element(name, attributes, ...children) {
  const made = Object.assign(document.createElement(name), attributes);
  made.append(...children);
  return made;
}

function form(question, choices, name) {
  const replies = choices.map((choice) => [...choice.childNodes].filter((node) => node.nodeName !== "SUMMARY"));
  const labels = choices.map((choice, value) =>
    element(
      "label",
      {},
      element("input", { type: "radio", name, value, required: true }),
      element("span", {}, ...choice.querySelector("summary").childNodes),
    ),
  );
  const reply = element("div", { className: "reply", role: "status" });
  const asked = element(
    "form",
    {},
    element("fieldset", {}, element("legend", {}, ...question.childNodes), ...labels),
    element("button", {}, "Check"),
    reply,
  );
  asked.addEventListener("change", () => reply.replaceChildren());
  asked.addEventListener("submit", (event) => {
    event.preventDefault(); // the answer stays in the page
    reply.replaceChildren(...replies[new FormData(asked).get(name)]);
    reply.classList.toggle("right", reply.textContent.trim().startsWith("Right"));
  });
  return asked;
}

document.querySelectorAll(".quiz > p:has(+ details)").forEach((question, number) => {
  const choices = [];
  for (let next = question.nextElementSibling; next?.matches("details"); next = next.nextElementSibling) choices.push(next);
  question.before(form(question, choices, `question-${number}`));
  [question, ...choices].forEach((node) => node.remove());
});
