"""The conformance table in the book is what the engines answer today, and the defects are what happens today."""

from tests.conformance.engines import ENGINES
from tests.conformance.table import columns, defects, stored, table


def test_the_stored_table_is_what_every_engine_answers():
    today = table(columns(ENGINES), [])
    assert today["versions"] == stored()["versions"]
    for old, new in zip(stored()["questions"], today["questions"], strict=True):
        assert old == new


def test_the_stored_defects_are_what_happens():
    for old, new in zip(stored()["defects"], defects(), strict=True):
        if new["varies"]:  # with the processor
            old, new = ({**each, "confirmed": None, "seen": None} for each in (old, new))
        assert old == new
