"""The cheat sheet's calls of PyTorch give the numbers of poolkit."""

import numpy as np
import torch

from tests.book.test_cheat_sheet import KNOWN, X, every_row

TORCH = {"t": torch.tensor(np.moveaxis(X, -1, 1)), "F": torch.nn.functional}


@every_row
def test_pytorch_gives_the_same(calls):
    ours, theirs = eval(calls[1], KNOWN), np.asarray(eval(calls[3], KNOWN | TORCH))
    np.testing.assert_allclose(np.moveaxis(theirs, 1, -1), ours, rtol=1e-5)
