// What the explorer computes: where the windows fall, what they become, and how gradients flow back. The tests compare
// all of it with poolkit, its messages too.

export const MOST = 2500; // numbers in or out: what can still be drawn, and looked at
const LARGEST = 2 ** 31 - 1;

export const range = (count) => Array.from({ length: count }, (_, i) => i);
export const tuple = (values) => (values.length === 1 ? `(${values[0]},)` : `(${values.join(", ")})`);
export const sum = (xs) => xs.reduce((total, x) => total + x, 0);
export const same = (one, other) => one === other || (Number.isNaN(one) && Number.isNaN(other));

/** The number that a reader or an attribute wrote, or null; not what JavaScript alone takes for one, such as "" or "0x10". */
export function parseNumber(word) {
  const text = word.trim().toLowerCase().replace("−", "-").replace("∞", "inf").replace(/^([^.,]*),([^.,]*)$/, "$1.$2");
  if (text === "nan") return NaN;
  if (/^[+-]?inf(inity)?$/.test(text)) return text[0] === "-" ? -Infinity : Infinity;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(text) ? Number(text) : null;
}

// ---- Geometry: where the windows fall ----

function wholeNumber(name, value, least) {
  if (!Number.isInteger(value)) {
    throw new Error(`${name} must be an integer, got ${typeof value === "string" ? `'${value}'` : value}`);
  }
  if (value < least) throw new Error(`${name} must be at least ${least}, got ${value}`);
  if (value > LARGEST) throw new Error(`${name} must be at most ${LARGEST}, got ${value}`);
  return value;
}

function perAxis(name, values, rank) {
  if (values.length !== 1 && values.length !== rank) {
    throw new Error(`${name} must be one integer or one per spatial axis (${rank}), got ${tuple(values)}`);
  }
  return range(rank).map((axis) => wholeNumber(name, values[values.length === 1 ? 0 : axis], 1));
}

function padPerAxis(padding, spans) {
  if (["valid", "same", "same_lower"].includes(padding)) return spans.map(() => padding);
  const got = Array.isArray(padding) ? tuple(padding.map(tuple)) : `'${padding}'`;
  if (!Array.isArray(padding) || padding.length !== spans.length || padding.some((pair) => pair.length !== 2)) {
    throw new Error(
      `padding must be 'valid', 'same', 'same_lower' or one (before, after) pair per spatial axis ` +
        `(${spans.length}), got ${got}`,
    );
  }
  padding.flat().forEach((amount) => wholeNumber("padding", amount, 0));
  padding.forEach((pair, axis) => {
    if (Math.max(...pair) < spans[axis]) return;
    throw new Error(`padding must be smaller than the window (${spans[axis]}) on each side, got ${tuple(pair)}`);
  });
  return padding;
}

function layWindows(length, size, stride, padding, dilation) {
  const span = dilation * (size - 1) + 1;
  let before = 0, after = 0, count;
  if (padding.startsWith?.("same")) {
    count = Math.ceil(length / stride);
    const missing = Math.max((count - 1) * stride + span - length, 0);
    before = padding === "same" ? Math.floor(missing / 2) : Math.ceil(missing / 2);
    after = missing - before;
  } else {
    if (padding !== "valid") [before, after] = padding;
    count = Math.floor((length + before + after - span) / stride) + 1;
  }
  if (count < 1) {
    throw new Error(
      `pool_size ${size}${dilation > 1 ? ` (spanning ${span})` : ""} is longer than the axis it slides over: ` +
        `${length} elements and ${before + after} of padding. Use a smaller pool_size or padding='same'.`,
    );
  }
  return { length, size, stride, padding, dilation, span, before, after, count };
}

/** The positions that each window of an axis sees. */
function listWindows({ length, stride, dilation, span, before, count }) {
  const sees = (o, i) => (i - o * stride + before) % dilation === 0 && i >= o * stride - before && i < o * stride - before + span;
  return range(count).map((o) => range(length).filter((i) => sees(o, i)));
}

/** The axes of a pooling. Throws poolkit's errors, and one where there would be too much to draw. */
export function layGrid(shape, { pool, poolSize, strides, padding, dilation, p }) {
  const [name, whole] = POOLS[pool];
  if (whole) return shape.map((n) => layWindows(n, n, n, "valid", 1));
  const sizes = perAxis("pool_size", poolSize, shape.length);
  const steps = strides.length ? perAxis("strides", strides, shape.length) : sizes;
  const gaps = perAxis("dilation", dilation, shape.length);
  const pads = padPerAxis(padding, sizes.map((size, axis) => gaps[axis] * (size - 1) + 1));
  const axes = shape.map((length, axis) => layWindows(length, sizes[axis], steps[axis], pads[axis], gaps[axis]));
  if (["lp", "gem"].includes(name) && !(p > 0 && p < Infinity)) throw new Error(`p must be positive and finite, got ${p}`);
  const outputs = axes.reduce((product, { count }) => product * count, 1);
  if (outputs > MOST) throw new Error(`padding must leave at most ${MOST} outputs to draw, got ${outputs}`);
  return axes;
}

/** The flat positions of the real elements of each window; windows and positions in row-major order. */
const cross = (axes) =>
  axes.reduce(
    (windows, axis) => {
      const table = listWindows(axis);
      return windows.flatMap((seen) =>
        table.map((places) => seen.flatMap((start) => places.map((i) => start * axis.length + i))));
    },
    [[0]],
  );

/** The window that sees a position best: the one around it, or the nearest. */
export function nearest(position, axes) {
  let rest = position;
  const places = axes.map(({ length }) => length).reverse().map((length) => {
    const place = rest % length;
    rest = Math.floor(rest / length);
    return place;
  }).reverse();
  return axes.reduce((o, axis, which) => {
    const { count, stride, before, span } = axis;
    const table = listWindows(axis);
    const away = (k) => Math.abs(k * stride - before + (span - 1) / 2 - places[which]) + (table[k].includes(places[which]) ? 0 : 1e9);
    return o * count + range(count).reduce((best, k) => (away(k) < away(best) ? k : best), 0);
  }, 0);
}

/** Where window `at` lies, in cells from the first element. */
export function windowBox(axes, at) {
  const [vertical, horizontal] = axes.length === 1 ? [null, axes[0]] : axes;
  const [i, j] = [Math.floor(at / horizontal.count), at % horizontal.count];
  const top = vertical ? i * vertical.stride - vertical.before : 0;
  const left = j * horizontal.stride - horizontal.before;
  return { top, left, bottom: top + (vertical?.span ?? 1), right: left + horizontal.span };
}

// ---- Algebra: how one window becomes one number, and how its gradient is shared ----

function toWinner(xs, y, dy, p, whole) {
  const first = xs.findIndex((x) => same(x, y));
  const ties = whole && !Number.isNaN(y) ? xs.filter((x) => x === y).length : 1;
  return xs.map((x, i) => (ties > 1 ? x === y && dy / ties : i === first && dy) || 0);
}

/** (Σ x^p · share)^(1/p) of numbers that are not negative, divided by the largest first so that no power overflows. */
function powerMean(xs, p, share) {
  const largest = Math.max(...xs, 0);
  if (!(largest > 0 && largest < Infinity)) return largest;
  return largest * (sum(xs.map((x) => (x / largest) ** p)) * share) ** (1 / p);
}

export const ALGEBRA = {
  max: { label: "max", fold: (xs) => Math.max(...xs), share: toWinner },
  min: { label: "min", fold: (xs) => Math.min(...xs), share: toWinner },
  average: { label: "average", fold: (xs) => sum(xs) / xs.length, share: (xs, y, dy) => xs.map(() => dy / xs.length) },
  lp: {
    label: "Lp norm",
    fold: (xs, p) => powerMean(xs.map(Math.abs), p, 1),
    share: (xs, y, dy, p) =>
      xs.map((x) => {
        const slope = y === 0 ? 0 : Math.abs(x) / y;
        return slope === 0 ? 0 : slope ** (p - 1) * dy * Math.sign(x);
      }),
  },
  gem: { label: "GeM", fold: (xs, p) => powerMean(xs.map((x) => Math.max(x, 1e-6)), p, 1 / xs.length) },
  soft: {
    label: "soft",
    fold(xs) {
      const largest = Math.max(...xs);
      if (!Number.isFinite(largest)) return largest;
      const weights = xs.map((x) => Math.exp(x - largest));
      return sum(xs.map((x, i) => (weights[i] ? x * weights[i] : 0))) / sum(weights);
    },
  },
};

export const POOLS = {
  max_pool: ["max"],
  average_pool: ["average"],
  min_pool: ["min"],
  lp_pool: ["lp"],
  gem_pool: ["gem"],
  soft_pool: ["soft"],
  global_max_pool: ["max", "whole"],
  global_average_pool: ["average", "whole"],
  global_min_pool: ["min", "whole"],
};

/** Pool: windows (flat positions each), what they become, and the axes they lie on. Errors are poolkit's. */
export function forward(x, shape, settings) {
  const [name, whole] = POOLS[settings.pool];
  const axes = layGrid(shape, settings);
  const windows = cross(axes);
  const y = windows.map((seen) => ALGEBRA[name].fold(seen.map((i) => x[i]), settings.p));
  return { axes, windows, y, shape: axes.map((axis) => axis.count), name, whole };
}

/** Pull `dy` back: what each window hands to each of its elements, and the sums. */
export function backward(x, shape, settings, dy) {
  const { windows, y, name, whole } = forward(x, shape, settings);
  const { share } = ALGEBRA[name];
  if (!share) throw new Error(`pool must be one that poolkit.vjp knows to have a gradient, got ${settings.pool}`);
  const shares = windows.map((seen, o) => share(seen.map((i) => x[i]), y[o], dy[o], settings.p, whole));
  const dx = x.map(() => 0);
  windows.forEach((seen, o) => seen.forEach((i, place) => (dx[i] += shares[o][place])));
  return { dx, shares };
}

/** Flatten a stack of maps (H, W, C), place by place, and average each map. */
export function heads(x, [, , channels]) {
  const maps = range(channels).map((c) => range(x.length / channels).map((place) => place * channels + c));
  const means = maps.map((map) => sum(map.map((i) => x[i])) / map.length);
  return { windows: [...x.map((_, i) => [i]), ...maps], y: [...x, ...means] };
}
