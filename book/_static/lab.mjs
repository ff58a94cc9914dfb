/* <pooling-lab>: draw a digit, and networks answer in the page; push it, and see whether they still do.

   Attributes, all of them optional:
     heads="flatten gap"      the heads to choose from; the first is that of the first network
     poolings="max average stride blur none"   the poolings to choose from, likewise
     compare="head"           two networks side by side that differ in that: head, pooling, strides or training
     strides="on"             or "off": the first network's; with compare="strides" the second's are the other way
     training="place"         or "shifts": trained on digits in place, or pushed ones too
     digit="4"                the stored digit to begin with, "4b" for the second of its kind; without it, an empty pad
     shift="3 0"              how far it is pushed to begin with, right and down
     show="strip shifts map stages"            what stands below the answers: the answers kept as it is pushed, those to all
                              pushes, what each place adds, every stage; show="" is nothing
   What stands inside the element is shown without scripts and on paper. */

import {
  FARTHEST, fileName, HEADS, load, offered, POOLINGS, possible, readChoice, readDrawing, readShift, STEPS, TRAININGS, writeChoice, writeDrawing,
} from "./lab_choices.mjs";
import {
  best, blank, centre, decode, decodeDigits, extent, forward, framed, isBlank, offCentre, places, range, SIDE, stepOf, stroke, votes,
} from "./lab_network.mjs";
import { paint, paintVotes, watchColours, whenNear } from "./lab_paint.mjs";
import { drawStrip, FAR, fillSquare, layMaps, ORDER, percent, shiftOf, SHIFTS_HTML, spoken, STRIP_HTML, summarise, walk } from "./lab_shifts.mjs";
import { grouped, place, signed, Stages } from "./lab_stages.mjs";
import { CSS } from "./lab_style.mjs";

const PEN = 2.8; // pixels
const FRAME = { flatten: 4, gap: 16 }; // a wider frame leaves room for all that a pushed drawing sets off
const PAD_FRAME = 4;
const VOTES_SIDE = 48; // pixels of a map of votes are shown
const REST = 600; // milliseconds after which a reader seems to rest

// ---- What it is made of ----

const choose = (name, label, choices) => `<label><span aria-hidden="true">${label}</span><select name="${name}" aria-label="${label}">${Object.entries(choices)
  .map(([value, text]) => `<option value="${value}">${text}</option>`).join("")}</select></label>`;

const network = (number) => `
  <section class="network" data-network="${number}">
    <details><summary><b class="title"></b><span class="sub"></span><span class="facts"></span></summary>
      <div class="choices">${choose("head", "head", HEADS)}${choose("pool", "pooling", POOLINGS)}
        ${choose("step", "strides", STEPS)}${choose("training", "trained on", TRAININGS)}</div></details>
    <p class="answer"><b>–</b><span></span></p>
    <div class="bars" role="group" aria-label="certainty of each digit; choose one to see where the network finds it">
      ${range(10).map((digit) => `<button type="button" data-digit="${digit}" aria-pressed="false"><span>${digit}</span><i></i><span class="share"></span></button>`).join("")}</div>
  </section>`;

const HTML = `<style>${CSS}</style>
<slot></slot>
<div class="card" role="group" aria-label="Lab: networks that read your digit">
  <div class="top">
    <div class="draw">
      <div class="pad"><canvas id="pad" class="ink" width="40" height="40" tabindex="0" role="application"
        aria-label="Drawing pad. Draw a digit with mouse, finger or pen, or choose a stored one below. Arrow keys push the drawing."></canvas>
        <i class="limit"></i><i class="field" hidden></i><p class="invite" aria-hidden="true">Draw a digit here</p></div>
      <div class="tools"><button type="button" id="undo">Undo</button><button type="button" id="clear">Clear</button>
        <button type="button" id="centre">Centre</button><button type="button" id="link">Link</button></div>
      <div class="tools push" role="group" aria-label="Push the drawing">
        <span class="name">Push</span>
        <button type="button" data-push="-1 0" aria-label="left">←</button><button type="button" data-push="0 -1" aria-label="up">↑</button>
        <button type="button" data-push="0 1" aria-label="down">↓</button><button type="button" data-push="1 0" aria-label="right">→</button>
        <button type="button" id="home" aria-label="push back to where it was">⟲</button></div>
      <p class="hint" role="status"></p>
    </div>
    <div class="networks"></div>
    <fieldset class="digits"><legend>or take a test digit that no network has trained on</legend><div></div></fieldset>
  </div>
  <section class="panel" data-panel="strip"><h2>As it is pushed</h2>
    <p class="lead">Push it with the arrows above, or with the arrow keys once you have clicked on the pad. What both networks answer is kept here.</p>${STRIP_HTML}</section>
  <section class="panel" data-panel="shifts"><h2>All pushes at once</h2>${SHIFTS_HTML}</section>
  <section class="panel" data-panel="map"><h2>Where a network finds its answer</h2>
    <p class="lead">What each place adds to one digit's score is <span class="key adds">+</span> and what it takes away
      <span class="key takes">−</span>. Choose a bar above for another digit.</p><div class="votes"></div></section>
  <section class="panel" data-panel="stages"><h2>Stage by stage</h2><div class="stages"></div></section>
  <div class="heard" aria-live="polite"></div>
  <div hidden><i class="colour adds"></i><i class="colour takes"></i></div>
</div>`;

const votesHtml = (number) => `
  <section data-network="${number}"><h3></h3><div class="pair">
    ${["drawn", "pushed"].map((when) => `<figure class="${when}"><canvas class="ink" role="img" aria-label="nothing yet"></canvas><figcaption></figcaption></figure>`).join("")}
    </div><p class="why"></p></section>`;

let restored = false; // the address speaks to one lab, once

export class PoolingLab extends HTMLElement {
  #drawing = blank();
  #digit = null; // which stored digit it is, if it is one
  #label = null;
  #before = []; // for undo
  #shift = [0, 0];
  #preview = null; // a push that is pointed at
  #choices = [];
  #networks = [];
  #digits = [];
  #path = [];
  #stripped; // the path that the strip shows
  #unpushed = null;
  #wanted = null; // the digit whose map is wanted; else the answer's
  #viewed = 0; // the network whose stages are shown
  #pen = null;
  #timer;
  #frame;
  #sweeping;
  #swept = false; // whether all shifts were asked for, by the reader or when they came into view
  #touched = -Infinity; // when the reader last moved or pressed something here

  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    root.innerHTML = HTML;
    this.#choices = this.#fromAttributes();
    this.#lay();
    this.#listen();
    whenNear(this, () => this.#start());
  }

  $(selector) {
    return this.shadowRoot.querySelector(selector);
  }

  $$(selector) {
    return [...this.shadowRoot.querySelectorAll(selector)];
  }

  // ---- beginning ----

  #list(name, known) {
    const listed = (this.getAttribute(name) ?? "").split(/\s+/).filter((word) => Object.hasOwn(known, word));
    return listed.length ? listed : Object.keys(known);
  }

  #fromAttributes() {
    const [heads, pools] = [this.#list("heads", HEADS), this.#list("poolings", POOLINGS)];
    const step = this.getAttribute("strides") === "off" ? 1 : 4;
    const training = this.getAttribute("training") === "shifts" ? "shifts" : "place";
    const first = { head: heads[0], pool: pools[0], step, training };
    const other = {
      head: { head: heads[1] ?? heads[0] },
      pooling: { pool: pools[1] ?? pools[0] },
      strides: { step: step === 4 ? 1 : 4 },
      training: { training: training === "place" ? "shifts" : "place" },
    }[this.hasAttribute("compare") ? this.getAttribute("compare") || "head" : ""];
    return (other ? [first, { ...first, ...other }] : [first]).map((choice) => possible(choice));
  }

  /** All that can be laid out without a network, so that its height is known. */
  #lay() {
    const count = this.#choices.length;
    this.$(".networks").innerHTML = range(count).map(network).join("");
    this.$(".networks").dataset.count = count;
    this.$(".votes").innerHTML = range(count).map(votesHtml).join("");
    this.$(".digits > div").innerHTML = range(20).map((k) => `<label><input type="radio" name="digit" value="${k}" disabled aria-label="test digit ${k + 1}"><canvas class="ink" width="28" height="28"></canvas></label>`).join("");
    const shown = this.hasAttribute("show") ? this.getAttribute("show").split(/\s+/) : ["strip", "shifts", "map", "stages"];
    this.$$("[data-panel]").forEach((panel) => (panel.hidden = !shown.includes(panel.dataset.panel)));
    const listed = { head: this.#list("heads", HEADS), pool: this.#list("poolings", POOLINGS), training: Object.keys(TRAININGS) };
    for (const [name, values] of Object.entries(listed)) {
      this.$$(`select[name=${name}] option`).forEach((option) => {
        if (!values.includes(option.value) || !offered(name, option.value)) option.remove();
      });
    }
    this.stages = new Stages(this.$(".stages"), (text) => this.#say(text));
    this.#nameNetworks();
  }

  #nameNetworks() {
    const names = this.#names();
    this.#choices.forEach((choice, number) => {
      const section = this.$(`.network[data-network="${number}"]`);
      for (const [name, value] of Object.entries(choice)) section.querySelector(`[name=${name}]`).value = value;
      section.querySelectorAll("option").forEach((option) => {
        const { name } = option.parentElement;
        option.disabled = name !== "step" && possible({ ...choice, [name]: option.value }, name)[name] !== option.value;
      });
      section.querySelector(".title").textContent = HEADS[choice.head];
      section.querySelector(".sub").textContent = [POOLINGS[choice.pool], choice.step !== 4 && STEPS[choice.step], choice.training === "shifts" && "trained on pushes"].filter(Boolean).join(", ");
    });
    this.$$(".votes h3").forEach((title, k) => (title.textContent = names[k]));
    layMaps(this.$(".shift-maps"), names);
    drawStrip(this.$(".strip table"), names, this.#path);
    this.$(".segments").hidden = names.length < 2;
    this.$(".segments").innerHTML = names.map((name, k) => `<label><input type="radio" name="viewed" value="${k}" ${k === this.#viewed ? "checked" : ""}>${name}</label>`).join("");
    if (!this.#networks.length) this.#showStages();
  }

  /** Those of the network that is viewed, or as long as it is not there, their room. */
  #showStages(result) {
    if (this.$("[data-panel=stages]").hidden) return;
    const network = result ? this.#networks[this.#viewed] : untrained(this.#choices[this.#viewed]);
    this.stages.show(network, result ?? forward(network, framed(blank(), FRAME[network.head]), network.step));
  }

  /** Names short enough for a strip, which tell the two apart. */
  #names() {
    const names = this.#choices.map(({ head, pool, step, training }) => ({ head: head === "gap" ? "GAP" : "Flatten", pool: POOLINGS[pool], step: STEPS[step], training: TRAININGS[training] }));
    const differ = Object.keys(names[0]).filter((key) => names.some((name) => name[key] !== names[0][key]));
    return names.map((name) => (differ.length ? differ.map((key) => name[key]).join(", ") : name.head));
  }

  async #start() {
    watchColours(() => {
      if (this.#digits.length) this.#layDigits();
      this.#update();
    });
    try {
      this.#digits = decodeDigits(await load("digits"));
      this.#layDigits();
      this.#restore();
      await this.#fetch();
      whenNear(this.$(".shift-maps"), () => this.#swept || this.#sweep(true), { rootMargin: "0px", threshold: 0.2 });
    } catch {
      this.#hint("The networks could not be loaded. Is this page offline for the first time? Reload it to try again.");
    }
  }

  #layDigits() {
    this.$$(".digits label").forEach((label, k) => {
      const { label: digit, drawing } = this.#digits[k];
      const input = label.firstElementChild;
      input.disabled = false;
      input.setAttribute("aria-label", `a ${digit}, ${this.#digits.findIndex((other) => other.label === digit) === k ? "first" : "second"} of two`);
      paint(label.lastElementChild, { width: SIDE, height: SIDE, channels: 1, data: drawing }, [0], { largest: 1 });
    });
  }

  /** From the address, if it speaks of this lab; else from the attributes. */
  #restore() {
    const wanted = /^(\d)(b?)$/.exec(this.getAttribute("digit") ?? "");
    if (wanted) this.#take(this.#digits.map(({ label }, k) => (label === +wanted[1] ? k : -1)).filter((k) => k >= 0)[wanted[2] ? 1 : 0]);
    this.#shift = readShift(this.getAttribute("shift"));
    const address = new URLSearchParams(location.hash.slice(1));
    if (restored || address.get("lab") !== `${this.#place()}`) return;
    restored = true;
    const choices = ["a", "b"].map((key) => readChoice(address.get(key))).slice(0, this.#choices.length);
    if (choices.every(Boolean)) this.#choices = choices;
    const digit = address.get("digit");
    if (/^1?\d$/.test(digit ?? "")) this.#take(+digit);
    const drawing = readDrawing(address.get("drawing"));
    if (drawing) this.#keep(drawing);
    this.#shift = readShift(address.get("shift"));
    this.scrollIntoView({ block: "start" });
  }

  #place() {
    return [...document.querySelectorAll("pooling-lab")].indexOf(this);
  }

  async #fetch() {
    const choices = this.#choices;
    this.#nameNetworks();
    const files = await Promise.all(choices.map((choice) => load(fileName(choice))));
    if (choices !== this.#choices) return; // others were chosen meanwhile
    this.#networks = choices.map((choice, k) => ({ ...decode(files[k]), step: stepOf(choice, choice.step) }));
    this.#networks.forEach((loaded, k) => (this.$(`.network[data-network="${k}"] .facts`).textContent = facts(loaded)));
    this.#forget();
    this.#update();
  }

  // ---- what the reader does ----

  #listen() {
    const pad = this.$("#pad");
    pad.addEventListener("pointerdown", (event) => this.#penDown(event));
    pad.addEventListener("pointermove", (event) => this.#penMove(event));
    for (const end of ["pointerup", "pointercancel"]) pad.addEventListener(end, () => this.#penUp());
    pad.addEventListener("keydown", (event) => this.#key(event));
    this.shadowRoot.addEventListener("click", (event) => this.#click(event));
    this.shadowRoot.addEventListener("change", (event) => this.#change(event));
    for (const kind of ["pointerdown", "pointermove", "keydown", "change"]) {
      this.shadowRoot.addEventListener(kind, () => (this.#touched = performance.now()), true);
    }
    const maps = this.$(".shift-maps");
    maps.addEventListener("pointermove", (event) => event.pointerType === "mouse" && this.#peek(event));
    maps.addEventListener("pointerleave", () => this.#peek(null));
    this.$(".stages").addEventListener("pointermove", () => this.#lightPad());
    this.$(".stages").addEventListener("keyup", () => this.#lightPad());
    for (const left of ["pointerleave", "focusout"]) this.$(".stages").addEventListener(left, () => this.#lightPad(false));
  }

  #at(event) {
    const box = this.$("#pad").getBoundingClientRect();
    const side = SIDE + 2 * PAD_FRAME;
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    return [x * side - PAD_FRAME - this.#shift[0], y * side - PAD_FRAME - this.#shift[1]];
  }

  #penDown(event) {
    if (event.button || !event.isPrimary || !this.#networks.length) return;
    this.$("#pad").setPointerCapture(event.pointerId);
    this.#remember();
    if (this.#digit !== null) this.#shift = [0, 0]; // nobody wants to write over a stored digit: it goes
    this.#keep(this.#digit === null ? this.#drawing.slice() : blank());
    this.#pen = this.#at(event);
    this.#strokeTo(this.#pen);
  }

  #penMove(event) {
    if (!this.#pen || !event.isPrimary) return;
    const way = event.getCoalescedEvents?.() ?? [];
    (way.length ? way : [event]).forEach((each) => this.#strokeTo(this.#at(each)));
  }

  #strokeTo(point) {
    stroke(this.#drawing, this.#pen, point, PEN);
    this.#pen = point;
    this.#forget();
    this.#soon();
  }

  #penUp() {
    if (!this.#pen) return;
    this.#pen = null;
    this.#update();
    this.#announce();
  }

  #key(event) {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.ctrlKey || event.metaKey ? event.key === "z" : false) this.#undo();
    else if (event.altKey || event.ctrlKey || event.metaKey) return;
    else if (by) this.#push(by);
    else if (event.key === "Home") this.#goTo([0, 0]);
    else if (event.key === "Backspace" || event.key === "Delete") this.#clear();
    else return;
    event.preventDefault();
  }

  #push([right, down]) {
    const to = [this.#shift[0] + right, this.#shift[1] + down];
    if (to.some((n) => Math.abs(n) > FARTHEST)) return this.#hint(`Farther than ${FARTHEST} pixels it would leave the frame.`);
    this.#goTo(to);
  }

  #goTo(shift) {
    this.#shift = shift;
    this.#preview = null;
    this.#update();
    this.#announce();
  }

  #click({ target }) {
    const button = target.closest("button");
    const square = target.closest(".grid > span");
    if (square) this.#goTo(shiftOf([...square.parentElement.children].indexOf(square)));
    if (!button) return;
    if (button.dataset.push) this.#push(button.dataset.push.split(" ").map(Number));
    if (button.dataset.digit) this.#want(+button.dataset.digit);
    const does = { undo: this.#undo, clear: this.#clear, centre: this.#centre, link: this.#link, home: () => this.#goTo([0, 0]), sweep: this.#sweep };
    does[button.id]?.call(this);
  }

  #change({ target }) {
    if (target.name === "digit") {
      this.#remember();
      this.#take(+target.value);
      this.#goTo([0, 0]);
    } else if (target.name === "viewed") {
      this.#viewed = +target.value;
      this.#update();
    } else {
      const number = +target.closest("[data-network]").dataset.network;
      const changed = { ...this.#choices[number], [target.name]: target.name === "step" ? +target.value : target.value };
      this.#choices = this.#choices.map((choice, k) => (k === number ? possible(changed, target.name) : choice));
      this.#fetch().catch(() => this.#hint("This network could not be loaded. Choose it again to try once more."));
    }
  }

  #remember() {
    this.#before = [...this.#before.slice(-49), [this.#drawing, this.#digit, this.#label, this.#shift]];
  }

  #keep(drawing, digit = null, label = null) {
    [this.#drawing, this.#digit, this.#label] = [drawing, digit, label];
    this.#wanted = null;
    this.#forget();
    this.$$("input[name=digit]").forEach((input, k) => (input.checked = k === digit));
  }

  #take(k) {
    this.#keep(this.#digits[k].drawing, k, this.#digits[k].label);
  }

  #undo() {
    const last = this.#before.pop();
    if (!last) return;
    this.#keep(...last);
    this.#goTo(last[3]);
  }

  #clear() {
    this.#remember();
    this.#keep(blank());
    this.#goTo([0, 0]);
  }

  #centre() {
    if (isBlank(this.#drawing)) return;
    this.#remember();
    const drawing = framed(this.#drawing, 0, this.#shift).data;
    this.#keep(centre(drawing), this.#digit, this.#label);
    this.#goTo([0, 0]);
  }

  #link() {
    const state = { lab: this.#place(), a: writeChoice(this.#choices[0]), shift: this.#shift.join(",") };
    if (this.#choices[1]) state.b = writeChoice(this.#choices[1]);
    if (this.#digit !== null) state.digit = this.#digit;
    else if (!isBlank(this.#drawing)) state.drawing = writeDrawing(this.#drawing);
    history.replaceState(null, "", `#${new URLSearchParams(state)}`);
    const copied = navigator.clipboard?.writeText(location.href) ?? Promise.reject();
    copied.then(() => this.#hint("The link is copied: whoever opens it sees what you see."), () => this.#hint("The link stands in the address line."));
  }

  #want(digit) {
    this.#wanted = this.#wanted === digit ? null : digit;
    this.#update();
    if (this.#wanted !== null) this.#say(this.$$(".votes .pushed figcaption").map((told) => told.textContent).join("; "));
  }

  #peek(event) {
    const square = event?.target.closest(".grid > span");
    const shift = square ? shiftOf([...square.parentElement.children].indexOf(square)) : null;
    if (`${shift}` === `${this.#preview}`) return;
    this.#preview = shift;
    this.#soon();
  }

  // ---- what is to be seen ----

  #soon() {
    this.#frame ??= requestAnimationFrame(() => this.#update());
  }

  #answer(network, shift, step = network.step) {
    return forward(network, framed(this.#drawing, FRAME[network.head], shift), step);
  }

  #update() {
    cancelAnimationFrame(this.#frame);
    this.#frame = null;
    if (!this.#networks.length) return;
    const shift = this.#preview ?? this.#shift;
    const empty = isBlank(this.#drawing);
    const results = this.#networks.map((network) => this.#answer(network, shift));
    const answers = results.map((result) => (empty ? {} : answerOf(result)));
    paint(this.$("#pad"), framed(this.#drawing, PAD_FRAME, shift), [0], { largest: 1 });
    this.$(".invite").hidden = !empty;
    if (!empty && !this.#preview && !this.#pen) {
      if (!this.#path.length && `${shift}` !== "0,0") this.#path = walk([], [0, 0], this.#inPlace().map(answerOf));
      this.#path = walk(this.#path, shift, answers);
    }
    const first = this.#path[0]?.answers ?? answers;
    results.forEach(({ shares }, k) => this.#drawBars(k, empty ? null : shares, first[k]?.digit));
    if (this.#path !== this.#stripped) drawStrip(this.$(".strip table"), this.#names(), this.#path);
    this.#stripped = this.#path;
    this.#drawVotes(results, answers, shift, empty);
    this.#showStages(results[this.#viewed]);
    this.#advise(empty);
  }

  /** What comes of the drawing when it is not pushed; worked out once for each drawing. */
  #inPlace() {
    this.#unpushed ??= this.#networks.map((network) => this.#answer(network, [0, 0]));
    return this.#unpushed;
  }

  /** The drawing or the networks are others now: nothing that was found holds any more. */
  #forget() {
    this.#path = [];
    this.#unpushed = null;
    this.#stopSweep();
  }

  #drawBars(k, shares, first) {
    const section = this.$(`.network[data-network="${k}"]`);
    const answer = shares ? best(shares) : null;
    const [digit, sure] = section.querySelector(".answer").children;
    digit.textContent = answer ?? "–";
    sure.textContent = shares ? `${percent(shares[answer])} sure` : this.#fits(k) ? "" : NO_FIT;
    section.classList.toggle("changed", answer !== null && first !== undefined && answer !== first);
    section.querySelectorAll("[data-digit]").forEach((button, k) => {
      button.style.setProperty("--v", shares ? shares[k] : 0);
      button.classList.toggle("best", k === answer);
      button.setAttribute("aria-pressed", k === this.#wanted);
      button.lastElementChild.textContent = shares ? percent(shares[k]) : "";
    });
  }

  #fits(k) {
    return this.#networks[k].head === "gap" || this.#networks[k].step === 4;
  }

  #drawVotes(results, answers, shift, empty) {
    const panel = this.$("[data-panel=map]");
    if (panel.hidden) return;
    const colours = [this.$(".colour.adds"), this.$(".colour.takes")];
    results.forEach((result, k) => {
      const network = this.#networks[k];
      const section = panel.querySelector(`section[data-network="${k}"]`);
      const digit = this.#wanted ?? (empty ? null : (this.#path[0]?.answers[k]?.digit ?? answers[k].digit ?? null));
      const pushed = `${shift}` !== "0,0";
      const views = { drawn: pushed ? this.#inPlace()[k] : result, pushed: pushed ? result : null };
      const maps = Object.values(views).map((view) => view?.logits && digit !== null ? votes(network, view.stages.at(-1).map, digit, network.step) : null);
      const largest = Math.max(1e-9, ...maps.flatMap((map) => (map ? [map.data.reduce((found, vote) => Math.max(found, Math.abs(vote)), 0)] : [])));
      Object.entries(views).forEach(([when, view], at) => {
        const canvas = section.querySelector(`.${when} canvas`);
        const ink = (view ?? result).stages[0].map;
        const map = maps[at] ?? { width: 1, height: 1, data: [0] };
        if (view) paintVotes(canvas, map, ink, VOTES_SIDE, largest, colours);
        else canvas.width = canvas.height = VOTES_SIDE;
        const sum = maps[at] && signed(maps[at].data.reduce((total, vote) => total + vote, 0), 2);
        const told = view ? (sum ? `sum for ${digit}: ${sum}` : "") : "not pushed yet";
        section.querySelector(`.${when} figcaption`).innerHTML = `${when === "drawn" ? "as drawn" : `pushed ${pushed ? spoken(shift) : ""}`}<br>${told}`;
        canvas.setAttribute("aria-label", `${when}: ${told}`);
      });
      section.querySelector(".why").textContent = why(network, digit);
    });
  }

  /** The receptive field of the lit cell on the pad, while the reader is among the stages. */
  #lightPad(on = true) {
    const box = this.$(".pad .field");
    box.hidden = !on || !this.stages.lit;
    if (!box.hidden) place(box, this.stages.lit.rows, this.stages.lit.columns, SIDE + 2 * PAD_FRAME);
  }

  #advise(empty) {
    if (this.#pen || this.#preview) return;
    const [off, box] = [offCentre(this.#drawing), extent(this.#drawing)];
    const tall = box && box[1] - box[0] >= 25;
    const drawn = !empty && this.#digit === null;
    if (tall && drawn) this.#hint("Taller than the digits that the networks know: try a smaller one.");
    else if (drawn && Math.max(...off.map(Math.abs)) >= 3) this.#hint(`Your digit stands ${spoken(off.map((n) => -n))} of the middle. Centre it, and see who changes their mind.`);
    else this.#hint(this.#label === null ? "" : `A ${this.#label}, as somebody wrote it. Draw over it to make one of your own.`);
  }

  #hint(text) {
    this.$(".hint").textContent = text;
  }

  /** Once the reader rests, what the networks say. */
  #announce() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const said = this.#names().map((name, k) => {
        const [digit, sure] = this.$$(`.network[data-network="${k}"] .answer > *`).map(({ textContent }) => textContent);
        return digit === "–" ? `${name}: no answer` : `${name} says ${digit}, ${sure}`;
      });
      this.#say(`${`${this.#shift}` === "0,0" ? "" : `Pushed ${spoken(this.#shift)}. `}${said.join("; ")}.`);
    }, 500);
  }

  #say(text) {
    this.$(".card > [aria-live]").textContent = text;
  }

  // ---- all shifts ----

  /** A few in each frame. One that nobody asked for waits as long as the reader does something here. */
  #sweep(waits = false) {
    this.#stopSweep();
    if (isBlank(this.#drawing) || !this.#networks.length) return waits || this.#hint("Draw something first, or choose a digit.");
    this.#swept = true;
    const first = this.#inPlace().map(answerOf);
    const figures = this.$$(".shift-maps figure");
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches; // then all squares are filled at once
    const left = [...ORDER];
    const found = [];
    const some = () => {
      const began = performance.now();
      while (left.length && performance.now() - began < 9 && !(waits && began - this.#touched < REST)) {
        const shift = left.shift();
        this.#networks.forEach((network, k) => {
          const { shares } = this.#answer(network, shift);
          found.push([figures[k], shift, shares ? best(shares) : undefined, first[k].digit]);
        });
      }
      if (!still || !left.length) found.splice(0).forEach((square) => fillSquare(...square));
      if (left.length) return (this.#sweeping = requestAnimationFrame(some));
      figures.forEach((figure, k) => first[k].digit !== undefined && summarise(figure, first[k].digit));
      this.#say(figures.map((figure, k) => `${this.#names()[k]}: ${figure.querySelector(".kept").textContent}`).join("; "));
    };
    some();
  }

  #stopSweep() {
    cancelAnimationFrame(this.#sweeping);
    if (this.$(".grid .same, .grid .changed")) layMaps(this.$(".shift-maps"), this.#names());
  }
}

const answerOf = ({ shares }) => (shares ? { digit: best(shares), share: Math.max(...shares) } : {});

// ---- Sentences ----

/** A network that has learned nothing: it shows how much room the stages of a real one will take. */
function untrained({ head, pool, step }) {
  const channels = [8, 16, 32];
  const layers = channels.map((count, k) => new Float32Array(9 * (channels[k - 1] ?? 1) * count));
  return { head, pool, step: stepOf({ pool }, step), channels, layers, dense: new Float32Array(10 * places(1) * 32) };
}

const NO_FIT = "no answer: its weights are for maps of 10 × 10 places, these are larger";

const facts = ({ accuracy, layers, dense }) => {
  const weights = [...layers, dense].reduce((sum, { length }) => sum + length, 0);
  return `${(100 * accuracy).toFixed(1)} % of test digits right, ${grouped(weights)} weights`;
};

function why(network, digit) {
  if (digit === null) return "";
  const { head, step } = network;
  if (head === "gap") {
    return `Every place is asked with the same ${network.channels.at(-1)} weights: this is the class activation map of ${digit}. It moves with the drawing, and the sum of all its places is the score${step === 1 ? ", to the last decimal the same wherever the drawing stands" : `. After a push by ${step} pixels it is the same again, to the last decimal`}.`;
  }
  return `Each place has weights of its own, so no map of “${digit}” can move with the drawing: Flatten has no class activation map. These are the places' shares of the sum, and a stroke that moves is weighed anew.`;
}

customElements.define("pooling-lab", PoolingLab);
