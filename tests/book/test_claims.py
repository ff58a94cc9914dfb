"""The ledger of claims: whole, and every verdict stands on something that is there and is asserted."""

import ast
import re
from collections import Counter

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup

from tests.book.pages import ROOT, SITE

LEDGER = yaml.safe_load((ROOT / "book/claims.yml").read_text(encoding="utf-8"))
KEYS = ["name", "claim", "who", "topic", "tag", "verdict", "because", "decided"]
# Claims of the article that need care: none of them may fall out of the ledger.
CARE = [
    "four-types",
    "average-is-rare",
    "fewer-parameters",
    "all-maps-into-one",
    "gap-gives-one-one",
    "average-gives-the-largest",
    "gap-without-hyperparameters",
    "global-max-gives-five",
    "window-three-stride-one",
    "overfitting-avoided-at-this-layer",
    "robust-to-translations",
]
KINDS = {"cell": r"\w+#[\w-]+", "test": r"tests/(book/)?\w+\.py::test_\w+", "paper": r"[a-z]+\d{4}[a-z]+"}


def claim_cells():
    """The source of each cell that carries a tag ``claim:<name>``, under ``<chapter>#<name>``."""
    for path in sorted((ROOT / "book").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            for tag in cell.metadata.get("tags", []):
                if tag.startswith("claim:"):
                    yield f"{path.stem}#{tag.removeprefix('claim:')}", cell.source


def asserts(source):
    """Whether code asserts something, by the statement or by one of NumPy's or pytest's functions."""
    calls = {node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)}
    named = {getattr(function, "id", getattr(function, "attr", "")) for function in calls}
    stated = any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(source)))
    return stated or any(re.match("assert_|raises", name) for name in named)


def deciding_source(target):
    """The code of a cell or a test, or none."""
    if "#" in target:
        return CELLS.get(target, "")
    path, name = target.split("::")
    functions = ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
    return "".join(ast.unparse(node) for node in functions if isinstance(node, ast.FunctionDef) and node.name == name)


def is_there(target):
    """Whether a paper, or a cell or test with an assertion, has that name."""
    [kind] = [kind for kind, form in KINDS.items() if re.fullmatch(form, target)]
    return target in PAPERS if kind == "paper" else asserts(deciding_source(target))


def stands_on(entry):
    """Whether what is cited names a paper, and what is proved or measured a cell or test."""
    papers = PAPERS & set(entry["decided"])
    return papers if entry["tag"] == "cited" else set(entry["decided"]) - papers


CELLS = dict(claim_cells())
PAPERS = set(re.findall(r"^@\w+\{(\w+),", (ROOT / "book/references.bib").read_text(encoding="utf-8"), re.MULTILINE))


def test_every_entry_says_all_there_is_to_say():
    assert [entry for entry in LEDGER if list(entry) != KEYS or not all(entry.values())] == []
    assert {entry["verdict"] for entry in LEDGER} == {"true", "true if", "false"}
    assert {entry["tag"] for entry in LEDGER} == {"proved", "measured", "cited"}


def test_no_claim_that_needs_care_is_missing():
    assert set(CARE) <= {entry["name"] for entry in LEDGER}


def test_at_least_twenty_claims_are_of_the_field():
    assert sum(not entry["who"].startswith("the article") for entry in LEDGER) >= 20


@pytest.mark.parametrize("key", ["name", "claim", "because"])
def test_no_two_claims_share_a_name_or_a_sentence(key):
    assert [said for said, times in Counter(entry[key] for entry in LEDGER).items() if times > 1] == []


def test_what_decides_a_claim_is_there_and_asserts():
    assert [(entry["name"], each) for entry in LEDGER for each in entry["decided"] if not is_there(each)] == []


def test_what_is_cited_names_a_paper_and_what_is_proved_or_measured_a_cell_or_a_test():
    assert [entry["name"] for entry in LEDGER if not stands_on(entry)] == []


def test_every_cell_that_is_said_to_decide_a_claim_does():
    assert set(CELLS) - {target for entry in LEDGER for target in entry["decided"]} == set()


@pytest.mark.parametrize("code, expected", [("assert x", True), ("npt.assert_equal(x, 1)", True), ("print(x)", False)])
def test_an_assertion_is_recognised(code, expected):
    assert asserts(code) == expected


# The page


def test_the_page_shows_every_claim_once():
    page = BeautifulSoup((SITE / "book/claims.html").read_text(encoding="utf-8"), "html.parser")
    assert [card["id"] for card in page.select("div.claim")] == [entry["name"] for entry in LEDGER]


@pytest.mark.parametrize("verdict", ["true", "true if", "false"])
def test_choosing_a_verdict_hides_the_others(visit, verdict):
    page = visit("book/claims.html", 390)
    page.locator(f"input[value={verdict.replace(' ', '-')}]").check()
    shown = page.locator("div.claim:visible .verdict").all_inner_texts()
    assert len(shown) == sum(entry["verdict"] == verdict for entry in LEDGER)
    assert len(set(shown)) == 1


def test_a_link_of_the_ledger_leads_to_the_cell_that_decides(visit):
    page = visit("book/claims.html")
    page.locator("#fewer-parameters a").click()
    page.wait_for_url("**/basics.html#claim-parameters")
    assert "count_params" in page.locator("#claim-parameters").inner_text()
