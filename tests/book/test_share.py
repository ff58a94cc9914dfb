"""How the book is shared, taken and cited, from its pages as anybody builds them."""

import tomllib

import numpy as np
import yaml
from PIL import Image

import poolkit
from book.preview import PLACE, draw_preview
from tests.book.pages import PAGES, ROOT, soup

CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_every_page_names_licences_and_how_to_cite():
    for page in PAGES:
        footer = soup(page).find("footer", class_="bd-footer-content")
        assert footer.find("a", rel="license", href="https://creativecommons.org/licenses/by/4.0/"), page
        assert "BSD 3-Clause" in footer.text and footer.find("a", string="How to cite and reuse"), page


def test_a_shared_link_has_a_title_and_a_description():
    for page in PAGES:
        said = {tag.get("property", tag.get("name")): tag["content"] for tag in soup(page).head.select("meta[content]")}
        assert said.get("og:title") and said["og:title"] in soup(page).head.title.text, page
        assert said.get("og:description") and said["og:description"] == said.get("description"), page


def test_the_book_is_cited_as_its_citation_file_says():
    shown = soup("book/citing.html").find("pre").text
    assert all(CITATION[key] in shown for key in ("title", "version"))
    assert CITATION["version"] == poolkit.__version__


def test_the_citation_file_and_the_package_name_one_address():
    assert (CITATION["repository-code"], CITATION["url"]) == (
        PROJECT["urls"]["Repository"],
        PROJECT["urls"]["Homepage"],
    )


def test_the_picture_beside_a_shared_link_is_what_the_code_draws():
    drawn = draw_preview()
    drawn.canvas.draw()
    stored = np.asarray(Image.open(PLACE).convert("RGBA"), int)
    assert np.abs(stored - np.asarray(drawn.canvas.buffer_rgba(), int)).max() <= 2


def test_a_notebook_is_downloaded_not_shown(visit):
    page = visit("book/basics.html")
    page.locator(".dropdown-download-buttons > button").click()
    link = page.locator(".btn-download-source-button")
    assert link.get_attribute("download") is not None  # so a host that calls it JSON shows no tab of it
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "basics.ipynb"


def test_lost_readers_can_search(visit):
    page = visit("404.html")
    page.get_by_label("Search the book").fill("pyramid")
    page.get_by_label("Search the book").press("Enter")
    page.wait_for_selector("#search-results li")


def test_lost_readers_find_every_page():
    assert [page for page in PAGES if not soup("404.html").select(f"main li a[href='{page}']")] == []
