"""The fences of PyTorch code in the chapters print what they say."""

import pytest

from tests.book.test_fences import fences, printed, promised


@pytest.mark.parametrize("codes", fences("PyTorch"))
def test_a_fence_of_pytorch_prints_what_its_comments_say(codes):
    assert list(printed(codes)) == [promised(code) for code in codes]
