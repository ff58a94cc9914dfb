"""Arrays that time what NumPy does with them, and so tell what is left for Python."""

from time import perf_counter
from unittest import mock

import numpy as np

from poolkit import blocks

LARGE = 1 << 22  # bytes: arrays made this large are results, others are in the cache
MAKERS = "empty", "zeros", "full", "empty_like"
KINDS = "read", "cache", "write"

spent = []  # of each operation: its kind, and its seconds


class Timed(np.ndarray):
    """An array that adds to ``spent``.

    Its ``kind`` is "argument", "result" or, of what is between the two, None.
    """

    def __array_finalize__(self, source):
        self.kind = getattr(source, "kind", None)

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **options):
        call = getattr(ufunc, method)
        return _timed(call, inputs, options | ({"out": out} if out else {}), out)

    def __array_function__(self, function, types, inputs, options):
        out = inputs[:1] if function is np.copyto else ()
        return _timed(function, inputs, options, out)

    def __setitem__(self, index, value):
        _timed(np.ndarray.__setitem__, (self, index, value), {}, (self,))

    def astype(self, dtype, **options):
        return _timed(np.ndarray.astype, (self, dtype), options)

    def copy(self):
        return _timed(np.ndarray.copy, (self,), {})


def _timed(call, inputs, options, out=()):
    kinds = [
        each.kind for each in inputs if isinstance(each, Timed) and not _is(each, out)
    ]
    if any(kinds):
        kind = "read"
    else:
        kind = "write" if out and getattr(out[0], "kind", None) else "cache"
    plain = [_plain(each) for each in inputs]
    options = {name: _plain(value) for name, value in options.items()}
    begin = perf_counter()
    result = call(*plain, **options)
    taken = perf_counter() - begin
    if not isinstance(result, np.dtype | int):  # which only tell what an array is
        spent.append((kind, taken))
    if out and result is not None:
        return out[0]
    if not isinstance(result, np.ndarray):
        return result
    timed, arrays = (
        result.view(Timed),
        [each for each in inputs if isinstance(each, Timed)],
    )
    seen = [each.kind for each in arrays if np.may_share_memory(each, result)]
    timed.kind = seen[0] if seen else None
    return timed


def _is(array, out):
    """Whether ``array`` begins where ``out`` does: what is worked on in its place."""
    return bool(out) and array.ctypes.data == out[0].ctypes.data


def _plain(value):
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return value.view(np.ndarray) if isinstance(value, Timed) else value


def argument(array):
    """The same array, timed."""
    array = array.view(Timed)
    array.kind = "argument"
    return array


def _made(make):
    def made(*arguments, **options):
        array = make(*arguments, **options).view(Timed)
        array.kind = "result" if array.nbytes >= LARGE else None
        return array

    return made


def _view(of):
    def view(self, array):
        part = of(self, array)
        if isinstance(array, Timed):
            part = part.view(Timed)
            part.kind = array.kind
        return part

    return view


def seconds(call, *arguments):
    """What a call spends on each kind of operation, in all threads together.

    That is to read its arguments, and what it made of them as large as they are; to
    write results; or to work on small arrays, which stay in the cache.
    """
    spent.clear()
    blocks._ready.cache_clear()  # these arrays do not time themselves
    makers = {name: _made(getattr(np, name)) for name in MAKERS}
    views = mock.patch.object(blocks.View, "of", _view(blocks.View.of))
    results = mock.patch.object(blocks, "result_of", _made(blocks.result_of))
    scratch = mock.patch.object(blocks.Scratch, "empty", lambda _, *of: np.empty(*of))
    numpy = mock.patch.multiple(np, asarray=np.asanyarray, **makers)
    with views, results, scratch, numpy:
        call(*map(argument, arguments))
    blocks._ready.cache_clear()  # and these need not any more
    return {kind: sum(s for k, s in spent if k == kind) for kind in KINDS}
