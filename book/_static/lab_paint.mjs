/* How numbers become pictures: maps of the lab's networks painted on canvases, a pixel a number. */

/** The colour that a style sheet gives an element, as [red, green, blue]. */
function colourOf(element) {
  return getComputedStyle(element).color.match(/[\d.]+/g).slice(0, 3).map(Number);
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
  const shades = ramp(colourOf(canvas));
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

/** A map of votes over what they are about: what adds in one colour, what takes away in another, as strong as they are
    large; the ink below shows through. `origin` is where the map's corner lies on the canvas of `side` pixels. */
export function paintVotes(canvas, votes, ink, side, largest, [adds, takes]) {
  fit(canvas, side, side);
  const context = canvas.getContext("2d");
  const image = context.createImageData(side, side);
  const [more, less, pen] = [colourOf(adds), colourOf(takes), colourOf(canvas)];
  const cell = ink.width / votes.width;
  const margin = (side - ink.width) / 2;
  for (let y = 0; y < ink.height; y++) {
    for (let x = 0; x < ink.width; x++) {
      const vote = votes.data[Math.floor(y / cell) * votes.width + Math.floor(x / cell)];
      const strength = Math.min(1, Math.abs(vote) / largest) * 0.85;
      const drawn = ink.data[y * ink.width + x] * 0.55;
      const opacity = strength + drawn * (1 - strength);
      const to = ((y + margin) * side + x + margin) * 4;
      const colour = vote > 0 ? more : less;
      for (let k = 0; k < 3; k++) {
        image.data[to + k] = opacity ? (colour[k] * strength + pen[k] * drawn * (1 - strength)) / opacity : 0;
      }
      image.data[to + 3] = 255 * opacity;
    }
  }
  context.putImageData(image, 0, 0);
}

/** Call back whenever the page turns light or dark, or goes on paper, so that canvases take its colours. */
export function watchColours(callback) {
  for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", callback);
  new MutationObserver(callback).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
}
