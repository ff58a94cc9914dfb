// <pooling-explorer>: pooling to play with. Its whole state is its attributes; poolkit/figures/explorer.py writes them.

import { ALGEBRA, MOST, POOLS, backward, forward, heads, layGrid, nearest, parseNumber, range, windowBox } from "./explorer_arithmetic.mjs";
import { PROGRAMS, program, pythonCall } from "./explorer_code.mjs";
import { CSS } from "./explorer_style.mjs";
import { WORDS, aloud, divisor, equals, fieldOf, inLabels, parseBlock, plus, raise, rowMajor, show, showShort, sizeRule, times } from "./explorer_words.mjs";

const STATE = ["values", "pool", "pool-size", "strides", "padding", "dilation", "p", "mode", "compare", "dy", "guess", "shown", "shaded"];
const PLACE = ["at", "playing", "more", "controls"];
const LONGEST_LINK = 20_000;

const HINTS = {
  pool: {
    mouse: "Point at a number to move the window. Type to change it.",
    touch: "Tap a number to move the window. Tap it again to change it.",
    keys: "Arrow keys move the window. Type to change a number.",
  },
  predict: {
    mouse: "What comes out? Click a ? and type.",
    touch: "What comes out? Tap a ? and type.",
    keys: "What comes out? Arrow keys choose a ?; type your answer.",
  },
  gradient: {
    mouse: "dy flows back into dx. Click a dy to change it.",
    touch: "dy flows back into dx. Tap a dy to change it.",
    keys: "dy flows back into dx. Type to change a dy.",
  },
  shaded: {
    mouse: "Point at a pixel: its window becomes one pixel.",
    touch: "Tap a pixel: its window becomes one pixel.",
    keys: "Arrow keys move the window.",
  },
};
const STACK_HINT = {
  mouse: "Point at a number to see where it goes. Type to change it.",
  touch: "Tap a number to see where it goes. Tap it again to change it.",
  keys: "Arrow keys choose a number. Type to change it.",
};
const hint = ({ stack, shaded, mode }, device) => (shaded ? HINTS.shaded : stack && mode === "pool" ? STACK_HINT : HINTS[mode])[device];

const option = ([value, label]) => `<option value="${value}">${label}</option>`;
const poolLabel = ([name, [kind, whole]]) => [name, `${whole ? "global " : ""}${ALGEBRA[kind].label}`];
const field = (id, label, content, kind = "") =>
  `<span class="field ${kind}" id="${id}-field"><label class="label" for="${id}">${label}</label>${content}</span>`;
const stepper = (id, label, less, more, title = "one number, or one for each axis: 1 3") => field(id, label, `<span class="stepper">
    <button type="button" tabindex="-1" data-step="-1" data-for="${id}" aria-label="${less}">−</button>
    <input id="${id}" inputmode="numeric" autocomplete="off" aria-describedby="error" title="${title}">
    <button type="button" tabindex="-1" data-step="1" data-for="${id}" aria-label="${more}">+</button>
  </span>`);
const segments = (name, label, entries) => `<span class="segments" role="radiogroup" aria-label="${label}">
  ${entries.map(([value, text]) => `<label><input type="radio" name="${name}" value="${value}">${text}</label>`).join("")}</span>`;
const button = (id, text, more = "") => `<button type="button" id="${id}" ${more}>${text}</button>`;

const HTML = `<style>${CSS}</style>
<div class="card" role="group" aria-label="Pooling explorer">
  <div class="top">
    <p class="hint"></p>
    <span class="group">
      ${button("back", "◂", 'aria-label="previous window"')}${button("play", "▶ Play")}${button("forth", "▸", 'aria-label="next window"')}
    </span>
  </div>
  <div class="settings">
    <span class="field full" id="mode-field"><span class="label">what to do</span>
      ${segments("mode", "what to do", [["pool", "look"], ["predict", "predict"], ["gradient", "gradient"]])}</span>
    ${field("pool", "pooling", `<select id="pool">${Object.entries(POOLS).map(poolLabel).map(option).join("")}</select>`)}
    ${field("p", "p", `<span class="pair"><input id="p" type="text" autocomplete="off" aria-describedby="error">
      <input id="slide" type="range" min="0.5" max="20" step="0.5" aria-label="p, from 0.5 to 20"></span>`, "wide")}
    ${stepper("pool-size", "window", "smaller window", "larger window")}
    ${stepper("strides", "stride", "smaller stride", "larger stride")}
    ${field("padding", "padding", `<span class="pair"><select id="padding" aria-describedby="error">
        ${[["valid", "valid"], ["same", "same"], ["same_lower", "same lower"], ["pairs", "numbers"]].map(option).join("")}</select>
      <input id="pairs" type="text" autocomplete="off" aria-label="padding before and after" aria-describedby="error"
        title="before and after, for each axis: 0 1; 0 1"></span>`, "wide")}
    ${stepper("dilation", "dilation", "less dilation", "more dilation")}
    ${field("compare", "compare with", `<select id="compare"></select>`)}
    ${stepper("rows", "rows", "remove the last row", "add a row", "how many rows the input has")}
    ${stepper("columns", "columns", "remove the last column", "add a column", "how many columns the input has")}
    <span class="group full" id="extra">${button("random", "New numbers")}${button("link", "Link")}</span>
    <p class="error" id="error" role="alert" hidden></p>
  </div>
  <div class="stage"></div>
  <div class="keys" hidden>${button("sign", "±", 'aria-label="change the sign"')}${button("enter", "Enter ↵", 'class="main"')}</div>
  <div class="sum"></div>
  <p class="note"></p>
  <div class="verdict"><b></b>${button("show", "Show me")}${button("again", "Try again")}${button("another", "New numbers")}</div>
  <div class="foot">
    <code></code>
    <span class="group">
      ${button("undo", "↶", 'aria-label="undo"')}${button("redo", "↷", 'aria-label="redo"')}${button("reset", "Start over")}
      ${button("code", "Code", 'aria-expanded="false"')}${button("more", "More", 'aria-expanded="false"')}
    </span>
  </div>
  <div class="program" hidden>
    <span class="bar">${segments("library", "library", Object.keys(PROGRAMS).map((name) => [name, name]))}${button("copy", "Copy")}</span>
    <pre tabindex="0" role="region" aria-label="Python"></pre>
  </div>
  <div class="heard" aria-live="polite"></div>
</div>`;

const numbers = (text) => text.split(/[\s,]+/).filter(Boolean).map((word) => parseNumber(word) ?? word);
const fill = (text, count, otherwise) => {
  const given = (text ?? "").split(/\s+/).filter(Boolean).slice(0, count);
  return range(count).map((o) => (o in given ? parseNumber(given[o]) ?? otherwise : otherwise));
};
const digit = () => Math.floor(Math.random() * 10);
const clamp = (value, most) => Math.min(Math.max(value, 0), most);

export class PoolingExplorer extends HTMLElement {
  static observedAttributes = [...STATE, ...PLACE];
  #original;
  #model;
  #drawn;
  #timer;
  #aloud = false;
  #waiting = false;
  #past = [];
  #future = [];
  #source; // the field that is being typed into: all its changes are undone at once
  #complaint; // what is wrong with what was typed: {id, message}
  #device = matchMedia("(pointer: coarse)").matches ? "touch" : "mouse";
  #pointed; // the cell under the mouse
  #before; // what had the focus when the pointer went down

  connectedCallback() {
    document.addEventListener("keydown", this.#type);
    if (this.#original) return;
    this.#original = this.#attributes();
    const root = this.attachShadow({ mode: "open" });
    root.innerHTML = HTML;
    root.addEventListener("input", (event) => this.#change(event.target));
    root.addEventListener("click", (event) => this.#click(event));
    root.addEventListener("keydown", (event) => this.#key(event, event.target));
    root.addEventListener("focusin", ({ target }) => target.matches(".cell") && this.#point(target));
    root.addEventListener("focusout", () => (this.#source = undefined));
    root.addEventListener("paste", (event) => this.#paste(event));
    root.addEventListener("pointerdown", (event) => (this.#before = root.activeElement, this.#move(event)));
    root.addEventListener("pointermove", (event) => this.#move(event));
    root.addEventListener("pointerleave", () => (this.#pointed = undefined));
    this.$("keys").addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    this.$("link").hidden = !import.meta.url.includes("explorer.mjs"); // inside a notebook there is no page to link to
    root.querySelector("[name=library]").checked = true;
    this.#render();
    new ResizeObserver(() => this.#layOut()).observe(this.$("card"));
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#type);
    clearTimeout(this.#timer);
  }

  attributeChangedCallback() {
    if (!this.shadowRoot || this.#waiting) return;
    this.#waiting = true;
    queueMicrotask(() => {
      this.#waiting = false;
      this.#render();
    });
  }

  // ---- state ----

  $(id) {
    return this.shadowRoot.getElementById(id) ?? this.shadowRoot.querySelector(`.${id}`);
  }

  #attributes(names = [...STATE, "at"]) {
    return Object.fromEntries(names.filter((name) => this.hasAttribute(name)).map((name) => [name, this.getAttribute(name)]));
  }

  #set(attributes) {
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === "") this.removeAttribute(name);
      else this.setAttribute(name, value);
    }
  }

  /** What the reader changes. It can be undone; a prediction is forgotten when the question is another one. */
  #alter(changes, source) {
    if (source === undefined || source !== this.#source) this.#past.push(this.#attributes(STATE));
    this.#future = [];
    this.#source = source;
    this.#complaint = undefined;
    this.#aloud = true;
    const question = Object.keys(changes).some((name) => !["dy", "guess", "shown", "compare"].includes(name));
    this.#set({ ...(question ? { guess: null, shown: null } : {}), playing: null, ...changes });
    this.attributeChangedCallback();
  }

  #travel(from, to) {
    if (!from.length) return;
    to.push(this.#attributes(STATE));
    this.restore(from.pop());
  }

  /** Show a whole state: that of a link, of the author, or one before. */
  restore(attributes) {
    this.#complaint = this.#source = undefined;
    this.#aloud = true;
    const names = "at" in attributes ? [...STATE, "at"] : STATE;
    this.#set({ playing: null, ...Object.fromEntries(names.map((name) => [name, Object.hasOwn(attributes, name) ? attributes[name] : null])) });
  }

  /** As the author wrote it. */
  reset() {
    this.#past = [];
    this.#future = [];
    this.restore({ at: null, ...this.#original });
  }

  /** The settings in the attributes, or as they would be after `changes`. */
  #read(changes = {}) {
    const text = (name, otherwise) => (name in changes ? changes[name] : this.getAttribute(name)) ?? otherwise;
    const maps = text("values", "0").split("|").map((map) => map.split(";").map(numbers));
    const [rows, columns, channels] = [maps[0].length, maps[0][0].length, maps.length];
    const count = rows * columns * channels;
    if (!(count <= MOST)) throw new Error(`values must be at most ${MOST} numbers to be drawn, got ${count}`);
    if (!count || maps.some((map) => map.length !== rows || map.some((row) => row.length !== columns))) {
      throw new Error("values must be numbers in rows of equal length");
    }
    const stack = channels > 1;
    const shape = [...(stack || rows > 1 ? [rows] : []), columns, ...(stack ? [channels] : [])];
    const x = range(count).map((k) => {
      const [i, j] = rowMajor(Math.floor(k / channels), columns);
      return maps[k % channels][i][j];
    });
    const word = x.find((value) => typeof value === "string");
    if (word !== undefined) throw new Error(`values must be numbers, got '${word.slice(0, 20)}'`);
    const pool = text("pool", "max_pool");
    if (!Object.hasOwn(POOLS, pool)) throw new Error(`pool must be one of ${Object.keys(POOLS).join(", ")}, got ${pool}`);
    const padding = text("padding", "valid").trim();
    const pairs = padding.split(";").map(numbers);
    const shaded = text("shaded", null) !== null;
    const mode = text("mode", "pool");
    return {
      x, shape, stack, pool, shaded, rows, columns, channels, p: numbers(text("p", "3"))[0],
      mode: shaded || !Object.hasOwn(HINTS, mode) || (stack && mode === "gradient") ? "pool" : mode,
      poolSize: numbers(text("pool-size", "2")), strides: numbers(text("strides", "")), dilation: numbers(text("dilation", "1")),
      padding: !/\d/.test(padding) ? padding : pairs.length === 1 ? shape.map(() => pairs[0]) : pairs,
    };
  }

  /** Whether the settings would be valid after `changes`. */
  #allows(changes) {
    try {
      const state = this.#read(changes);
      if (!state.stack) layGrid(state.shape, state);
      return true;
    } catch {
      return false;
    }
  }

  /** What is to be seen: the grids, and for the place pointed at, its window. Throws poolkit's errors. */
  #see() {
    const state = this.#read();
    const { x, shape, stack, mode, rows, columns, channels } = state;
    const result = stack ? heads(x, shape) : forward(x, shape, state);
    const count = result.y.length;
    const dy = fill(this.getAttribute("dy"), count, 1);
    const back = mode === "gradient" ? backward(x, shape, state, dy) : {};
    const guess = fill(this.getAttribute("guess"), count, null);
    const at = this.getAttribute("at") ?? (stack && mode === "predict" ? String(x.length) : "0");
    const from = /^x\d+$/.test(at) && +at.slice(1) < x.length ? +at.slice(1) : null;
    const model = { ...state, ...result, ...back, dy, guess, count, from, outputShape: result.shape, shape };
    const other = this.getAttribute("compare");
    if (!stack && mode === "pool" && Object.hasOwn(POOLS, other ?? "") && POOLS[other][1] === result.whole && other !== state.pool) {
      model.other = { ...forward(x, shape, { ...state, pool: other }), pool: other };
    }
    const place = Number.isInteger(+at) && from === null ? +at : 0;
    model.at = clamp(stack ? (from ?? place) : from === null ? place : nearest(from, result.axes), count - 1);
    model.grids = stack ? stackGrids(model) : mapGrids(model);
    /** Whether output `o` is for the reader to write: her prediction, or a gradient. */
    model.asks = (o) => mode === "gradient" || (mode === "predict" && !(stack && o < x.length));
    model.right = result.y.map((y, o) => guess[o] !== null && (Object.is(guess[o], y) || Math.abs(guess[o] - y) <= 0.005 + 1e-9));
    model.shown = this.hasAttribute("shown");
    model.asked = range(count).filter((o) => mode === "predict" && model.asks(o));
    model.score = model.asked.filter((o) => model.right[o]).length;
    model.done = model.asked.length > 0 && model.score === model.asked.length;
    return model;
  }

  // ---- drawing ----

  #render() {
    let error = "";
    try {
      this.#model = this.#see();
    } catch ({ message }) {
      error = message;
      this.removeAttribute("playing");
    }
    this.$("stage").classList.toggle("stale", Boolean(error && this.#model));
    this.#controls(error);
    this.#say(this.#complaint ?? (error && { id: fieldOf(error), message: inLabels(error) }));
    if (error) return;
    const { grids, stack, shaded, mode } = this.#model;
    const key = JSON.stringify([grids, stack, shaded, mode]);
    const isNew = key !== this.#drawn;
    if (isNew) this.#build(key);
    const changed = this.#fill();
    this.#frames();
    this.#tell();
    if (isNew || changed) this.#layOut();
    else requestAnimationFrame(() => this.#beam()); // it asks where things lie, which the page works out then anyway
    this.#play();
  }

  /** A message below the field that it is about. */
  #say(complaint) {
    const box = this.$("error");
    const control = complaint?.id ? this.$(complaint.id) : null;
    for (const each of this.shadowRoot.querySelectorAll("[aria-invalid]")) each.removeAttribute("aria-invalid");
    if (box.textContent !== (complaint?.message ?? "")) box.textContent = complaint?.message ?? "";
    box.hidden = !complaint;
    if (!complaint) return;
    const target = complaint.id === "padding" && this.$("padding").value === "pairs" ? this.$("pairs") : control;
    target?.setAttribute("aria-invalid", "true");
    const bar = this.$("settings");
    const place = control?.closest(".field") ?? this.shadowRoot.activeElement?.closest(".cell") ?? bar;
    const [origin, { left, bottom }] = [bar, place].map((element) => element.getBoundingClientRect());
    box.style.left = `${clamp(left - origin.left, bar.clientWidth - box.offsetWidth - 12)}px`;
    box.style.top = `${bottom - origin.top}px`;
  }

  #build(key) {
    const active = this.shadowRoot.activeElement;
    const side = active?.matches(".cell") && ("x" in active.dataset ? "x" : "y");
    this.#drawn = key;
    const { grids, shape, shaded, mode } = this.#model;
    const stage = this.$("stage");
    stage.classList.toggle("signal", shape.length === 1);
    stage.classList.toggle("heads", shape.length === 3);
    stage.classList.toggle("shaded", shaded);
    stage.classList.toggle("back", mode === "gradient");
    stage.innerHTML = `<svg class="beam" aria-hidden="true"><path/></svg>${grids.map(gridHTML).join("")}`;
    if (side) this.#cell(side, side === "y" ? this.#model.at : (this.#model.from ?? 0))?.focus({ preventScroll: true });
  }

  /** How large the cells are: side by side where they stay large, else below each other; and their numbers to fit. */
  #layOut() {
    if (!this.#model) return;
    const { grids, shape, shaded, stack } = this.#model;
    const stage = this.$("stage");
    const { paddingLeft, columnGap } = getComputedStyle(stage);
    const room = stage.clientWidth - 2 * parseFloat(paddingLeft);
    const gap = parseFloat(columnGap) || 0;
    const wide = ({ columns, pad }) => pad.left + columns + pad.right;
    const across = stack ? grids.filter(({ kind }) => kind === "x") : [grids[0], grids[1]];
    const together = (room - gap * (across.length - 1)) / across.reduce((total, grid) => total + wide(grid), 0);
    const beside = stack || (shape.length > 1 && (shaded ? room > 480 : together >= (room > 480 ? 40 : 32)));
    const alone = room / Math.max(...grids.filter(({ kind }) => kind !== "flat").map(wide));
    const most = shaded ? (beside ? 24 : 300 / wide(grids[0])) : stack ? 64 : 72; // both grids of an image fit on a phone's screen
    const size = Math.max(Math.min(beside ? together : alone, most), shaded ? 6 : 20);
    const first = !stack && beside && grids.length === 3;
    stage.style.gridTemplateColumns = `repeat(${stack ? across.length : beside ? 2 : 1}, max-content)`;
    this.shadowRoot.querySelectorAll("figure").forEach((figure, place) => {
      const grid = grids[place];
      const mine = grid.kind === "flat" ? Math.min(56, room / grid.columns) : size;
      figure.style.setProperty("--size", `${mine}px`);
      figure.classList.toggle("first", first && place === 0);
      const frame = figure.querySelector(".frame");
      const longest = Math.max(1, ...[...frame.querySelectorAll(".cell")].map((cell) => cell.textContent.length));
      frame.style.setProperty("--font", `${Math.max(9, Math.min(20, mine * 0.4, (mine * 0.94) / (longest * 0.68)))}px`);
    });
    this.#beam();
  }

  #cell(side, index) {
    const first = side === "y" && this.#model.mode === "gradient" ? ".dy " : "";
    return this.shadowRoot.querySelector(`${first}[data-${side}="${index}"]`);
  }

  #fill() {
    const { x, y, dx, dy, mode, guess, stack, at, from, windows, name, shaded, shape, grids, right, shown, other, asks } = this.#model;
    const playing = this.hasAttribute("playing");
    const covered = new Set(windows.flat());
    const seen = new Set(windows[at]);
    const signal = shape.length === 1;
    const oneBack = from !== null && mode === "gradient"; // all that comes back to one element is shown
    const known = mode !== "predict" || right[at] || shown;
    const values = { x, dx, y, dy, other: other?.y, mean: y, flat: y };
    const finite = (...lists) => lists.flat().filter(Number.isFinite);
    const scale = (list) => [Math.min(0, ...list), Math.max(...list, Math.min(0, ...list) + 1e-9)];
    const scales = { data: scale(finite(x, mode === "predict" ? [] : y, other?.y ?? [])), gradient: scale(finite(dx ?? [], dy)) };
    const small = shaded && x.length > 144;
    const winners = (kind, best) => (cell) =>
      known && ["max", "min"].includes(kind) && seen.has(cell) && Object.is(x[cell], best);
    let changed = false; // whether any text did
    const wins = [winners(name, y?.[at]), ...(other ? [winners(other.name, other.y[at])] : [])];
    this.shadowRoot.querySelectorAll(".frame").forEach((frame, place) => {
      const { kind } = grids[place];
      const [low, high] = scales[kind[0] === "d" ? "gradient" : "data"];
      if (signal) frame.style.setProperty("--zero", (high / (high - low)).toFixed(3));
      for (const cell of frame.querySelectorAll(".cell")) {
        const input = "x" in cell.dataset;
        const i = +(input ? cell.dataset.x : cell.dataset.y);
        const asked = ["y", "mean"].includes(kind) && mode === "predict" && asks(i);
        const later = !input && playing && i > at;
        const hidden = later || (asked && guess[i] === null && !shown);
        const value = asked && !(shown && !right[i]) ? guess[i] : values[kind][i];
        const text = later || small ? "" : hidden ? "?" : showShort(value);
        const kin = stack ? i < x.length && seen.has(i) : oneBack && windows[i]?.includes(from);
        const classes = input
          ? [(oneBack ? i === from : seen.has(i)) && "seen", !covered.has(i) && "unseen", kind === "x" && wins.some((win) => win(i)) && "winner", kind === "dx" && !dx[i] && "still"]
          : [(kin || (i === at && !oneBack)) && "seen", asked && (right[i] ? "right" : shown ? "shown" : !hidden && "wrong")];
        const v = shaded ? (later ? 0 : clamp((value - low) / (high - low), 1) || 0) : 0;
        if (v > 0.46) classes.push("bright"); // where black stands out better than white
        const first = input ? (from ?? windows[at][0] ?? 0) : !stack ? at : kind === "mean" ? (at < x.length ? i : at) : Math.min(at, x.length - 1);
        const look = ["cell", ...classes.filter(Boolean), text, hidden ? "?" : value, i === first, i === at, v, signal && [low, high]].join(" ");
        if (cell.look === look || cell.querySelector(".editor")) continue; // most stay as they are when the window moves
        cell.look = look;
        cell.className = ["cell", ...classes.filter(Boolean)].join(" ");
        if (cell.textContent !== text) {
          cell.textContent = text;
          changed = true;
        }
        const full = hidden ? "?" : show(value);
        cell.ariaLabel = full === text ? null : full;
        if (full !== text && !small) cell.title = full;
        else if (cell.title) cell.removeAttribute("title");
        if (asked) cell.ariaDescription = hidden ? "not answered" : right[i] ? "right" : shown ? "shown" : "wrong";
        if ((cell.tabIndex === 0) !== (i === first)) cell.tabIndex = i === first ? 0 : -1;
        if (!input) cell.ariaSelected = i === at;
        if (shaded) cell.style.setProperty("--v", v.toFixed(3));
        if (signal) {
          const size = hidden || !Number.isFinite(value) ? 0 : value / (high - low);
          cell.style.setProperty("--top", ((high - Math.max(hidden ? 0 : value || 0, 0)) / (high - low)).toFixed(3));
          cell.style.setProperty("--high", Math.abs(size).toFixed(3));
        }
      }
    });
    return changed;
  }

  /** Put dashed frames over the window and over its output; over all windows that send a gradient back. */
  #frames() {
    const { grids } = this.#model;
    this.shadowRoot.querySelectorAll(".frame").forEach((frame, place) => {
      const { rows, columns, pad } = grids[place];
      const [tall, wide] = [pad.top + rows + pad.bottom, pad.left + columns + pad.right];
      const boxes = this.#boxes(grids[place]);
      const marks = frame.querySelectorAll(".window");
      range(Math.max(boxes.length - marks.length, 0)).forEach(() => frame.append(Object.assign(document.createElement("b"), { className: "window" })));
      frame.querySelectorAll(".window").forEach((mark, which) => {
        const box = boxes[which];
        mark.hidden = !box;
        if (!box) return;
        const [top, left] = [Math.max(0, pad.top + box.top), Math.max(0, pad.left + box.left)];
        const [bottom, right] = [Math.min(tall, pad.top + box.bottom), Math.min(wide, pad.left + box.right)];
        mark.style.inset = [top / tall, 1 - right / wide, 1 - bottom / tall, left / wide].map((part) => `${part * 100}%`).join(" ");
        mark.box = [left / wide, top / tall, right / wide, bottom / tall];
      });
      frame.querySelectorAll(".pad").forEach((cell) => {
        const [i, j] = cell.dataset.at.split(" ").map(Number);
        cell.classList.toggle("seen", boxes.some((box) => i >= box.top && i < box.bottom && j >= box.left && j < box.right));
      });
    });
  }

  #boxes({ side, kind, rows, columns, index }) {
    const { at, from, stack, windows, axes, mode } = this.#model;
    const back = mode === "gradient" && from !== null;
    const wanted = back ? range(windows.length).filter((o) => windows[o].includes(from)) : [at];
    if (side === "x" && !stack) {
      if (!back) return [windowBox(axes, at)];
      const [i, j] = rowMajor(from, columns);
      return [{ top: i, left: j, bottom: i + 1, right: j + 1 }];
    }
    const seen = new Set(windows[at]);
    const inside = range(rows * columns).filter((k) => {
      const mine = index(...rowMajor(k, columns));
      return side === "x" ? seen.has(mine) : wanted.includes(mine);
    });
    const cellBox = (k, last = k) => {
      const [[top, left], [bottom, right]] = [rowMajor(k, columns), rowMajor(last, columns)];
      return { top, left, bottom: bottom + 1, right: right + 1 };
    };
    if (side === "x") return inside.length ? [cellBox(inside[0], inside.at(-1))] : [];
    return inside.map((k) => cellBox(k));
  }

  /** Rays from the window to what it becomes. */
  #beam() {
    const stage = this.$("stage");
    const path = stage.querySelector("path");
    if (!path) return;
    const { grids } = this.#model;
    const origin = stage.getBoundingClientRect();
    const [shiftX, shiftY] = [stage.scrollLeft - origin.left, stage.scrollTop - origin.top];
    const frames = [...this.shadowRoot.querySelectorAll(".frame")];
    const corners = (mark) => {
      const { left, top, width, height } = mark.parentElement.getBoundingClientRect();
      const [a, b, c, d] = mark.box;
      return [left + a * width + shiftX, top + b * height + shiftY, left + c * width + shiftX, top + d * height + shiftY];
    };
    const marks = (kinds) => frames.filter((_, place) => kinds.includes(grids[place].kind)).flatMap((frame) => [...frame.querySelectorAll(".window:not([hidden])")]);
    const back = this.#model.mode === "gradient";
    const starts = marks(back ? ["dx"] : ["x"]);
    const ends = marks(back ? ["dy"] : ["y", "other", "mean", "flat"]);
    const ray = (start, end) => {
      const [one, other] = [corners(start), corners(end)];
      const beside = other[0] >= one[2];
      const points = beside
        ? [[one[2], one[1]], [other[0], other[1]], [other[0], other[3]], [one[2], one[3]]]
        : [[one[0], one[3]], [other[0], other[1]], [other[2], other[1]], [one[2], one[3]]];
      return `M${points.map((point) => point.map(Math.round).join(" ")).join("L")}Z`;
    };
    path.setAttribute("d", starts.length === 1 ? ends.map((end) => ray(starts[0], end)).join("") : "");
  }

  #tell() {
    const { x, y, windows, at, from, mode, stack, name, whole, p, shares, dx, dy, axes, shape, right, shown, other, asked, score, done, guess } = this.#model;
    const xs = windows[at].map((i) => x[i]);
    const notes = [];
    let lines;
    if (stack && at < x.length) {
      const [, columns, channels] = shape;
      const [i, j] = rowMajor(Math.floor(at / channels), columns);
      lines = [`flatten[${at}] = ${show(x[at])}`];
      notes.push(`row ${i}, column ${j}, map ${at % channels} lands at (${i} · ${columns} + ${j}) · ${channels} + ${at % channels} = ${at}`);
    } else if (shares && from !== null) {
      const parts = windows.flatMap((seen, o) => (seen.includes(from) ? [shares[o][seen.indexOf(from)]] : []));
      lines = [`dx = ${parts.length > 1 ? `${plus(parts, (part) => show(part))} ${equals(dx[from])}` : show(dx[from])}`];
      notes.push(`${parts.length} ${parts.length === 1 ? "window sees" : "windows see"} this element`);
      if (parts.length > 1) notes.push("what they send back adds up");
    } else if (shares) {
      lines = [`dy = ${show(dy[at])} → ${xs.length > 9 ? `${xs.length} elements` : shares[at].map((part) => show(part)).join(", ")}`];
      notes.push(WORDS[name].flow(xs, whole));
    } else {
      const known = mode !== "predict" || right[at] || shown;
      const line = (kind, value) =>
        xs.length ? `${raise(WORDS[kind].say(xs, p, value))} ${known ? equals(value) : "= ?"}` : `no element is there: ${show(value)}`;
      lines = [line(stack ? "average" : name, y[at]), ...(other ? [line(other.name, other.y[at])] : [])];
      if (stack) notes.push("one number for the whole map");
      if (!known) lines = lines.map((text) => text.replace(/<\/?mark>/g, ""));
    }
    if (!stack && from !== null && !windows[at].includes(from)) notes.unshift("this element is in no window");
    if (!stack && mode !== "gradient") {
      const missing = axes.reduce((size, axis) => size * axis.size, 1) - xs.length;
      if (missing) notes.push(`${missing} ${missing === 1 ? "place" : "places"} of this window ${missing === 1 ? "is" : "are"} not there`);
      if (!whole && (this.hasAttribute("more") || this.#wanted("rule"))) notes.push(sizeRule(axes));
    }
    const html = lines.map((line) => `<div>${line}</div>`).join("");
    if (this.$("sum").innerHTML !== html) this.$("sum").innerHTML = html;
    this.$("note").textContent = notes.join(" · ");
    this.$("verdict").hidden = !asked.length;
    this.$("verdict").classList.toggle("success", done);
    const verdict = done ? `✓ All ${asked.length} right!` : shown ? "The answers are shown." : `${score} of ${asked.length} right`;
    this.$("verdict").querySelector("b").textContent = verdict;
    this.$("show").hidden = done || shown;
    this.$("again").hidden = !(shown || done);
    this.$("another").hidden = !(shown || done);
    const last = guess[this.#replied] ?? null; // the focus may be on the next one already
    const reply = last === null ? "" : `${show(last)} is ${right[this.#replied] ? "right" : "not right"}. `;
    const spoken = asked.length ? `${reply}${verdict}. ` : "";
    this.#announce(`${spoken}${aloud(lines.map((line) => line.replace(/<sup>/g, "^")).join("; "))}. ${notes[0] ?? ""}`);
  }

  #announce(text) {
    if (!this.#aloud || this.hasAttribute("playing")) return;
    clearTimeout(this.#heard);
    this.#heard = setTimeout(() => {
      this.$("heard").textContent = text;
      this.#replied = undefined;
    }, 500);
  }
  #heard;
  #replied; // the prediction whose verdict is still to be said

  #wanted(word) {
    return (this.getAttribute("controls") ?? "pool window stride").split(/\s+/).includes(word);
  }

  /** Write the state into the controls; show those that the author wants, or all behind More; bar what would be invalid. */
  #controls(error) {
    let state = null;
    try {
      state = this.#read();
    } catch {} // its message is shown already
    const active = this.shadowRoot.activeElement;
    const write = (id, value) => {
      if (this.$(id) !== active) this.$(id).value = value;
    };
    const text = (name, otherwise) => this.getAttribute(name) ?? otherwise;
    const more = this.hasAttribute("more");
    const [name, whole] = POOLS[state?.pool] ?? ["max"];
    const { stack, shaded, mode = "pool" } = state ?? {};
    const padding = text("padding", "valid");
    const pairs = !["valid", "same", "same_lower"].includes(padding);
    write("pool", state?.pool ?? "");
    write("pool-size", text("pool-size", "2"));
    write("strides", text("strides", text("pool-size", "2")));
    write("padding", pairs ? "pairs" : padding);
    write("pairs", pairs ? padding.trim() : "");
    this.$("pairs").disabled = !pairs;
    if (!error) this.$("pairs").placeholder = (this.#model.axes ?? []).map(({ before, after }) => `${before} ${after}`).join("; ");
    write("dilation", text("dilation", "1"));
    write("p", text("p", "3"));
    write("slide", text("p", "3"));
    write("rows", state?.rows ?? "");
    write("columns", state?.columns ?? "");
    const rivals = Object.entries(POOLS).filter(([rival, kind]) => kind[1] === whole && rival !== state?.pool);
    const choices = [["", "nothing"], ...rivals.map(poolLabel)].map(option).join("");
    if (this.#choices !== choices) this.$("compare").innerHTML = this.#choices = choices;
    write("compare", rivals.some(([rival]) => rival === text("compare", "")) ? text("compare", "") : "");
    const fields = {
      mode: ["mode", !shaded],
      pool: ["pool", !stack],
      p: ["p", !stack && ["lp", "gem"].includes(name), true],
      "pool-size": ["window", !stack && !whole],
      strides: ["stride", !stack && !whole],
      padding: ["padding", !stack && !whole, padding !== "valid"],
      dilation: ["dilation", !stack && !whole && !["gem", "soft"].includes(name), text("dilation", "1") !== "1"],
      compare: ["compare", !stack && mode === "pool", this.hasAttribute("compare")],
      rows: ["size", !shaded && (state?.shape.length ?? 2) > 1],
      columns: ["size", !shaded],
    };
    for (const [id, [word, able, used]] of Object.entries(fields)) {
      this.$(`${id}-field`).hidden = !(able && (more || used || this.#wanted(word)));
    }
    this.$("extra").hidden = !more;
    this.$("random").hidden = Boolean(shaded);
    this.$("hint").textContent = hint({ stack, shaded, mode }, this.#device);
    this.$("columns-field").querySelector("label").textContent = state?.shape.length === 1 ? "length" : "columns";
    for (const id of ["play", "back", "forth"]) this.$(id).disabled = Boolean(error);
    const play = this.hasAttribute("playing") ? "❚❚ Pause" : "▶ Play";
    if (this.$("play").textContent !== play) this.$("play").textContent = play;
    // These keep the focus where there is nothing left to do, and show once there was something.
    this.$("undo").ariaDisabled = String(!this.#past.length);
    this.$("redo").ariaDisabled = String(!this.#future.length);
    const untouched = !this.#past.length && !this.#future.length && STATE.every((name) => this.getAttribute(name) === (this.#original[name] ?? null));
    for (const id of ["undo", "redo", "reset"]) this.$(id).hidden = untouched;
    for (const [id, open] of [["more", more], ["code", !this.$("program").hidden]]) {
      this.$(id).setAttribute("aria-expanded", String(open));
      this.$(id).classList.toggle("main", open);
    }
    this.$("more").textContent = more ? "Less" : "More";
    for (const radio of this.shadowRoot.querySelectorAll("[name=mode]")) {
      radio.checked = radio.value === mode;
      radio.disabled = radio.value === "gradient" && (Boolean(stack) || !ALGEBRA[name].share);
    }
    for (const choice of this.$("pool").options) choice.disabled = mode === "gradient" && !ALGEBRA[POOLS[choice.value][0]].share;
    for (const each of this.shadowRoot.querySelectorAll("[data-step]")) {
      const changes = state && this.#stepped(each.dataset.for, +each.dataset.step);
      each.disabled = !state || !changes || (!error && !this.#allows(changes));
    }
    const call = state && (stack ? "flatten(x), global_average_pool(x)" : pythonCall(state, "x", mode === "gradient"));
    this.shadowRoot.querySelector("code").textContent = call ?? "";
    if (!this.$("program").hidden && !error) this.shadowRoot.querySelector("pre").textContent = this.program;
  }
  #choices;

  /** The Python program that prints what is shown. */
  get program() {
    return program(this.shadowRoot.querySelector("[name=library]:checked").value, this.#model);
  }

  // ---- what the reader does ----

  #point(cell) {
    const at = "x" in cell.dataset ? `x${cell.dataset.x}` : cell.dataset.y;
    if (this.getAttribute("at") !== at) this.setAttribute("at", at);
  }

  #use(device) {
    if (this.#device === device) return;
    this.#device = device;
    this.$("hint").textContent = hint(this.#model ?? { mode: "pool" }, device);
  }

  #move(event) {
    const mouse = event.pointerType !== "touch";
    this.#use(mouse ? "mouse" : "touch");
    const root = this.shadowRoot;
    if (root.querySelector(".editor") || (event.type === "pointermove" && !mouse && !event.buttons)) return;
    const cell = root.elementFromPoint(event.clientX, event.clientY)?.closest(".cell");
    this.#pointed = mouse ? cell : undefined;
    if (!cell) return;
    this.#aloud = false;
    this.removeAttribute("playing");
    if (root.activeElement?.matches(".cell") && root.activeElement !== cell) cell.focus({ preventScroll: true });
    this.#point(cell);
  }

  /** Who points at a number may type at once. */
  #type = (event) => {
    if (document.activeElement !== document.body || !this.#pointed?.isConnected || !this.matches(":hover")) return;
    if (!/^[-−\d.]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    this.#key(event, this.#pointed);
  };

  #click({ target }) {
    const cell = target.closest(".cell");
    if (cell && !target.matches(".editor")) {
      const answers = "y" in cell.dataset && this.#writes(cell);
      if (cell === this.#before || answers) this.#edit(cell);
      else cell.focus({ preventScroll: true });
    }
    const pressed = target.closest("button");
    if (!pressed) return;
    this.#aloud = true;
    const { step, for: id } = pressed.dataset;
    if (step) {
      const changes = this.#stepped(id, +step);
      if (changes) this.#alter(changes);
    } else this.#press[pressed.id].call(this);
  }

  #press = {
    back: () => this.#go(-1),
    forth: () => this.#go(1),
    play: () => {
      if (this.hasAttribute("playing")) return this.removeAttribute("playing");
      this.setAttribute("at", this.#model.at === this.#model.count - 1 ? "0" : this.#model.at);
      this.setAttribute("playing", "");
    },
    random: () => this.#write(this.#read().x.map(digit)),
    another: () => this.#write(this.#read().x.map(digit)),
    show: () => this.#alter({ shown: "yes" }),
    again: () => this.#alter({ guess: null, shown: null }),
    undo: () => this.#travel(this.#past, this.#future),
    redo: () => this.#travel(this.#future, this.#past),
    reset: () => {
      this.reset();
      this.$("more").focus({ preventScroll: true });
      if (new URLSearchParams(location.hash.slice(1)).has("explorer")) history.replaceState(null, "", location.pathname + location.search);
    },
    more: () => this.toggleAttribute("more"),
    code: () => {
      this.$("program").hidden = !this.$("program").hidden;
      this.#render();
    },
    copy: () => this.#copied("copy", "Copy", this.program, "Select it and copy"),
    link: () => {
      const place = [...document.querySelectorAll("pooling-explorer")].indexOf(this);
      history.replaceState(null, "", `#${new URLSearchParams({ explorer: place, ...this.#attributes() })}`);
      this.#copied("link", "Link", location.href, "It is in the address bar");
    },
    sign: () => {
      const input = this.shadowRoot.querySelector(".editor");
      input.value = /^[-−]/.test(input.value) ? input.value.slice(1) : `-${input.value}`;
    },
    enter: () => this.shadowRoot.querySelector(".editor").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" })),
  };

  async #copied(id, label, text, otherwise) {
    const button = this.$(id);
    let said = "Copied";
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      said = otherwise; // no clipboard here
    }
    button.textContent = said;
    this.#announce(said);
    setTimeout(() => (button.textContent = label), 1500);
  }

  #go(step) {
    const { at, count } = this.#model;
    this.removeAttribute("playing");
    this.setAttribute("at", (at + step + count) % count);
  }

  #play() {
    clearTimeout(this.#timer);
    if (!this.hasAttribute("playing")) return;
    const { at, count } = this.#model;
    this.#timer = setTimeout(() => {
      if (at + 1 < count) this.setAttribute("at", at + 1);
      else this.removeAttribute("playing");
    }, count > 30 ? 250 : 900);
  }

  /** What a press on − or + changes, or null where there is nothing to go to. */
  #stepped(id, step) {
    if (["rows", "columns"].includes(id)) {
      const { rows, columns, shape } = this.#read();
      const next = { rows, columns, [id]: (id === "rows" ? rows : columns) + step };
      return next.rows >= Math.min(shape.length, 2) && next.columns >= 1 ? { values: this.#resized(next.rows, next.columns) } : null;
    }
    const start = numbers(this.getAttribute(id) ?? (id === "strides" ? (this.getAttribute("pool-size") ?? "2") : id === "dilation" ? "1" : "2"));
    const next = start.map((value) => value + step);
    return next.every((value) => value >= 1) ? { [id]: next.join(" ") } : null;
  }

  #change(control) {
    if (control.matches(".editor")) return;
    const { id, name, value } = control;
    if (name === "mode") this.#alter({ mode: value });
    else if (name === "library") this.#render();
    else if (id === "pairs") this.#alter({ padding: value.trim() || " " }, id);
    else if (id === "padding") this.#alter({ padding: value === "pairs" ? "1 1" : value });
    else if (id === "slide") this.#alter({ p: value }, id);
    else if (["rows", "columns"].includes(id)) this.#resize(control);
    else this.#alter({ [id]: value }, control.matches("select") ? undefined : id);
  }

  /** The input with so many rows and columns: cut, or with new numbers at its end. */
  #resized(rows, columns) {
    const { x, rows: tall, columns: wide, channels } = this.#read();
    if (rows * columns * channels > MOST) return range(MOST + 1).join(" ");
    const value = (i, j, c) => (i < tall && j < wide ? x[(i * wide + j) * channels + c] : (3 * i + 7 * j + c + 1) % 10);
    return range(channels).map((c) => range(rows).map((i) => range(columns).map((j) => value(i, j, c)).join(" ")).join("; ")).join(" | ");
  }

  #resize({ id, value }) {
    const { rows, columns, shape } = this.#read();
    const next = { rows, columns, [id]: parseNumber(value) };
    const least = id === "rows" ? Math.min(shape.length, 2) : 1;
    if (Number.isInteger(next[id]) && next[id] >= least && next.rows * next.columns <= MOST) {
      return this.#alter({ values: this.#resized(next.rows, next.columns) }, id);
    }
    this.#complain(id, `${id} must be a whole number, at least ${least}, and the input at most ${MOST} numbers`);
  }

  #complain(id, message) {
    this.#complaint = { id, message };
    this.#say(this.#complaint);
  }

  /** Store new input numbers, map by map, as the attribute is written. */
  #write(x) {
    const { rows, columns, channels } = this.#read();
    const row = (c, i) => range(columns).map((j) => x[(i * columns + j) * channels + c]).join(" ");
    this.#alter({ values: range(channels).map((c) => range(rows).map((i) => row(c, i)).join("; ")).join(" | ") });
  }

  /** Rows and columns from a spreadsheet take the place of the whole input. */
  #paste(event) {
    const target = event.composedPath()[0];
    const rows = parseBlock(event.clipboardData.getData("text/plain"));
    const block = rows.length > 1 || rows[0]?.length > 1;
    if (!target.matches(".cell, .editor") || !rows.length || (!block && target.matches(".editor"))) return;
    event.preventDefault();
    const { x, stack, shaded } = this.#read();
    if (shaded) return;
    const values = rows.map((row) => row.map(parseNumber));
    const wrong = rows.flat().find((_, place) => values.flat()[place] === null);
    if (wrong !== undefined) return this.#complain("", `'${wrong.slice(0, 20)}' is not a number; nothing was pasted`);
    if (values.some((row) => row.length !== values[0].length)) return this.#complain("", "the rows are not of equal length; nothing was pasted");
    if (values.flat().length > MOST) return this.#complain("", `more than ${MOST} numbers cannot be drawn; nothing was pasted`);
    this.shadowRoot.querySelector(".editor")?.blur();
    if (!block && "x" in target.dataset) return this.#write(x.with(+target.dataset.x, values[0][0]));
    if (stack) return this.#complain("", "a block can be pasted where there is one map");
    this.#alter({ values: values.map((row) => row.join(" ")).join("; "), dy: null });
  }

  /** Whether the reader may write into a cell. */
  #writes(cell) {
    const { mode, shaded, asks } = this.#model;
    const frame = cell.closest(".frame");
    if (shaded || frame.matches(".dx, .other, .flat")) return false;
    if ("x" in cell.dataset) return true;
    return mode === "gradient" ? frame.matches(".dy") : asks(+cell.dataset.y);
  }

  #edit(cell, typed) {
    if (!this.#writes(cell)) return;
    const { x, mode, dy, guess } = this.#model;
    const side = "x" in cell.dataset ? "x" : "y";
    const index = +cell.dataset[side];
    const old = side === "x" ? x[index] : mode === "gradient" ? dy[index] : guess[index];
    const input = document.createElement("input");
    Object.assign(input, { className: "editor", inputMode: "decimal", autocomplete: "off", value: typed ?? old ?? "", ariaLabel: "number", enterKeyHint: "next" });
    const finish = (keep) => {
      input.onblur = null;
      const value = input.value.trim();
      const number = parseNumber(value);
      if (keep === "enter" && value && number === null) {
        input.onblur = () => finish("leave");
        input.setAttribute("aria-invalid", "true");
        return this.#complain("", `'${value.slice(0, 20)}' is not a number`);
      }
      input.remove();
      this.$("keys").hidden = true;
      this.#complaint = keep === "leave" && value && number === null ? { id: "", message: `'${value.slice(0, 20)}' is not a number; nothing was changed` } : undefined;
      if (keep && number !== null && number !== old) this.#store(side, index, number);
      else this.#render();
      return true;
    };
    input.onblur = () => finish("leave");
    input.onkeydown = (event) => {
      event.stopPropagation();
      if (!["Enter", "Escape"].includes(event.key)) return;
      if (!finish(event.key === "Enter" && "enter")) return;
      const next = mode === "predict" && side === "y" && event.key === "Enter" && this.#cell(side, index + 1);
      (next || this.#cell(side, index))?.focus({ preventScroll: true });
    };
    cell.append(input);
    this.$("keys").hidden = this.#device !== "touch";
    input.focus({ preventScroll: true });
    if (typed === undefined) input.select();
  }

  #store(side, index, value) {
    const { x, mode, dy, guess } = this.#model;
    if (side === "x") return this.#write(x.with(index, value));
    if (mode === "gradient") return this.#alter({ dy: dy.with(index, value).join(" ") });
    this.#replied = index;
    this.#alter({ guess: guess.with(index, value).map((each) => each ?? "?").join(" ") });
  }

  #key(event, target) {
    const { key } = event;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && /^[zy]$/i.test(key)) {
      event.preventDefault();
      const redo = key.toLowerCase() === "y" || event.shiftKey;
      return redo ? this.#travel(this.#future, this.#past) : this.#travel(this.#past, this.#future);
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.closest(".stepper") && ["ArrowUp", "ArrowDown"].includes(key)) {
      event.preventDefault();
      const changes = this.#stepped(target.id, key === "ArrowUp" ? 1 : -1);
      if (!changes || !this.#allows(changes)) return;
      this.#alter(changes);
      target.value = this.getAttribute(target.id) ?? this.#read()[target.id];
      return;
    }
    if (!target.matches(".cell")) return;
    this.#aloud = true;
    const side = "x" in target.dataset ? "x" : "y";
    const way = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -99], End: [0, 99] }[key];
    if (way) {
      event.preventDefault();
      this.#use("keys");
      const frame = target.closest(".frame");
      const { rows, columns, index } = this.#model.grids[[...this.shadowRoot.querySelectorAll(".frame")].indexOf(frame)];
      const place = range(rows * columns).find((k) => index(...rowMajor(k, columns)) === +target.dataset[side]);
      const [i, j] = rowMajor(place, columns);
      frame.querySelector(`[data-${side}="${index(clamp(i + way[0], rows - 1), clamp(j + way[1], columns - 1))}"]`).focus();
    } else if (["Enter", "F2"].includes(key)) {
      event.preventDefault();
      this.#edit(target);
    } else if (/^[-−\d.]$/.test(key)) {
      event.preventDefault();
      this.#edit(target, key);
    }
  }
}

// ---- The grids of a model ----

const NONE = { top: 0, left: 0, bottom: 0, right: 0 };

function mapGrids({ shape, axes, outputShape, rows, columns, mode, pool, other, shaded }) {
  const [vertical, horizontal] = axes.length === 1 ? [null, axes[0]] : axes;
  const before = (axis) => (axis ? Math.min(6, axis.before) : 0);
  const beyond = (axis) => (axis ? clamp((axis.count - 1) * axis.stride - axis.before + axis.span - axis.length, 6) : 0);
  const pad = { top: before(vertical), bottom: beyond(vertical), left: before(horizontal), right: beyond(horizontal) };
  const [down, across] = vertical ? outputShape : [1, outputShape[0]];
  const input = (kind, title, asked) => ({ side: "x", kind, title, rows, columns, pad, index: (i, j) => i * columns + j });
  const output = (kind, title) => ({ side: "y", kind, title, rows: down, columns: across, pad: NONE, index: (i, j) => i * across + j, asked: kind === "dy" || (mode === "predict" && kind === "y") });
  const label = (name) => poolLabel([name, POOLS[name]])[1];
  if (mode === "gradient") {
    return [input("x", "input x"), output("y", "output y"), input("dx", "gradient dx"), output("dy", "gradient dy")];
  }
  const size = times(outputShape);
  if (!other) return [input("x", `input, ${times(shape)}`), output("y", `output, ${size}`)];
  return [input("x", `input, ${times(shape)}`), output("y", `${label(pool)}, ${size}`), output("other", `${label(other.pool)}, ${size}`)];
}

function stackGrids({ x, rows, columns, channels, mode }) {
  const wide = divisor(x.length, 8);
  const maps = range(channels).map((c) => ({
    side: "x", kind: "x", title: `map ${c}`, rows, columns, pad: NONE, index: (i, j) => (i * columns + j) * channels + c,
  }));
  const means = range(channels).map((c) => ({
    side: "y", kind: "mean", title: `its average`, rows: 1, columns: 1, pad: NONE, index: () => x.length + c, asked: mode === "predict",
  }));
  if (mode === "predict") return [...maps, ...means];
  return [...maps, ...means, {
    side: "y", kind: "flat", title: `flatten: ${x.length} numbers`, rows: x.length / wide, columns: wide, pad: NONE, index: (i, j) => i * wide + j,
  }];
}

function gridHTML({ side, kind, title, rows, columns, pad, index, asked }) {
  const wide = pad.left + columns + pad.right;
  const real = (i, j) => i >= 0 && j >= 0 && i < rows && j < columns;
  const cell = (i, j) =>
    real(i, j)
      ? `<div role="gridcell" class="cell" data-${side}="${index(i, j)}" tabindex="-1"></div>`
      : `<i class="pad" aria-hidden="true" data-at="${i} ${j}"></i>`;
  const line = (i) => {
    const cells = range(wide).map((j) => cell(i, j - pad.left)).join("");
    return i >= 0 && i < rows ? `<div role="row">${cells}</div>` : `<div aria-hidden="true">${cells}</div>`;
  };
  const lines = range(pad.top + rows + pad.bottom).map((i) => line(i - pad.top)).join("");
  return `<figure class="${kind === "flat" ? "whole" : ""} ${wide < 3 && title.length > 4 * wide ? "narrow" : ""}" style="--n:${wide}"><figcaption>${title}</figcaption>
    <div class="frame ${side === "x" ? "in" : "out"} ${kind} ${asked ? "asked" : ""}"><div class="cells" role="grid" aria-label="${title}">${lines}</div></div></figure>`;
}

/** A link's state is shown once, by the explorer at its place when the page has loaded; and again when the address changes. */
function restoreFromLink() {
  const link = location.hash.length < LONGEST_LINK ? new URLSearchParams(location.hash.slice(1)) : new URLSearchParams();
  const all = [...document.querySelectorAll("pooling-explorer")];
  const explorer = link.has("explorer") && all[clamp(Math.trunc(+link.get("explorer")) || 0, all.length - 1)];
  if (!explorer) return;
  explorer.restore({ at: null, ...Object.fromEntries(link) });
  explorer.scrollIntoView({ block: "center" });
}

if (!customElements.get("pooling-explorer")) {
  customElements.define("pooling-explorer", PoolingExplorer);
  restoreFromLink();
  addEventListener("hashchange", restoreFromLink);
}
