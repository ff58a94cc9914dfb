// <pooling-explorer>: pooling to play with. Its whole state is its attributes; poolkit/figures/explorer.py writes them.
// First the arithmetic, which the tests compare with poolkit; then the sentences; then the element.

// ---- Geometry: where the windows fall ----

const LARGEST = 2 ** 31 - 1;
const range = (count) => Array.from({ length: count }, (_, i) => i);
const tuple = (values) => (values.length === 1 ? `(${values[0]},)` : `(${values.join(", ")})`);

function wholeNumber(name, value, least) {
  if (!Number.isInteger(value)) {
    throw new Error(`${name} must be an integer, got ${typeof value === "string" ? `'${value}'` : value}`);
  }
  if (value < least) throw new Error(`${name} must be at least ${least}, got ${value}`);
  if (value > LARGEST) throw new Error(`${name} must be at most ${LARGEST}, got ${value}`);
  return value;
}

function perAxis(name, values, rank) {
  if (values.length !== 1 && values.length !== rank) {
    throw new Error(`${name} must be one integer or one per spatial axis (${rank}), got ${tuple(values)}`);
  }
  return range(rank).map((axis) => wholeNumber(name, values[values.length === 1 ? 0 : axis], 1));
}

function padPerAxis(padding, spans) {
  if (["valid", "same", "same_lower"].includes(padding)) return spans.map(() => padding);
  const got = Array.isArray(padding) ? tuple(padding.map(tuple)) : `'${padding}'`;
  if (!Array.isArray(padding) || padding.length !== spans.length || padding.some((pair) => pair.length !== 2)) {
    throw new Error(
      `padding must be 'valid', 'same', 'same_lower' or one (before, after) pair per spatial axis ` +
        `(${spans.length}), got ${got}`,
    );
  }
  padding.flat().forEach((amount) => wholeNumber("padding", amount, 0));
  padding.forEach((pair, axis) => {
    if (Math.max(...pair) < spans[axis]) return;
    throw new Error(`padding must be smaller than the window (${spans[axis]}) on each side, got ${tuple(pair)}`);
  });
  return padding;
}

function layWindows(length, size, stride, padding, dilation) {
  const span = dilation * (size - 1) + 1;
  let before = 0, after = 0, count;
  if (padding.startsWith?.("same")) {
    count = Math.ceil(length / stride);
    const missing = Math.max((count - 1) * stride + span - length, 0);
    before = padding === "same" ? Math.floor(missing / 2) : Math.ceil(missing / 2);
    after = missing - before;
  } else {
    if (padding !== "valid") [before, after] = padding;
    count = Math.floor((length + before + after - span) / stride) + 1;
  }
  if (count < 1) {
    throw new Error(
      `pool_size ${size}${dilation > 1 ? ` (spanning ${span})` : ""} is longer than the axis it slides over: ` +
        `${length} elements and ${before + after} of padding. Use a smaller pool_size or padding='same'.`,
    );
  }
  const sees = (o, i) => (i - o * stride + before) % dilation === 0 && i >= o * stride - before && i < o * stride - before + span;
  const table = range(count).map((o) => range(length).filter((i) => sees(o, i)));
  return { length, size, stride, padding, dilation, span, before, after, count, table };
}

function layGrid(shape, { poolSize, strides, padding, dilation }) {
  const sizes = perAxis("pool_size", poolSize, shape.length);
  const steps = strides.length ? perAxis("strides", strides, shape.length) : sizes;
  const gaps = perAxis("dilation", dilation, shape.length);
  const pads = padPerAxis(padding, sizes.map((size, axis) => gaps[axis] * (size - 1) + 1));
  return shape.map((length, axis) => layWindows(length, sizes[axis], steps[axis], pads[axis], gaps[axis]));
}

/** The flat positions of the real elements of each window; windows and positions in row-major order. */
const cross = (axes) =>
  axes.reduce(
    (windows, { table, length }) =>
      windows.flatMap((seen) => table.map((places) => seen.flatMap((start) => places.map((i) => start * length + i)))),
    [[0]],
  );

// ---- Algebra: how one window becomes one number, how its gradient is shared, and how both are said ----

const sum = (xs) => xs.reduce((total, x) => total + x, 0);
const plus = (xs, term) => (xs.length > 9 ? `sum of ${xs.length} terms` : xs.map(term).join(" + ").replaceAll("+ −", "− "));

function toWinner(xs, y, dy, p, whole) {
  const ties = xs.filter((x) => x === y).length;
  return xs.map((x, i) => (whole ? x === y && dy / ties : i === xs.indexOf(y) && dy) || 0);
}

const extreme = (word, choose) => ({
  label: word,
  fold: (xs) => choose(...xs),
  share: toWinner,
  flow: (xs, whole) => (whole ? "equal parts to all that tie" : `all of it to the first ${word === "max" ? "largest" : "smallest"}`),
  say: (xs) => {
    if (xs.length > 9) return `${word} of ${xs.length} numbers`;
    const first = xs.indexOf(choose(...xs));
    return `${word}(${xs.map((x, i) => (i === first ? `<mark>${show(x)}</mark>` : show(x))).join(", ")})`;
  },
});

const ALGEBRA = {
  max: extreme("max", Math.max),
  min: extreme("min", Math.min),
  average: {
    label: "average",
    fold: (xs) => sum(xs) / xs.length,
    share: (xs, y, dy) => xs.map(() => dy / xs.length),
    flow: (xs) => `an equal part, 1 / ${xs.length}, to each element`,
    say: (xs) => `${xs.length > 9 ? show(sum(xs)) : `(${plus(xs, (x) => show(x))})`} / ${xs.length}`,
  },
  lp: {
    label: "Lp norm",
    fold: (xs, p) => sum(xs.map((x) => Math.abs(x) ** p)) ** (1 / p),
    share: (xs, y, dy, p) =>
      xs.map((x) => (x && y > 0 ? dy * y ** (1 - p) * Math.sign(x) * Math.abs(x) ** (p - 1) : 0)),
    flow: () => "to each x its part, sign(x) · (|x| / y)^(p − 1)",
    say: (xs, p) => `(${plus(xs, (x) => `${x < 0 ? `|${show(x)}|` : show(x)}^${show(p)}`)})^(1/${show(p)})`,
  },
  gem: {
    label: "GeM",
    fold: (xs, p) => (sum(xs.map((x) => Math.max(x, 1e-6) ** p)) / xs.length) ** (1 / p),
    say: (xs, p) =>
      `((${plus(xs, (x) => `${show(Math.max(x, 0))}^${show(p)}`)}) / ${xs.length})^(1/${show(p)})`,
  },
  soft: {
    label: "soft",
    fold(xs) {
      const largest = Math.max(...xs);
      const weights = xs.map((x) => Math.exp(x - largest));
      return sum(xs.map((x, i) => x * weights[i])) / sum(weights);
    },
    say: (xs) => `(${plus(xs, (x) => `${show(x)}·e^${show(x)}`)}) / (${plus(xs, (x) => `e^${show(x)}`)})`,
  },
};

const POOLS = {
  max_pool: ["max"],
  average_pool: ["average"],
  min_pool: ["min"],
  lp_pool: ["lp"],
  gem_pool: ["gem"],
  soft_pool: ["soft"],
  global_max_pool: ["max", "whole"],
  global_average_pool: ["average", "whole"],
  global_min_pool: ["min", "whole"],
};

/** Pool: windows (flat positions each), what they become, and the axes they lie on. Errors are poolkit's. */
export function forward(x, shape, settings) {
  const [name, whole] = POOLS[settings.pool];
  const kind = ALGEBRA[name];
  const axes = whole ? shape.map((n) => layWindows(n, n, n, "valid", 1)) : layGrid(shape, settings);
  if (["lp", "gem"].includes(name) && !(settings.p > 0 && settings.p < Infinity)) {
    throw new Error(`p must be positive and finite, got ${settings.p}`);
  }
  const windows = cross(axes);
  const y = windows.map((seen) => kind.fold(seen.map((i) => x[i]), settings.p));
  return { axes, windows, y, shape: axes.map((axis) => axis.count), kind, whole };
}

/** Pull `dy` back: what each window hands to each of its elements, and the sums. */
export function backward(x, shape, settings, dy) {
  const { windows, y, kind, whole } = forward(x, shape, settings);
  if (!kind.share) throw new Error(`pool must be one that poolkit.vjp knows to have a gradient, got ${settings.pool}`);
  const shares = windows.map((seen, o) => kind.share(seen.map((i) => x[i]), y[o], dy[o], settings.p, whole));
  const dx = x.map(() => 0);
  windows.forEach((seen, o) => seen.forEach((i, place) => (dx[i] += shares[o][place])));
  return { dx, shares };
}

/** Flatten a stack of maps (H, W, C), place by place, and average each map. */
export function heads(x, [, , channels]) {
  const maps = range(channels).map((c) => range(x.length / channels).map((place) => place * channels + c));
  const means = maps.map((map) => sum(map.map((i) => x[i])) / map.length);
  return { windows: [...x.map((_, i) => [i]), ...maps], y: [...x, ...means] };
}

// ---- Sentences ----

/** A number with at most `decimals` decimals and a real minus sign. */
function show(value, decimals = 4) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "∞" : "−∞";
  return String(+value.toFixed(decimals)).replace("-", "−");
}

const equals = (value) => `${+value.toFixed(4) === value || !Number.isFinite(value) ? "=" : "≈"} ${show(value)}`;
const times = (shape) => shape.join(" × ");

/** The output-size rule along one axis, in numbers. */
function sizeRule({ length, stride, padding, before, after, span, count }) {
  if (padding.startsWith?.("same")) return `⌈${length} / ${stride}⌉ = ${count}`;
  const padded = [length, before, after].filter(Boolean).join(" + ");
  return `⌊(${padded} − ${span}) / ${stride}⌋ + 1 = ${count}`;
}

/** The call of poolkit that does the same. */
function pythonCall({ pool, poolSize, strides, padding, dilation, p }, gradient) {
  const one = (values) => (new Set(values).size === 1 ? values[0] : tuple(values));
  const [name, whole] = POOLS[pool];
  const options = [];
  if (!whole) {
    if (name === "lp") options.push(p);
    options.push(one(poolSize));
    if (strides.length && String(one(strides)) !== String(one(poolSize))) options.push(`strides=${one(strides)}`);
    if (padding !== "valid") options.push(`padding=${Array.isArray(padding) ? tuple(padding.map(tuple)) : `"${padding}"`}`);
    if (one(dilation) !== 1) options.push(`dilation=${one(dilation)}`);
    if (name === "gem") options.push(`p=${p}`);
  }
  return gradient ? `vjp(${[pool, "x", ...options].join(", ")})` : `${pool}(${["x", ...options].join(", ")})`;
}

const nested = (values, shape) =>
  shape.length < 2
    ? `[${values.join(", ")}]`
    : `[${range(shape[0]).map((i) => {
        const size = values.length / shape[0];
        return nested(values.slice(i * size, (i + 1) * size), shape.slice(1));
      }).join(", ")}]`;

/** A whole Python program that prints what the explorer shows. */
function pythonProgram(state, outputShape) {
  const { x, shape, mode, dy } = state;
  const batch = (values, dims) => `np.array(${nested(values, dims)}, float).reshape${tuple([1, ...dims, 1])}`;
  const lines = ["import numpy as np", ""];
  if (state.stack) {
    lines.push("from poolkit import flatten, global_average_pool", "");
    lines.push(`x = np.array(${nested(x, shape)}, float).reshape${tuple([1, ...shape])}`);
    lines.push("print(flatten(x)[0])", "print(global_average_pool(x)[0])");
    return lines.join("\n");
  }
  const module = ["gem", "soft"].includes(POOLS[state.pool][0]) ? "poolkit.variants" : "poolkit";
  const part = shape.length === 2 ? "[0, :, :, 0]" : "[0, :, 0]";
  const whole = POOLS[state.pool][1];
  const names = mode === "gradient" ? `${state.pool}, vjp` : state.pool;
  lines.push(`from ${module} import ${names}`, "", `x = ${batch(x, shape)}`);
  if (mode === "gradient") {
    lines.push(`y, pullback = ${pythonCall(state, true)}`);
    lines.push(`dy = ${whole ? `np.array([[${dy[0]}]], float)` : batch(dy, outputShape)}`);
    lines.push(`print(pullback(dy)${part})`);
  } else lines.push(`print(${pythonCall(state)}${whole ? "" : part})`);
  return lines.join("\n");
}

// ---- The element ----

const CSS = `
:host {
  --ink: light-dark(#1f2430, #e8eaf0); --muted: light-dark(#566072, #a9b2c3); --rule: light-dark(#c3cad6, #4a5364);
  --x: light-dark(#dce9fd, #17315a); --x-edge: light-dark(#2459c4, #79aaff);
  --w: light-dark(#ffe7bf, #5c3c00); --w-edge: light-dark(#a34a00, #ffb74d);
  --y: light-dark(#d5f2df, #0e4226); --y-edge: light-dark(#15753a, #5fd694);
  display: block; margin-block: 1rem; max-width: 46rem; color: var(--ink); font: 15px/1.4 system-ui, sans-serif;
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.card { border: 1px solid var(--rule); border-radius: 12px; container-type: inline-size; }
.bar { display: flex; flex-wrap: wrap; gap: .5rem .9rem; align-items: center; padding: .6rem .75rem 0; }
.bar.settings { align-items: end; }
fieldset { display: contents; }
.field { display: grid; gap: .1rem; font-size: 12px; color: var(--muted); }
fieldset:disabled .field { opacity: .45; }
button, select, .stepper, .field > input, .segments {
  height: 32px; border: 1px solid var(--rule); border-radius: 7px; background: none; color: var(--ink); font: inherit;
  font-size: 14px;
}
select, option { background: light-dark(#fff, #1d232d); }
button { padding: 0 .65rem; cursor: pointer; white-space: nowrap; }
button:hover, .segments label:hover { border-color: var(--x-edge); background: var(--x); }
.group { display: flex; gap: .35rem; }
.stepper { display: flex; overflow: hidden; }
.stepper input { width: 2.6em; min-width: 0; flex: 1; border: 0; background: none; color: inherit; font: inherit; text-align: center; }
.stepper button { border: 0; border-radius: 0; height: 100%; width: 28px; padding: 0; font-size: 17px; }
.field > input[type=text] { width: 6em; padding: 0 .4rem; }
.field > .group > input[type=text] { width: 3.4em; }
.group > input { height: 32px; border: 1px solid var(--rule); border-radius: 7px; background: none; color: var(--ink); font: inherit; font-size: 14px; text-align: center; }
input[type=range] { width: 7rem; padding: 0; border: 0; accent-color: var(--x-edge); }
.segments { display: flex; padding: 2px; gap: 2px; position: relative; }
.segments label { display: grid; place-items: center; padding: 0 .65rem; border-radius: 5px; cursor: pointer; }
.segments label:has(:checked) { background: var(--x); box-shadow: inset 0 0 0 1px var(--x-edge); }
.segments input { position: absolute; opacity: 0; pointer-events: none; }
.hint { flex: 1; margin: 0; font-size: 13px; color: var(--muted); }
:focus-visible, .segments label:has(:focus-visible) { outline: 3px solid var(--x-edge); outline-offset: 1px; }
[aria-invalid=true] { box-shadow: inset 0 0 0 2px var(--w-edge); border-radius: 6px; }
.stage {
  display: flex; flex-wrap: wrap; justify-content: center; align-items: center; gap: .9rem 2.4rem; position: relative;
  padding: .8rem .75rem 0;
}
.stage.heads, .stage.signal { flex-direction: column; }
.heads .stack:first-of-type { flex-wrap: nowrap; gap: 1rem; }
.stack { display: flex; flex-wrap: wrap; justify-content: center; gap: .6rem 1.4rem; min-width: 0; max-width: 100%; }
figure { margin: 0; min-width: 0; max-width: 100%; width: calc(var(--n) * var(--size)); container-type: inline-size; }
figcaption { font-size: 13px; color: var(--muted); white-space: nowrap; margin-bottom: .2rem; }
.frame { position: relative; font-size: clamp(9px, calc(100cqi / var(--n) * .36), 16px); }
.cells { display: grid; grid-template-columns: repeat(var(--n), 1fr); }
[role=row], .cells > [aria-hidden] { display: contents; }
.cell, .pad {
  position: relative; display: grid; place-items: center; align-content: center; aspect-ratio: 1; min-width: 0;
  overflow: hidden;
}
.cell { line-height: 1.1; cursor: pointer; -webkit-user-select: none; user-select: none; font-variant-numeric: tabular-nums; }
.cell.long { font-size: 78%; }
.cell small { font-size: max(9px, 62%); color: var(--muted); }
.cell:focus-visible, .stepper input:focus-visible { outline-offset: -3px; }
.pad { border: 1px dotted var(--muted); opacity: .7; }
.pad.seen { background: repeating-linear-gradient(45deg, transparent 0 4px, var(--w) 4px 6px); }
[data-x] { background: var(--x); box-shadow: inset 0 0 0 .5px var(--x-edge); }
[data-y] { background: var(--y); box-shadow: inset 0 0 0 1px var(--y-edge); }
[data-x].unseen { background: none; color: var(--muted); box-shadow: inset 0 0 0 .5px var(--rule); }
.cell.seen { background: var(--w); touch-action: none; }
.cell.winner { font-weight: 800; }
.cell.still { color: var(--muted); }
.signal .cell, .signal .pad { aspect-ratio: 1 / 1.9; align-content: end; }
.signal .cell { background: none; padding-bottom: calc(var(--v) * 137% + .3em); }
.signal .cells { isolation: isolate; }
.signal .cell::before {
  content: ""; position: absolute; inset: auto 0 0; height: calc(var(--v) * 72%); z-index: -1; background: var(--x);
  border-top: 3px solid var(--x-edge);
}
.signal [data-y]::before { background: var(--y); border-color: var(--y-edge); }
.signal .cell.seen { background: color-mix(in srgb, var(--w) 45%, transparent); }
.signal .cell.seen::before { background: var(--w); }
.signal .cell.unseen::before { background: none; border-color: var(--rule); }
.shaded .cell { --g: calc(var(--v) * 255); background: rgb(var(--g) var(--g) var(--g)); color: #fff; box-shadow: none; }
.shaded .cell.bright { color: #000; }
.shaded .cell small { color: inherit; }
.shaded .cells { box-shadow: 0 0 0 1px var(--rule); }
.window { position: absolute; pointer-events: none; border: 3px dashed var(--w-edge); transition: inset .22s ease-out; }
.shaded .window { background: color-mix(in srgb, var(--w-edge) 22%, transparent); }
.cell.right { box-shadow: inset 0 0 0 2.5px var(--y-edge); font-weight: 800; }
.cell.wrong { background: none; text-decoration: line-through; color: var(--muted); }
.beam { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none; }
.beam path { fill: var(--w-edge); opacity: .13; transition: d .22s ease-out; }
.editor {
  position: absolute; inset: 0; width: 100%; height: 100%; padding: 0; border: 0; text-align: center; font: inherit;
  font-weight: 700; color: var(--ink); background: light-dark(#fff, #14181e); outline: 3px solid var(--x-edge);
  outline-offset: -3px;
}
.sum { margin: .7rem .75rem 0; text-align: center; font-size: 18px; font-weight: 600; min-height: 1.4em; overflow-wrap: anywhere; }
.sum mark { background: var(--w); color: inherit; border-radius: 4px; padding: 0 .2em; }
.note { margin: 0 .75rem .6rem; text-align: center; font-size: 13px; color: var(--muted); min-height: 1.4em; }
.error { margin: 1rem; padding: .5rem .75rem; border: 1px dashed var(--w-edge); border-radius: 8px; background: var(--w); max-width: 26rem; }
.foot { border-top: 1px solid var(--rule); padding-bottom: .6rem; }
code { flex: 1 1 14rem; font: 14px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; min-width: 0; }
pre { margin: 0 .75rem .75rem; padding: .6rem; border: 1px solid var(--rule); border-radius: 8px; overflow: auto; font-size: 13px; }
.heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@container (max-width: 32rem) {
  .bar { gap: .45rem .5rem; padding-inline: .6rem; justify-content: space-between; }
  .bar.settings { display: grid; grid-template-columns: repeat(auto-fill, minmax(6rem, 1fr)); }
  .settings select, .settings .field > input { width: 100%; }
  .settings #power { grid-column: span 2; }
  .segments label { padding: 0 .4rem; }
  .bar .group > button { padding: 0 .45rem; font-size: 13px; }
  .hint { flex: 1 0 100%; order: 1; }
  .stage { column-gap: 2rem; padding-inline: .5rem; }
  .stage:not(.signal, .heads) figure { width: calc(var(--n) * min(var(--size), 38px)); }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
`;

const stepper = (name, label, less, more) => `
  <span class="field"><label for="${name}">${label}</label><span class="stepper">
    <button type="button" tabindex="-1" data-step="-1" data-for="${name}" aria-label="${less}">−</button>
    <input id="${name}" inputmode="numeric" autocomplete="off" aria-describedby="error">
    <button type="button" tabindex="-1" data-step="1" data-for="${name}" aria-label="${more}">+</button>
  </span></span>`;
const options = (names) => names.map(([value, label]) => `<option value="${value}">${label}</option>`).join("");
const modes = {
  pool: "Point at a number, or move with the arrow keys. Type to change it.",
  predict: "What comes out? Type it into the green cells.",
  gradient: "Type a gradient into a green cell and see where it flows.",
};

const HTML = `<style>${CSS}</style>
<div class="card" role="group" aria-label="Pooling explorer">
  <div class="bar">
    <div class="segments" role="radiogroup" aria-label="What to do">
      ${Object.keys(modes).map((mode) => `<label><input type="radio" name="mode" value="${mode}">${mode}</label>`).join("")}
    </div>
    <p class="hint"></p>
    <span class="group">
      <button type="button" id="back" aria-label="previous window">◂</button>
      <button type="button" id="play">Play</button>
      <button type="button" id="forth" aria-label="next window">▸</button>
    </span>
  </div>
  <div class="bar settings">
    <span class="field"><label for="pool">pooling</label>
      <select id="pool">${options(
        Object.entries(POOLS).map(([name, [kind, whole]]) => [name, `${whole ? "global " : ""}${ALGEBRA[kind].label}`]),
      )}</select></span>
    <span class="field" id="power"><label for="p">p</label><span class="group">
      <input id="p" type="text" inputmode="decimal" autocomplete="off" aria-describedby="error">
      <input id="slide" type="range" min="0.5" max="20" step="0.5" aria-label="p"></span></span>
    <fieldset id="sliding">
      ${stepper("pool-size", "window", "smaller window", "larger window")}
      ${stepper("strides", "stride", "smaller stride", "larger stride")}
      <span class="field"><label for="padding">padding</label><select id="padding" aria-describedby="error">
        ${options([["valid", "valid"], ["same", "same"], ["same_lower", "same lower"], ["pairs", "numbers"]])}
      </select></span>
      <span class="field" id="pairs-field"><label for="pairs">before, after</label>
        <input id="pairs" type="text" autocomplete="off" aria-describedby="error"></span>
      ${stepper("dilation", "dilation", "less dilation", "more dilation")}
    </fieldset>
  </div>
  <div class="stage"></div>
  <p class="sum"></p>
  <p class="note"></p>
  <div class="bar foot">
    <code></code>
    <span class="group">
      <button type="button" id="random">Random</button>
      <button type="button" id="copy" aria-expanded="false">Copy as Python</button>
      <button type="button" id="link">Link</button>
      <button type="button" id="reset">Reset</button>
    </span>
  </div>
  <pre tabindex="0" role="region" aria-label="Python" hidden></pre>
  <div class="heard" aria-live="polite"></div>
</div>`;

const numbers = (text) => text.split(/[\s,]+/).filter(Boolean).map((word) => (Number.isNaN(+word) ? word : +word));
const fill = (text, count, otherwise) => {
  const given = (text ?? "").split(/\s+/).filter(Boolean);
  return range(count).map((o) => (o in given && given[o] !== "?" ? +given[o] : otherwise));
};

export class PoolingExplorer extends HTMLElement {
  static observedAttributes = [
    "values", "pool", "pool-size", "strides", "padding", "dilation", "p", "mode", "dy", "guess", "at", "shaded", "playing",
  ];
  #original;
  #model;
  #drawn;
  #timer;
  #aloud = false;
  #waiting = false;

  /** It stands as a figure until it comes near or a key is pressed, so that the page is there sooner. */
  connectedCallback() {
    if (this.#original) return;
    this.#original = this.#attributes();
    addEventListener("hashchange", () => this.#restore());
    this.#restore();
    new IntersectionObserver(([seen]) => seen.isIntersecting && this.#start(), { rootMargin: "50%" }).observe(this);
    addEventListener("keydown", () => this.#start(), { capture: true, once: true });
  }

  #start() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    root.innerHTML = HTML;
    root.addEventListener("input", (event) => this.#change(event.target));
    root.addEventListener("click", (event) => this.#click(event));
    root.addEventListener("keydown", (event) => this.#key(event));
    root.addEventListener("focusin", ({ target }) => target.matches(".cell") && this.#point(target));
    root.addEventListener("pointerdown", (event) => (this.#before = root.activeElement, this.#move(event)));
    root.addEventListener("pointermove", (event) => this.#move(event));
    this.$("link").hidden = !import.meta.url.includes("explorer.mjs"); // inside a notebook there is no page to link to
    new ResizeObserver(() => this.#beam()).observe(this.$("stage"));
    this.#render();
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

  #attributes() {
    const names = PoolingExplorer.observedAttributes.filter((name) => name !== "playing" && this.hasAttribute(name));
    return Object.fromEntries(names.map((name) => [name, this.getAttribute(name)]));
  }

  #set(attributes) {
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === "") this.removeAttribute(name);
      else this.setAttribute(name, value);
    }
  }

  #read() {
    const text = (name, otherwise) => this.getAttribute(name) ?? otherwise;
    const maps = text("values", "0").split("|").map((map) => map.split(";").map(numbers));
    const [rows, columns, channels] = [maps[0].length, maps[0][0].length, maps.length];
    const stack = channels > 1;
    const shape = [...(stack || rows > 1 ? [rows] : []), columns, ...(stack ? [channels] : [])];
    const x = range(rows * columns * channels).map((k) => {
      const place = Math.floor(k / channels);
      return maps[k % channels][Math.floor(place / columns)]?.[place % columns];
    });
    if (x.some((value) => !Number.isFinite(value))) throw new Error("values must be numbers in rows of equal length");
    const padding = text("padding", "valid");
    const pairs = padding.split(";").map(numbers);
    const pool = text("pool", "max_pool");
    if (!POOLS[pool]) throw new Error(`pool must be one of ${Object.keys(POOLS).join(", ")}, got ${pool}`);
    return {
      x, shape, stack, pool, p: numbers(text("p", "3"))[0], mode: text("mode", "pool"), shaded: this.hasAttribute("shaded"),
      poolSize: numbers(text("pool-size", "2")), strides: numbers(text("strides", "")),
      dilation: numbers(text("dilation", "1")),
      padding: !/\d/.test(padding) ? padding : pairs.length === 1 ? shape.map(() => pairs[0]) : pairs,
    };
  }

  /** What is to be seen: the grids, and for the place pointed at, its window. Throws poolkit's errors. */
  #see() {
    const state = this.#read();
    const { x, shape, stack } = state;
    const result = stack ? heads(x, shape) : forward(x, shape, state);
    const [rows, columns, channels] = shape.length === 1 ? [1, shape[0], 1] : [shape[0], shape[1], stack ? shape[2] : 1];
    const none = { top: 0, left: 0, bottom: 0, right: 0 };
    const count = result.y.length;
    state.dy = fill(this.getAttribute("dy"), count, 1);
    state.guess = fill(this.getAttribute("guess"), count, null);
    const back = state.mode === "gradient" && !stack && backward(x, shape, state, state.dy);
    const at = this.getAttribute("at") ?? (stack && state.mode === "predict" ? String(x.length) : "0");
    const from = at[0] === "x" && +at.slice(1) < x.length ? +at.slice(1) : null;
    const model = { ...result, ...back, ...state, count, from, outputShape: result.shape };
    if (stack) {
      const wide = range(12).reverse().find((n) => x.length % (n + 1) === 0) + 1;
      model.inputs = range(channels).map((c) => ({
        side: "x", title: `map ${c}`, rows, columns, pad: none, index: (i, j) => (i * columns + j) * channels + c,
      }));
      model.outputs = [
        { side: "y", title: `flatten: ${x.length} numbers`, rows: x.length / wide, columns: wide, pad: none, index: (i, j) => i * wide + j },
        { side: "y", title: `global average: ${channels} numbers`, rows: 1, columns: channels, pad: none, index: (i, j) => x.length + j },
      ];
      model.at = Math.min(from ?? (+at || 0), count - 1);
    } else {
      const beyond = (axis) => Math.min(6, Math.max(0, (axis.count - 1) * axis.stride - axis.before + axis.span - axis.length));
      const [vertical, horizontal] = result.axes.length === 1 ? [null, result.axes[0]] : result.axes;
      const before = (axis) => Math.min(6, axis.before);
      model.inputs = [{
        room: vertical ? 370 : 460, side: "x", title: `${back ? "dx above x" : "input"}, ${times(shape)}`, rows, columns, index: (i, j) => i * columns + j,
        pad: {
          top: vertical ? before(vertical) : 0, bottom: vertical ? beyond(vertical) : 0,
          left: before(horizontal), right: beyond(horizontal),
        },
      }];
      const [down, across] = vertical ? result.shape : [1, result.shape[0]];
      model.outputs = [{
        room: vertical ? 250 : 460, side: "y", title: `${back ? "dy above y" : "output"}, ${times(result.shape)}`, rows: down, columns: across, pad: none, index: (i, j) => i * across + j,
      }];
      model.at = Math.min(from === null ? +at || 0 : nearest(from, result.axes), count - 1);
    }
    /** Whether the reader writes into output `o`: her prediction, or a gradient. */
    model.asks = (o) => state.mode === "gradient" || (state.mode === "predict" && !(stack && o < x.length));
    model.seen = new Set(result.windows[model.at]);
    return model;
  }

  // ---- drawing ----

  #render() {
    const stage = this.$("stage");
    let error = "";
    try {
      this.#model = this.#see();
    } catch ({ message }) {
      error = message;
    }
    this.#controls(error);
    if (error) {
      if (this.$("error")?.textContent !== error) {
        stage.innerHTML = `<p class="error" id="error" role="alert"></p>`;
        this.$("error").textContent = error;
      }
      this.#drawn = "";
      this.$("sum").textContent = this.$("note").textContent = "";
      return;
    }
    const model = this.#model;
    const grids = [...model.inputs, ...model.outputs];
    const key = JSON.stringify([grids, model.stack, model.shaded]);
    if (key !== this.#drawn) this.#build(stage, key);
    this.#fill();
    this.#frames();
    this.#tell();
    requestAnimationFrame(() => this.#beam()); // it asks where things lie, which the page works out then anyway
    this.#play();
  }

  #build(stage, key) {
    const active = this.shadowRoot.activeElement;
    const side = active?.matches(".cell") && ("x" in active.dataset ? "x" : "y");
    this.#drawn = key;
    const { inputs, outputs, shape, shaded } = this.#model;
    stage.classList.toggle("signal", shape.length === 1);
    stage.classList.toggle("heads", shape.length === 3);
    stage.classList.toggle("shaded", shaded);
    const stacked = (grids) => `<div class="stack">${grids.map(gridHTML).join("")}</div>`;
    stage.innerHTML = `<svg class="beam" aria-hidden="true"><path/></svg>${stacked(inputs)}${stacked(outputs)}`;
    if (side) this.#cell(side, side === "y" ? this.#model.at : (this.#model.from ?? 0))?.focus();
  }

  #cell(side, index) {
    return this.shadowRoot.querySelector(`[data-${side}="${index}"]`);
  }

  #fill() {
    const { x, y, dx, dy, mode, guess, stack, at, from, seen, windows, kind, shaded, shape } = this.#model;
    const playing = this.hasAttribute("playing");
    const low = Math.min(0, ...x), high = Math.max(...x, low + 1e-9);
    const covered = new Set(windows.flat());
    const right = (o) => guess[o] !== null && Math.abs(guess[o] - y[o]) <= 0.005 + 1e-9;
    this.#model.right = y.map((_, o) => right(o));
    const put = (cell, text, small, classes, value) => {
      const html = small === undefined ? text : `${text}<small>${small}</small>`;
      if (!cell.querySelector(".editor") && cell.innerHTML !== html) cell.innerHTML = html;
      for (const [name, on] of Object.entries(classes)) cell.classList.toggle(name, Boolean(on));
      cell.classList.toggle("long", text.length > 3);
      const v = Math.min(1, Math.max(0, (value - low) / (high - low))) || 0;
      if (shaded || shape.length === 1) cell.style.setProperty("--v", v.toFixed(3));
      cell.classList.toggle("bright", shaded && v > 0.46); // where black stands out better than white
    };
    const known = mode !== "predict" || right(at);
    const small = shaded && this.#model.inputs[0].columns > 12;
    for (const cell of this.shadowRoot.querySelectorAll("[data-x]")) {
      const i = +cell.dataset.x;
      const winner = known && ["max", "min"].includes(kind?.label) && seen.has(i) && x[i] === y[at];
      const text = show(dx ? dx[i] : x[i], 2);
      put(cell, small ? "" : text, dx && !small ? show(x[i], 2) : undefined, { seen: seen.has(i), unseen: !covered.has(i), winner, still: dx && !dx[i] }, x[i]);
      if (small) cell.ariaLabel = text;
      cell.tabIndex = i === (from ?? windows[at][0] ?? 0) ? 0 : -1;
    }
    for (const cell of this.shadowRoot.querySelectorAll("[data-y]")) {
      const o = +cell.dataset.y;
      const later = playing && o > at;
      const kin = stack ? o < x.length && seen.has(o) : from !== null && mode === "gradient" && windows[o].includes(from);
      const asked = mode === "predict" && this.#model.asks(o);
      const hidden = later || (asked && guess[o] === null);
      const text = later ? "" : hidden ? "?" : show(mode === "gradient" ? dy[o] : asked ? guess[o] : y[o], 2);
      const classes = { seen: o === at || kin, right: asked && right(o), wrong: asked && !hidden && !right(o) };
      put(cell, small ? "" : text, mode === "gradient" && !small ? show(y[o], 2) : undefined, classes, hidden ? low : y[o]);
      if (small) cell.ariaLabel = text;
      cell.tabIndex = o === at ? 0 : -1;
      cell.ariaSelected = o === at;
    }
  }

  /** Put the dashed frames over the window and over its output. */
  #frames() {
    const { inputs, outputs, at, seen, axes, stack } = this.#model;
    const grids = [...inputs, ...outputs];
    this.shadowRoot.querySelectorAll(".frame").forEach((frame, place) => {
      const { side, rows, columns, pad, index } = grids[place];
      let box = null;
      if (side === "x" && !stack) box = windowBox(axes, at);
      else {
        const inside = range(rows * columns).filter((k) => {
          const mine = index(Math.floor(k / columns), k % columns);
          return side === "x" ? seen.has(mine) : mine === at;
        });
        const [first, last] = [inside[0], inside.at(-1)];
        if (inside.length) {
          box = { top: Math.floor(first / columns), left: first % columns, bottom: Math.floor(last / columns) + 1, right: (last % columns) + 1 };
        }
      }
      const mark = frame.querySelector(".window");
      mark.hidden = !box;
      if (!box) return;
      const [tall, wide] = [pad.top + rows + pad.bottom, pad.left + columns + pad.right];
      const [top, left] = [Math.max(0, pad.top + box.top), Math.max(0, pad.left + box.left)];
      const [bottom, right] = [Math.min(tall, pad.top + box.bottom), Math.min(wide, pad.left + box.right)];
      mark.style.inset = [top / tall, 1 - right / wide, 1 - bottom / tall, left / wide].map((part) => `${part * 100}%`).join(" ");
      mark.box = [left / wide, top / tall, right / wide, bottom / tall];
      frame.querySelectorAll(".pad").forEach((cell) => {
        const [i, j] = cell.dataset.at.split(" ").map(Number);
        cell.classList.toggle("seen", i >= box.top && i < box.bottom && j >= box.left && j < box.right);
      });
    });
  }

  /** A ray from the window to its output. */
  #beam() {
    const stage = this.$("stage");
    const path = stage.querySelector("path");
    const marks = [...stage.querySelectorAll(".window:not([hidden])")];
    if (!path || marks.length < 2) return path?.removeAttribute("d");
    const origin = stage.getBoundingClientRect();
    const [one, other] = marks.map((mark) => {
      const { left, top, width, height } = mark.parentElement.getBoundingClientRect();
      const [a, b, c, d] = mark.box;
      return [left + a * width, top + b * height, left + c * width, top + d * height].map((at, i) => at - (i % 2 ? origin.top : origin.left));
    });
    const beside = other[0] >= one[2];
    const corners = beside
      ? [[one[2], one[1]], [other[0], other[1]], [other[0], other[3]], [one[2], one[3]]]
      : [[one[0], one[3]], [other[0], other[1]], [other[2], other[1]], [one[2], one[3]]];
    path.setAttribute("d", `M${corners.map((corner) => corner.map(Math.round).join(" ")).join("L")}Z`);
  }

  #tell() {
    const { x, y, windows, at, from, mode, stack, kind, whole, p, shares, dx, dy, axes, shape, right } = this.#model;
    const xs = windows[at].map((i) => x[i]);
    const notes = [];
    let text;
    if (stack && at < x.length) {
      const [, columns, channels] = shape;
      const [place, c] = [Math.floor(at / channels), at % channels];
      const [i, j] = [Math.floor(place / columns), place % columns];
      text = `flatten[${at}] = ${show(x[at])}`;
      notes.push(`row ${i}, column ${j}, map ${c} lands at (${i} · ${columns} + ${j}) · ${channels} + ${c} = ${at}`);
    } else if (shares && from !== null) {
      const parts = windows.flatMap((seen, o) => (seen.includes(from) ? [shares[o][seen.indexOf(from)]] : []));
      text = parts.length ? `${plus(parts, (part) => show(part))} ${parts.length > 1 ? equals(dx[from]) : ""}` : "0";
      notes.push(`${parts.length} ${parts.length === 1 ? "window sees" : "windows see"} this element`);
      if (parts.length > 1) notes.push("what they send back adds up");
    } else if (shares) {
      text = `${show(dy[at])} → ${xs.length > 9 ? `${xs.length} elements` : shares[at].map((part) => show(part)).join(", ")}`;
      notes.push(kind.flow(xs, whole));
    } else {
      const say = stack ? ALGEBRA.average.say : kind.say;
      const known = mode !== "predict" || right[at];
      text = xs.length ? `${say(xs, p)} ${known ? equals(y[at]) : "= ?"}` : `no element is there: ${show(y[at])}`;
      if (stack) notes.push("one number for the whole map");
    }
    if (!stack && from !== null && !windows[at].includes(from)) notes.unshift("this element is in no window");
    if (!stack && mode !== "gradient") {
      const missing = axes.reduce((size, axis) => size * axis.size, 1) - xs.length;
      if (missing) notes.push(`${missing} ${missing === 1 ? "place" : "places"} of this window ${missing === 1 ? "is" : "are"} not there`);
      const rules = axes.map(sizeRule);
      if (!whole) notes.push(new Set(rules).size === 1 ? rules[0] : `rows ${rules[0]}, columns ${rules[1]}`);
    }
    if (mode === "predict") {
      const asked = stack ? right.slice(x.length) : right;
      notes.push(`${asked.filter(Boolean).length} of ${asked.length} right`);
      if (!right[at]) text = text.replace(/<\/?mark>/g, "");
    }
    this.$("sum").innerHTML = text;
    this.$("note").textContent = notes.join(" · ");
    if (!this.#aloud || this.hasAttribute("playing")) return;
    clearTimeout(this.#heard);
    this.#heard = setTimeout(() => (this.$("heard").textContent = `${this.$("sum").textContent}. ${notes[0] ?? ""}`), 500);
  }
  #heard;
  #before;

  #controls(error) {
    let state = null;
    try {
      state = this.#read();
    } catch {} // its message is shown already
    const write = (id, value) => {
      const control = this.$(id);
      if (control !== this.shadowRoot.activeElement) control.value = value;
      control.ariaInvalid = String(error.startsWith(`${{ "pool-size": "pool_size", pairs: "padding" }[id] ?? id} `));
    };
    const text = (name, otherwise) => this.getAttribute(name) ?? otherwise;
    const pool = text("pool", "max_pool");
    const [name, whole] = POOLS[pool] ?? [];
    const pairs = /\d/.test(text("padding", ""));
    write("pool", pool);
    write("pool-size", text("pool-size", "2"));
    write("strides", text("strides", ""));
    this.$("strides").placeholder = text("pool-size", "2");
    write("padding", pairs ? "pairs" : text("padding", "valid"));
    write("pairs", pairs ? text("padding") : "");
    write("dilation", text("dilation", "1"));
    write("p", text("p", "3"));
    write("slide", text("p", "3"));
    this.$("pairs-field").hidden = !pairs;
    this.$("power").hidden = !["lp", "gem"].includes(name);
    this.$("dilation").closest(".field").hidden = ["gem", "soft"].includes(name);
    this.$("hint").textContent = modes[text("mode", "pool")] ?? "";
    this.$("sliding").disabled = Boolean(whole);
    this.$("settings").hidden = Boolean(state?.stack);
    this.$("random").hidden = Boolean(state?.shaded);
    this.$("play").textContent = this.hasAttribute("playing") ? "Pause" : "Play";
    const chosen = text("mode", "pool");
    for (const radio of this.shadowRoot.querySelectorAll("[name=mode]")) {
      radio.checked = radio.value === chosen;
      radio.parentElement.hidden = state?.stack && radio.value === "gradient";
    }
    const call = state && (state.stack ? "flatten(x), global_average_pool(x)" : pythonCall(state, state.mode === "gradient"));
    this.shadowRoot.querySelector("code").textContent = call ?? "";
    const pre = this.shadowRoot.querySelector("pre");
    if (!pre.hidden && !error) pre.textContent = this.program;
  }

  /** The Python program that prints what is shown. */
  get program() {
    const model = this.#see();
    return pythonProgram(model, model.outputShape);
  }

  // ---- what the reader does ----

  #point(cell) {
    const at = "x" in cell.dataset ? `x${cell.dataset.x}` : cell.dataset.y;
    if (this.getAttribute("at") !== at) this.setAttribute("at", at);
  }

  #move(event) {
    if (this.shadowRoot.querySelector(".editor") || (event.type === "pointermove" && event.pointerType !== "mouse" && !event.buttons)) return;
    const cell = this.shadowRoot.elementFromPoint(event.clientX, event.clientY)?.closest(".cell");
    if (!cell) return;
    this.#aloud = false;
    this.removeAttribute("playing");
    this.#point(cell);
  }

  #click({ target }) {
    const cell = target.closest(".cell");
    if (cell && !target.matches(".editor")) {
      const answers = "y" in cell.dataset && this.#model.asks(+cell.dataset.y);
      if (cell === this.#before || answers) this.#edit(cell);
      else cell.focus();
    }
    const button = target.closest("button");
    if (!button) return;
    this.#aloud = true;
    const { step, for: id } = button.dataset;
    if (step) this.#step(this.$(id), +step);
    else this.#press[button.id].call(this);
  }

  #press = {
    back: () => this.#go(-1),
    forth: () => this.#go(1),
    play: () => {
      if (this.hasAttribute("playing")) return this.removeAttribute("playing");
      if (this.#model.at === this.#model.count - 1) this.setAttribute("at", "0");
      else this.setAttribute("at", this.#model.at);
      this.setAttribute("playing", "");
    },
    random: () => {
      const { x } = this.#read();
      this.#write(x.map(() => Math.floor(Math.random() * 10)));
    },
    copy: async () => {
      const pre = this.shadowRoot.querySelector("pre");
      pre.hidden = !pre.hidden;
      this.$("copy").ariaExpanded = String(!pre.hidden);
      if (!pre.hidden) this.#copied("copy", (pre.textContent = this.program));
    },
    link: () => {
      const place = [...document.querySelectorAll("pooling-explorer")].indexOf(this);
      const hash = new URLSearchParams({ explorer: place, ...this.#attributes() });
      history.replaceState(null, "", `#${hash}`);
      this.#copied("link", location.href);
    },
    reset: () => {
      const gone = PoolingExplorer.observedAttributes.filter((name) => !(name in this.#original));
      this.#set({ ...Object.fromEntries(gone.map((name) => [name, null])), ...this.#original });
    },
  };

  async #copied(id, text) {
    const button = this.$(id);
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = label), 1500);
    } catch {} // no clipboard here; the text is shown, or stands in the address bar
  }

  #restore() {
    const hash = new URLSearchParams(location.hash.slice(1));
    const all = [...document.querySelectorAll("pooling-explorer")];
    if (!hash.has("explorer") || all[Math.min(+hash.get("explorer"), all.length - 1)] !== this) return;
    this.#set(Object.fromEntries(PoolingExplorer.observedAttributes.map((name) => [name, hash.get(name)])));
    this.scrollIntoView({ block: "center" });
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

  #step(input, step) {
    const start = numbers(input.value || input.placeholder);
    input.value = start.map((value) => +value + step).join(" ");
    this.#change(input);
  }

  #change(control) {
    if (control.matches(".editor")) return;
    this.#aloud = true;
    const { id, name, value } = control;
    if (name === "mode") this.#set({ mode: value, playing: null });
    else if (id === "pairs") this.#set({ padding: value || "0 0" });
    else if (id === "padding") this.#set({ padding: value === "pairs" ? "1 1" : value });
    else if (["strides", "p", "slide"].includes(id)) this.#set({ [id === "slide" ? "p" : id]: value });
    else this.setAttribute(id, value);
    if (["pool-size", "strides", "dilation", "p"].includes(id)) this.#set({ playing: null });
  }

  /** Store new input numbers, map by map, as the attribute is written. */
  #write(x) {
    const { shape, stack } = this.#read();
    const [rows, columns, channels] = stack ? shape : shape.length === 1 ? [1, shape[0], 1] : [...shape, 1];
    const row = (c, i) => range(columns).map((j) => x[(i * columns + j) * channels + c]).join(" ");
    this.setAttribute("values", range(channels).map((c) => range(rows).map((i) => row(c, i)).join("; ")).join(" | "));
  }

  #edit(cell, typed) {
    const { x, mode, dy, guess } = this.#model;
    const side = "x" in cell.dataset ? "x" : "y";
    const index = +cell.dataset[side];
    if (side === "y" && !this.#model.asks(index)) return;
    const old = side === "x" ? x[index] : mode === "gradient" ? dy[index] : guess[index];
    const input = document.createElement("input");
    Object.assign(input, { className: "editor", inputMode: "decimal", value: typed ?? old ?? "", ariaLabel: "number" });
    const finish = (keep) => {
      input.onblur = null;
      const value = input.value.trim().replace("−", "-").replace(",", ".");
      input.remove();
      if (keep && value !== "" && Number.isFinite(+value)) this.#store(side, index, +value);
      this.#render();
    };
    input.onblur = () => finish(true);
    input.onkeydown = (event) => {
      event.stopPropagation();
      if (!["Enter", "Escape"].includes(event.key)) return;
      finish(event.key === "Enter");
      const next = mode === "predict" && side === "y" && event.key === "Enter" && this.#cell(side, index + 1);
      (next || this.#cell(side, index))?.focus();
    };
    cell.append(input);
    input.focus();
    if (typed === undefined) input.select();
  }

  #store(side, index, value) {
    this.#aloud = true;
    const { x, mode, dy, guess } = this.#model;
    if (side === "x") return this.#write(x.with(index, value));
    if (mode === "gradient") this.setAttribute("dy", dy.with(index, value).join(" "));
    else this.setAttribute("guess", guess.with(index, value).map((each) => each ?? "?").join(" "));
  }

  #key(event) {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.closest(".stepper") && ["ArrowUp", "ArrowDown"].includes(key)) {
      event.preventDefault();
      return this.#step(target, key === "ArrowUp" ? 1 : -1);
    }
    if (!target.matches(".cell")) return;
    this.#aloud = true;
    const side = "x" in target.dataset ? "x" : "y";
    const { inputs, outputs } = this.#model;
    const way = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -99], End: [0, 99] }[key];
    if (way) {
      event.preventDefault();
      const frames = [...this.shadowRoot.querySelectorAll(".frame")];
      const { rows, columns, index } = [...inputs, ...outputs][frames.indexOf(target.closest(".frame"))];
      const place = range(rows * columns).find((k) => index(Math.floor(k / columns), k % columns) === +target.dataset[side]);
      const clamp = (value, most) => Math.min(Math.max(value, 0), most);
      const [i, j] = [clamp(Math.floor(place / columns) + way[0], rows - 1), clamp((place % columns) + way[1], columns - 1)];
      this.#cell(side, index(i, j)).focus();
    } else if (["Enter", "F2"].includes(key)) {
      event.preventDefault();
      this.#edit(target);
    } else if (/^[-\d.]$/.test(key)) {
      event.preventDefault();
      this.#edit(target, key);
    }
  }
}

/** The window that sees a position best: the one around it, or the nearest. */
function nearest(position, axes) {
  let rest = position;
  const places = axes.map(({ length }) => length).reverse().map((length) => {
    const place = rest % length;
    rest = Math.floor(rest / length);
    return place;
  }).reverse();
  return axes.reduce((o, { table, count, stride, before, span }, axis) => {
    const away = (k) => Math.abs(k * stride - before + (span - 1) / 2 - places[axis]) + (table[k].includes(places[axis]) ? 0 : 1e9);
    return o * count + range(count).reduce((best, k) => (away(k) < away(best) ? k : best), 0);
  }, 0);
}

/** Where window `at` lies, in cells from the first element. */
function windowBox(axes, at) {
  const [vertical, horizontal] = axes.length === 1 ? [null, axes[0]] : axes;
  const [i, j] = [Math.floor(at / horizontal.count), at % horizontal.count];
  const top = vertical ? i * vertical.stride - vertical.before : 0;
  const left = j * horizontal.stride - horizontal.before;
  return { top, left, bottom: top + (vertical?.span ?? 1), right: left + horizontal.span };
}

function gridHTML({ side, title, rows, columns, pad, index, room = 460 }) {
  const wide = pad.left + columns + pad.right;
  const size = Math.min(46, Math.max(10, room / wide));
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
  return `<figure style="--n:${wide};--size:${size}px"><figcaption>${title}</figcaption>
    <div class="frame"><div class="cells" role="grid" aria-label="${title}">${lines}</div><b class="window"></b></div></figure>`;
}

customElements.get("pooling-explorer") ?? customElements.define("pooling-explorer", PoolingExplorer);
