// <pooling-stages>: one place of a photograph, of its maps and of the pooled maps. stages.py writes the pictures and the frames.

const PAGE = globalThis.HTMLElement ?? class {};
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const LABEL = "One place, enlarged. Arrow keys choose another, with Shift ten further; beyond the edge comes the next map.";
const sizeOf = (picture) => [+picture.getAttribute("height"), +picture.getAttribute("width")];
const clip = (value, length) => Math.min(Math.max(value, 0), length - 1);

class PoolingStages extends PAGE {
  connectedCallback() {
    this.frames = [...this.querySelectorAll(".frame")];
    if (this.lens || this.frames.length !== 3) return;
    this.lens = this.querySelector(".lens");
    this.pictures = [...this.querySelectorAll("figure > div > img")]; // the photograph, then a map and its pooled map by turns
    for (const picture of this.pictures) picture.style.cursor = "crosshair";
    this.lens.parentElement.querySelector("small").textContent = "point at any picture";
    for (const [name, value] of Object.entries({ tabindex: 0, role: "application", "aria-label": LABEL })) this.lens.setAttribute(name, value);
    for (const type of ["pointermove", "pointerdown"]) this.addEventListener(type, (event) => this.point(event));
    this.lens.addEventListener("keydown", (event) => this.move(event));
    const { top, left } = this.frames[2].style;
    const [rows, columns] = sizeOf(this.pictures[2]);
    this.place = [0, Math.round((parseFloat(top) / 100) * rows), Math.round((parseFloat(left) / 100) * columns)];
  }

  /** Mark a place of a pooled map, its window, and the patch of the photograph that this saw, and enlarge all three. */
  mark(map, row, column) {
    this.place = [map, row, column];
    const shown = [this.pictures[0], ...this.pictures.slice(2 * map + 1, 2 * map + 3)];
    const [whole, answers, pooled] = shown.map((picture) => sizeOf(picture)[0]);
    const step = Math.floor(answers / pooled);
    [step + whole - answers, step, 1].forEach((side, i) => {
      const picture = shown[i], at = [row, column].map((value) => value * (i < 2 ? step : 1));
      const [top, left, height, width] = [...at, side, side].map((value, n) => `${(100 * value) / sizeOf(picture)[n % 2]}%`);
      Object.assign(this.frames[i].style, { top, left, height, width });
      picture.parentElement.append(this.frames[i]);
      this.enlarge(i, picture, at[1], at[0], side);
    });
  }

  enlarge(i, picture, left, top, side) {
    this.canvases ??= [...this.lens.querySelectorAll("img")].map((still) => {
      const canvas = document.createElement("canvas");
      Object.assign(canvas, { width: still.getAttribute("width"), height: still.getAttribute("height"), style: still.style.cssText });
      still.replaceWith(canvas);
      return canvas;
    });
    if (!picture.complete) picture.addEventListener("load", () => this.mark(...this.place), { once: true });
    const large = picture.naturalWidth / sizeOf(picture)[1]; // pixels of the file for one of the picture
    const pen = this.canvases[i].getContext("2d");
    pen.imageSmoothingEnabled = false;
    pen.drawImage(picture, ...[left, top, side, side].map((value) => value * large), 0, 0, side, side);
  }

  point({ target, offsetX, offsetY }) {
    const i = this.pictures.indexOf(target);
    if (i < 0) return;
    const map = i ? Math.floor((i - 1) / 2) : this.place[0];
    const [answers, pooled] = this.pictures.slice(2 * map + 1, 2 * map + 3).map(sizeOf);
    const [row, column] = [offsetY / target.clientHeight, offsetX / target.clientWidth].map((share, axis) => {
      const border = i ? 0 : (sizeOf(target)[axis] - answers[axis]) / 2;
      const per = i && i % 2 === 0 ? 1 : Math.floor(answers[axis] / pooled[axis]);
      return clip(Math.floor((share * sizeOf(target)[axis] - border) / per), pooled[axis]);
    });
    this.mark(map, row, column);
  }

  move(event) {
    if (!(event.key in STEPS)) return;
    event.preventDefault();
    const [down, right] = STEPS[event.key].map((step) => step * (event.shiftKey ? 10 : 1));
    const [rows, columns] = sizeOf(this.pictures[2]);
    const [map, row, column] = this.place;
    const along = clip(map * columns + column + right, ((this.pictures.length - 1) / 2) * columns); // the pooled maps stand side by side
    this.mark(Math.floor(along / columns), clip(row + down, rows), along % columns);
  }
}

globalThis.customElements?.get("pooling-stages") ?? globalThis.customElements?.define("pooling-stages", PoolingStages);
