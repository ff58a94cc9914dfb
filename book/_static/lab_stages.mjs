/* The stages of one network, one row each: the drawing with what a place has seen of it, one map large, all maps small.
   Whatever place is pointed at or chosen with the arrow keys is lit in every stage, with its window in the stage before. */

import { plan, range, seen } from "./lab_network.mjs";
import { paint } from "./lab_paint.mjs";

const COLUMNS = { 12: 6, 24: 8, 48: 12, 8: 4, 16: 8, 32: 8, 10: 5, 20: 5, 40: 8 };

const SAYS = {
  drawing: "What you drew, with the frame of paper that the network puts around it.",
  "convolution 1": "Each map shows where one 3 × 3 filter found what it looks for: an edge, a stroke, an end.",
  "convolution 2": "The same again, but a filter now reads all maps of the stage above.",
  "convolution 3": "The last maps. All that the network knows about your drawing is in them.",
};
const POOLS = {
  max: "Of every 2 × 2 numbers the largest stays. The maps are half as wide and high, so the next filter sees twice as far.",
  average: "Every 2 × 2 numbers become their mean. The maps are half as wide and high, so the next filter sees twice as far.",
  blur: "The maximum at every place, blurred, and then every second number: half as wide and high, without jumps.",
};
const HEADS = {
  gap: {
    name: "global average",
    told: ({ channels }) => `Each of the ${channels} rows becomes one number, its mean. Where in a map something was found is forgotten, how much of it is kept.`,
    alt: ({ channels, height, width }) => `a table of ${channels} maps and ${height * width} places; a mean is taken of each row`,
  },
  flatten: {
    name: "Flatten",
    told: ({ channels, height, width }) => `All ${(channels * height * width).toLocaleString("en")} numbers go on as they are, and each gets ten weights of its own. When the drawing moves, every number moves to another column, and so meets other weights.`,
    alt: ({ channels, height, width }) => `a table of ${channels} maps and ${height * width} places, all of which is used`,
  },
};
const APART = " The stride is out: every place is kept, and what follows looks twice as far apart.";

export const STAGES_HTML = `
  <p class="lead">Point at any map, or move its lit cell with the arrow keys: the <span class="key window">window</span> that
    the cell was computed from lights up in the stage above it, and on the drawing its
    <span class="key field">receptive field</span>, all that the cell has seen.</p>
  <div class="segments" role="radiogroup" aria-label="Stages of"></div>
  <ol class="rows"></ol>
  <div class="head">
    <h4><span></span><small></small></h4>
    <p class="told"></p>
    <div class="table"><figure><canvas class="numbers" role="img"></canvas><figcaption></figcaption></figure>
      <figure class="means"><canvas class="column" role="img"></canvas><figcaption></figcaption></figure></div>
    <h4>ten answers<small></small></h4>
    <p class="told">Each answer is a sum of all those numbers, each times a weight of its own that was learned.</p>
    <ol class="logits" aria-label="the ten sums">${range(10).map((digit) => `<li><b></b><i></i><span>${digit}</span></li>`).join("")}</ol>
  </div>`;

const row = (name, number) => `<li data-stage="${number}">
  <h4>${name}<small></small></h4>
  <p class="told"></p>
  <div class="views">
    <figure class="seen"><div class="frame"><canvas class="ink" aria-hidden="true"></canvas><i class="field"></i></div>
      <figcaption></figcaption></figure>
    <figure class="large"><div class="frame"><canvas class="map" tabindex="0" role="application"></canvas>
      <i class="window"></i><i class="cell"></i></div>
      <figcaption><button type="button" class="turn" data-by="-1" aria-label="map before">‹</button><span></span>
        <button type="button" class="turn" data-by="1" aria-label="next map">›</button></figcaption></figure>
    <div class="all"><div class="frame"><canvas class="maps" aria-hidden="true"></canvas><i class="cell"></i></div></div>
  </div></li>`;

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

  /** Lays out the rows of a network, before there is anything to see, so that nothing moves later. */
  lay(network) {
    const stages = [{ name: "drawing", channels: 1 }, ...plan(network, network.step)];
    const names = stages.map(({ name }) => name).join();
    if (names === this.names) return;
    this.names = names;
    this.root.querySelector(".rows").innerHTML = stages.map(({ name }, number) => row(name, number)).join("");
  }

  show(network, result) {
    Object.assign(this, { network, result });
    this.lay(network);
    const { stages } = result;
    this.stage = Math.min(this.stage ?? stages.length - 1, stages.length - 1);
    this.at ??= [0.5, 0.5];
    stages.forEach(({ map, name, kind, spread }, number) => {
      const item = this.#row(number);
      const channel = Math.min(this.channels[number] ?? liveliest(map), map.channels - 1);
      this.channels[number] = channel;
      item.querySelector("small").textContent = shape(map);
      const text = SAYS[name] ?? POOLS[kind] ?? "";
      item.querySelector(".told").textContent = text + (number && !this.#halves(number) && kind in POOLS ? APART : "");
      paint(item.querySelector(".ink"), stages[0].map);
      paint(item.querySelector(".map"), map, [channel]);
      item.classList.toggle("single", map.channels === 1);
      if (map.channels > 1) {
        const columns = COLUMNS[map.channels] ?? 8;
        paint(item.querySelector(".maps"), map, range(map.channels), { columns, space: Math.max(1, Math.round(map.width / 20)) });
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
    put("h4 span", named.name);
    put("h4 small", `${count.toLocaleString("en")} numbers`);
    put(".told", named.told(map));
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
    put("h4 + .told ~ h4 small", `${count.toLocaleString("en")} × 10 weights`);
    this.#logits(head, result.logits);
  }

  #logits(head, logits) {
    const largest = Math.max(1, ...(logits ?? [0]).map(Math.abs));
    head.querySelectorAll(".logits li").forEach((item, digit) => {
      item.style.setProperty("--v", logits ? logits[digit] / largest : 0);
      item.querySelector("b").textContent = logits ? logits[digit].toFixed(1).replace("-", "−") : "–";
    });
  }

  #halves(number) {
    return this.result.stages[number].stride === 2;
  }

  #row(number) {
    return this.root.querySelector(`[data-stage="${number}"]`);
  }

  /** The lit cell of a stage: the one over the place pointed at. */
  #cell(number) {
    const { width, height } = this.result.stages[number].map;
    return [Math.min(height - 1, Math.floor(this.at[0] * height)), Math.min(width - 1, Math.floor(this.at[1] * width))];
  }

  #light() {
    const { stages } = this.result;
    const side = stages[0].map.width;
    const active = this.#cell(this.stage);
    const [rows, columns] = active.map((index) => seen(stages, this.stage, index));
    stages.forEach(({ map, name }, number) => {
      const item = this.#row(number);
      const cell = this.#cell(number);
      const [down, across] = cell.map((index) => seen(stages, number, index)[0]);
      const lit = number === this.stage;
      item.classList.toggle("active", lit);
      place(item.querySelector(".large .cell"), [cell[0]], [cell[1]], map);
      place(item.querySelector(".field"), down, across, stages[0].map);
      const window = item.querySelector(".window");
      window.hidden = number !== this.stage - 1;
      if (!window.hidden) place(window, rows[number], columns[number], map);
      const channel = this.channels[number];
      const value = map.data[(cell[0] * map.width + cell[1]) * map.channels + channel];
      const sees = `${span(down)} × ${span(across)}`;
      item.querySelector(".seen figcaption").textContent = number ? `it has seen ${sees} pixels` : "one pixel";
      item.querySelector(".large figcaption span").textContent =
        `${map.channels > 1 ? `map ${channel + 1}: ` : ""}${value.toFixed(2)}`;
      this.#frameChannel(item, map, channel);
    });
    this.lit = { stage: this.stage, cell: active, rows: rows[0], columns: columns[0], side };
  }

  #frameChannel(item, map, channel) {
    if (map.channels === 1) return;
    const columns = COLUMNS[map.channels] ?? 8;
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
    const columns = COLUMNS[map.channels] ?? 8;
    const rows = Math.ceil(map.channels / columns);
    const channel = Math.floor(y * rows) * columns + Math.floor(x * columns);
    if (channel < map.channels) this.#change(number, channel);
  }

  #turn({ target }) {
    if (!this.result || !target.matches(".turn")) return;
    const number = +target.closest("[data-stage]").dataset.stage;
    const count = this.result.stages[number].map.channels;
    this.#change(number, (this.channels[number] + +target.dataset.by + count) % count);
  }

  #change(number, channel) {
    this.channels[number] = channel;
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
    const { width, height } = this.result.stages[this.stage].map;
    const [y, x] = this.#cell(this.stage).map((index, axis) => index + by[axis]);
    if (y < 0 || y >= height || x < 0 || x >= width) return;
    this.at = [(y + 0.5) / height, (x + 0.5) / width];
    this.#light();
    this.#tell(this.stage);
  }

  #tell(number) {
    const [y, x] = this.#cell(number);
    const item = this.#row(number);
    const value = item.querySelector(".large figcaption span").textContent;
    this.say(`row ${y + 1}, column ${x + 1}, ${value}; ${item.querySelector(".seen figcaption").textContent}`);
  }
}

const shape = ({ height, width, channels }) => (channels > 1 ? `${channels} maps, ${height} × ${width} each` : `${height} × ${width}`);
const span = (places) => places.at(-1) - places[0] + 1;

/** A frame around places of a map, in shares of its canvas. */
export function place(box, rows, columns, { height, width }) {
  const [top, bottom] = [rows[0] / height, 1 - (rows.at(-1) + 1) / height];
  const [left, right] = [columns[0] / width, 1 - (columns.at(-1) + 1) / width];
  box.style.inset = [top, right, bottom, left].map((share) => `${100 * share}%`).join(" ");
}

/** The channel that has most to show. */
function liveliest({ data, channels }) {
  const sums = new Float32Array(channels);
  data.forEach((value, at) => (sums[at % channels] += value));
  return sums.indexOf(Math.max(...sums));
}
