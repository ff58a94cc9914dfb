"""What can be taken away: the page that lists it, and the site on a disk."""

import re
from runpy import run_path
from zipfile import ZipFile

import pytest
from docutils import nodes
from docutils.core import publish_doctree

from teaching import downloads, offline
from teaching.sources import ROOT
from tests.book.pages import PAGES, SITE
from tests.conftest import watched

PAGE = (ROOT / "book/downloads.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([\w./-]+)` \|.*\| `make (\w+)` \|$", PAGE, re.MULTILINE)


# ---- the page ----


def test_the_page_lists_what_make_downloads_collects():
    assert [name for name, _ in ROWS] == [*downloads.PARTS]


def test_each_command_of_the_page_is_made_by_make_downloads():
    made = re.search(r"^downloads: (.*?) ##", MAKEFILE, re.MULTILINE)[1].split()
    assert {target for _, target in ROWS} == set(made)
    assert all(re.search(rf"^{target}: ", MAKEFILE, re.MULTILINE) for target in made)


def test_files_are_copied_and_folders_are_packed(tmp_path):
    (tmp_path / "build/many").mkdir(parents=True)
    (tmp_path / "build/one.txt").write_text("one")
    (tmp_path / "build/many/two.txt").write_text("two")
    parts = {"first.txt": "one.txt", "many.zip": "many", "many/two.txt": "many"}
    downloads.collect(tmp_path / "build", tmp_path / "out", parts)
    assert (tmp_path / "out/first.txt").read_text() == "one"
    assert ZipFile(tmp_path / "out/many.zip").namelist() == ["many/two.txt"]
    assert (tmp_path / "out/many/two.txt").read_text() == "two"


@pytest.mark.parametrize("base, links", [("", []), ("https://owner.github.io/name/", ["pooling.pdf"])])
def test_names_are_links_only_where_there_is_an_address(base, links):
    class App:
        class config:
            html_baseurl = base

    line = "=============== =========="
    document = publish_doctree(f"{line}\nfile            command\n{line}\n``pooling.pdf`` ``make``\n{line}")
    run_path(ROOT / "book/_extensions/downloads.py")["link_files"](App, document, "book/downloads")
    addresses = [link["refuri"] for link in document.findall(nodes.reference)]
    assert addresses == [f"{base}downloads/{link}" for link in links]


def test_a_release_and_the_site_get_what_make_downloads_makes():
    for name, step in {"release": "downloads/*", "test": "mv _build/downloads _build/html"}.items():
        workflow = (ROOT / f".github/workflows/{name}.yml").read_text(encoding="utf-8")
        assert "run: make downloads" in workflow and step in workflow


# ---- the site on a disk ----


@pytest.fixture(scope="module")
def disk(tmp_path_factory, libraries):
    folder = tmp_path_factory.mktemp("disk") / "site"
    offline.write(SITE, folder)
    return folder


@pytest.fixture
def at_desk(browser, disk):
    page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    watched(page, "file:", "data:", "blob:")

    def at_desk(path):
        page.goto((disk / path.partition("?")[0]).as_uri() + "".join(path.partition("?")[1:]), wait_until="load")
        return page

    yield at_desk
    page.close()


def test_all_pages_work_from_a_disk(at_desk):
    at_desk("index.html").wait_for_url("**/book/index.html")  # where it leads: no other page interrupts it on its way
    for path in [*PAGES, "search.html", "404.html", "genindex.html"]:
        page = at_desk(path)
        for name in ("pooling-explorer", "pooling-lab", "class-map", "pooling-peephole"):
            if page.locator(name).count():
                assert page.locator(name).first.evaluate("one => Boolean(one.shadowRoot)"), (path, name)
        assert page.troubles == [], path


def test_no_page_on_a_disk_asks_for_a_module(disk):
    for path in disk.rglob("*.html"):
        assert 'type="module"' not in path.read_text(encoding="utf-8")
    assert not list(disk.rglob("*.mjs"))


def test_the_lab_on_a_disk_reads_a_digit(at_desk):
    lab = at_desk("book/lab.html").locator("pooling-lab")
    lab.locator(".answer b").first.filter(has_text="4").wait_for()


def test_a_live_cell_on_a_disk_says_why_it_cannot_run(at_desk):
    page = at_desk("book/basics.html")
    cell = page.locator(".cell.tag_live:visible").first
    cell.get_by_role("button", name="Run").click()
    assert "lies on a disk" in cell.locator("[role=status]").inner_text()
    assert page.troubles == []


def test_the_search_on_a_disk_finds_a_word(at_desk):
    page = at_desk("search.html?q=pyramid")
    page.locator("#search-results li", has_text="Local or global?").first.wait_for()
    assert page.troubles == []
