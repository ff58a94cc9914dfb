"""Time poolkit beside the frameworks: a NumPy array in, a NumPy array out, one thread.

``make bench`` runs it and writes ``benchmark.json``, which the chapter on speed shows.
With words, as in ``python -m experiments.benchmark forward last``, it times only
the rows that have all of them in their name, and writes nothing.

Each engine has a process of its own, as in the programs that use it. Its first result
is compared with poolkit's. Then all take turns, and its shortest time counts.
"""

import json
import os
import platform
import sys
import time
import tracemalloc
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import lru_cache
from importlib.metadata import version
from math import prod
from multiprocessing import get_context
from pathlib import Path
from statistics import geometric_mean
from timeit import repeat

import numpy as np

import poolkit
from experiments import steps
from experiments.engines import ENGINES, Job

RECORD = Path(__file__).with_suffix(".json")
PACKAGES = "numpy", "keras", "tensorflow", "torch", "jax", "onnxruntime", "numba"
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
TURNS = 5
LAYOUTS = "channels_last", "channels_first"
SLIDING = [  # shape, window, stride, padding
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
LADDER = [((1024, 113, 113, 1), 3, 2), ((16, 113, 113, 64), 3, 2)]
CALLS = {  # on a 4 × 4 image
    "max": Job("max", (1, 4, 4, 1), 2, 2),
    "average": Job("average", (1, 4, 4, 1), 2, 2),
    "global average": Job("average", (1, 4, 4, 1)),
}


def tables():
    """Every row of the tables: the name of its table, and what is to be done."""
    for layout in LAYOUTS:
        for kind in ("max", "average"):
            for rule in SLIDING:
                yield f"forward {kind}", Job(kind, *rule, layout)
        for shape in WHOLE:
            yield "global average", Job("average", shape, layout=layout)
        for kind in ("max", "average"):
            for rule in SLIDING:
                yield "backward", Job(kind, *rule, layout, backward=True)


def name_of(job):
    """What is pooled, in a few words."""
    rule = f"{job.size}/{job.stride} {job.padding}" if job.size else "the whole map"
    shape = " × ".join(map(str, job.shape))
    return f"{job.kind}, {rule} of {shape}, {job.layout.replace('_', ' ')}"


def random_array(shape):
    """Normal numbers in an array that begins where a line of the cache does.

    NumPy's large arrays begin elsewhere, and TensorFlow and JAX would copy them first.
    """
    memory = np.empty(4 * prod(shape) + 64, np.uint8)
    aligned = memory[-memory.ctypes.data % 64 :][: 4 * prod(shape)].view(np.float32)
    np.random.default_rng(0).standard_normal(out=aligned, dtype=np.float32)
    return aligned.reshape(shape)


def arrange(job):
    """Random ``x`` for the job and, backward, ``dy``."""
    shape = job.shape
    if not job.last:
        shape = shape[0], shape[-1], *shape[1:-1]
    results = [poolkit.output_shape(shape, *job.rule)] if job.backward else []
    return [random_array(each) for each in (shape, *results)]


def listed(results):
    return results if isinstance(results, tuple) else (results,)


@lru_cache(1)
def prepare(name, job):
    """What an engine runs for a job, and on what; its result was found to be right."""
    run = steps.LADDER[name] if name in steps.LADDER else ENGINES[name](job)
    given = arrange(job)
    if run and name != "reading alone":
        expected = listed(ENGINES["poolkit"](job)(*given))
        for found, right in zip(listed(run(*given)), expected, strict=True):
            np.testing.assert_allclose(found, right, 1e-4, 1e-4, err_msg=name)
    return run, given


def seconds(name, job):
    """How long the second of two calls takes: in the first, the cache was another's."""
    run, given = prepare(name, job)
    return repeat(lambda: run(*given), number=1, repeat=2)[1] if run else None


def microseconds(name, job):
    """How long a short call takes: the best of many."""
    run, given = prepare(name, job)
    return round(min(repeat(lambda: run(*given), number=500, repeat=9)) * 2000, 1)


def mebibytes_beside(name, job):
    """The memory in use beside the result, at most."""
    run, given = prepare(name, job)
    tracemalloc.start()
    results = listed(run(*given))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round((most - sum(each.nbytes for each in results)) / 2**20, 2)


@lru_cache(None)
def process(name):
    return ProcessPoolExecutor(1, get_context("spawn"))


def ask(name, what, job):
    """What an engine answers in its process."""
    return process(name).submit(what, name, job).result()


def measure(job, names):
    """The seconds of each that has such an operation: the best of its turns."""
    first = {name: ask(name, seconds, job) for name in names}
    times = {name: [taken] for name, taken in first.items() if taken}
    for _ in range(TURNS - 1):
        best = min(map(min, times.values()))
        for name, taken in times.items():
            if min(taken) < 5 * best:  # not far behind
                taken.append(ask(name, seconds, job))
    return {name: min(taken) for name, taken in times.items()}


def measure_row(table, job):
    """Milliseconds of each engine, and the memory that poolkit needs."""
    times = {name: round(1000 * t, 3) for name, t in measure(job, ENGINES).items()}
    beside = ask("poolkit", mebibytes_beside, job)
    about = {"table": table} | job._asdict()
    return about | {"milliseconds": times, "mebibytes": beside}


def measure_steps(rule):
    """Nanoseconds for one output of each step of the ladder, and of each engine."""
    job = Job("max", *rule)
    few = job._replace(shape=(job.shape[0] // 16, *job.shape[1:]))  # loops are slow
    fast = [name for name in steps.LADDER | ENGINES if name != "loops"]
    taken = {"loops": 16 * measure(few, ["loops"])["loops"]} | measure(job, fast)
    outputs = prod(poolkit.output_shape(job.shape, *job.rule))
    found = {name: round(1e9 * t / outputs, 2) for name, t in taken.items()}
    return {"channels": job.shape[-1], "nanoseconds": found}


def ratio(row):
    """How many times as long the fastest other engine takes."""
    times = dict(row["milliseconds"])
    own = times.pop("poolkit")
    return min(times.values()) / own


def summary(rows):
    """For every table and layout: its ratios, and the most memory beside a result."""
    found = {}
    for row in rows:
        name = f"{row['table']}, {row['layout'].replace('_', ' ')}"
        found.setdefault(name, []).append((ratio(row), row["mebibytes"]))
    return {
        name: {
            "mean": round(geometric_mean(ratio for ratio, _ in numbers), 2),
            "lowest": round(min(ratio for ratio, _ in numbers), 2),
            "mebibytes": max(mebibytes for _, mebibytes in numbers),
        }
        for name, numbers in found.items()
    }


def machine():
    """What the numbers were measured on."""
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text(encoding="utf-8").splitlines() if cpu.exists() else []
    models = [line.split(": ")[1] for line in lines if line.startswith("model name")]
    return {
        "date": date.today().isoformat(),
        "processor": f"{(*models, platform.machine())[0]}, {os.cpu_count()} cores",
        "system": f"{platform.system()}, Python {platform.python_version()}",
        "versions": {name: version(name) for name in PACKAGES},
    }


def text_of(record):
    """The record as JSON, a row a line."""
    rows = ",\n".join(map(json.dumps, record["rows"]))
    about = {name: value for name, value in record.items() if name != "rows"}
    return f'{json.dumps(about)[:-1]}, "rows": [\n{rows}\n]}}\n'


def main(words):
    os.environ |= ONE_THREAD
    if hasattr(os, "sched_setaffinity"):  # the first processor also serves the system
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    wanted = [
        (t, j) for t, j in tables() if all(w in f"{t}, {name_of(j)}" for w in words)
    ]
    rows, start = [], time.perf_counter()
    for table, job in wanted:
        rows.append(measure_row(table, job))
        took = f"[{len(rows)}/{len(wanted)}, {time.perf_counter() - start:.0f} s]"
        print(f"{took} {ratio(rows[-1]):5.2f} {table}: {name_of(job)}", flush=True)
    means = summary(rows)
    for name, numbers in means.items():
        print(f"{name}: {numbers}", flush=True)
    if words:
        return
    small = {
        name: {call: ask(name, microseconds, job) for call, job in CALLS.items()}
        for name in ENGINES
    }
    ladder = [measure_steps(rule) for rule in LADDER]
    print(small, *ladder, sep="\n")
    record = machine() | {"summary": means, "microseconds": small, "steps": ladder}
    RECORD.write_text(text_of(record | {"rows": rows}))


if __name__ == "__main__":
    main(sys.argv[1:])
