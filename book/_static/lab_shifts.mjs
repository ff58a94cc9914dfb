/* What the networks answer as a drawing is pushed: a strip of the pushes made so far, and a map of all of them. */

import { range } from "./lab_network.mjs";

export const FAR = 6; // the map goes this far; farther, a stored digit would leave the frame
const WIDTH = 2 * FAR + 1;

export const STRIP_HTML = `<div class="strip" tabindex="0" role="region" aria-label="Answers so far"><table></table></div>`;

export const SHIFTS_HTML = `
  <div class="sweep">
    <button type="button" id="sweep">Sweep all shifts</button>
    <p class="lead">asks for all ${WIDTH * WIDTH} pushes of up to ${FAR} pixels. Point at a square to see that push.</p>
  </div>
  <div class="shift-maps"></div>`;

export const arrow = ([right, down]) => {
  const parts = [right && `${Math.abs(right)}${right > 0 ? "→" : "←"}`, down && `${Math.abs(down)}${down > 0 ? "↓" : "↑"}`];
  return parts.filter(Boolean).join(" ") || "0";
};

export const spoken = ([right, down]) => {
  const parts = [right && `${Math.abs(right)} ${right > 0 ? "right" : "left"}`, down && `${Math.abs(down)} ${down > 0 ? "down" : "up"}`];
  return parts.filter(Boolean).join(", ") || "not pushed";
};

/** The way of a drawing: going back along it takes the last steps off. `path` holds [{shift, answers}]. */
export function walk(path, shift, answers) {
  const met = path.findIndex((step) => `${step.shift}` === `${shift}`);
  return [...(met < 0 ? path : path.slice(0, met)), { shift, answers }];
}

/** All shifts of the map from the middle outwards, as a spiral. */
export const ORDER = range(WIDTH * WIDTH)
  .map((place) => [(place % WIDTH) - FAR, Math.floor(place / WIDTH) - FAR])
  .sort((a, b) => ring(a) - ring(b) || turn(a) - turn(b));
function ring([x, y]) {
  return Math.max(Math.abs(x), Math.abs(y));
}
function turn([x, y]) {
  return Math.atan2(y, x);
}

/** The strip: a column a push, a row a network; what differs from the first answer is marked. */
export function drawStrip(table, names, path) {
  const first = path[0]?.answers ?? [];
  const head = path.map(({ shift }) => `<th scope="col"><span aria-hidden="true">${arrow(shift).replace(" ", "<br>")}</span><span class="heard">${spoken(shift)}</span></th>`);
  const rows = names.map((name, network) => {
    const cells = path.map(({ answers }) => {
      const { digit, share } = answers[network] ?? {};
      const changed = digit !== first[network]?.digit;
      return `<td class="${changed ? "changed" : "same"}"><b>${digit ?? "–"}</b>${share === undefined ? "" : `<small>${percent(share)}</small>`}</td>`;
    });
    return `<tr><th scope="row">${name}</th>${cells.join("")}</tr>`;
  });
  table.innerHTML = `<thead><tr><th scope="row">pushed by</th>${head.join("")}</tr></thead><tbody>${rows.join("")}</tbody>`;
  if (path.length > 4) requestAnimationFrame(() => (table.parentElement.scrollLeft = 1e5));
}

export const percent = (share) => (share > 0.995 ? "> 99 %" : `${Math.round(100 * share)} %`);

/** The empty maps, one a network. */
export function layMaps(root, names) {
  root.innerHTML = names
    .map((name, network) => `<figure data-network="${network}"><figcaption>${name}</figcaption>
      <div class="grid" role="img" aria-label="not swept yet" style="--n: ${WIDTH}">${"<span></span>".repeat(WIDTH * WIDTH)}</div>
      <p class="kept">&nbsp;</p></figure>`)
    .join("");
}

export const squareOf = ([x, y]) => (y + FAR) * WIDTH + x + FAR;
export const shiftOf = (square) => [(square % WIDTH) - FAR, Math.floor(square / WIDTH) - FAR];

/** One square of the map of a network. */
export function fillSquare(figure, shift, digit, first) {
  const square = figure.querySelector(".grid").children[squareOf(shift)];
  square.textContent = digit ?? "";
  square.className = digit === undefined ? "" : digit === first ? "same" : "changed";
}

/** How many squares keep the first answer, said below the map and to a screen reader. */
export function summarise(figure, first) {
  const kept = figure.querySelectorAll(".grid .same").length;
  const all = figure.querySelectorAll(".grid .same, .grid .changed").length;
  const text = `still ${first} after ${kept} of ${all} pushes`;
  figure.querySelector(".kept").textContent = text;
  figure.querySelector(".grid").setAttribute("aria-label", text);
}
