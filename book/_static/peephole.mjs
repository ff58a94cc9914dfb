/* <pooling-peephole>: read a stored digit through a hole as wide as a receptive field. The reader moves the hole, guesses,
   and may widen it. sizes="7 10 12 18" are those to choose from; the first is there at the beginning. digit="4" comes first.
   What stands inside the element is shown without scripts and on paper. */

import { decodeDigits, range, SIDE } from "./lab_network.mjs";
import { paint, watchColours, whenNear } from "./lab_paint.mjs";
import { COLOURS } from "./lab_style.mjs";

const SIZES = [7, 10, 12, 18];

const CSS = `${COLOURS}
slot { display: none; }
.card { border: 1px solid var(--rule); border-radius: 12px; padding: .75rem; display: grid; gap: .75rem; justify-items: center; container-type: inline-size; }
p, fieldset { margin: 0; padding: 0; border: 0; }
.pad { position: relative; width: min(100%, 288px); aspect-ratio: 1; align-self: start; overflow: hidden; border-radius: 8px; box-shadow: 0 0 0 1px var(--rule); background: light-dark(#d7dce5, #2b323e); touch-action: none; cursor: none; }
.pad:focus-visible { outline: 3px solid var(--x-edge); outline-offset: 2px; }
canvas { border-radius: 8px; }
.pad.hidden canvas { clip-path: inset(var(--top) var(--right) var(--bottom) var(--left)); }
.hole { position: absolute; inset: var(--top) var(--right) var(--bottom) var(--left); outline: 2px dashed var(--w-edge); pointer-events: none; }
.side { display: grid; gap: .75rem; width: 100%; align-content: start; }
.row { display: flex; flex-wrap: wrap; gap: .35rem; }
.name { font-size: 13.5px; color: var(--muted); margin-bottom: .25rem; }
.sizes { display: flex; flex-wrap: wrap; gap: .35rem; }
.sizes label { position: relative; display: grid; place-items: center; min-width: 44px; min-height: 36px; border: 1px solid var(--rule); border-radius: 7px; cursor: pointer; }
.sizes label:has(:checked) { background: var(--w); border-color: var(--w-edge); box-shadow: inset 0 0 0 1px var(--w-edge); }
.sizes label:has(:focus-visible) { outline: 3px solid var(--x-edge); outline-offset: 1px; }
.sizes input { position: absolute; inset: 0; opacity: 0; margin: 0; cursor: pointer; }
.guesses { display: grid; grid-template-columns: repeat(5, 1fr); gap: .35rem; }
.guesses button { font-size: 18px; min-height: 44px; padding: 0; }
.guesses .right { background: var(--y); border-color: var(--y-edge); box-shadow: inset 0 0 0 2px var(--y-edge); }
.guesses .wrong { text-decoration: line-through; color: var(--muted); }
.told { min-height: 4.2em; font-size: 14.5px; }
.score { font-size: 13.5px; color: var(--muted); min-height: 1.4em; }
@container (min-width: 32rem) {
  .split { display: grid; grid-template-columns: 288px 1fr; gap: 1.25rem; width: 100%; }
}
.split { display: grid; gap: .75rem; justify-items: center; width: 100%; }
@media print { slot { display: block; } .card { display: none; } }
`;

const HTML = `<style>${CSS}</style><slot></slot>
<div class="card" role="group" aria-label="Read a digit through a hole"><div class="split">
  <div class="pad hidden" tabindex="0" role="application" aria-label="A hidden digit. Arrow keys move the hole."><canvas width="32" height="32"></canvas><i class="hole"></i></div>
  <div class="side">
    <fieldset><legend class="name">How wide is the hole, in pixels?</legend><div class="sizes"></div></fieldset>
    <div><p class="name" id="which">Which digit is it?</p><div class="guesses" role="group" aria-labelledby="which">
      ${range(10).map((digit) => `<button type="button" data-guess="${digit}">${digit}</button>`).join("")}</div></div>
    <p class="told" role="status"></p>
    <div class="row"><button type="button" id="next">Another digit</button></div>
    <p class="score"></p>
  </div></div></div>`;

export class PoolingPeephole extends HTMLElement {
  #digits = [];
  #order = [];
  #digit;
  #at = [SIDE / 2, SIDE / 2]; // the middle of the hole
  #size;
  #widest; // hole that this digit was looked at through
  #done = false;
  #first = true; // guess
  #score = {}; // for each size: [digits tried, read at the first guess]

  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    root.innerHTML = HTML;
    const given = (this.getAttribute("sizes") ?? "").split(/\s+/).map(Number).filter((size) => size >= 1 && size < SIDE);
    const sizes = given.length ? given : SIZES;
    this.#size = sizes[0];
    this.$(".sizes").innerHTML = sizes.map((size, k) => `<label><input type="radio" name="size" value="${size}" ${k ? "" : "checked"}>${size}</label>`).join("");
    const pad = this.$(".pad");
    for (const kind of ["pointermove", "pointerdown"]) pad.addEventListener(kind, (event) => this.#follow(event));
    pad.addEventListener("keydown", (event) => this.#key(event));
    root.addEventListener("change", ({ target }) => this.#widen(+target.value));
    root.addEventListener("click", ({ target }) => {
      if (target.dataset.guess) this.#guess(+target.dataset.guess);
      if (target.id === "next") this.#next();
    });
    this.#place();
    whenNear(this, () => this.#start());
  }

  $(selector) {
    return this.shadowRoot.querySelector(selector);
  }

  async #start() {
    watchColours(() => this.#draw());
    try {
      const answer = await fetch(new URL("lab/digits.json", import.meta.url));
      this.#digits = decodeDigits(await answer.json());
      this.#order = shuffled(range(this.#digits.length));
      const wanted = this.#order.findIndex((k) => `${this.#digits[k].label}` === this.getAttribute("digit"));
      if (wanted >= 0) this.#order.push(...this.#order.splice(wanted, 1)); // the last is taken first
      this.#next();
    } catch {
      this.$(".told").textContent = "The digits could not be loaded. Reload the page to try again.";
    }
  }

  /** Another digit than the last ones: all twenty come once before one comes again. */
  #next() {
    if (!this.#digits.length) return;
    if (!this.#order.length) this.#order = shuffled(range(this.#digits.length));
    this.#digit = this.#digits[this.#order.pop()];
    [this.#done, this.#first, this.#widest] = [false, true, this.#size];
    this.#at = [SIDE / 2, SIDE / 2];
    this.shadowRoot.querySelectorAll("[data-guess]").forEach((button) => ((button.className = ""), (button.disabled = false)));
    this.$(".told").textContent = "Move the hole over the hidden digit: pointer, finger or arrow keys.";
    this.#draw();
    this.#place();
  }

  #draw() {
    if (this.#digit) paint(this.$("canvas"), { width: SIDE, height: SIDE, channels: 1, data: this.#digit.drawing }, [0], { largest: 1 });
  }

  #place() {
    const pad = this.$(".pad");
    pad.classList.toggle("hidden", !this.#done);
    const [x, y] = this.#at.map((middle) => Math.round(Math.min(SIDE - this.#size, Math.max(0, middle - this.#size / 2))));
    const share = (pixels) => `${(100 * pixels) / SIDE}%`;
    const edges = { top: y, left: x, right: SIDE - this.#size - x, bottom: SIDE - this.#size - y };
    for (const [edge, pixels] of Object.entries(edges)) pad.style.setProperty(`--${edge}`, share(pixels));
  }

  #follow(event) {
    const box = this.$(".pad").getBoundingClientRect();
    this.#at = [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
    this.#place();
  }

  #key(event) {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!by) return;
    event.preventDefault();
    const half = this.#size / 2;
    this.#at = this.#at.map((middle, axis) => Math.min(SIDE - half, Math.max(half, middle + by[axis])));
    this.#place();
  }

  #widen(size) {
    this.#size = size;
    this.#widest = Math.max(this.#widest, size);
    this.#place();
  }

  #guess(digit) {
    if (this.#done || !this.#digit) return;
    const right = digit === this.#digit.label;
    const button = this.$(`[data-guess="${digit}"]`);
    button.className = right ? "right" : "wrong";
    if (this.#first) {
      const [tried, read] = this.#score[this.#widest] ?? [0, 0];
      this.#score[this.#widest] = [tried + 1, read + right];
    }
    this.#done = right;
    this.$(".told").textContent = right
      ? `Yes, a ${digit}${this.#first ? ", at the first guess" : ""}. The widest hole you used was ${this.#widest} × ${this.#widest} pixels.`
      : `Not a ${digit}. Look again, or widen the hole.`;
    this.#first = false;
    this.$(".score").textContent = `Read at the first guess: ${Object.entries(this.#score)
      .map(([size, [tried, read]]) => `${read} of ${tried} with ${size} × ${size}`).join(", ")}`;
    this.#place();
  }
}

function shuffled(list) {
  for (let k = list.length - 1; k > 0; k--) {
    const other = Math.floor(Math.random() * (k + 1));
    [list[k], list[other]] = [list[other], list[k]];
  }
  return list;
}

customElements.define("pooling-peephole", PoolingPeephole);
