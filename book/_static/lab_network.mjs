/* The arithmetic of the networks in the lab: pure functions on arrays, nothing of the page. A map is
   {height, width, channels, data}, its numbers in the order row, column, channel, as in poolkit and Keras.
   tests/book/test_lab.py compares every logit with that of the same weights in Python. */

export const SIDE = 32; // a drawing is 32 × 32 numbers from 0 (paper) to 1 (ink)
export const range = (count) => Array.from({ length: count }, (_, i) => i);

// ---- Drawings ----

export const blank = () => new Float32Array(SIDE * SIDE);
export const isBlank = (drawing) => drawing.every((ink) => ink < 0.1);

/** The drawing as a network sees it: `frame` pixels of paper around it, then pushed right and down by whole pixels. Only
    what leaves the frame is lost. */
export function framed(drawing, frame, [right, down] = [0, 0]) {
  const map = emptyMap(SIDE + 2 * frame, SIDE + 2 * frame, 1);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const [row, column] = [y + frame + down, x + frame + right];
      if (row < 0 || row >= map.height || column < 0 || column >= map.width) continue;
      map.data[row * map.width + column] = drawing[y * SIDE + x];
    }
  }
  return map;
}

/** How far [right, down] a drawing must be pushed for its centre of mass to lie in the middle, as MNIST's digits do. */
export function offCentre(drawing) {
  let [mass, across, down] = [0, 0, 0];
  drawing.forEach((ink, place) => {
    mass += ink;
    across += ink * (place % SIDE);
    down += ink * Math.floor(place / SIDE);
  });
  const middle = (SIDE - 1) / 2;
  return mass ? [Math.round(middle - across / mass), Math.round(middle - down / mass)] : [0, 0];
}

export const centre = (drawing) => framed(drawing, 0, offCentre(drawing)).data;

/** The rows and columns that hold ink, [top, bottom, left, right], the last ones included; null if there is none. */
export function extent(drawing) {
  const inked = range(SIDE * SIDE).filter((place) => drawing[place] >= 0.1);
  if (!inked.length) return null;
  const [rows, columns] = [inked.map((place) => Math.floor(place / SIDE)), inked.map((place) => place % SIDE)];
  return [Math.min(...rows), Math.max(...rows), Math.min(...columns), Math.max(...columns)];
}

/** Draws a straight stroke into the drawing: ink where the pen passes, grey at its edge. */
export function stroke(drawing, [x0, y0], [x1, y1], width) {
  const [along, up] = [x1 - x0, y1 - y0];
  const squared = along * along + up * up;
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const [right, down] = [x + 0.5 - x0, y + 0.5 - y0];
      const t = squared ? Math.min(1, Math.max(0, (right * along + down * up) / squared)) : 0;
      const ink = width / 2 + 0.5 - Math.hypot(right - t * along, down - t * up);
      const place = y * SIDE + x;
      drawing[place] = Math.max(drawing[place], Math.min(1, ink));
    }
  }
}

// ---- Networks ----

const emptyMap = (height, width, channels) => ({ height, width, channels, data: new Float32Array(height * width * channels) });

function bytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** Whole numbers of one byte and, for each output, a scale. */
function decodeWeights({ scale, weights }) {
  return Float32Array.from(new Int8Array(bytes(weights).buffer), (weight, place) => weight * scale[place % scale.length]);
}

/** A network out of its file: its weights as numbers. */
export function decode(file) {
  return { ...file, layers: file.layers.map(decodeWeights), dense: decodeWeights(file.dense) };
}

/** The twenty stored digits, as drawings. */
export function decodeDigits({ labels, images }) {
  return images.map((image, place) => {
    const drawing = blank();
    bytes(image).forEach((grey, pixel) => (drawing[(Math.floor(pixel / 28) + 2) * SIDE + (pixel % 28) + 2] = grey / 255));
    return { label: labels[place], drawing };
  });
}

const POOLS = { max: [0, 1], average: [0, 1], blur: [-1, 0, 1, 2] }; // where a window looks from its place

/** What a network does until its head. `step` is how far apart in the drawing two neighbours of the last map are: 4 as
    trained, 2 with the second stride taken out, 1 with both. A stage that loses its stride keeps every place, and what
    follows looks twice as far apart: the same numbers where there were some, and new ones between. */
export function plan(network, step = 4) {
  const stages = [];
  let [spread, distance, channels] = [1, 1, 1];
  const add = (kind, name, places, stride, more) => {
    const taken = distance * stride <= step ? stride : 1;
    stages.push({ kind, name, spread, taps: places.map((place) => place * spread), stride: taken, ...more });
    if (taken === stride) distance *= stride;
    else spread *= stride;
  };
  network.layers.forEach((weights, layer) => {
    const inside = layer < network.layers.length - 1;
    const pooled = inside && network.pool in POOLS;
    const output = network.channels[layer];
    add("convolution", `convolution ${layer + 1}`, [-1, 0, 1], inside && !pooled ? 2 : 1, { weights, inputs: channels, channels: output });
    channels = output;
    if (pooled) add(network.pool, `pooling ${layer + 1}`, POOLS[network.pool], 2, { channels });
  });
  return stages;
}

/** Each number that is not 0 is added to all that see it: most of a drawing is 0, and costs nothing. */
function convolve(map, { taps, stride, weights, channels }) {
  const { height, width, channels: inputs, data } = map;
  const result = emptyMap(Math.ceil(height / stride), Math.ceil(width / stride), channels);
  const out = result.data;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let input = 0; input < inputs; input++) {
        const value = data[(y * width + x) * inputs + input];
        if (value === 0) continue;
        for (let i = 0; i < 3; i++) {
          const row = (y - taps[i]) / stride;
          if (row < 0 || row >= result.height || row !== (row | 0)) continue;
          for (let j = 0; j < 3; j++) {
            const column = (x - taps[j]) / stride;
            if (column < 0 || column >= result.width || column !== (column | 0)) continue;
            const to = (row * result.width + column) * channels;
            const from = ((i * 3 + j) * inputs + input) * channels;
            for (let output = 0; output < channels; output++) out[to + output] += value * weights[from + output];
          }
        }
      }
    }
  }
  for (let place = 0; place < out.length; place++) if (out[place] < 0) out[place] = 0;
  return result;
}

/** Folds each window of a map into one number a channel: its largest (no map holds a number below 0, so 0 begins), or with
    `shares` along rows and columns, its weighted sum. */
function slide(map, taps, stride, shares) {
  const { height, width, channels, data } = map;
  const result = emptyMap(Math.ceil(height / stride), Math.ceil(width / stride), channels);
  const out = result.data;
  for (let y = 0; y < result.height; y++) {
    for (let i = 0; i < taps.length; i++) {
      const row = y * stride + taps[i];
      if (row < 0 || row >= height) continue;
      for (let x = 0; x < result.width; x++) {
        for (let j = 0; j < taps.length; j++) {
          const column = x * stride + taps[j];
          if (column < 0 || column >= width) continue;
          const to = (y * result.width + x) * channels;
          const from = (row * width + column) * channels;
          if (shares) addAll(out, to, data, from, channels, shares[i] * shares[j]);
          else keepLargest(out, to, data, from, channels);
        }
      }
    }
  }
  return result;
}

function addAll(out, to, data, from, count, share) {
  for (let k = 0; k < count; k++) out[to + k] += data[from + k] * share;
}

function keepLargest(out, to, data, from, count) {
  for (let k = 0; k < count; k++) if (data[from + k] > out[to + k]) out[to + k] = data[from + k];
}

const RUN = {
  convolution: convolve,
  max: (map, { taps, stride }) => slide(map, taps, stride),
  average: (map, { taps, stride }) => slide(map, taps, stride, [1 / 2, 1 / 2]),
  blur: (map, { spread, stride }) =>
    slide(slide(map, [0, spread], 1), [-spread, 0, spread], stride, [1 / 4, 1 / 2, 1 / 4]),
};

/** A network without strides knows one step alone. */
export const stepOf = (network, step) => (network.pool === "none" ? 1 : step);

const TRAINED_SIDE = 40; // the frame of training is 4 pixels wide

/** Everything between a framed drawing and its ten answers: {stages: [{name, map}], numbers, logits, shares}. Behind
    Flatten there are no numbers and no logits unless the last maps have the size that its weights were trained for. */
export function forward(network, input, wanted = 4) {
  const step = stepOf(network, wanted);
  const stages = [{ name: "drawing", kind: "drawing", map: input }];
  for (const stage of plan(network, step)) {
    stages.push({ ...stage, map: RUN[stage.kind](stages.at(-1).map, stage) });
  }
  const numbers = headNumbers(network, stages.at(-1).map, step);
  const logits = numbers && denseLayer(numbers, network.dense);
  return { stages, numbers, logits, shares: logits && softmax(logits) };
}

/** How many numbers a last map has in the frame of training: what a global average divides by, whatever the frame. */
export const places = (step) => (TRAINED_SIDE / step) ** 2;

function headNumbers({ head }, map, step) {
  const { height, width, channels, data } = map;
  if (head === "flatten") return step === 4 && height === TRAINED_SIDE / 4 && width === height ? data : null;
  const sums = new Float32Array(channels);
  for (let place = 0; place < data.length; place++) sums[place % channels] += data[place];
  return sums.map((sum) => sum / places(step));
}

function denseLayer(numbers, weights) {
  const logits = new Float32Array(10);
  numbers.forEach((number, place) => {
    if (number !== 0) for (let digit = 0; digit < 10; digit++) logits[digit] += number * weights[place * 10 + digit];
  });
  return logits;
}

/** What each logit becomes when the ten have to be shares of 1. */
export function softmax(logits) {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power);
  return powers.map((power) => power / sum);
}

export const best = (shares) => shares.indexOf(Math.max(...shares));

/** What each place of the last maps adds to the logit of a digit: all of it together is the logit. Behind a global
    average every place is asked with the same weights, so this is the class activation map. */
export function votes(network, map, digit, wanted = 4) {
  const step = stepOf(network, wanted);
  const { height, width, channels, data } = map;
  const shared = network.head === "gap";
  const result = emptyMap(height, width, 1);
  for (let place = 0; place < height * width; place++) {
    for (let channel = 0; channel < channels; channel++) {
      const weight = network.dense[(shared ? channel : place * channels + channel) * 10 + digit];
      result.data[place] += data[place * channels + channel] * weight;
    }
    if (shared) result.data[place] /= places(step);
  }
  return result;
}

// ---- What a place has seen ----

/** Along rows or columns alike: which places of each earlier stage place `index` of stage `last` depends on; the first
    entry are pixels of the framed drawing. `sides` are the lengths of the stages. */
export function seen(stages, last, index) {
  const places = [];
  places[last] = [index];
  for (let stage = last; stage > 0; stage--) {
    const { taps, stride } = stages[stage];
    const all = places[stage].flatMap((place) => taps.map((tap) => place * stride + tap));
    const side = stages[stage - 1].map.width;
    places[stage - 1] = [...new Set(all)].filter((place) => place >= 0 && place < side).sort((a, b) => a - b);
  }
  return places;
}
