/* The stages of one network, one row each: the drawing with what a place has seen of it, one map large, all maps small.
   Whatever place is pointed at or chosen with the arrow keys is lit in every stage, with its window in the stage before. */

import { places, range, seen } from "./lab_network.mjs";
import { paint } from "./lab_paint.mjs";

const COLUMNS = { 8: 4, 16: 4, 32: 8, 12: 4, 24: 6, 48: 8 }; // of so many maps, so many in a row
const columnsFor = (channels) => COLUMNS[channels] ?? 8;
const VIEW = 40; // pixels of the drawing are shown; a frame wider than that of training is cut off at the edges

const SAYS = {
  "convolution 1": "Each map shows where one 3 × 3 filter found what it looks for, such as an edge, a stroke or an end.",
  "convolution 2": "The same again, but a filter now reads all maps of the stage above.",
  "convolution 3": "The last maps. All that the network knows about your drawing is in them.",
};
const POOLS = {
  max: "Of 2 × 2 numbers the largest stays.",
  average: "2 × 2 numbers become their mean.",
  blur: "The largest of 2 × 2 numbers, blurred with its neighbours.",
};
const HALVED = "Windows stand two places apart, so the maps are half as wide and high, and the next filter sees twice as far.";
const KEPT = "The stride is out: every place is kept, and the next filter looks at places twice as far apart.";

function tell({ name, kind, stride, spread, map }) {
  if (kind === "drawing") {
    return map.width === VIEW
      ? "What you drew, with the frame of paper that it was trained with."
      : `What you drew, with paper around it. The middle ${VIEW} × ${VIEW} pixels are shown, here and below.`;
  }
  if (kind !== "convolution") return `${POOLS[kind]} ${stride === 2 ? HALVED : KEPT}`;
  const moved = stride === 2 ? ` ${HALVED}` : "";
  return SAYS[name] + (spread > 1 ? ` It looks at places ${spread} apart.` : "") + moved;
}

const HEADS = {
  gap: {
    name: "global average",
    told: ({ channels }, step) =>
      `Each of the ${channels} rows becomes one number: its sum, divided by ${places(step)}, the places of the frame that it was trained with. Where in a map something was found is forgotten; how much of it is kept.`,
    alt: ({ channels, height, width }) => `a table of ${channels} maps and ${height * width} places; a mean is taken of each row`,
  },
  flatten: {
    name: "Flatten",
    told: ({ channels, height, width }) => `All ${grouped(channels * height * width)} numbers go on as they are, and each gets ten weights of its own. When the drawing moves, every number moves to another column, and so meets other weights.`,
    alt: ({ channels, height, width }) => `a table of ${channels} maps and ${height * width} places, all of which is used`,
  },
};

const LEAD = `Point at any map, or move its lit cell with the arrow keys. The <span class="key window">window</span> that the
  cell was computed from lights up in the stage above it, and here its <span class="key field">receptive field</span>: all of
  the drawing that the cell has seen.`;

export const STAGES_HTML = `
  <div class="segments" role="radiogroup" aria-label="Stages of"></div>
  <ol class="rows"></ol>
  <div class="head">
    <h3><span></span><small></small></h3>
    <p class="told"></p>
    <div class="table"><figure><canvas class="numbers" role="img"></canvas><figcaption></figcaption></figure>
      <figure class="means"><canvas class="column" role="img"></canvas><figcaption></figcaption></figure></div>
    <h3>ten answers<small></small></h3>
    <p class="told">Each answer is a sum of all those numbers, each times a weight of its own that was learned.</p>
    <ol class="logits" aria-label="the ten sums">${range(10).map((digit) => `<li><b></b><i></i><span>${digit}</span></li>`).join("")}</ol>
  </div>`;

const large = `<figure class="large"><div class="frame"><canvas class="map" tabindex="0" role="application"></canvas>
    <i class="window"></i><i class="cell"></i></div>
  <figcaption><button type="button" class="turn" data-by="-1" aria-label="map before">‹</button><span></span>
    <button type="button" class="turn" data-by="1" aria-label="next map">›</button></figcaption></figure>`;

const row = ({ name, map: { channels } }, number) => number
  ? `<li data-stage="${number}"><h3>${name}<small></small></h3><p class="told"></p><div class="views">
      <figure class="seen"><div class="frame"><canvas class="ink" aria-hidden="true"></canvas><i class="field"></i></div>
        <figcaption></figcaption></figure>${large}
      <div class="all"><div class="frame"><canvas class="maps" aria-hidden="true" style="aspect-ratio: ${columnsFor(channels)} / ${Math.ceil(channels / columnsFor(channels))}"></canvas><i class="cell"></i></div></div>
    </div><p class="sum"></p></li>`
  : `<li data-stage="0" class="first"><div class="views">${large.replace("<i", '<i class="field"></i><i')}
      <div><h3>${name}<small></small></h3><p class="told"></p><p class="lead">${LEAD}</p></div></div></li>`;

export class Stages {
  /** `root` is where they stand; `say` is called with what a screen reader should hear of a chosen place. */
  constructor(root, say) {
    Object.assign(this, { root, say, channels: {}, stage: null, pointed: null, at: null });
    root.innerHTML = STAGES_HTML;
    root.addEventListener("pointermove", (event) => this.#point(event));
    root.addEventListener("pointerdown", (event) => this.#point(event, true));
    root.addEventListener("focusin", (event) => this.#focus(event));
    root.addEventListener("keydown", (event) => this.#key(event));
    root.addEventListener("click", (event) => this.#turn(event));
  }

  show(network, result) {
    if (network !== this.network) this.channels = {}; // another network's maps show other things
    Object.assign(this, { network, result });
    const { stages } = result;
    const names = stages.map(({ name, map }) => name + map.channels).join();
    if (names !== this.names) this.root.querySelector(".rows").innerHTML = stages.map(row).join("");
    this.names = names;
    this.stage = Math.min(this.stage ?? stages.length - 1, stages.length - 1);
    this.at ??= [0.5, 0.5];
    stages.forEach(({ map, name, kind }, number) => {
      const item = this.#row(number);
      const put = (selector, text) => (item.querySelector(selector).textContent = text);
      const pooled = kind in POOLS; // the map of the stage above, and no other
      const channel = (this.channels[number] ??= pooled ? this.channels[number - 1] : liveliest(map)) ?? 0;
      put("small", shape(map));
      put(".told", tell(stages[number]));
      const view = this.#view(map);
      paint(item.querySelector(".map"), view, [channel], { largest: number ? undefined : 1 });
      if (number) {
        paint(item.querySelector(".ink"), this.#view(stages[0].map), [0], { largest: 1 });
        paint(item.querySelector(".maps"), view, range(map.channels), { columns: columnsFor(map.channels), space: 1 });
      }
      const label = `${name}, map ${channel + 1} of ${map.channels}, ${map.height} rows and ${map.width} columns. Arrow keys move the lit cell.`;
      item.querySelector(".map").setAttribute("aria-label", label);
    });
    this.#head();
    this.#light();
  }

  /** The last maps as a table, a row a map and a column a place; the means of its rows behind a global average. */
  #head() {
    const { network, result } = this;
    const { map } = result.stages.at(-1);
    const area = map.height * map.width;
    const head = this.root.querySelector(".head");
    const [named, means] = [HEADS[network.head], network.head === "gap"];
    const count = means ? map.channels : area * map.channels;
    const put = (selector, text) => (head.querySelector(selector).textContent = text);
    put("h3 span", named.name);
    put("h3 small", `${grouped(count)} numbers`);
    put(".told", named.told(map, network.step));
    put(".table figure figcaption", `${map.channels} maps (rows), ${area} places (columns)`);
    put(".means figcaption", "means");
    head.querySelector(".means").hidden = !means;
    const turned = { height: map.channels, width: area, channels: 1, data: new Float32Array(map.data.length) };
    map.data.forEach((value, at) => (turned.data[(at % map.channels) * area + Math.floor(at / map.channels)] = value));
    paint(head.querySelector(".numbers"), turned);
    head.querySelector(".numbers").setAttribute("aria-label", named.alt(map));
    if (means) {
      paint(head.querySelector(".column"), { height: map.channels, width: 1, channels: 1, data: result.numbers });
      head.querySelector(".column").setAttribute("aria-label", `the ${map.channels} means`);
    }
    put("h3 + .told ~ h3 small", `${grouped(count)} × 10 weights`);
    this.#logits(head, result.logits);
  }

  #logits(head, logits) {
    const largest = Math.max(1, ...(logits ?? [0]).map(Math.abs));
    head.querySelectorAll(".logits li").forEach((item, digit) => {
      item.style.setProperty("--v", logits ? logits[digit] / largest : 0);
      item.querySelector("b").textContent = logits ? signed(logits[digit], Math.abs(logits[digit]) < 9.95 ? 1 : 0) : "–"; // ten of them fit a phone
    });
  }

  /** How many places of a map lie outside of what is shown, on each side. */
  #hidden({ width }) {
    const side = this.result.stages[0].map.width;
    return (width * (side - VIEW)) / side / 2;
  }

  #view(map) {
    const cut = this.#hidden(map);
    if (!cut) return map;
    const { width, channels, data } = map;
    const side = width - 2 * cut;
    const shown = new Float32Array(side * side * channels);
    for (let y = 0; y < side; y++) {
      const from = ((y + cut) * width + cut) * channels;
      shown.set(data.subarray(from, from + side * channels), y * side * channels);
    }
    return { width: side, height: side, channels, data: shown };
  }

  #row(number) {
    return this.root.querySelector(`[data-stage="${number}"]`);
  }

  /** The lit cell of a stage: the one over the place pointed at. */
  #cell(number) {
    const { map } = this.result.stages[number];
    const cut = this.#hidden(map);
    return this.at.map((share) => cut + Math.floor(share * (map.width - 2 * cut)));
  }

  #light() {
    const { stages } = this.result;
    const active = this.#cell(this.stage);
    const [rows, columns] = active.map((index) => seen(stages, this.stage, index));
    const frame = (box, down, across, map) => place(box, down, across, map.width, this.#hidden(map));
    stages.forEach(({ map }, number) => {
      const item = this.#row(number);
      const cell = this.#cell(number);
      const [down, across] = number ? cell.map((index) => seen(stages, number, index)[0]) : [rows[0], columns[0]];
      item.classList.toggle("active", number === this.stage);
      frame(item.querySelector(".large .cell"), [cell[0]], [cell[1]], map);
      frame(item.querySelector(".field"), down, across, stages[0].map);
      const window = item.querySelector(".window");
      window.hidden = number !== this.stage - 1;
      if (!window.hidden) frame(window, rows[number], columns[number], map);
      const channel = this.channels[number] ?? 0;
      const value = map.data[(cell[0] * map.width + cell[1]) * map.channels + channel];
      if (number) item.querySelector(".seen figcaption").textContent = `has seen ${span(down)} × ${span(across)} pixels`;
      item.querySelector(".large figcaption span").textContent = `${number ? `map ${channel + 1}: ` : "ink: "}${value.toFixed(2)}`;
      if (!number) return;
      item.querySelector(".sum").textContent = calculation(stages[number], stages[number - 1].map, cell, channel, value);
      this.#frameChannel(item, map, channel);
    });
    const cut = this.#hidden(stages[0].map);
    this.lit = { rows: rows[0].map((k) => k - cut), columns: columns[0].map((k) => k - cut) };
  }

  #frameChannel(item, map, channel) {
    const columns = columnsFor(map.channels);
    const rows = Math.ceil(map.channels / columns);
    const [x, y] = [channel % columns, Math.floor(channel / columns)];
    const box = item.querySelector(".all .cell").style;
    box.inset = `${(100 * y) / rows}% ${100 - (100 * (x + 1)) / columns}% ${100 - (100 * (y + 1)) / rows}% ${(100 * x) / columns}%`;
  }

  #point(event, down = false) {
    const canvas = event.target;
    if (!this.result || !canvas.matches("canvas")) return;
    const number = +canvas.closest("[data-stage]").dataset.stage;
    const box = canvas.getBoundingClientRect();
    const [y, x] = [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width];
    if (canvas.matches(".maps")) {
      if (down) this.#choose(number, x, y);
      return;
    }
    this.at = [y, x].map((share) => Math.min(0.999, Math.max(0, share)));
    if (canvas.matches(".map")) this.stage = number;
    this.#light();
  }

  #choose(number, x, y) {
    const { map } = this.result.stages[number];
    const columns = columnsFor(map.channels);
    const rows = Math.ceil(map.channels / columns);
    const channel = Math.floor(y * rows) * columns + Math.floor(x * columns);
    if (channel < map.channels) this.#change(number, channel);
  }

  #turn({ target }) {
    if (!this.result || !target.matches(".turn")) return;
    const number = +target.closest("[data-stage]").dataset.stage;
    const count = this.result.stages[number].map.channels;
    this.#change(number, ((this.channels[number] ?? 0) + +target.dataset.by + count) % count);
  }

  #change(number, channel) {
    const { stages } = this.result;
    this.channels[number] = channel;
    if (stages[number].kind in POOLS) this.channels[number - 1] = channel;
    if (stages[number + 1]?.kind in POOLS) this.channels[number + 1] = channel;
    this.show(this.network, this.result);
    this.#tell(number);
  }

  #focus({ target }) {
    if (!this.result || !target.matches(".map")) return;
    this.stage = +target.closest("[data-stage]").dataset.stage;
    this.#light();
    if (target.matches(":focus-visible")) this.#tell(this.stage);
  }

  #key(event) {
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!by || !this.result || !event.target.matches(".map")) return;
    event.preventDefault();
    const { map } = this.result.stages[this.stage];
    const side = map.width - 2 * this.#hidden(map);
    this.at = this.at.map((share, axis) => {
      const index = Math.floor(share * side) + by[axis];
      return (Math.min(side - 1, Math.max(0, index)) + 0.5) / side;
    });
    this.#light();
    this.#tell(this.stage);
  }

  #tell(number) {
    const [y, x] = this.#cell(number);
    const item = this.#row(number);
    const value = item.querySelector(".large figcaption span").textContent;
    this.say(`row ${y + 1}, column ${x + 1}, ${value}; ${item.querySelector(".seen figcaption")?.textContent ?? ""}. ${item.querySelector(".sum")?.textContent ?? ""}`);
  }
}

/** How the number in a cell came about, in numbers. */
function calculation({ kind, taps, stride, weights, inputs, channels }, before, [y, x], channel, value) {
  const at = (row, column, map) =>
    Math.min(row, column) < 0 || Math.max(row, column) >= before.width ? 0 : before.data[(row * before.width + column) * before.channels + map];
  const window = taps.flatMap((down, i) => taps.map((right, j) => [y * stride + down, x * stride + right, 3 * i + j]));
  if (kind === "blur") return `The largest numbers of a window, blurred: ${signed(value, 2)}`;
  if (kind !== "convolution") {
    const numbers = window.map(([row, column]) => at(row, column, channel).toFixed(2));
    return kind === "max" ? `max(${numbers.join(", ")}) = ${value.toFixed(2)}` : `(${numbers.join(" + ")}) / 4 = ${value.toFixed(2)}`;
  }
  const parts = window.flatMap(([row, column, tap]) =>
    range(inputs).map((input) => at(row, column, input) * weights[(tap * inputs + input) * channels + channel]),
  );
  const sum = parts.reduce((total, part) => total + part, 0);
  const count = inputs > 1 ? `9 × ${inputs}` : "9";
  return `${count} numbers, each times a weight of its own, add up to ${signed(sum, 2)}${sum < -0.005 ? ", and what is below 0 becomes 0" : ""}`;
}

const shape = ({ height, width, channels }) => (channels > 1 ? `${channels} maps, ${height} × ${width} each` : `${height} × ${width}`);
/** A whole number with commas: "4,096". (A browser's own way of writing numbers takes long to load.) */
export const grouped = (number) => `${number}`.replace(/\B(?=(\d{3})+$)/g, ",");

/** With a real minus, and none before a zero. */
export const signed = (number, digits) => number.toFixed(digits).replace(/^-(?=[0.]*[1-9])/, "−").replace("-", "");
const span = (places) => places.at(-1) - places[0] + 1;

/** A frame around places of a map of `side` places, `cut` of which are not shown on either side. */
export function place(box, rows, columns, side, cut = 0) {
  const share = (places) => Math.min(100, Math.max(0, (100 * (places - cut)) / (side - 2 * cut)));
  const [top, left] = [share(rows[0]), share(columns[0])];
  const [bottom, right] = [100 - share(rows.at(-1) + 1), 100 - share(columns.at(-1) + 1)];
  box.style.inset = `${top}% ${right}% ${bottom}% ${left}%`;
}

/** The channel that has most to show, if any has. */
function liveliest({ data, channels }) {
  const sums = new Float32Array(channels);
  data.forEach((value, at) => (sums[at % channels] += value));
  const most = Math.max(...sums);
  return most > 0 ? sums.indexOf(most) : undefined;
}
