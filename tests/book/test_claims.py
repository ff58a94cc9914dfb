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
VERDICTS = ["true", "true if", "false", "open"]
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
    """The source of each cell with a tag ``claim:<name>``, and of the check below it, under ``<chapter>#<name>``."""
    for path in sorted((ROOT / "book").glob("*.ipynb")):
        cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
        for i, cell in enumerate(cells):
            below = [each.source for each in cells[i + 1 : i + 3] if "check" in each.metadata.get("tags", [])]
            for tag in cell.metadata.get("tags", []):
                if tag.startswith("claim:"):
                    yield f"{path.stem}#{tag.removeprefix('claim:')}", "\n".join([cell.source, *below[:1]])


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
    assert {tuple(key for key in entry if key != "more") for entry in LEDGER} == {tuple(KEYS)}
    assert [entry for entry in LEDGER if not all(entry.values())] == []
    assert {entry["verdict"] for entry in LEDGER} == set(VERDICTS)
    assert {entry["tag"] for entry in LEDGER} == {"proved", "measured", "cited"}


def test_a_reason_is_one_short_sentence():
    said = [entry["because"] for entry in LEDGER]
    assert [each for each in said if len(each) > 190 or each[-1] != "." or re.search(r"[.?!] [A-Z]", each)] == []


def test_true_if_begins_with_its_condition():
    begins = {entry["name"] for entry in LEDGER if entry["because"].startswith("If ")}
    assert begins == {entry["name"] for entry in LEDGER if entry["verdict"] == "true if"}


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


@pytest.fixture
def look(visit):
    """The ledger in the page: choose what to see, and get the names of what is shown and what the page says of it."""
    page = visit("book/claims.html", 390)

    def look(words="", verdict="", topic=""):
        page.get_by_label("Words").fill(words)
        page.get_by_label("Verdict").select_option(verdict)
        page.get_by_label("Topic").select_option(topic)
        shown = page.locator(".claim:visible").evaluate_all("all => all.map(({ id }) => id)")
        return shown, page.locator(".claims-filter [role=status]").inner_text()

    return look


def test_a_verdict_a_topic_and_words_leave_the_claims_that_have_them(look):
    for verdict in VERDICTS:
        names, said = look(verdict={"true if": "True if …"}.get(verdict, verdict.capitalize()))
        assert names == [entry["name"] for entry in LEDGER if entry["verdict"] == verdict]
        assert said == f"{len(names)} of {len(LEDGER)} claims."
    names, _ = look(topic="Speed and memory")
    assert names == [entry["name"] for entry in LEDGER if entry["topic"] == "Speed and memory"]
    # All words are looked for, whatever their case and accents.
    assert {"gap-prevents-overfitting", "max-pooling-prevents-overfitting"} <= set(look("OVERFITTING prevents")[0])
    assert "max-beats-average" in look("muller", "Open")[0]
    assert look("overfitting zebra") == ([], "No claim has all of that. Try fewer words.")


def test_show_all_shows_all(visit):
    page = visit("book/claims.html")
    page.get_by_label("Words").fill("median")
    assert page.locator(".claim:visible").count() < 9
    page.get_by_role("button", name="Show all").click()
    page.get_by_text(f"All {len(LEDGER)} claims.").wait_for()
    assert page.locator(".claim:visible").count() == len(LEDGER) and page.get_by_label("Words").input_value() == ""


def test_a_link_to_what_is_not_shown_shows_it(visit):
    page = visit("book/claims.html")
    page.get_by_label("Verdict").select_option("Open")
    page.locator(".bd-toc-nav, #pst-page-toc-nav").get_by_role("link", name="Speed and memory").click()
    page.get_by_text(f"All {len(LEDGER)} claims.").wait_for()
    page.wait_for_function("document.querySelector('#speed-and-memory').getBoundingClientRect().top < innerHeight / 2")


def test_without_scripts_the_whole_list_stands_there(visit):
    page = visit("book/claims.html", java_script_enabled=False)
    assert page.locator(".claim:visible").count() == len(LEDGER)


def test_a_link_of_the_ledger_leads_to_the_cell_that_decides_and_marks_it(visit):
    page = visit("book/claims.html")
    page.locator("#fewer-parameters summary").click()
    page.locator("#fewer-parameters details a").first.click()
    page.wait_for_url("**/basics.html#claim-parameters")
    cell = page.locator("#claim-parameters")
    assert "count_params" in cell.inner_text()
    assert cell.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"


def test_a_cell_that_decides_unfolds_for_who_comes_by_its_address(visit):
    assert visit("book/basics.html#claim-three-quarters-gone").locator("#claim-three-quarters-gone").is_visible()
