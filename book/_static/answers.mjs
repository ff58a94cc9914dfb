/* A question that asks for numbers is written as a folded answer: <details class="answer" data-answer="27 28">. Here it gets a
   field for each number. The reply opens after a right answer, or when it is asked for. */

import { make, verdict } from "./make.mjs";
import { keep, name, recall } from "./memory.mjs";

const ORDER = ["First", "Second", "Third", "Fourth", "Fifth", "Sixth"];

/** All numbers that a text may mean: 1,000 is a thousand, or one. */
export function numbers(text) {
  const plain = text.replace(/[−–]/g, "-").replace(/[\s\u2009\u202f_']/g, "");
  const readings = [plain.replace(",", ".")];
  if (/^-?\d{1,3}(,\d{3})+(\.\d*)?$/.test(plain)) readings.push(plain.replaceAll(",", ""));
  return readings.map(value).filter(Number.isFinite);
}

function value(text) {
  const [, above, below] = text.match(/^([+-]?[\d.]+)\/(\d+)$/) ?? [];
  return above ? above / below : /\d/.test(text) ? Number(text) : NaN;
}

/** Whether a text means the expected number, to as many decimals as that is written with; or is the expected word. */
export function means(text, expected) {
  const wanted = Number(expected);
  if (Number.isNaN(wanted)) return text.trim().toLowerCase() === expected.toLowerCase();
  const decimals = expected.split(".")[1]?.length;
  const near = decimals ? 0.5 * 10 ** -decimals + 1e-9 : 1e-9;
  return numbers(text).some((number) => Math.abs(number - wanted) <= near);
}

function complaint(given, expected, right) {
  if (expected.length > 1) return `Not yet: ${right.filter(Boolean).length} of ${expected.length} are right.`;
  const [number] = numbers(given[0]);
  if (number === undefined || Number.isNaN(Number(expected[0]))) return "Not yet.";
  return `Not yet: too ${number < Number(expected[0]) ? "small" : "large"}.`;
}

function ask(details) {
  const expected = details.dataset.answer.trim().split(/\s+/);
  const key = `answer ${name(details.textContent)}`;
  const fields = expected.map(() => make("input", { required: true, autocomplete: "off", spellcheck: false, size: 8 }));
  for (const field of fields) {
    field.inputMode = "text"; // a phone's keys for numbers alone lack minus, comma or enter
    field.setAttribute("enterkeyhint", "done");
    field.setAttribute("autocapitalize", "off");
  }
  const labels = fields.map((field, i) => make("label", {}, fields.length > 1 ? `${ORDER[i] ?? i + 1} ` : "Your answer ", field));
  const give = make("button", { type: "button", textContent: "Show me" });
  const said = make("span", { className: "said" });
  said.setAttribute("role", "status");
  const form = make("form", { className: "answer-form" }, ...labels, make("button", {}, "Check"), give, said);
  const reply = make("div", { className: "answer-reply", hidden: true });
  reply.append(...[...details.childNodes].filter((node) => node.nodeName !== "SUMMARY"));
  details.replaceWith(form, reply);

  const open = () => {
    reply.hidden = false;
    give.hidden = true;
  };
  const check = () => {
    const given = fields.map((field) => field.value);
    const right = given.map((text, i) => means(text, expected[i]));
    fields.forEach((field, i) => field.setAttribute("aria-invalid", !right[i]));
    const all = right.every(Boolean);
    said.replaceChildren(verdict(all, all ? "Right." : complaint(given, expected, right)));
    if (all) open();
    return { given, right: all };
  };
  form.addEventListener("input", ({ target }) => {
    target.removeAttribute("aria-invalid");
    said.replaceChildren();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault(); // the answer stays in the page
    keep(key, check());
    keep("done", true);
  });
  give.addEventListener("click", () => {
    open();
    said.textContent = "The answer is below.";
    keep(key, { given: fields.map((field) => field.value), shown: true });
  });

  const kept = recall(key);
  kept?.given.forEach((text, i) => (fields[i].value = text));
  if (kept?.right) check();
  else if (kept?.shown) open();
}

globalThis.document?.querySelectorAll("details.answer[data-answer]").forEach(ask);
