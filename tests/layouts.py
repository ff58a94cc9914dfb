"""The same values in every layout of memory that a caller's array may have."""

import tempfile

import numpy as np
from hypothesis import strategies as st

COMPLEX = {"f": "c8", "d": "c16", "g": "G"}


class Subclass(np.ndarray):
    """An array type of somebody else's."""


def real_part(shape, dtype):
    """The real part of complex numbers, where there are some of that precision."""
    if dtype.char not in COMPLEX:
        return np.empty((*shape, 2), dtype)[..., 0]
    return np.empty(shape, np.dtype(COMPLEX[dtype.char]).newbyteorder(dtype.byteorder)).real


def record_field(shape, dtype):
    return np.empty(shape, np.dtype([("before", "u1"), ("x", dtype), ("after", "f8")], align=True))["x"]


def unaligned(shape, dtype):
    return np.empty(np.prod(shape) * dtype.itemsize + 1, "u1")[1:].view(dtype).reshape(shape)


def memory_map(shape, dtype):
    with tempfile.TemporaryFile() as file:
        return np.memmap(file, dtype, "w+", shape=tuple(shape))


def subclass(shape, dtype):
    return np.empty(shape, dtype).view(Subclass)


MEMORIES = (np.empty, real_part, record_field, unaligned, memory_map, subclass)


def lay(x, memory=np.empty, order=None, steps=None, swap=False, writeable=True):
    """An array with the shape and the values of ``x``; along an axis of step 0 it has the first of them everywhere.

    ``memory`` makes the array that it is a view of. There the axes lie in another ``order``, every step-th element
    (from the end, where the step is negative) is one of ``x``, and 77 stands between them. ``swap`` swaps the bytes.
    """
    order = range(x.ndim) if order is None else order
    steps = (1,) * x.ndim if steps is None else steps
    lengths = [max(1, length * abs(step)) for length, step in zip(x.shape, steps, strict=True)]
    whole = memory([lengths[axis] for axis in order], x.dtype.newbyteorder() if swap else x.dtype)
    whole[...] = 77
    view = whole.transpose(np.argsort(order))[tuple(slice(None, None, step or 1) for step in steps)]
    view[...] = x[tuple(slice(None if step else 1) for step in steps)]
    if 0 in steps:
        return np.broadcast_to(view, x.shape, subok=True)
    view.flags.writeable = writeable
    return view


def kinds(ndim):
    """The arguments of each layout that is special in one way only, for arrays of ``ndim`` axes."""
    one = [[step if axis == chosen else 1 for axis in range(ndim)] for step in (2, -1, 0) for chosen in range(ndim)]
    return [
        {},
        *({"memory": memory} for memory in MEMORIES[1:]),
        *({"steps": steps} for steps in [*one, [2] * ndim, [-1] * ndim, [-2] * ndim, [0] * ndim]),
        {"order": [*range(ndim)][::-1]},
        {"order": [0, *range(2, ndim), 1]},  # channels first that are said to be last
        {"swap": True},
        {"writeable": False},
    ]


@st.composite
def layouts(draw, ndim, swap=True):
    """The arguments of a layout that is special in one way, or in several; without ``swap``, in the same byte order."""
    alone = draw(st.sampled_from([None, *(kind for kind in kinds(ndim) if swap or "swap" not in kind)]))
    if alone is not None:
        return alone
    return {
        "memory": draw(st.sampled_from(MEMORIES)),
        "order": draw(st.permutations(range(ndim))),
        "steps": draw(st.lists(st.sampled_from([1, 2, -1, -2, 0]), min_size=ndim, max_size=ndim)),
        "swap": swap and draw(st.booleans()),
        "writeable": draw(st.booleans()),
    }
