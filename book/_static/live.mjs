// Cells that run in the page. The code of every cell tagged "live" can be edited; Run hands it, after the live cells above
// it, to Python in a worker (live_worker.mjs). Nothing of that is loaded before the first press.

import { colour } from "./live_colours.mjs";
import { make, verdict } from "./make.mjs";
import { keep, name, recall } from "./memory.mjs";

const HOME = new URL("../book/index.html#run-it-yourself", import.meta.url);
const CLASSES = {
  text: "output stream highlight-none notranslate",
  value: "output text_plain highlight-none notranslate",
  error: "output traceback highlight-none notranslate",
};

const ON_DISK = location.protocol === "file:"
  && "This page lies on a disk, and a browser loads Python only for pages from the web. Open the book there, or in Jupyter.";
const VERDICT = /^(?:(Right)|Not (yet|answered))/; // of poolkit.exercises.check
const seen = {}; // how often a code stands in the page
const cells = [...document.querySelectorAll(".cell.tag_live")].map((element, index) => makeCell(element, index + 1));
let worker; // with the Python that is loaded, if any
let ran = []; // what it has run since its names were last cleared, in order: {cell, code}
let busy; // the cell whose Run was pressed and is not done yet

function makeCell(element, number) {
  const cell = { element, number, exercise: element.classList.contains("tag_exercise") };
  cell.solution = element.matches(".tag_solution") && element.closest("details, .solution");
  cell.output = element.querySelector(".cell_output") ?? document.createElement("div");
  cell.output.classList.add("cell_output", "docutils", "container");
  if (cell.exercise || cell.solution) cell.output.querySelectorAll("pre").forEach(colourVerdicts);
  cell.storedOutput = [...cell.output.childNodes].map((node) => node.cloneNode(true)); // as it was before it is played with
  makeEditor(cell);
  const bar = element.querySelector(".live-bar");
  [cell.run, cell.reset] = bar.querySelectorAll("button");
  cell.status = bar.querySelector("[role=status]");
  cell.run.addEventListener("click", () => (busy === cell ? stop("Stopped.") : run(cell)));
  cell.reset.addEventListener("click", () => reset(cell));
  if (ON_DISK && cell.status.textContent) cell.status.textContent = ON_DISK;
  if (cell.editor.value !== cell.stored.code) cell.status.textContent = "Your code of last time. Reset brings back the book's.";
  if (!cell.output.isConnected) element.append(cell.output);
  return cell;
}

/** A transparent text area over the coloured code. */
function makeEditor(cell) {
  const code = cell.element.querySelector(".cell_input pre");
  const editor = document.createElement("textarea");
  const stored = { code: code.textContent.trimEnd(), html: code.innerHTML };
  let typing = false;
  seen[stored.code] = (seen[stored.code] ?? 0) + 1;
  const key = `cell ${name(`${stored.code} ${seen[stored.code]}`)}`;
  Object.assign(editor, { value: recall(key) ?? stored.code, spellcheck: false, autocapitalize: "off" });
  editor.setAttribute("autocorrect", "off");
  editor.setAttribute("aria-label", `Code of cell ${cell.number}`);
  editor.setAttribute("aria-description", "Control Enter runs it. Tab indents while you type; press Escape first to leave.");
  editor.title = "Ctrl+Enter runs. While you type, Tab indents: Escape, then Tab, leaves.";
  code.inert = true; // the same text once more
  code.after(editor);
  Object.assign(cell, { editor, stored, key });
  cell.show = () => {
    const changed = editor.value !== stored.code;
    code.innerHTML = changed ? colour(editor.value) : stored.html;
    if (recall(key) !== (changed ? editor.value : undefined)) keep(key, changed ? editor.value : undefined);
  };
  cell.show();
  editor.addEventListener("input", () => {
    typing = true;
    cell.show();
    if (busy !== cell) cell.status.textContent = "";
  });
  editor.addEventListener("blur", () => (typing = false));
  editor.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const line = editor.value.slice(0, editor.selectionStart).split("\n").at(-1);
    if (event.key === "Escape") typing = false;
    else if (event.key === "Tab" && typing && !event.shiftKey) type(event, "    ");
    else if (event.key !== "Enter") return;
    else if (event.ctrlKey || event.metaKey || event.shiftKey) {
      event.preventDefault();
      run(cell);
    } else type(event, `\n${line.match(/^ */)[0]}${line.endsWith(":") ? "    " : ""}`);
  });
}

function type(event, text) {
  event.preventDefault();
  document.execCommand("insertText", false, text); // which Undo can take back, unlike a new value
}

function run(cell) {
  if (ON_DISK) return void (cell.status.textContent = ON_DISK);
  if (busy) {
    if (busy !== cell) cell.status.textContent = `Cell ${busy.number} is still running. Stop it first.`;
    return;
  }
  if (!worker) {
    worker = new Worker(new URL("live_worker.mjs", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }) => hear(data));
    worker.addEventListener("error", () => fail("Python could not be started."));
  }
  const before = cells.slice(0, cell.number - 1);
  const asked = cell.solution && before.findLast(({ exercise }) => exercise); // a solution uses what is defined there
  const counts = (one) => one === asked || (!one.exercise && (!one.solution || one.solution === cell.solution));
  const wanted = [...before.filter(counts), cell].map((one) => ({ cell: one, code: one === asked ? one.stored.code : one.editor.value }));
  // Names of cells that ran later, or ran with other code, must not be seen: then all of it runs again.
  const done = ran.findIndex((past, i) => past.cell === cell || past.cell !== wanted[i]?.cell || past.code !== wanted[i].code);
  const kept = done < 0 ? ran.length : done;
  const fresh = ran.slice(kept).some((past) => past.cell !== cell);
  busy = cell;
  cell.plan = wanted.slice(fresh ? 0 : kept);
  if (fresh) ran = [];
  cell.run.textContent = "Stop";
  cell.element.setAttribute("aria-busy", "true");
  cell.status.textContent = "Running …";
  const sources = cell.plan.map(({ cell, code }) => ({ name: `cell ${cell.number}`, code }));
  worker.postMessage({ fresh, sources });
}

/** What the worker says: a step of loading, the outputs of the next cell, or that it cannot go on. */
function hear({ step, failure, outputs, failed }) {
  if (step) busy.status.textContent = step;
  if (failure) fail(failure);
  if (!outputs) return;
  const { cell, code } = busy.plan.shift();
  ran.push({ cell, code });
  cell.output.setAttribute("aria-live", "polite");
  cell.output.replaceChildren(...outputs.map(draw));
  if (cell.exercise || cell.solution) cell.output.querySelectorAll("pre").forEach(colourVerdicts);
  if (cell.exercise) keep("done", true);
  if (failed && cell !== busy) finish(`Cell ${cell.number}, above, ended in an error. Change it, or reset it.`);
  else if (cell === busy) finish(failed ? "An error." : outputs.length ? "Done." : "Done; it shows nothing.");
}

function draw([kind, content]) {
  const box = document.createElement("div");
  box.className = CLASSES[kind] ?? "output text_html";
  if (kind === "html") box.append(document.createRange().createContextualFragment(content));
  else {
    const text = document.createElement("pre");
    text.textContent = content;
    text.tabIndex = 0; // so that a long line can be scrolled with the keyboard
    const frame = document.createElement("div");
    frame.className = "highlight";
    frame.append(text);
    box.append(frame);
  }
  return box;
}

/** Each line that says right or not yet gets its colour and sign. */
function colourVerdicts(text) {
  const lines = text.textContent.match(/.*\n|.+/g) ?? [];
  const judged = lines.map((line) => {
    const found = line.match(VERDICT);
    if (found?.[2] === "answered") return make("span", { className: "verdict-open" }, line);
    return found ? verdict(Boolean(found[1]), line) : line;
  });
  text.replaceChildren(...judged);
}

function finish(message) {
  busy.run.textContent = "Run";
  busy.element.removeAttribute("aria-busy");
  busy.status.textContent = message;
  busy = undefined;
}

function stop(message) {
  worker.terminate();
  worker = undefined;
  ran = [];
  finish(message);
}

function fail(message) {
  const { status } = busy;
  stop(`${message} `);
  const link = Object.assign(document.createElement("a"), { href: HOME, textContent: "Run it in Jupyter" });
  status.append(link, " instead, or press Run to try again. Everything else on this page works without it.");
}

function reset(cell) {
  if (busy === cell) stop("");
  cell.editor.value = cell.stored.code;
  cell.show();
  cell.output.replaceChildren(...cell.storedOutput.map((node) => node.cloneNode(true)));
  cell.status.textContent = "The stored code and output are back.";
}
