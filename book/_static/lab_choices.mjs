/* Which networks there are to choose from, where each comes from, and how a choice and a drawing are written into an
   address, so that they can be sent to somebody. */

import { range, SIDE } from "./lab_network.mjs";

export const FARTHEST = 8; // pixels; pushes end here
export const HEADS = { flatten: "Flatten", gap: "Global average" };
export const POOLINGS = { max: "max pooling", average: "average pooling", stride: "strides alone", blur: "blurred max", none: "no pooling" };
export const TRAININGS = { place: "digits in place", shifts: "pushed digits too" };
export const STEPS = { 4: "strides on", 2: "second one off", 1: "strides off" };

// ---- What a network is called, and where it comes from ----

// A test holds this list against the files.
export const NETWORKS = [
  "average-flatten", "average-gap", "blur-flatten", "blur-gap", "max-flatten", "max-flatten-shifts", "max-gap", "max-gap-shifts", "none-gap",
  "stride-flatten", "stride-gap",
];

const ALL = NETWORKS.map((name) => {
  const [pool, head, training = "place"] = name.split("-");
  return { head, pool, training };
});

/** Whether any network has that head, pooling or training. */
export const offered = (key, value) => ALL.some((each) => each[key] === value);

export const exists = (choice) => ALL.some((each) => Object.keys(each).every((key) => each[key] === choice[key]));

export const fileName = ({ head, pool, training }) => `${pool}-${head}${training === "shifts" ? "-shifts" : ""}`;

const loaded = {};
export async function load(name) {
  loaded[name] ??= fetch(new URL(`lab/${name}.json`, import.meta.url)).then((answer) => {
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
    return answer.json();
  });
  return loaded[name].catch((error) => {
    delete loaded[name]; // so that it is asked for again
    throw error;
  });
}

// ---- The address: what was set, so that it can be sent to somebody ----

export const writeChoice = ({ head, pool, step, training }) => [head, pool, step, training].join(".");

export function readChoice(text) {
  const [head, pool, step, training] = (text ?? "").split(".");
  const choice = { head, pool, step: +step, training };
  const known = Object.hasOwn(HEADS, head) && Object.hasOwn(POOLINGS, pool ?? "") && Object.hasOwn(STEPS, step ?? "") && Object.hasOwn(TRAININGS, training ?? "");
  return known && exists(choice) ? choice : null;
}

export function readShift(text) {
  const numbers = (text ?? "").split(/[ ,]+/).map(Number);
  const good = numbers.length === 2 && numbers.every((n) => Number.isInteger(n) && Math.abs(n) <= FARTHEST);
  return good ? numbers : [0, 0];
}

/** A drawing in sixteen shades, two pixels a byte. */
export function writeDrawing(drawing) {
  const shades = Array.from(drawing, (ink) => Math.round(ink * 15));
  const pairs = range(shades.length / 2).map((k) => String.fromCharCode(16 * shades[2 * k] + shades[2 * k + 1]));
  return btoa(pairs.join("")).replaceAll("+", "-").replaceAll("/", "_");
}

export function readDrawing(text) {
  if (!/^[\w-]{683}=?$/.test(text ?? "")) return null; // 512 bytes
  const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/").slice(0, 683));
  return Float32Array.from({ length: SIDE * SIDE }, (_, k) => {
    const byte = letters.charCodeAt(k >> 1);
    return (k % 2 ? byte % 16 : byte >> 4) / 15;
  });
}

/** The nearest network that there is, with that value kept if there is one that has it. */
export function possible(choice, kept) {
  const alike = (each) => Object.keys(each).filter((key) => each[key] === choice[key]).length + (each[kept] === choice[kept] ? 9 : 0);
  return { ...choice, ...[...ALL].sort((a, b) => alike(b) - alike(a))[0] };
}
