"""The answers that a chapter has on file are what PyTorch and JAX still say."""

import json

from numpy.testing import assert_allclose

from tests.conformance.record_gradients import RECORD, records


def test_the_recorded_gradients_are_those_of_today():
    recorded, today = json.loads(RECORD.read_text(encoding="utf-8")), records()
    assert recorded["versions"] == today["versions"]
    for old, new in zip(recorded["cases"], today["cases"], strict=True):
        assert old["x"] == new["x"] and old["dy"] == new["dy"]
        for name in ("PyTorch", "JAX"):
            assert_allclose(old["dx"][name], new["dx"][name], rtol=1e-12)
