"""Just enough convolution to make feature maps that a pooling can work on."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from poolkit import checks
from poolkit.checks import Array


def convolve(x: ArrayLike, filters: ArrayLike, padding: Literal["valid", "zero", "circular"] = "valid") -> Array:
    r"""Slide filters over images, as a convolutional layer without bias does (a cross-correlation, strictly).

    .. math:: y_{m i j f} = \sum_{u,v,c} x_{m,\,i+u,\,j+v,\,c}\; w_{u v c f}

    for ``"valid"``; with the other paddings the filter starts :math:`\lfloor h/2 \rfloor` rows above and
    :math:`\lfloor w/2 \rfloor` columns before :math:`(i, j)`. (Keras centres filters of even length differently.)

    Parameters
    ----------
    x : array_like, real or bool
        ``(N, H, W, C)``
    filters : array_like, real or bool
        ``(h, w, C, F)``: ``F`` filters of ``h`` by ``w`` elements.
    padding : str
        What stands beyond the border: ``"valid"``: nothing, the map gets smaller; ``"zero"``: zeros, or ``"circular"``:
        the opposite border, so that the map keeps its size.

    Returns
    -------
    ndarray
        ``(N, H, W, F)``, or ``(N, H - h + 1, W - w + 1, F)`` for ``"valid"``. Floating dtypes as NumPy combines them;
        integers and booleans are summed in int64.

    Raises
    ------
    TypeError, ValueError
        An argument of the wrong type or value; filters that do not fit ``x``.

    Examples
    --------
    >>> step = np.array([0, 0, 1, 1]).reshape(1, 1, 4, 1)
    >>> convolve(step, np.array([-1, 1]).reshape(1, 2, 1, 1))[0, 0, :, 0]
    array([0, 1, 0])
    """
    x, filters = checks.real(x), checks.real(filters, "filters")
    if x.ndim != 4:
        raise ValueError(f"x must be (N, H, W, C), got shape {x.shape}")
    if filters.ndim != 4 or filters.shape[2] != x.shape[3] or 0 in filters.shape[:2]:
        raise ValueError(f"filters must be (h, w, {x.shape[3]}, F) for x of shape {x.shape}, got {filters.shape}")
    if not isinstance(padding, str) or padding not in ("valid", "zero", "circular"):
        raise ValueError(f"padding must be 'valid', 'zero' or 'circular', got {padding!r}")
    size = filters.shape[:2]
    if 0 in x.shape[1:3]:
        raise ValueError(f"x must have no empty spatial axis, got shape {x.shape}")
    if padding != "valid":
        around = [(0, 0), *((length // 2, (length - 1) // 2) for length in size), (0, 0)]
        x = np.pad(x, around, mode="constant" if padding == "zero" else "wrap")
    if any(window > length for window, length in zip(size, x.shape[1:3], strict=True)):
        raise ValueError(f"filters of {size} do not fit x of shape {x.shape}")
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(1, 2))  # (N, H', W', C, h, w)
    dtype = np.result_type(x, filters) if "f" in (x.dtype.kind, filters.dtype.kind) else np.dtype(np.int64)
    wide = np.float32 if dtype == np.float16 else dtype
    return np.einsum("mijcuv,uvcf->mijf", windows, filters, dtype=wide, casting="same_kind").astype(dtype, copy=False)
