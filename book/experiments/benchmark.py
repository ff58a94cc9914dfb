"""Time poolkit beside the frameworks: NumPy array in, NumPy array out, in one run.

``make bench`` runs it and writes ``benchmark.json`` and ``benchmark.md``, which the
chapter on speed shows, with what was measured on other processors before. Each engine
has a process of its own, as in the programs that use it, so that none gets or loses
memory by what another one does. Before they are timed, all have to return the same.
Then they take turns, and the median of their times counts.
"""

import json
import multiprocessing
import os
import platform
import subprocess
import sys
import time
from datetime import date
from functools import lru_cache
from importlib.metadata import version
from math import exp, log, prod
from pathlib import Path
from statistics import median
from typing import NamedTuple

HERE = Path(__file__).parent
RECORD = Path(__file__).with_suffix(".json")
sys.path.insert(0, str(HERE.parent))
LAYOUTS = ("channels_last", "channels_first")
ENGINES = ("poolkit", "Keras on TensorFlow", "PyTorch", "JAX", "ONNX Runtime")
PACKAGES = ("numpy", "keras", "tensorflow", "torch", "jax", "onnxruntime")
ROUNDS, SECONDS = 7, 0.2  # of every row: so many turns, unless all but one take longer
PAUSE = 0.005  # seconds before a turn with several threads
SHORT = 0.05  # seconds: after a shorter call, a second one counts

SLIDING = [
    ((32, 112, 112, 64), 3, 2, "same"),
    ((32, 56, 56, 128), 2, 2, "valid"),
    ((32, 28, 28, 256), 3, 1, "same"),
    ((8, 224, 224, 64), 2, 2, "valid"),
    ((8, 112, 112, 64), 7, 1, "valid"),
    ((8, 512, 512, 3), 2, 2, "valid"),
    ((64, 4096, 64), 2, 2, "valid"),
    ((64, 4096, 64), 64, 1, "valid"),
    ((4, 32, 64, 64, 16), 2, 2, "valid"),
]
WHOLE = [(32, 7, 7, 2048), (32, 56, 56, 256), (1, 1024, 1024, 3)]


class Job(NamedTuple):
    """One row of one table. The shape is given channels last."""

    table: str
    kind: str  # "max" or "average"
    shape: tuple
    size: int  # of the window; 0 for the whole map
    stride: int = 0
    padding: str = "valid"
    layout: str = "channels_last"
    dtype: str = "float32"
    backward: bool = False

    @property
    def rank(self):
        return len(self.shape) - 2

    @property
    def last(self):
        return self.layout == "channels_last"

    @property
    def spatial(self):
        return tuple(range(1, self.rank + 1) if self.last else range(2, self.rank + 2))

    def spread(self, value):
        """``value`` on every spatial axis, 1 on the others."""
        return tuple(
            value if axis in self.spatial else 1 for axis in range(self.rank + 2)
        )


def jobs():
    for layout in LAYOUTS:
        for kind in ("max", "average"):
            for rule in SLIDING:
                yield Job(f"forward {kind}", kind, *rule, layout)
        for shape in WHOLE:
            yield Job("global average", "average", shape, 0, layout=layout)
        for kind in ("max", "average"):
            for rule in SLIDING:
                yield Job("backward", kind, *rule, layout, backward=True)
        for dtype in ("float16", "float64", "uint8"):
            for kind in ("max", "average"):
                yield Job("other dtypes", kind, *SLIDING[1], layout=layout, dtype=dtype)


def poolkit_engine(job):
    import poolkit

    pool = poolkit.max_pool if job.kind == "max" else poolkit.average_pool
    rule = job.size, job.stride, job.padding, job.layout
    if not job.size:
        return lambda x: poolkit.global_average_pool(x, job.layout)
    if not job.backward:
        return lambda x: pool(x, *rule)

    def both(x, dy):
        y, pullback = poolkit.vjp(pool, x, *rule)
        return y, pullback(dy)

    return both


def keras_engine(job):
    import numpy as np

    from poolkit.quiet import quiet

    with quiet():
        import keras
        import tensorflow as tf
    tf.config.threading.set_intra_op_parallelism_threads(int(os.environ["THREADS"]))
    tf.config.threading.set_inter_op_parallelism_threads(1)
    pool = keras.ops.max_pool if job.kind == "max" else keras.ops.average_pool
    rule = job.size, job.stride, job.padding, job.layout
    if job.dtype == "uint8" and job.kind == "average":
        return None
    if not job.size:
        return lambda x: np.asarray(keras.ops.mean(x, job.spatial))
    if not job.backward:
        return lambda x: np.asarray(pool(x, *rule))
    if job.rank == 3 and job.kind == "max":
        return None  # its gradient is wrong near ties, see the chapter on gradients

    def both(x, dy):
        x = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = pool(x, *rule)
        return np.asarray(y), np.asarray(tape.gradient(y, x, tf.convert_to_tensor(dy)))

    return both


def torch_engine(job):
    import torch
    from torch.nn import functional

    torch.set_num_threads(int(os.environ["THREADS"]))
    if job.dtype == "uint8":
        return None
    name = ("max" if job.kind == "max" else "avg") + f"_pool{job.rank}d"
    options = {"count_include_pad": False} if job.kind == "average" else {}
    if job.padding == "same":  # of a window of 3: one on each side, or one behind
        options |= {"padding": 1} if job.stride == 1 else {"ceil_mode": True}
    order = (0, job.rank + 1, *range(1, job.rank + 1))
    back = (0, *range(2, job.rank + 2), 1)

    def pool(x):
        if job.last:
            x = (
                x.reshape(len(x), 1, *x.shape[1:-1])
                if x.shape[-1] == 1
                else x.permute(order)
            )
        y = getattr(functional, name)(x, job.size, job.stride, **options)
        return y.permute(back) if job.last else y

    if not job.size:
        return lambda x: torch.from_numpy(x).mean(job.spatial).numpy()
    if not job.backward:
        return lambda x: pool(torch.from_numpy(x)).numpy()

    def both(x, dy):
        x = torch.from_numpy(x).requires_grad_()
        y = pool(x)
        (dx,) = torch.autograd.grad(y, x, torch.from_numpy(dy))
        return y.detach().numpy(), dx.numpy()

    return both


def jax_engine(job):
    import jax
    import numpy as np
    from jax import lax
    from jax import numpy as jnp

    jax.config.update("jax_enable_x64", True)
    rule = job.spread(job.size), job.spread(job.stride), job.padding.upper()
    floats = job.dtype if job.dtype != "uint8" else "float32"
    least = 0 if job.dtype == "uint8" else -np.inf
    if job.kind == "average" and job.size:
        spatial = job.shape[1:-1]
        ones = np.ones((1, *spatial, 1) if job.last else (1, 1, *spatial), floats)
        counts = np.asarray(lax.reduce_window(ones, ones.dtype.type(0), lax.add, *rule))

    def pool(x):
        if not job.size:
            return jnp.mean(x, job.spatial)
        if job.kind == "max":
            return lax.reduce_window(x, x.dtype.type(least), lax.max, *rule)
        x = x.astype(floats)
        return lax.reduce_window(x, x.dtype.type(0), lax.add, *rule) / counts

    forward = jax.jit(pool)
    if not job.backward:
        return lambda x: np.asarray(forward(x))

    @jax.jit
    def pull(x, dy):
        y, pullback = jax.vjp(pool, x)
        return y, *pullback(dy)

    return lambda x, dy: tuple(map(np.asarray, pull(x, dy)))


def onnx_engine(job):
    import onnxruntime
    from onnx import TensorProto, helper

    if job.backward or job.dtype != "float32":
        return None  # it has no gradients, and no average of other dtypes
    last, rank = job.last, job.rank
    name = "MaxPool" if job.kind == "max" else "AveragePool"
    options = {
        "kernel_shape": [job.size] * rank,
        "strides": [job.stride] * rank,
        "auto_pad": "SAME_UPPER" if job.padding == "same" else "VALID",
    }
    if not job.size:
        name, options = "GlobalAveragePool", {}
    ends = ("inner_x", "inner_y") if last else ("x", "y")
    shape = job.shape if last else (job.shape[0], job.shape[-1], *job.shape[1:-1])
    nodes = [helper.make_node(name, [ends[0]], [ends[1]], **options)]
    if last:
        first = [0, rank + 1, *range(1, rank + 1)]
        back = [0, *range(2, rank + 2), 1]
        nodes.insert(0, helper.make_node("Transpose", ["x"], [ends[0]], perm=first))
        nodes.append(helper.make_node("Transpose", [ends[1]], ["y"], perm=back))
    kind = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "pooling",
        [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_tensor_value_info("y", kind, [None] * (rank + 2))],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9
    )
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = int(os.environ["THREADS"])
    settings.inter_op_num_threads = 1
    settings.log_severity_level = 4
    # Otherwise its threads stay busy for 40 ms, in which the next engine has one less.
    settings.add_session_config_entry("session.force_spinning_stop", "1")
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), settings, providers=["CPUExecutionProvider"]
    )
    if job.size:
        return lambda x: session.run(None, {"x": x})[0]
    return lambda x: session.run(None, {"x": x})[0].squeeze(job.spatial)


MAKERS = poolkit_engine, keras_engine, torch_engine, jax_engine, onnx_engine
MAKERS = dict(zip(ENGINES, MAKERS, strict=True))


@lru_cache(1)
def random_numbers():
    """As many as the largest job needs."""
    import numpy as np

    most = max(prod(job.shape) for job in jobs())
    return aligned(np.random.default_rng(0).standard_normal(most, dtype=np.float32))


def aligned(array):
    """A copy that begins where a line of the cache does.

    Keras and JAX pool it in place. NumPy's own large arrays begin elsewhere, and both
    copy them first, which can take longer than the pooling.
    """
    from poolkit import blocks

    copy = blocks.result_of(array.size, array.dtype).reshape(array.shape)
    copy[...] = array
    return copy


def arrange(job):
    """Random ``x`` for the job and, backward, ``dy``."""
    import poolkit

    shape = job.shape
    if not job.last:
        shape = shape[0], shape[-1], *shape[1:-1]
    x = random_numbers()[: prod(shape)].reshape(shape)
    if job.dtype == "uint8":
        x = 128 + 40 * x
    if job.dtype != "float32":
        x = aligned(x.astype(job.dtype))
    if not job.backward:
        return (x,)
    rule = job.size, job.stride, job.padding, job.layout
    shape = poolkit.output_shape(x.shape, *rule)
    return x, aligned(random_numbers()[-prod(shape) :].reshape(shape))


def same(results, expected, dtype):
    """Whether the arrays agree, up to the rounding of their dtype."""
    import numpy as np

    if not isinstance(results, tuple):
        results, expected = (results,), (expected,)
    near = 2e-3 if dtype == "float16" else 1e-4
    return all(
        one.shape == other.shape
        and all(
            (np.abs(a - b) <= near * (1 + np.abs(b))).all()
            for a, b in zip(one, other, strict=True)  # an image at a time
        )
        for one, other in zip(results, expected, strict=True)
    )


def begin(threads):
    """Let this process, and each engine in it, use so many threads."""
    os.environ |= {
        "THREADS": str(threads),
        "OMP_NUM_THREADS": str(threads),
        "OPENBLAS_NUM_THREADS": str(threads),
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "JAX_PLATFORMS": "cpu",
        "XLA_FLAGS": "--xla_cpu_multi_thread_eigen="
        f"{str(threads > 1).lower()} intra_op_parallelism_threads={threads}",
    }
    if hasattr(os, "sched_setaffinity"):  # the first processor also serves the system
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])
    import poolkit

    poolkit.set_threads(threads)


def work(name, threads, connection):
    """Be one engine: say of each job whether its result is right, then answer requests.

    Without such an operation, it says None.
    """
    begin(threads)
    with connection:
        for job in jobs():
            run, right = MAKERS[name](job), None
            if run:
                arguments = arrange(job)
                results = run(*arguments)
                right = name == "poolkit" or same(
                    results, poolkit_engine(job)(*arguments), job.dtype
                )
                sizes = [
                    (each.size, each.dtype)
                    for each in (results if job.backward else [results])
                ]
                del results
            connection.send(right)
            for request in iter(connection.recv, "next"):
                if request == "turn":
                    answer = seconds(run, *arguments)
                elif request == "memory":
                    answer = seconds(touch, arguments, sizes)
                else:
                    answer = parts(job, arguments, threads)
                connection.send(answer)


def start(name, threads):
    """A connection to an engine in a process of its own."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    context.Process(target=work, args=(name, threads, there), daemon=True).start()
    there.close()  # so that here ends with the process
    return here


def ask(connection, request):
    connection.send(request)
    return connection.recv()


def measure(job, engines):
    """What a row tells: milliseconds of each engine that gets it right, and more."""
    right = {name: engine.recv() for name, engine in engines.items()}
    runs = [name for name, is_right in right.items() if is_right]
    times = {name: [] for name in [*runs, "memory"]}
    rounds = []  # how long each took
    while len(rounds) < 3 or (len(rounds) < ROUNDS and sum(rounds[1:]) < SECONDS):
        began = time.perf_counter()
        best = min((median(times[name]) for name in runs if rounds), default=0)
        for name in runs:
            if sum(times[name]) > SECONDS and min(times[name]) > 5 * best:
                continue  # it is far behind, and not by a hiccup
            times[name].append(ask(engines[name], "turn"))
        times["memory"].append(ask(engines["poolkit"], "memory"))
        rounds.append(time.perf_counter() - began)
    found = {name: round(1000 * median(each), 3) for name, each in times.items()}
    row = {
        "memory": found.pop("memory"),
        "milliseconds": found,
        "parts": ask(engines["poolkit"], "parts"),
        "wrong": [name for name, is_right in right.items() if is_right is False],
    }
    for engine in engines.values():
        engine.send("next")
    return row


def seconds(call, *arguments):
    """How long a call takes, after another one if that is short."""
    pause()
    for _ in range(2):
        begin = time.perf_counter()
        call(*arguments)
        taken = time.perf_counter() - begin
        if taken > SHORT:
            break
    return taken


def pause():
    """Let the threads of other engines fall asleep, but keep a processor awake.

    After as much sleep, on a virtual machine, poolkit took up to twice as long, and
    ONNX Runtime four times.
    """
    import numpy as np

    array = np.ones(1 << 15, np.float32)
    end = time.perf_counter() + (PAUSE if os.environ["THREADS"] != "1" else 0)
    while time.perf_counter() < end:
        array.max()


def touch(arguments, sizes):
    """Only read what a pooling is given, and write as much as it returns."""
    from poolkit import blocks

    def run(pieces):
        for piece, write in pieces:
            if write:
                piece.fill(0)
            else:
                piece.max()

    pieces = []
    made = [blocks.result_of(*each) for each in sizes]
    for arrays, write in (arguments, False), (made, True):
        for array in arrays:
            flat = array.reshape(-1).view(f"u{array.itemsize}")  # whole numbers: fast
            step = blocks.BLOCK // array.itemsize
            pieces += [(flat[i : i + step], write) for i in range(0, flat.size, step)]
    blocks.in_threads(run, pieces, sum(piece.nbytes for piece, _ in pieces))


def parts(job, arguments, threads):
    """Milliseconds of a call of poolkit, by what they are spent on.

    That is NumPy's operations, as they are told apart in ``timed``, and the rest, which
    is Python and all else between them. What several threads do at the same time
    counts once.
    """
    from experiments import timed

    call, totals, timed_calls = poolkit_engine(job), [], []
    for _ in range(2):
        begin = time.perf_counter()
        call(*arguments)
        totals.append(time.perf_counter() - begin)
        timed_calls.append(timed.seconds(call, *arguments))
    fastest = min(timed_calls, key=lambda spent: sum(spent.values()))
    spent = {kind: seconds / threads for kind, seconds in fastest.items()}
    spent["rest"] = max(0, min(totals) - sum(spent.values()))
    return {kind: round(1000 * seconds, 3) for kind, seconds in spent.items()}


def ladder():
    """Nanoseconds for one output of a 3 × 3 window: each step, and each engine."""
    from experiments import steps

    found = []
    for n, channels in ((1024, 1), (16, 64)):
        ways = {step.__name__.replace("_", " "): step for step in steps.LADDER}
        job = Job("forward max", "max", (n, 113, 113, channels), 3, 2)
        ways |= {name: MAKERS[name](job) for name in ENGINES if name != "poolkit"}
        found += outputs(job, ways, steps.nine_slices)
    return found + means()


def means():
    """The same for means, with 64 channels, by what NumPy has to sum windows."""
    from experiments import steps

    job = Job("forward average", "average", (16, 113, 113, 64), 3, 2)
    ways = {way.__name__.replace("_", " "): way for way in steps.MEANS}
    return outputs(job, ways, steps.blocks_of_sums)


def means_without_avx512():
    """The same with the products that OpenBLAS has for processors without AVX-512."""
    code = """
import json, benchmark
benchmark.begin(1)
print(json.dumps(benchmark.means()))"""
    older = os.environ | {"OPENBLAS_CORETYPE": "Haswell"}
    command = [sys.executable, "-c", code]
    return json.loads(subprocess.check_output(command, cwd=HERE, env=older))


def outputs(job, ways, right):
    """Nanoseconds for one output: the median for each way, taken in turns."""
    import numpy as np

    from experiments import steps

    x = aligned(np.random.default_rng(0).random(job.shape, np.float32))
    parts = {
        name: x[:1, :17, :17].copy() if way is steps.plain_loops else x
        for name, way in ways.items()
    }
    for name, way in ways.items():
        if way is not steps.reading_alone:
            found, expected = way(parts[name]), right(parts[name])
            near = 1e-5 if job.kind == "average" else 0
            np.testing.assert_allclose(found, expected, rtol=near)
    times = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            begin = time.perf_counter()
            way(parts[name])
            times[name].append(time.perf_counter() - begin)
    return [
        {
            "step": name,
            "channels": job.shape[-1],
            "nanoseconds": median(each) / right(parts[name]).size * 1e9,
        }
        for name, each in times.items()
    ]


def primitives():
    """Nanoseconds for one number of what NumPy does in a pooling."""
    from timeit import repeat

    import numpy as np

    # The first four work in the cache.
    one, other = np.random.default_rng(0).random((2, 1 << 16), np.float32)
    result, half = np.empty_like(one), one.astype(np.float16)
    used = np.ones(1 << 24, np.float32)
    calls = {
        "larger of two float32": lambda: np.maximum(one, other, out=result),
        "sum of two float32": lambda: np.add(one, other, out=result),
        "float16 made float32": lambda: np.copyto(result, half),
        "float32 made float16": lambda: np.copyto(half, one),
        "zero into used memory": lambda: used.fill(0),
        "zero into new memory": lambda: np.empty_like(used).fill(0),
    }
    found = {}
    for name, call in calls.items():
        size = used.size if "memory" in name else one.size
        number = max(1, (1 << 21) // size)
        seconds = min(repeat(call, number=number, repeat=9)) / number
        found[name] = round(seconds / size * 1e9, 2)
    return found


def side_by_side():
    """How many times as long operations take if another thread does as many.

    By the float32 numbers of an operation.
    """
    from threading import Thread

    import numpy as np

    def work(size):
        one, other, result = np.ones((3, size), np.float32)
        for _ in range((1 << 25) // size):
            np.maximum(one, other, out=result)

    def seconds(threads, size):
        workers = [Thread(target=work, args=(size,)) for _ in range(threads)]
        begin = time.perf_counter()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return time.perf_counter() - begin

    found = {}
    for size in (1 << 14, 1 << 16, 1 << 18):
        one, two = (min(seconds(n, size) for _ in range(9)) for n in (1, 2))
        found[size] = round(two / one, 2)
    return found


def small_call():
    """Microseconds of one call on a 4×4 image, the best of many."""
    from timeit import repeat

    import numpy as np

    import poolkit

    x = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
    calls = {
        "max_pool(x, 2)": lambda: poolkit.max_pool(x, 2),
        "average_pool(x, 2)": lambda: poolkit.average_pool(x, 2),
        "global_average_pool(x)": lambda: poolkit.global_average_pool(x),
    }
    return {
        name: round(min(repeat(call, number=1000, repeat=9)) * 1000, 1)
        for name, call in calls.items()
    }


def small_calls():
    """The best of a few processes: by chance, some take half as long again for all."""
    code = "import json, benchmark; print(json.dumps(benchmark.small_call()))"
    command = [sys.executable, "-c", code]
    runs = [
        json.loads(subprocess.check_output(command, cwd=HERE, text=True))
        for _ in range(4)
    ]
    return {call: min(run[call] for run in runs) for call in runs[0]}


def machine():
    """What the numbers were measured on."""
    from poolkit import blocks

    lines = (
        Path("/proc/cpuinfo").read_text().splitlines()
        if Path("/proc/cpuinfo").exists()
        else []
    )
    model = next(
        (line.split(": ")[1] for line in lines if line.startswith("model name")),
        platform.machine(),
    )
    return {
        "date": date.today().isoformat(),
        "processor": f"{model}, {os.cpu_count()} cores",
        "avx512": blocks.AVX512,
        "system": f"{platform.system()}, Python {platform.python_version()}",
        "versions": {name: version(name) for name in PACKAGES},
    }


def ratio(row):
    """How many times as long the fastest other engine takes."""
    times = dict(row["milliseconds"])
    own = times.pop("poolkit")
    return min(times.values()) / own


PARTS = "reads the array", "works in the cache", "writes the result", "Python"


def profiles(rows, layout, dtype):
    """What the times of forward poolings on one thread are made of, by their names.

    The fastest other engine takes 1.
    """
    found = {}
    for row in rows:
        if row["backward"] or not row["size"] or row["threads"] > 1:
            continue
        if (row["layout"], row["dtype"]) == (layout, dtype):
            shape = " × ".join(map(str, row["shape"]))
            name = f"{row['kind']} {row['size']}/{row['stride']} of {shape}"
            whole = sum(row["parts"].values()) * ratio(row)
            found[name] = [part / whole for part in row["parts"].values()]
    return found


def ratio_without_python(row):
    """The ratio, if all that is not in NumPy's operations took no time."""
    return ratio(row) / (1 - row["parts"]["rest"] / sum(row["parts"].values()))


def ratio_of_read_and_write(row):
    """The ratio, if only the operations that read the array or write the result did."""
    parts = row["parts"]
    return ratio(row) / ((parts["read"] + parts["write"]) / sum(parts.values()))


def ratio_of_memory(row):
    """The ratio, if poolkit only read what it gets and wrote as much as it returns."""
    return ratio(row) * row["milliseconds"]["poolkit"] / row["memory"]


def mean(values):
    """The geometric mean."""
    values = list(values)
    return exp(sum(map(log, values)) / len(values))


def tables(rows):
    """The rows of each table: by operation, layout and threads."""
    found = {}
    for row in rows:
        found.setdefault((row["table"], row["layout"], row["threads"]), []).append(row)
    return found


def name_of(row):
    """The windows, the shape and the dtype of a row."""
    window = f"{row['size']}/{row['stride']}" if row["size"] else "the whole map"
    return f"{window} of {' × '.join(map(str, row['shape']))} {row['dtype']}"


def processor(record):
    """In a few words."""
    name = record["processor"].split(",")[0]
    return name.replace("(R)", "").removesuffix(" Processor")


def beside(records):
    """For every table: the mean and the lowest ratio of each record."""
    found = [tables(each["rows"]) for each in records]
    for key in found[0]:
        measured = [[ratio(row) for row in each[key]] for each in found]
        numbers = [way(ratios) for ratios in measured for way in (mean, min)]
        yield line_of(*key), *(f"{number:.2f}" for number in numbers)


def line_of(table, layout, threads):
    return f"{table}, {layout.replace('_', ' ')}, threads: {threads}"


LIMITS = ratio, ratio_without_python, ratio_of_read_and_write, ratio_of_memory


def below_one(records):
    """Of each table with a mean below 1: processor, name and the mean by each limit."""
    for record in records:
        for key, rows in tables(record["rows"]).items():
            means = [mean(map(limit, rows)) for limit in LIMITS]
            if means[0] < 1:
                yield processor(record), line_of(*key), means


HEAD = ["table", "layout", "threads", "rows", "mean ratio", "lowest ratio"]


def summary(rows):
    """For every table: the geometric mean and the lowest of its ratios."""
    for (name, layout, threads), some in tables(rows).items():
        ratios = [ratio(row) for row in some]
        numbers = f"{mean(ratios):.2f}", f"{min(ratios):.2f}"
        yield name, layout.replace("_", " "), threads, len(some), *numbers


def markdown(rows):
    """The summary as a table."""
    lines = [HEAD, ["---"] * len(HEAD), *summary(rows)]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def main():
    rows, began = [], time.perf_counter()
    total = 2 * len(list(jobs()))
    small = [small_calls()]  # now and again, since a machine has slow minutes
    for threads in (1, 2):
        engines = {name: start(name, threads) for name in MAKERS}
        for job in jobs():
            row = job._asdict() | {"threads": threads} | measure(job, engines)
            rows.append(row)
            seconds = time.perf_counter() - began
            rule = f"{job.shape} {job.size}/{job.stride} {job.dtype}"
            print(
                f"[{len(rows)}/{total}, {seconds:.0f} s] {job.table} {rule},"
                f" {job.layout}, {threads} threads: ratio {ratio(row):.2f}",
                flush=True,
            )
        small.append(small_calls())
    with multiprocessing.get_context("spawn").Pool(1, begin, (1,)) as alone:
        steps = alone.apply(ladder)
    record = machine() | {
        "microseconds": {call: min(each[call] for each in small) for call in small[0]},
        "nanoseconds": primitives(),
        "side_by_side": side_by_side(),
        "steps": steps,
        "engines": "one process each",  # earlier records: one process
    }
    if record["avx512"]:
        record["means_without_avx512"] = means_without_avx512()
    record["rows"] = rows
    others = [each for each in records() if each["processor"] != record["processor"]]
    RECORD.write_text(text_of([record, *others]))
    RECORD.with_suffix(".md").write_text(markdown(rows))
    print(markdown(rows))


def records():
    """What was measured on each processor, the latest first."""
    return json.loads(RECORD.read_text()) if RECORD.exists() else []


def text_of(records):
    """The records as JSON, a row a line."""
    texts = []
    for record in records:
        lines = ",\n".join(map(json.dumps, record["rows"]))
        about = {name: value for name, value in record.items() if name != "rows"}
        texts.append(f'{json.dumps(about)[:-1]}, "rows": [\n{lines}\n]}}')
    return "[" + ",\n".join(texts) + "]\n"


if __name__ == "__main__":
    main()
