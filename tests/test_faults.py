"""What public reports on pooling, arrays, threads and processes have found, kind by kind."""

import ctypes
import os
import platform
import signal
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import poolkit
from poolkit import (
    adaptive_average_pool,
    adaptive_max_pool,
    average_pool,
    global_average_pool,
    global_max_pool,
    lp_pool,
    max_pool,
    max_unpool,
    min_pool,
    output_shape,
    variants,
    vjp,
)
from poolkit.variants import mixed_pool
from tests.strategies import INTEGERS, POOLS

NAN, INF = np.nan, np.inf
MIB = 2**20
SMALL, LARGE = (2, 9, 8, 3), (2, 330, 300, 3)  # float32 of one block and, with more than 2 MiB, of several
SHAPES = pytest.mark.parametrize("shape", [SMALL, LARGE], ids=["small", "large"])
EVERY_POOL = pytest.mark.parametrize("pool, rest", POOLS.values(), ids=POOLS)
SOME = {name: POOLS[name] for name in ("max", "average", "p-norm", "adaptive average", "global max")}
SOME_POOLS = pytest.mark.parametrize("pool, rest", SOME.values(), ids=SOME)
TWO_POOLS = pytest.mark.parametrize("pool, rest", [SOME["max"], SOME["average"]], ids=["max", "average"])
HANDLES_SIGNALS = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there is no timer here")


def normal(shape, dtype="float32", seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def line(elements, dtype=float):
    return np.array(elements, dtype).reshape(1, -1, 1)


def there_and_back(pool, rest, x):
    """Pool, and pull the result itself back."""
    y, pullback = vjp(pool, x, *rest)
    return y, pullback(y)


def equal(results, expected):
    """Whether arrays are equal, one after another."""
    return all(np.array_equal(*pair) for pair in zip(results, expected, strict=True))


def run(code):
    """What a program prints, in a process of its own in which warnings are errors."""
    options = {"cwd": Path(poolkit.__file__).parents[1], "text": True, "timeout": 60}
    return subprocess.check_output([sys.executable, "-W", "error", "-c", code], **options)


# A call within a call


@contextmanager
def traced(hook):
    """Call ``hook`` between two lines of Python, as a debugger or ``__del__`` may: after 1, 2, 4, 8, ... events."""
    usual, events = sys.gettrace(), count(1)

    def trace(*_):
        if next(events).bit_count() == 1:
            hook()
        return trace

    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(usual)


@TWO_POOLS
def test_a_call_within_a_call_changes_neither(pool, rest):
    x, other, found = normal(SMALL), normal(SMALL, seed=1), []
    expected, others = there_and_back(pool, rest, x), there_and_back(pool, rest, other)
    with traced(lambda: found.append(there_and_back(pool, rest, other))):
        result = there_and_back(pool, rest, x)
    assert equal(result, expected)
    assert found and all(equal(each, others) for each in found)


@contextmanager
def alarms(handler, seconds):
    """Call ``handler`` from a signal, some time later."""
    usual = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, usual)


@HANDLES_SIGNALS
@TWO_POOLS
def test_a_call_in_a_signal_handler_changes_no_other(pool, rest):
    x, found = normal(LARGE), []
    expected = there_and_back(pool, rest, x)

    def handler(*_):
        found.append(there_and_back(pool, rest, -x))
        if len(found) < 8:
            signal.setitimer(signal.ITIMER_REAL, 0.003)

    with alarms(handler, 0.001):
        results = [there_and_back(pool, rest, x) for _ in range(4)]
    assert found and all(equal(each, expected) for each in results)


@HANDLES_SIGNALS
@TWO_POOLS
def test_calls_are_right_and_numpy_is_as_before_after_an_interrupt_in_the_middle(pool, rest):
    x, state = normal(LARGE), (np.geterr(), np.getbufsize())
    expected = there_and_back(pool, rest, x)
    for seconds in np.linspace(0.0002, 0.02, 8):
        with pytest.raises(KeyboardInterrupt), alarms(signal.default_int_handler, seconds):
            while True:
                there_and_back(pool, rest, x)
        assert (np.geterr(), np.getbufsize()) == state
        assert equal(there_and_back(pool, rest, x), expected)


# Threads, processes and the end of the program


def test_thousands_of_calls_from_four_threads_are_right():
    arrays = [normal(shape, seed=seed) for seed in range(9) for shape in [(1, 6, 5, 2), (1, 7, 9, 1)]]
    tasks = [(pool, x) for pool in (max_pool, average_pool) for x in [*arrays, normal((2, 128, 128, 3))]]
    expected = [pool(x, 2, 1) for pool, x in tasks]

    def work(first):
        turns = [(first + turn) % len(tasks) for turn in range(3_750)]
        return all(np.array_equal(tasks[turn][0](tasks[turn][1], 2, 1), expected[turn]) for turn in turns)

    with ThreadPoolExecutor(4) as executor:
        assert list(executor.map(work, range(4))) == [True] * 4


@TWO_POOLS
def test_large_calls_in_many_threads_at_once_give_what_one_gives(pool, rest):
    arrays = [normal(LARGE, seed=seed) for seed in range(3)]
    expected = [there_and_back(pool, rest, x) for x in arrays]
    with ThreadPoolExecutor(6) as executor:
        found = list(executor.map(lambda x: there_and_back(pool, rest, x), arrays * 2))
    assert all(map(equal, found, expected * 2))


FORK = """
import os, tracemalloc
from concurrent.futures import ThreadPoolExecutor
import numpy as np
from poolkit import max_pool, vjp
x = np.arange(2**20, dtype="f4").reshape(1, 2**10, 2**10, 1)
def call(_=None):
    y, pullback = vjp(max_pool, x + 1, 2)
    return int(y[0, 0, 0, 0] + pullback(y)[0, -1, -1, 0])
with ThreadPoolExecutor(4) as executor:
    right = set(executor.map(call, range(4)))
child = os.fork()
if child == 0:
    tracemalloc.start()
    found = {call(), call()}
    before = tracemalloc.get_traced_memory()[0]
    found |= {call() for _ in range(5)}
    os._exit(0 if found == right and tracemalloc.get_traced_memory()[0] < before + 2**20 else 3)
print(*right, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes do not fork here")
def test_a_process_that_is_forked_after_threads_have_pooled_pools_and_keeps_no_memory():
    assert run(FORK) == f"{2**10 + 2 + 2**20} 0\n"


END = """
import atexit, threading, time
from concurrent.futures import ThreadPoolExecutor
import numpy as np
from poolkit import average_pool, max_pool, vjp
x = np.arange(2**20, dtype="f4").reshape(1, -1, 1)
def pool(when, wait, *seconds):
    wait(*seconds)
    y, pullback = vjp(max_pool, x, 2)
    print(when, int(y[0, -1, 0]), int(pullback(y)[0, -1, 0]), average_pool(x, 2)[0, 0, 0])
atexit.register(pool, "exit", time.sleep, 0)
ThreadPoolExecutor(1).submit(pool, "task", time.sleep, 0.2)
threading.Thread(target=pool, args=("thread", threading.main_thread().join)).start()
"""


def test_threads_tasks_and_exit_handlers_pool_after_the_main_thread_has_ended():
    ends = sorted(run(END).splitlines())
    assert ends == [f"{when} 1048575 1048575 0.5" for when in ("exit", "task", "thread")]


# The caller's floating-point settings are in force, and nothing else is


def huge(shape):
    return np.full(shape, 1.7e308)


def tiny(shape):
    return (np.random.default_rng(0).uniform(1, 2, shape) * 1e-39).astype("float32")


def opposite(shape):
    x = np.zeros(shape, "float32")
    x[0, 4, 4], x[0, 4, 5] = INF, -INF
    return x


def steep(shape):
    return normal(shape).astype("float16") * 1000


def back_again(pool, rest):
    """A call that pulls gradients of 65504, the largest float16, back."""
    return lambda x: (lambda y, pullback: pullback(np.full_like(y, 65504)))(*vjp(pool, x, *rest))


TROUBLES = {
    "a sum beyond float64": ("overflow", huge, lambda x: average_pool(x, 2)),
    "a long sum beyond float64": ("overflow", huge, global_average_pool),
    "the sum of a bin beyond float64": ("overflow", huge, lambda x: adaptive_average_pool(x, 3)),
    "a norm beyond float32": ("overflow", lambda shape: np.full(shape, 3e38, "f4"), lambda x: lp_pool(x, 1, 2)),
    "gradients beyond float16": ("overflow", steep, back_again(max_pool, (3, 1))),
    "a subnormal mean": ("underflow", tiny, lambda x: average_pool(x, 3)),
    "a subnormal mean of a map": ("underflow", tiny, global_average_pool),
    "a subnormal mean of a bin": ("underflow", tiny, lambda x: adaptive_average_pool(x, 3)),
    "infinities of both signs": ("invalid value", opposite, lambda x: average_pool(x, 2)),
    "infinities in overlapping windows": ("invalid value", opposite, lambda x: average_pool(x, 3, 1, "same")),
    "infinities in a map": ("invalid value", opposite, global_average_pool),
    "infinities in a bin": ("invalid value", opposite, lambda x: adaptive_average_pool(x, 3)),
}
LOUD = {name: row for name, row in TROUBLES.items() if row[0] != "underflow"}  # by default
EVERY_TROUBLE = pytest.mark.parametrize("kind, make, call", TROUBLES.values(), ids=TROUBLES)


@SHAPES
@EVERY_TROUBLE
def test_what_goes_wrong_in_the_numbers_raises_where_the_caller_has_asked_for_it(kind, make, call, shape):
    x = make(shape)
    with np.errstate(all="raise"), pytest.raises(FloatingPointError, match=kind):
        call(x)


@SHAPES
@pytest.mark.parametrize("kind, make, call", LOUD.values(), ids=LOUD)
def test_by_default_numpys_own_warnings_come(kind, make, call, shape):
    with pytest.warns(RuntimeWarning, match=kind):
        call(make(shape))


ORDINARY = [*POOLS.values(), (lp_pool, (0.5, 2)), (lp_pool, (1.5, 3, 1, "same"))]


@pytest.mark.parametrize("dtype", ["uint8", "float16"])
@pytest.mark.parametrize("pool, rest", ORDINARY)
def test_nothing_goes_wrong_with_ordinary_numbers(pool, rest, dtype):
    x = np.random.default_rng(0).integers(0, 9, SMALL).astype(dtype)
    with np.errstate(all="raise"):
        pool(x, *rest)


@SHAPES
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("pool, rest", ORDINARY)
def test_nothing_goes_wrong_with_ordinary_numbers_and_their_gradients(pool, rest, dtype, shape):
    x = np.random.default_rng(0).integers(-8, 9, shape).astype(dtype)
    with np.errstate(all="raise"):
        there_and_back(pool, rest, x)


@SHAPES
@EVERY_POOL
def test_nothing_goes_wrong_with_nan(pool, rest, shape):
    x = normal(shape)
    x[:, 3:5, 2] = NAN
    with np.errstate(all="raise"):
        assert np.isnan(there_and_back(pool, rest, x)[1]).any()


@pytest.mark.parametrize("call", [variants.lse_pool, variants.gem_pool, lambda x, size: lp_pool(1e200 * x, 2, size)])
def test_nothing_goes_wrong_with_nan_in_a_window_larger_than_a_block(call):
    x = np.ones((1, 600, 600, 1))
    x[0, 3, 3] = NAN
    with np.errstate(all="raise", over="ignore"):
        assert np.isnan(call(x, 600)).all()


GAPS = {"strides": 1, "padding": ((3, 3), (0, 0)), "dilation": (4, 1)}  # of two rows; some windows see neither
EMPTY = [
    (max_pool, -INF, 5),
    (min_pool, INF, 5),
    (average_pool, NAN, 5),
    (average_pool, NAN, 300_000),
    (lambda x, *a, **o: lp_pool(x, 2, *a, **o), 0, 5),
]


@pytest.mark.parametrize("pool, expected, columns", EMPTY)
def test_a_window_without_elements_is_what_it_is_by_definition_and_nothing_goes_wrong(pool, expected, columns):
    with np.errstate(all="raise"):
        dilated = pool(np.ones((1, 2, columns, 1), "float32"), (2, 1), **GAPS)[0, :, 0, 0]
        masked = pool(np.ones((1, 2, columns, 1), "float32"), (1, 2), mask=np.arange(2 * columns).reshape(1, 2, -1) > 1)
    assert_array_equal([dilated[1], masked[0, 0, 0, 0]], [expected, expected])
    assert_allclose([dilated[0], masked[0, 1, 1, 0]], [1, 2**0.5 if expected == 0 else 1])


# Subnormal numbers that the processor takes for zero


@contextmanager
def flushing():
    """Let the processor take subnormal numbers for zero, as TensorFlow does: bits 6 and 15 of its register MXCSR."""
    libm = ctypes.CDLL("libm.so.6")
    usual = (ctypes.c_uint32 * 8)()
    libm.fegetenv(usual)
    libm.fesetenv((ctypes.c_uint32 * 8)(*usual[:7], usual[7] | 0x8040))
    try:
        yield
    finally:
        libm.fesetenv(usual)


ONLY_HERE = pytest.mark.skipif(
    (sys.platform, platform.machine(), platform.libc_ver()[0]) != ("linux", "x86_64", "glibc"),
    reason="only glibc on x86-64 sets its registers so",
)


@ONLY_HERE
def test_subnormal_numbers_are_flushed_here():
    x = np.full(100, 1e-39, "float32")
    with flushing():
        assert not (x * 1).any()
    assert (x * 1).all()


@ONLY_HERE
@pytest.mark.parametrize("shape", [(1, 200, 200, 1), (1, 6, 6, 2)])
@EVERY_POOL
def test_small_float16_numbers_are_no_zeros_where_subnormal_numbers_are_flushed(pool, rest, shape):
    x = np.full(shape, 5e-5, "float16")
    expected = there_and_back(pool, rest, x)
    with flushing():
        found = there_and_back(pool, rest, x)
    assert expected[0].all()
    assert equal(found, expected)


# What the caller may change: y and dy at any time, x after the last pullback


@EVERY_POOL
def test_the_pullback_never_reads_y_and_keeps_neither_dy_nor_dx(pool, rest):
    x = normal(SMALL)
    y, pullback = vjp(pool, x, *rest)
    dy = normal(y.shape, seed=1)
    dx, again = pullback(dy), dy.copy()
    expected = dx.copy()
    y[...] = dy[...] = NAN
    assert_array_equal(pullback(again), expected)
    x[...] = NAN
    assert_array_equal(dx, expected)


@EVERY_POOL
def test_the_pullback_reads_x_and_no_copy(pool, rest):
    x, other = normal(SMALL), normal(SMALL, seed=1)
    y, pullback = vjp(pool, x, *rest)
    x[...] = other
    assert_array_equal(pullback(y), vjp(pool, other, *rest)[1](y))


# Memory


def watch(call):
    """What a call gives, how many bytes it had at most at once, and how many are left."""
    tracemalloc.start()
    try:
        result = call()
        return result, *tracemalloc.get_traced_memory()[::-1]
    finally:
        tracemalloc.stop()


def test_three_hundred_shapes_leave_no_memory_behind():
    def call():
        for length in range(9_000, 9_300):
            adaptive_average_pool(np.ones((1, length, 1), "float32"), 99)
            vjp(average_pool, np.ones((1, length // 90, length // 90, 1)), 3, 1, "same")[1]

    assert watch(call)[2] < 4 * MIB


RESIDENT = """
import resource
import numpy as np
from poolkit import adaptive_average_pool, max_pool, vjp
def pool(lengths):
    for n in lengths:
        y, pullback = vjp(max_pool, np.ones((1, n, 9, 1), "f4"), 3, 2)
        pullback(y)
        adaptive_average_pool(np.ones((1, 9 * n, 1), "f4"), 1000)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = pool(range(1_280, 1_300))
print(pool(range(1_000, 1_300)) - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counts pages as Linux does")
def test_a_process_grows_no_further_with_three_hundred_shapes():
    assert int(run(RESIDENT)) < 16 * 1024  # KiB


@SOME_POOLS
def test_what_a_result_has_taken_is_given_back_with_it(pool, rest):
    x = normal(LARGE)
    there_and_back(pool, rest, x)  # tables and the first time's imports
    assert watch(lambda: there_and_back(pool, rest, x) and None)[2] < MIB / 8


@SOME_POOLS
def test_a_pullback_keeps_no_copy_of_x(pool, rest):
    x = normal(LARGE)
    there_and_back(pool, rest, x)
    (y, _), _, left = watch(lambda: vjp(pool, x, *rest))
    assert left < y.nbytes + MIB / 8


# call of an array -> all its results
BESIDE = {
    "max": lambda x: max_pool(x, 3, 2, "same"),
    "max, side by side": lambda x: max_pool(x, 2),
    "max, long": lambda x: max_pool(x, 32, 8),
    "max, masked": lambda x: max_pool(x, 2, mask=np.broadcast_to(True, x.shape[:-1])),
    "max and indices": lambda x: max_pool(x, 3, 1, return_indices=True),
    "average": lambda x: average_pool(x, 3, 2, "same"),
    "average, masked": lambda x: average_pool(x, 2, mask=np.broadcast_to(True, x.shape[:-1])),
    "p-norm": lambda x: lp_pool(x, 2, 2),
    "adaptive max": lambda x: adaptive_max_pool(x, 7),
    "adaptive average": lambda x: adaptive_average_pool(x, 100),
    "global max": global_max_pool,
    "global average": global_average_pool,
}
WIDE = (2, 320, 320, 16)  # 3 MiB of bytes, 6 of float16, 12 of float32, 25 of float64
# What is worked out in a wider dtype; the others take the same steps in any, and a copy of float32 is seen best.
WIDENED = ["max and indices", "average", "average, masked", "p-norm", "adaptive average", "global average"]
WIDE_CALLS = [*product(BESIDE, ["float32"]), *product(WIDENED, ["uint8", "float16"])]
LAID = {
    "every second": lambda x: np.repeat(x, 2, 1)[:, ::2],
    "turned": lambda x: np.ascontiguousarray(x.transpose(3, 2, 1, 0)).transpose(3, 2, 1, 0),
}


def size(results):
    return sum(each.nbytes for each in results) if isinstance(results, tuple) else results.nbytes


@pytest.mark.parametrize("name, dtype", WIDE_CALLS)
def test_a_call_takes_little_memory_beside_its_result(name, dtype):
    x = np.ones(WIDE, dtype)
    results, most, _ = watch(lambda: BESIDE[name](x))
    assert most < size(results) + 8 * MIB


@pytest.mark.parametrize("lay", LAID.values(), ids=LAID)
@pytest.mark.parametrize("name", ["max", "average", "global max", "global average"])
def test_no_layout_is_copied_as_a_whole(name, lay):
    x = lay(np.ones(WIDE, "float32"))
    results, most, _ = watch(lambda: BESIDE[name](x))
    assert most < size(results) + 8 * MIB


def test_a_window_far_longer_than_its_input_takes_no_more_memory():
    _, most, _ = watch(lambda: max_pool(np.ones((1, 100, 4)), 10**6, 1, "same"))
    assert most < 8 * MIB


@EVERY_POOL
def test_a_gradient_takes_little_memory_beside_y_and_itself(pool, rest):
    x = np.ones(WIDE, "float32")
    (y, dx), most, _ = watch(lambda: there_and_back(pool, rest, x))
    assert most < size((y, dx)) + 8 * MIB


# Whole numbers


def range_of(dtype):
    """Whole numbers that pictures and integers hold, from which and to which."""
    if dtype == "bool":
        return 0, 1
    if dtype == "float16":
        return -2048, 2048
    return (np.iinfo(dtype).min, np.iinfo(dtype).max) if dtype in INTEGERS else (-(2**16), 2**16)


@st.composite
def constants(draw, longest):
    """A map of equal whole numbers, and that number in the dtype of its mean."""
    dtype = draw(st.sampled_from(("bool", *INTEGERS, "float16", "float32", "float64", "longdouble")))
    number = draw(st.integers(*range_of(dtype)))
    shape = (1, draw(st.integers(2, longest)), draw(st.integers(2, longest)), draw(st.integers(1, 3)))
    x = np.full(shape, number, dtype)
    return x, x.flat[0].astype("float32" if x.dtype.kind in "biu" else dtype)


@settings(max_examples=50)
@given(constants(40), st.tuples(st.integers(1, 13), st.integers(1, 13)), st.integers(1, 3), st.data())
def test_the_mean_of_equal_whole_numbers_is_that_number(case, window, stride, data):
    (x, number), word = case, data.draw(st.sampled_from(["channels_last", "channels_first"]))
    for y in (
        average_pool(x, window, stride, "same", word),
        adaptive_average_pool(x, window, word),
        global_average_pool(x, word),
    ):
        assert_array_equal(y, np.full(y.shape, number), strict=True)


@settings(max_examples=10)
@given(st.sampled_from(["uint8", "int16", "float16", "float32", "float64"]), st.integers(1, 255), st.integers(2, 40))
@example("float32", 255, 9)
def test_the_mean_of_equal_whole_numbers_in_a_large_array_is_that_number(dtype, number, window):
    x = np.full((1, 900, 600, 1), number, dtype)
    for y in (average_pool(x, window), average_pool(x, (window, 3), 3, "same"), global_average_pool(x)):
        assert_array_equal(y, np.full(y.shape, number))


# Powers

# dtype, elements, p -> their norm
NORMS = [
    ("uint8", [255, 255], 128, 255 * 2 ** (1 / 128)),
    ("uint8", [255, 0], 1000, 255),
    ("float32", [3e38, 0], 64, 3e38),
    ("float32", [1e-30, 1e-30], 64, 1e-30 * 2 ** (1 / 64)),
    ("float64", [1e300, -1e300] * 150_000, 3, 1e300 * 2 ** (1 / 3)),  # of several blocks
    ("float64", [1e-300, 1e-300], 2, 1e-300 * 2**0.5),
    ("float64", [0, 0], 500, 0),
    ("float64", [-INF, 1], 500, INF),
    ("float64", [NAN, 1], 500, NAN),
    ("longdouble", [1e300, 1e300], 50, 1e300 * 2 ** (1 / 50)),
]


@pytest.mark.parametrize("dtype, elements, p, expected", NORMS)
def test_large_powers_neither_overflow_nor_vanish(dtype, elements, p, expected):
    y = lp_pool(line(elements, dtype), p, 2)
    assert_allclose(y.astype("longdouble"), np.full(y.shape, expected), rtol=1e-6)


@pytest.mark.parametrize("scale", [1e-300, 1, 1e300])
@pytest.mark.parametrize("p", [2, 3, 128, 2000])
def test_the_gradient_of_large_powers_neither_overflows_nor_vanishes(p, scale):
    y, pullback = vjp(lp_pool, line([1, -1, 0.5, 0]) * scale, p, 4)
    share = (2 + 0.5**p) ** (1 / p - 1)
    assert_allclose(pullback(np.ones_like(y)).ravel(), share * np.array([1, -1, 0.5 ** (p - 1), 0]), rtol=1e-9)


# Sizes

MANY = 2**31 - 1  # no argument is larger
SHAPES_BEYOND = [
    ((1, 70_000, 70_000, 1), 2, (1, 35_000, 35_000, 1)),
    ((MANY, MANY, MANY), MANY, (MANY, 1, MANY)),
    ((1, MANY, MANY, MANY, 1), 1, (1, MANY, MANY, MANY, 1)),
]


@pytest.mark.parametrize("shape, window, expected", SHAPES_BEYOND)
def test_shapes_of_more_elements_than_32_bits_count_are_right(shape, window, expected):
    assert output_shape(shape, window) == expected


@pytest.mark.parametrize("pool", [max_pool, min_pool, average_pool])
def test_few_windows_over_more_elements_than_32_bits_count_are_pooled(pool):
    x = np.broadcast_to(np.array([3, 4, 5], "int8").reshape(3, 1, 1), (3, 2**30, 1))
    y = pool(x, 2, 2**29)
    assert_array_equal(y, [[[n], [n]] for n in (3, 4, 5)])


@pytest.mark.parametrize("pool", [max_pool, average_pool, global_average_pool])
def test_a_result_larger_than_any_memory_is_refused(pool):
    x = np.broadcast_to(np.float64(1), (2**28, 4, 2**28))
    with pytest.raises((MemoryError, ValueError)):
        pool(x, *([] if pool is global_average_pool else [2]))


# window, other arguments -> message
HUGE = [
    (MANY, {}, f"pool_size {MANY} is longer than the axis it slides over: 4 elements"),
    (2, {"dilation": MANY}, f"pool_size 2 (spanning {MANY + 1}) is longer than the axis it slides over"),
    (MANY, {"dilation": MANY}, f"pool_size {MANY} (spanning {MANY * (MANY - 1) + 1}) is longer than the axis"),
    (MANY + 1, {}, f"pool_size must be at most {MANY}, got {MANY + 1}"),
    (2, {"dilation": 2**64}, f"dilation must be at most {MANY}, got {2**64}"),
    (2, {"strides": 2**31}, f"strides must be at most {MANY}, got {2**31}"),
    (2, {"padding": ((2**31, 0),)}, f"padding must be at most {MANY}, got {2**31}"),
]


@pytest.mark.parametrize("window, options, message", HUGE)
def test_windows_and_dilations_beyond_all_measure_are_refused(window, options, message):
    for pool in (max_pool, average_pool):
        with pytest.raises(ValueError) as error:
            pool(line([1, 2, 3, 4]), window, **options)
        assert str(error.value).startswith(message)


def test_huge_windows_that_fit_by_padding_see_what_there_is():
    x = line([1, 2, 3, 6])
    assert max_pool(x, MANY, MANY, "same").item() == 6
    assert average_pool(x, MANY, MANY, "same").item() == 3
    assert max_pool(x, 2, MANY, "same", dilation=MANY - 1).size == 1


# NaN and infinity stay where they are


@SHAPES
@pytest.mark.parametrize("special", [NAN, INF])
@pytest.mark.parametrize("pool, rest", [POOLS[name] for name in POOLS if "min" not in name])
def test_a_special_number_reaches_its_own_windows_alone(pool, rest, special, shape):
    x = np.abs(normal(shape)) + 1
    y = pool(x, *rest)
    x[1, shape[1] // 2, 5, 1] = special
    found = pool(x, *rest)
    reached = pool(np.isnan(x) | np.isinf(x), *rest) > 0
    assert_array_equal(found, np.where(reached, special, y))
    assert reached.sum() <= 4


@SHAPES
@EVERY_POOL
def test_a_special_gradient_reaches_the_elements_of_its_window_alone(pool, rest, shape):
    x = np.abs(normal(shape)) + 1
    y, pullback = vjp(pool, x, *rest)
    dy = normal(y.shape, seed=1)
    dx = pullback(dy)
    chosen = (1, *(length // 2 for length in y.shape[1:-1]), 1)
    dy[chosen] = NAN
    alone = np.zeros_like(dy)
    alone[chosen] = 1
    expected = np.where(pullback(alone) != 0, NAN, dx)
    assert_array_equal(pullback(dy), expected)


# Indices


@pytest.mark.parametrize("index", [-2, -9, 4, 2**40, -(2**63)])
def test_indices_outside_the_map_are_refused(index):
    with pytest.raises(ValueError, match=rf"^indices must be .*{index}\b"):
        max_unpool(line([5, 6]), np.array([0, index]).reshape(1, 2, 1), (1, 4, 1))


def test_an_unsigned_index_that_would_wrap_around_to_minus_one_is_refused():
    with pytest.raises(ValueError, match=r"^indices must be "):
        max_unpool(line([5, 6]), np.array([0, 2**64 - 1], "uint64").reshape(1, 2, 1), (1, 4, 1))


def test_nothing_is_put_where_a_window_had_no_element():
    x, mask = line([1, 2, 3, 4, 5, 6]), np.array([[True, True, False, False, True, True]])
    y, indices = max_pool(x, 2, mask=mask, return_indices=True)
    assert indices.ravel().tolist() == [1, -1, 5]
    assert max_unpool(y, indices, x.shape).ravel().tolist() == [0, 2, 0, 0, 0, 6]
    _, pullback = vjp(max_unpool, y, indices, x.shape)
    assert pullback(line([10, 20, 30, 40, 50, 60])).ravel().tolist() == [20, 0, 60]


def test_nothing_is_put_where_no_window_had_an_element():
    indices = np.full((2, 3, 4, 5), -1)
    assert not max_unpool(np.ones(indices.shape), indices, (2, 6, 8, 5)).any()
    assert not vjp(max_unpool, np.ones(indices.shape), indices, (2, 6, 8, 5))[1](np.ones((2, 6, 8, 5))).any()


# Masked arrays in a list

HIDDEN = np.ma.masked_less(np.ones((4, 1)), 0)
LISTS = [[HIDDEN], (HIDDEN,), [np.ones((4, 1)), HIDDEN], [list(HIDDEN)], [[HIDDEN[0], HIDDEN[1]]]]


@pytest.mark.parametrize("x", LISTS, ids=["list", "tuple", "second", "list of lists", "rows"])
def test_masked_arrays_in_a_list_are_refused_because_their_masks_would_be_lost(x):
    with pytest.raises(TypeError, match=r"^x must not be a masked array; pass its data"):
        max_pool(x, 2)


# The mixed pooling of infinities: maximum and mean taken apart

# a, elements -> a times the maximum and 1 - a times the mean
MIXED = [
    (0.5, [INF, 1], INF),
    (0.5, [-INF, 1], -INF),
    (0.5, [-INF, -INF], -INF),
    (0.5, [INF, -INF], NAN),
    (0.5, [NAN, 1], NAN),
    (1, [INF, 1], INF),
    (1, [-INF, 1], 1),
    (1, [-INF, -INF], -INF),
    (1, [INF, -INF], INF),
    (1, [NAN, 1], NAN),
    (1.0, [1.7e308, 1.7e308], 1.7e308),
]


@pytest.mark.parametrize("a, elements, expected", MIXED)
def test_infinities_are_mixed_as_the_formula_says(a, elements, expected):
    with np.errstate(invalid="ignore", over="ignore"):  # the mean of infinities of both signs
        assert_array_equal(mixed_pool(line(elements), 2, a=a).item(), expected)
