// A whole Python program that prints what the explorer shows, for each library. The tests run them.

import { POOLS, range, tuple } from "./explorer_arithmetic.mjs";

const one = (values) => (new Set(values).size === 1 ? String(values[0]) : tuple(values));
const commas = (parts) => parts.filter(Boolean).join(", ");
const SPECIAL = { NaN: "np.nan", Infinity: "np.inf", "-Infinity": "-np.inf" };

/** Numbers as nested lists, a row on a line where they are many. */
function literal(values, shape, indent = 13) {
  const word = (value) => SPECIAL[value] ?? String(value);
  const nest = (part, dims) => {
    if (dims.length < 2) return `[${part.map(word).join(", ")}]`;
    const size = part.length / dims[0];
    return `[${range(dims[0]).map((i) => nest(part.slice(i * size, (i + 1) * size), dims.slice(1))).join(", ")}]`;
  };
  const line = nest(values, shape);
  return line.length < 50 ? line : line.replaceAll("], [", `],\n${" ".repeat(indent)}[`);
}

/** The call of poolkit that does the same. */
export function pythonCall({ pool, poolSize, strides, padding, dilation, p }, x = "x", gradient = false) {
  const [name, whole] = POOLS[pool];
  const pair = (padding) => tuple(padding.map(tuple));
  const options = whole ? [] : [
    name === "lp" && String(p),
    one(poolSize),
    strides.length && one(strides) !== one(poolSize) && `strides=${one(strides)}`,
    padding !== "valid" && `padding=${Array.isArray(padding) ? pair(padding) : `"${padding}"`}`,
    one(dilation) !== "1" && `dilation=${one(dilation)}`,
    name === "gem" && `p=${p}`,
  ];
  return gradient ? `vjp(${commas([pool, x, ...options])})` : `${pool}(${commas([x, ...options])})`;
}

function poolkit(state) {
  const { x, shape, mode, dy, stack, pool, whole, outputShape } = state;
  if (stack) {
    return [
      "import numpy as np", "", "from poolkit import flatten, global_average_pool", "",
      `x = np.array(${literal(x, shape)}, float)`,
      "print(flatten(x[None])[0])", "print(global_average_pool(x[None])[0])",
    ];
  }
  const gradient = mode === "gradient";
  const module = ["gem", "soft"].includes(POOLS[pool][0]) ? "poolkit.variants" : "poolkit";
  const [batch, part] = shape.length === 2 ? ["[None, :, :, None]", "[0, :, :, 0]"] : ["[None, :, None]", "[0, :, 0]"];
  const lines = [
    "import numpy as np", "", `from ${module} import ${pool}${gradient ? ", vjp" : ""}`, "",
    `x = np.array(${literal(x, shape)}, float)`,
  ];
  if (!gradient) return [...lines, `print(${pythonCall(state, `x${batch}`)}${whole ? "" : part})`];
  return [
    ...lines,
    `y, pullback = ${pythonCall(state, `x${batch}`, true)}`,
    whole ? `dy = np.array([[${dy[0]}]], float)` : `dy = np.array(${literal(dy, outputShape, 14)}, float)`,
    `print(pullback(dy${whole ? "" : batch})${part})`,
  ];
}

// ---- What NumPy, Keras and PyTorch need to know of the windows ----

const padded = (axes) => axes.some(({ before, after }) => before || after);
const dilated = (axes) => axes.some(({ dilation }) => dilation > 1);
const amounts = (axes) => `(${axes.map(({ before, after }) => `(${before}, ${after})`).join(", ")}${axes.length > 1 ? "" : ","})`;
const each = (axes, name) => axes.map((axis) => axis[name]);

function numpy(state) {
  const { x, shape, mode, dy, stack, name, whole, axes, outputShape, p } = state;
  const lines = ["import numpy as np", "", `x = np.array(${literal(x, shape)}, float)`];
  if (stack) return [...lines, "print(x.ravel())", "print(x.mean(axis=(0, 1)))"];
  if (mode === "gradient") return [...lines, ...numpyGradient(state)];
  if (whole) return [...lines, `print(x.${name === "average" ? "mean" : name}())`];
  const none = { max: "-np.inf", min: "np.inf", lp: "0", soft: "-np.inf" }[name] ?? "np.nan";
  if (padded(axes)) lines.push(`x = np.pad(x, ${amounts(axes)}, constant_values=${none})`);
  const steps = [...each(axes, "stride"), ...each(axes, "dilation")].map((step) => (step > 1 ? `::${step}` : ":"));
  const cut = steps.slice(0, steps.findLastIndex((step) => step !== ":") + 1).join(", ");
  lines.push(
    `windows = np.lib.stride_tricks.sliding_window_view(x, ${tuple(each(axes, "span"))})`,
    ...(cut ? [`windows = windows[${cut}]`] : []),
  );
  const axis = `axis=${shape.length === 2 ? "(-2, -1)" : "-1"}`;
  const nan = padded(axes) ? "nan" : "";
  if (name === "soft") {
    return [
      ...lines, `weights = np.exp(windows - windows.max(${axis}, keepdims=True))`,
      ...(padded(axes) ? ["windows = np.nan_to_num(windows, neginf=0)"] : []),
      `print((weights * windows).sum(${axis}) / weights.sum(${axis}))`,
    ];
  }
  return [...lines, `print(${{
    max: `windows.max(${axis})`,
    min: `windows.min(${axis})`,
    average: `np.${nan}mean(windows, ${axis})`,
    lp: `(np.abs(windows) ** ${p}).sum(${axis}) ** (1 / ${p})`,
    gem: `np.${nan}mean(np.maximum(windows, 1e-6) ** ${p}, ${axis}) ** (1 / ${p})`,
  }[name]})`];
}

function numpyGradient({ name, whole, axes, shape, dy, outputShape, p }) {
  if (whole && name === "average") return [`print(np.full_like(x, ${dy[0]} / x.size))`];
  if (whole) return [`ties = x == x.${name}()`, `print(${dy[0]} * ties / ties.sum())`];
  const none = { max: "-np.inf", min: "np.inf", lp: "0" }[name] ?? "np.nan";
  const two = shape.length === 2;
  const places = axes.map(({ stride, span, dilation }, axis) => {
    const o = two ? "ij"[axis] : "i";
    const start = stride > 1 ? `${stride} * ${o}` : o;
    return `${start} : ${start} + ${span}${dilation > 1 ? ` : ${dilation}` : ""}`;
  });
  const share = {
    max: ["share = np.zeros_like(x[window])", "share.flat[x[window].argmax()] = 1"],
    min: ["share = np.zeros_like(x[window])", "share.flat[x[window].argmin()] = 1"],
    average: ["share = ~np.isnan(x[window])", "share = share / share.sum()"],
    lp: [
      `y = (np.abs(x[window]) ** ${p}).sum() ** (1 / ${p})`,
      `share = np.sign(x[window]) * (np.abs(x[window]) / max(y, 1e-300)) ** ${p - 1}`,
    ],
  }[name];
  const inside = axes.map(({ before, length }) => (before ? `${before}:${before + length}` : `:${length}`)).join(", ");
  return [
    `dy = np.array(${literal(dy, outputShape, 14)}, float)`,
    ...(padded(axes) ? [`x = np.pad(x, ${amounts(axes)}, constant_values=${none})`] : []),
    "dx = np.zeros_like(x)",
    `for ${two ? "i, j" : "i"} in np.${two ? "ndindex(dy.shape)" : "arange(dy.size)"}:`,
    ...[`window = np.s_[${places.join(", ")}]`, ...share, `dx[window] += dy[${two ? "i, j" : "i"}] * share`].map((line) => `    ${line}`),
    `print(dx${padded(axes) ? `[${inside}]` : ""})`,
  ];
}

function keras(state) {
  const { x, shape, mode, stack, name, whole, axes, p } = state;
  const lines = ["import numpy as np", "from keras import ops", "", `x = np.array(${literal(x, shape)}, float)`];
  if (stack) return [...lines, "print(np.array(ops.reshape(x, [-1])))", "print(np.array(ops.mean(x, axis=(0, 1))))"];
  if (mode === "gradient") return ["# keras.ops has no gradients: jax.vjp, tf.GradientTape or torch.autograd has."];
  if (whole) return [...lines, `print(np.array(ops.${name === "average" ? "mean" : name}(x)))`];
  if (dilated(axes)) return ["# keras.ops has no pooling with dilation."];
  const word = state.padding === "same" && name !== "lp";
  const fill = { max: "-np.inf", min: "-np.inf", lp: "0" }[name];
  if (!word && padded(axes) && fill === undefined) {
    return ["# keras.ops.average_pool counts its own padding only: it cannot leave out this one."];
  }
  const [batch, part] = shape.length === 2 ? ["[None, :, :, None]", "[0, :, :, 0]"] : ["[None, :, None]", "[0, :, 0]"];
  const given = { min: "-x", lp: `np.abs(x) ** ${p}`, gem: `np.maximum(x, 1e-6) ** ${p}` }[name] ?? "x";
  lines.push(`x = ${given === "x" ? "x" : `(${given})`}${batch}`);
  if (!word && padded(axes)) lines.push(`x = np.pad(x, ((0, 0), ${amounts(axes).slice(1, -1).replace(/,$/, "")}, (0, 0)), constant_values=${fill})`);
  const rest = commas([
    one(each(axes, "size")), `strides=${one(each(axes, "stride"))}`, word && 'padding="same"',
  ]);
  const average = (what) => `ops.average_pool(${what}, ${rest})`;
  const area = axes.reduce((product, { size }) => product * size, 1);
  if (name === "soft") {
    lines.push("weights = np.exp(x - x.max())", `y = ${average("weights * x")} / ${average("weights")}`);
  } else {
    lines.push(`y = ${{
      max: `ops.max_pool(x, ${rest})`,
      min: `-ops.max_pool(x, ${rest})`,
      average: average("x"),
      lp: `(${area} * ${average("x")}) ** (1 / ${p})`,
      gem: `${average("x")} ** (1 / ${p})`,
    }[name]}`);
  }
  return [...lines, `print(np.array(y)${part})`];
}

function torch(state) {
  const { x, shape, mode, stack, name, whole, axes, dy, outputShape, p } = state;
  const numbers = (values, dims, indent) => literal(values, dims, indent).replaceAll("np.", "torch.");
  const lines = [
    "import torch", ...(whole || stack ? [] : ["import torch.nn.functional as F"]), "",
    `x = torch.tensor(${numbers(x, shape, 17)}, dtype=torch.float64)`,
  ];
  if (stack) return [...lines, "print(x.flatten())", "print(x.mean((0, 1)))"];
  const gradient = mode === "gradient";
  if (gradient) lines.push("x.requires_grad_()");
  const rank = shape.length;
  const print = whole
    ? (y) => (gradient ? [`y = ${y}`, `y.backward(torch.tensor(${dy[0]}, dtype=torch.float64))`, "print(x.grad)"] : [`print(${y})`])
    : (y) => (gradient
      ? [`y = ${y}`, `dy = torch.tensor(${numbers(dy, outputShape, 18)}, dtype=torch.float64)`, "y[0, 0].backward(dy)", "print(x.grad)"]
      : [`print(${y}[0, 0])`]);
  if (whole) return [...lines, ...print({ max: "x.amax()", min: "x.amin()", average: "x.mean()" }[name])];
  if (dilated(axes) && !["max", "min"].includes(name)) return ["# Of PyTorch's poolings, only maximum has dilation."];
  const pads = (what, value) =>
    padded(axes)
      ? `F.pad(${what}, (${[...axes].reverse().map(({ before, after }) => `${before}, ${after}`).join(", ")}), value=${value})`
      : what;
  const rest = commas([
    one(each(axes, "size")), `stride=${one(each(axes, "stride"))}`,
    dilated(axes) && `dilation=${one(each(axes, "dilation"))}`,
  ]);
  const call = (pool, what) => `F.${pool}${rank}d(${what}, ${rest})`;
  const infinity = 'float("-inf")';
  if (name === "max") return [...lines, ...print(call("max_pool", pads("x[None, None]", infinity)))];
  if (name === "min") return [...lines, ...print(`-${call("max_pool", pads("-x[None, None]", infinity))}`).map((line) => line.replace(/print\((.*)\[0, 0\]\)$/, "print(($1)[0, 0])"))];
  if (name === "lp") {
    const lp = `F.lp_pool${rank}d(${pads("x.abs()[None, None]", 0)}, ${p}, ${rest.replace("stride=", "")})`;
    return [...lines, ...print(lp)];
  }
  if (name === "soft") {
    lines.push("weights = torch.exp(x - x.max())[None, None]");
    const [above, below] = ["weights * x", "weights"].map((what) => call("avg_pool", pads(what, 0)));
    return [...lines, `y = ${above}`, `y = y / ${below}`, "print(y[0, 0])"];
  }
  const values = name === "gem" ? `(x.clamp(min=1e-6) ** ${p})[None, None]` : "x[None, None]";
  lines.push(`y = ${call("avg_pool", pads(values, 0))}`);
  if (padded(axes)) lines.push(`y = y / ${call("avg_pool", pads("torch.ones_like(x)[None, None]", 0))}  # real elements only`);
  if (name === "gem") lines.push(`y = y ** (1 / ${p})`);
  return [...lines, ...print("y").filter((line) => line !== "y = y")];
}

export const PROGRAMS = { poolkit, NumPy: numpy, Keras: keras, PyTorch: torch };
export const program = (library, state) => PROGRAMS[library](state).join("\n");
