// <class-map>: photographs under class activation maps. poolkit/figures/class_map.py writes its attribute and its pictures.
// First the arithmetic, which the tests compare with class_map.py; then the element.

const TIMES = 8;
const SCALE = [[38, 20, 72], [120, 40, 110], [205, 80, 75], [245, 160, 60], [252, 245, 190]]; // as in maps.py
const range = (count) => Array.from({ length: count }, (_, i) => i);
const mean = (map) => map.flat().reduce((total, value) => total + value, 0) / map.flat().length;
const show = (value) => value.toFixed(2).replace("-", "−");
const plain = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt()};`);
const percent = (share) => (share < 0.0005 ? "<0.1%" : `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}%`);

/** One row of numbers, `times` as long, joined by Catmull-Rom's cubic curves; the ends are repeated. */
function stretch(values, times) {
  const at = (i) => values[Math.min(Math.max(i, 0), values.length - 1)];
  return range(values.length * times).map((place) => {
    const x = (place + 0.5) / times - 0.5, i = Math.floor(x), t = x - i;
    const cubic = [-t + 2 * t ** 2 - t ** 3, 2 - 5 * t ** 2 + 3 * t ** 3, t + 4 * t ** 2 - 3 * t ** 3, t ** 3 - t ** 2];
    return cubic.reduce((total, weight, step) => total + (weight / 2) * at(i - 1 + step), 0);
  });
}

const transpose = (rows) => rows[0].map((_, j) => rows.map((row) => row[j]));
const stretchRows = (rows, times) => rows.map((row) => stretch(row, times));

export const enlarge = (map, times = TIMES) => transpose(stretchRows(transpose(stretchRows(map, times)), times));

/** A share from 0 to 1 as red, green and blue. */
export function colour(share) {
  const place = Math.min(Math.max(share, 0), 1) * (SCALE.length - 1);
  const i = Math.min(Math.floor(place), SCALE.length - 2);
  return SCALE[i].map((from, channel) => from + (place - i) * (SCALE[i + 1][channel] - from));
}

const STYLE = `
:host { display: block; color-scheme: inherit; font: 16px/1.5 sans-serif; color: light-dark(#1f2430, #e8eaf0); max-width: 720px }
* { box-sizing: border-box }
.stage { position: relative; cursor: crosshair; touch-action: pan-y; line-height: 0 }
.stage img, .stage canvas { width: 100% }
.stage canvas { position: absolute; inset: 0; height: 100% }
.place { position: absolute; border: 2px solid #fff; outline: 1.5px solid #000; pointer-events: none }
:focus-visible { outline: 3px solid light-dark(#2459c4, #79aaff); outline-offset: 2px }
.scale { display: flex; gap: 8px; align-items: center; font-size: 14px; margin: 6px 0; color: light-dark(#566072, #a9b2c3) }
.scale span { white-space: nowrap }
.scale i { flex: 0 1 160px; height: 10px; background: linear-gradient(to right, ${SCALE.map((rgb) => `rgb(${rgb})`)}) }
.scale label { margin-left: auto; display: flex; align-items: center; gap: 6px; min-height: 28px }
.scale input { width: 90px }
p { margin: 0; min-height: 3em }
fieldset { border: 0; padding: 0; margin: 6px 0 }
legend { padding: 0; font-weight: 600 }
.classes label { display: grid; grid-template-columns: 20px minmax(7em, 1fr) 2fr 3.5em; gap: 8px; align-items: center; min-height: 32px }
.classes label, .photographs label { cursor: pointer }
.classes b { height: 12px; background: light-dark(#15753a, #5fd694); min-width: 1px }
.classes label:has(:checked) { background: light-dark(#d5f2df, #0e4226) }
.classes span:last-child { text-align: right; font-variant-numeric: tabular-nums }
.photographs div { display: flex; gap: 4px }
.photographs label { flex: 1; min-width: 0; font-size: clamp(11px, 3vw, 13px); text-align: center }
.photographs img { width: 100%; aspect-ratio: 10/7; object-fit: cover; display: block; border: 3px solid transparent }
.photographs label:has(:checked) img { border-color: light-dark(#2459c4, #79aaff) }
.photographs input { position: absolute; opacity: 0 }
.photographs label:has(:focus-visible) { outline: 3px solid light-dark(#2459c4, #79aaff) }
`;

const page = globalThis.HTMLElement ?? class {}; // the tests of the arithmetic need no page

class ClassMap extends page {
  connectedCallback() {
    if (this.shadowRoot) return;
    this.photographs = JSON.parse(this.getAttribute("photographs"));
    this.sources = [...this.querySelectorAll("img.poolkit-figure")].map((image) => image.src);
    const root = this.attachShadow({ mode: "open" });
    const names = Object.keys(this.photographs);
    root.innerHTML = `<style>${STYLE}</style>
      <div class="stage" tabindex="0" role="application"><img alt=""><canvas></canvas><div class="place" hidden></div></div>
      <div class="scale"><span>0 or less</span><i></i><span class="most"></span>
        <label>map <input type="range" min="0" max="100" value="60"></label></div>
      <p role="status"></p>
      <fieldset class="classes"><legend>Class, and how sure the network is</legend><div></div></fieldset>
      <fieldset class="photographs"${names.length === 1 ? " hidden" : ""}><legend>Photograph</legend><div>${names
        .map((name, i) => `<label><input type="radio" name="photograph" value="${i}"><img alt="" src="${this.sources[i]}">${plain(name)}</label>`)
        .join("")}</div></fieldset>`;
    this.find = (selector) => root.querySelector(selector);
    this.find(".photographs").addEventListener("change", (event) => this.choose(+event.target.value));
    this.find(".classes").addEventListener("change", (event) => this.ask(event.target.value));
    this.find("[type=range]").addEventListener("input", (event) => (this.find("canvas").style.opacity = event.target.value / 100));
    this.find("canvas").style.opacity = 0.6;
    const stage = this.find(".stage");
    stage.addEventListener("pointermove", (event) => this.point(event));
    stage.addEventListener("pointerdown", (event) => this.point(event));
    stage.addEventListener("pointerleave", () => this.look(null));
    stage.addEventListener("keydown", (event) => this.move(event));
    this.find(`.photographs input`).checked = true;
    this.choose(0);
  }

  choose(number) {
    const [name, classes] = Object.entries(this.photographs)[number];
    Object.assign(this, { name, classes });
    this.most = Math.max(...Object.values(classes).flatMap(({ map }) => map.flat()));
    this.find(".stage img").src = this.sources[number];
    const { length: height, 0: { length: width } } = Object.values(classes)[0].map;
    this.find(".stage").style.width = `${Math.min(70 * width / height, 100)}%`; // no higher than a wide one
    this.find(".most").textContent = `${Math.round(this.most)}`;
    const largest = Math.max(...Object.values(classes).map(({ probability }) => probability));
    this.find(".classes div").innerHTML = Object.entries(classes)
      .map(
        ([label, { probability }], i) => `<label><input type="radio" name="class" value="${plain(label)}" ${i ? "" : "checked"}>
          <span>${plain(label)}</span><b style="width:${(100 * probability) / largest}%"></b><span>${plain(percent(probability))}</span></label>`,
      )
      .join("");
    this.ask(Object.keys(classes)[0]);
  }

  ask(label) {
    this.label = label;
    const { map } = this.classes[label];
    const large = enlarge(map);
    const canvas = Object.assign(this.find("canvas"), { width: large[0].length, height: large.length });
    const context = canvas.getContext("2d");
    const pixels = context.createImageData(canvas.width, canvas.height);
    large.flat().forEach((value, i) => pixels.data.set([...colour(value / this.most), 255], 4 * i));
    context.putImageData(pixels, 0, 0);
    this.look(null);
  }

  /** Say what one place adds, or how all of them make the logit. */
  look(place) {
    this.place = place;
    const { map, bias } = this.classes[this.label];
    const [height, width] = [map.length, map[0].length];
    const frame = this.find(".place");
    frame.hidden = !place;
    let said = `The mean of all ${height * width} numbers, ${show(mean(map))}, plus the bias, ${show(bias)}, is the logit ${show(mean(map) + bias)}.`;
    if (place) {
      const [i, j] = place;
      const parts = { left: j / width, top: i / height, width: 1 / width, height: 1 / height };
      for (const [side, share] of Object.entries(parts)) frame.style[side] = `${100 * share}%`;
      said = `Here: ${show(map[i][j])}. ${said}`;
    }
    this.find("p").textContent = `${this.label}. ${said}`;
    this.find(".stage").setAttribute("aria-label", `Photograph: ${this.name}, under the map for ${this.label}. Arrow keys point at a place.`);
  }

  point(event) {
    const { left, top, width, height } = this.find(".stage").getBoundingClientRect();
    const { map } = this.classes[this.label];
    const at = (share, length) => Math.min(Math.max(Math.floor(share * length), 0), length - 1);
    this.look([at((event.clientY - top) / height, map.length), at((event.clientX - left) / width, map[0].length)]);
  }

  move(event) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (event.key === "Escape") this.look(null);
    if (!step) return;
    event.preventDefault();
    const { map } = this.classes[this.label];
    const [i, j] = this.place ?? [Math.floor(map.length / 2) - step[0], Math.floor(map[0].length / 2) - step[1]];
    this.look([Math.min(Math.max(i + step[0], 0), map.length - 1), Math.min(Math.max(j + step[1], 0), map[0].length - 1)]);
  }
}

globalThis.customElements?.get("class-map") ?? globalThis.customElements?.define("class-map", ClassMap);
