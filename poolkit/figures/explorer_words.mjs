// What the explorer says of a window, as text. A power stands there as 2^3; the element writes it as a raised number.

import { range, same, sum } from "./explorer_arithmetic.mjs";

const minus = (text) => text.replaceAll("-", "−");

/** As 7.12e13. */
function scientific(value, digits) {
  const [factor, power] = value.toExponential(digits - 1).split("e");
  return `${+factor}e${+power}`;
}

/** A number with at most `decimals` decimals and a real minus sign; tiny and huge ones as 3e−9. */
export function show(value, decimals = 4) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  return minus(size && (size < 0.5 / 10 ** decimals || size >= 1e10) ? scientific(value, 3) : String(+value.toFixed(decimals)));
}

/** The same for a cell: short, and never cut to another number. */
export function showShort(value) {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || !size || (size < 1e5 && size >= 0.005)) return show(value, size < 1000 ? 2 : 1);
  const [plain, two] = [String(+value.toPrecision(2)), scientific(value, 2)];
  return minus(plain.length < 7 && size < 1 ? plain : two.length < 7 ? two : scientific(value, 1));
}

/** How a result follows a calculation: "= 4.25", or "≈ 0.3333". */
export function equals(value) {
  const text = show(value);
  const exact = !Number.isFinite(value) || same(Number(text.replaceAll("−", "-")), value);
  return `${exact ? "=" : "≈"} ${text}`;
}

export const times = (shape) => shape.join(" × ");
export const plus = (xs, term) =>
  xs.length > 9 ? `sum of ${xs.length} terms` : xs.map(term).join(" + ").replaceAll("+ −", "− ");

const extreme = (word) => ({
  say(xs, p, y) {
    if (xs.length > 9) return `${word} of ${xs.length} numbers`;
    const first = xs.findIndex((x) => same(x, y));
    return `${word}(${xs.map((x, i) => (i === first ? `<mark>${show(x)}</mark>` : show(x))).join(", ")})`;
  },
  flow: (xs, whole) =>
    whole ? "equal parts to all that tie" : `all of it to the first ${word === "max" ? "largest" : "smallest"}`,
});

/** For each pooling: its calculation in numbers, and where its gradient goes. */
export const WORDS = {
  max: extreme("max"),
  min: extreme("min"),
  average: {
    say: (xs) => `${xs.length > 9 ? show(sum(xs)) : `(${plus(xs, (x) => show(x))})`} / ${xs.length}`,
    flow: (xs) => `an equal part, 1 / ${xs.length}, to each element`,
  },
  lp: {
    say: (xs, p) => `(${plus(xs, (x) => `${x < 0 ? `|${show(x)}|` : show(x)}^${show(p)}`)})^(1/${show(p)})`,
    flow: () => "to each x its part, sign(x) · (|x| / y)^(p − 1)",
  },
  gem: {
    say: (xs, p) => `((${plus(xs, (x) => `${show(Math.max(x, 0))}^${show(p)}`)}) / ${xs.length})^(1/${show(p)})`,
  },
  soft: {
    say: (xs) => `(${plus(xs, (x) => `${show(x)}·e^${show(x)}`)}) / (${plus(xs, (x) => `e^${show(x)}`)})`,
  },
};

export const raise = (text) => text.replace(/\^(\([^()]*\)|[−\d.∞]+|nan)/g, (_, power) => `<sup>${power.replace(/[()]/g, "")}</sup>`);
export const aloud = (html) => html.replace(/<[^>]*>/g, "").replaceAll("^", " to the power ");

/** The output-size rule along each axis, in numbers. */
export function sizeRule(axes) {
  const rules = axes.map(({ length, stride, padding, before, after, span, count }) => {
    if (padding.startsWith?.("same")) return `⌈${length} / ${stride}⌉ = ${count}`;
    const padded = [length, before, after].filter(Boolean).join(" + ");
    return `⌊(${padded} − ${span}) / ${stride}⌋ + 1 = ${count}`;
  });
  return new Set(rules).size === 1 ? rules[0] : `rows ${rules[0]}, columns ${rules[1]}`;
}

/** poolkit's message in the words that stand on the controls. */
export const inLabels = (message) =>
  message.replaceAll("pool_size", "window").replaceAll("strides", "stride").replace(/\b1 elements/, "1 element");

const FIELDS = { pool_size: "pool-size", strides: "strides", padding: "padding", dilation: "dilation", p: "p" };
/** The control that a message is about. */
export const fieldOf = (message) => FIELDS[message.split(" ")[0]] ?? "";

/** Rows of numbers from a spreadsheet or a text: cells parted by tabs, spaces, semicolons or commas. */
export function parseBlock(text) {
  const lines = text.replaceAll("\r", "").split("\n").filter((line) => line.trim());
  return lines.map((line) => {
    const part = line.includes("\t") ? "\t" : line.includes(";") ? ";" : /[^,\s]\s+\S/.test(line.trim()) ? /[\s,]+/ : ",";
    return line.trim().replace(/^[[(\s]+|[\])\s,]+$/g, "").split(part).map((cell) => cell.trim());
  });
}

export const rowMajor = (place, columns) => [Math.floor(place / columns), place % columns];
export const divisor = (count, most) => range(most).reverse().find((n) => count % (n + 1) === 0) + 1;
