"""Pool arrays of several GB in a few hundred MB: block by block, with Dask.

``make experiments`` runs it and writes ``larger_than_memory.json``. The arrays are made
block by block too, so that they never exist as a whole. How much memory the process
took at most is what the operating system says.
"""

import json
import multiprocessing
import resource
import sys
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path

import dask.array as da
import numpy as np
from dask.diagnostics import ProgressBar

from poolkit import max_pool

RECORD = Path(__file__).with_suffix(".json")
IMAGES = (64, 1024, 1024, 16), (1, 1024, 1024, 16)  # the shape of all, and of a block
PICTURE = (1, 32768, 32768, 1), (1, 512, 32768, 1)


def numbers(block_info):
    """Random numbers for one block, the same in whatever order blocks are made."""
    block = block_info[None]
    random = np.random.default_rng(block["chunk-location"])
    return random.random(block["chunk-shape"], dtype=np.float32)


def made_in_blocks(shape, block):
    """An array of Dask's that is made when it is read."""
    chunks = da.core.normalize_chunks(block, shape)
    return da.map_blocks(numbers, chunks=chunks, dtype=np.float32)


def pool_images(x):
    """Windows side by side: each chunk is pooled alone."""
    halves = tuple(tuple(n // 2 for n in chunks) for chunks in x.chunks[1:3])
    chunks = (x.chunks[0], *halves, x.chunks[3])
    return x.map_blocks(max_pool, 2, chunks=chunks, dtype=x.dtype)


def pool_picture(x):
    """Windows of 3 × 3: each chunk borrows a row from its neighbours."""
    borrowed = {"depth": {1: 1}, "boundary": -np.inf}
    rule = {"pool_size": 3, "strides": 1, "padding": "same"}
    return x.map_overlap(max_pool, **borrowed, **rule, dtype=x.dtype)


def gigabytes():
    """The highest memory of this process so far."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def measure(pool, shape, block, answers):
    """Pool once and send how much memory that took; the mean is all that is kept."""
    x = made_in_blocks(shape, block)
    before, start = gigabytes(), time.perf_counter()
    with ProgressBar():
        mean = float(pool(x).mean().compute())
    answers.put(
        {
            "shape": shape,
            "block": block,
            "array_gigabytes": round(x.nbytes / 1e9, 2),
            "start_gigabytes": round(before, 2),
            "peak_gigabytes": round(gigabytes(), 2),
            "seconds": round(time.perf_counter() - start),
            "mean": round(mean, 4),
        }
    )


def main():
    spawn = multiprocessing.get_context("spawn")
    record = {"date": date.today().isoformat(), "dask": version("dask")}
    for pool, sizes in (pool_images, IMAGES), (pool_picture, PICTURE):
        print(pool.__name__, *sizes, flush=True)
        answers = spawn.Queue()
        process = spawn.Process(target=measure, args=(pool, *sizes, answers))
        process.start()
        record[pool.__name__] = answers.get()
        process.join()
    RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(RECORD.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
