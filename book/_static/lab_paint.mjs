/* How numbers become pictures: maps of the lab's networks painted on canvases, a pixel a number. */

let colours = new WeakMap(); // asking the browser takes longer than painting

/** The colour that a style sheet gives an element, as [red, green, blue], and all its shades. All canvases beside it are
    looked at with it, because the page's styles have to be worked out anew for the first look after each change. */
function inkOf(element) {
  if (!colours.has(element)) for (const each of [element, ...element.getRootNode().querySelectorAll("canvas")]) learnInk(each);
  return colours.get(element);
}

function learnInk(element) {
  if (colours.has(element)) return;
  const colour = getComputedStyle(element).color.match(/[\d.]+/g).slice(0, 3).map(Number);
  colours.set(element, { colour, shades: ramp(colour) });
}

/** Channels of a map side by side, `columns` in a row: from nothing to the canvas's own colour as numbers grow from 0 to
    `largest`, which is the map's own if it is not given. */
export function paint(canvas, map, channels = [0], { columns = 1, space = 0, largest } = {}) {
  const { width, height, data } = map;
  const rows = Math.ceil(channels.length / columns);
  const side = columns * (width + space) - space;
  fit(canvas, side, rows * (height + space) - space);
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  const { shades } = inkOf(canvas);
  const scale = 255 / (largest ?? largestOf(data));
  if (space) pixels.fill(shades[70]); // a line between the maps
  channels.forEach((channel, number) => {
    const corner = Math.floor(number / columns) * (height + space) * side + (number % columns) * (width + space);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = data[(y * width + x) * map.channels + channel] * scale;
        pixels[corner + y * side + x] = shades[Math.min(255, value | 0)];
      }
    }
  });
  context.putImageData(image, 0, 0);
}

function largestOf(data) {
  let found = 1e-9;
  for (let place = 0; place < data.length; place++) if (data[place] > found) found = data[place];
  return found;
}

/** For each byte that colour with that opacity, as a browser keeps pixels: alpha, blue, green, red. */
function ramp([red, green, blue]) {
  return Uint32Array.from({ length: 256 }, (_, alpha) => ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0);
}

function fit(canvas, width, height) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

/** A map of votes over what they are about: what adds in one colour, what takes away in another, as strong as it is large;
    the ink below shows through. The middle `side` pixels are shown, whatever the frame. */
export function paintVotes(canvas, votes, ink, side, largest, [adds, takes]) {
  fit(canvas, side, side);
  const context = canvas.getContext("2d");
  const image = context.createImageData(side, side);
  const [more, less, pen] = [adds, takes, canvas].map((element) => inkOf(element).colour);
  const cell = ink.width / votes.width;
  const cut = (ink.width - side) / 2;
  const inside = (place) => place >= 0 && place < ink.width;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [row, column] = [y + cut, x + cut];
      if (!inside(row) || !inside(column)) continue;
      const vote = votes.data[Math.floor(row / cell) * votes.width + Math.floor(column / cell)];
      const strength = Math.min(1, Math.abs(vote) / largest) * 0.85;
      const drawn = ink.data[row * ink.width + column] * 0.55 * (1 - strength);
      const opacity = strength + drawn;
      const colour = vote > 0 ? more : less;
      const to = (y * side + x) * 4;
      for (let k = 0; k < 3; k++) image.data[to + k] = opacity && (colour[k] * strength + pen[k] * drawn) / opacity;
      image.data[to + 3] = 255 * opacity;
    }
  }
  context.putImageData(image, 0, 0);
}

/** Call back whenever the page turns light or dark, or goes on paper, so that canvases take its colours. */
export function watchColours(callback) {
  const change = () => {
    colours = new WeakMap();
    callback();
  };
  for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", change);
  new MutationObserver(change).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
}

/** Once an element is nearly in sight, or that share of it is. */
export function whenNear(element, start, { rootMargin = "300px", threshold = 0 } = {}) {
  new IntersectionObserver(([seen], observer) => {
    if (!seen.isIntersecting || seen.intersectionRatio < threshold) return;
    observer.disconnect();
    start();
  }, { rootMargin, threshold }).observe(element);
}
