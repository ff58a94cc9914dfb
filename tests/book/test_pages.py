"""The built book: every page complete, in a real browser, with no other host in reach."""

import gzip
import json
import os
import re
import subprocess
import sys
from functools import cache
from runpy import run_path
from shutil import copy, copytree
from urllib.parse import unquote, urldefrag

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from bs4 import BeautifulSoup

from tests.book.pages import PAGES, ROOT, SITE, soup

# axe measures the contrast of a few visible texts of each look, inside explorers too: all texts would take minutes.
# A look is everything that contrast depends on: the text's own colour and size, and every ground below it.
MARK_LOOKS = """() => {
  const seen = {};
  const mark = (root, ground) => {
    for (const element of root.children) {
      const style = getComputedStyle(element);
      const own = [style.backgroundColor, style.backgroundImage, style.opacity].join();
      const below = own === "rgba(0, 0, 0, 0),none,1" ? ground : `${ground} ${own}`;
      const look = [style.color, style.fontSize, style.fontWeight, style.textShadow, below].join();
      const text = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
      const visible = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
      const able = !element.closest(":disabled, [inert]");
      delete element.dataset.look;
      if ((text || element.matches("input, select")) && visible && able) {
        seen[look] = (seen[look] ?? 0) + 1;
        if (seen[look] <= 3) element.dataset.look = "";
      }
      mark(element, below);
      if (element.shadowRoot) mark(element.shadowRoot, below);
    }
  };
  mark(document.body, "");
}"""
WIDE_FIGURES = """[...document.querySelectorAll(".poolkit-figure")]
  .filter((figure) => figure.getBoundingClientRect().right > innerWidth).length"""

CUT_CODE = """[...document.querySelectorAll("article :is(pre, textarea)")].filter((one) =>
  one.scrollWidth > one.clientWidth || (one.matches("textarea") && one.scrollHeight > one.clientHeight)
).map((one) => one.textContent.slice(0, 99))"""  # an editor lies over its coloured code, line on line

SCHEMES = {1280: ("light", "dark"), 390: ("dark", "light")}  # of a width, the first and the second
ALL_STILL = "document.getAnimations().forEach((animation) => animation.finish())"  # colours fade over
AXE = f"""{AXE_SCRIPT}; axe.configure({{rules: [
  {{id: 'color-contrast', selector: '[data-look]'}},
  ...axe.getRules().filter(({{tags}}) => !/aaa|deprecated/.test(tags)).map(({{ruleId: id}}) => ({{id, enabled: true}})),
]}})"""  # every rule, so those too that are off until asked for
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
BOXES = """[...document.querySelectorAll("body *")]
  .map((element) => Object.values(element.getBoundingClientRect().toJSON())).join()"""
TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
HEIGHTS = "figures => figures.map((figure) => Math.round(figure.getBoundingClientRect().height))"
LAY_OUT = (
    'all => all.forEach(({ style }) => Object.assign(style, { contentVisibility: "visible", aspectRatio: "auto" }))'
)
WEIGHTS = "Object.fromEntries(performance.getEntries().map((got) => [got.name, (got.encodedBodySize ?? 0) / 1024]))"


def violations(opened, options=None):
    """What axe finds wrong."""
    opened.evaluate(ALL_STILL)
    opened.evaluate(MARK_LOOKS)
    options = {"preload": False, "resultTypes": ["violations"]} | (options or {})
    found = opened.evaluate("async (options) => (await axe.run(options)).violations", options)
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


@pytest.fixture(scope="module")
def tabs(browser, watch):
    """A laptop's and a phone's, where films stand still. Each shows one page after another."""
    tabs = {
        width: watch(browser.new_page(viewport={"width": width, "height": 900}, reduced_motion="reduce"))
        for width in SCHEMES
    }
    yield tabs
    for tab in tabs.values():
        tab.close()


@pytest.mark.parametrize("path", [*PAGES, "search.html", "404.html", "genindex.html", "py-modindex.html"])
@pytest.mark.parametrize("width", SCHEMES)
def test_a_page_shows_without_trouble_at_every_width_and_weighs_less_than_500_kib(tabs, address, width, path):
    page, (first, second) = tabs[width], SCHEMES[width]
    page.troubles.clear()
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=first)
    page.goto(address + path, wait_until="load")
    # Figures have their height before they are drawn.
    figures = page.locator("svg.poolkit-figure")
    heights = figures.evaluate_all(HEIGHTS)
    figures.evaluate_all(LAY_OUT)
    assert figures.evaluate_all(HEIGHTS) == heights
    # Everybody can use it, nothing is cut, and only colours change with the scheme.
    page.keyboard.press("Shift")  # explorers further down start
    page.evaluate(AXE)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(WIDE_FIGURES) == 0
    assert page.evaluate(CUT_CODE) == []
    page.evaluate(f"void (window.boxes = {BOXES})")
    page.emulate_media(color_scheme=second)
    page.locator(f"html[data-theme={second}]").wait_for()
    assert page.evaluate(f"boxes === {BOXES}")  # so axe's other rules would see what they saw
    if width == 1280:  # a phone's page has the same colours
        assert violations(page, COLOURS) == []
    # It is there soon.
    weights = page.evaluate(WEIGHTS)
    assert 20 < sum(weights.values()) < 500, weights
    assert not [url for url in weights if "fontawesome" in url]
    # It fits the narrowest phone.
    if width == 390:
        page.set_viewport_size({"width": 320, "height": 900})
        page.evaluate(TWO_FRAMES)
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        assert page.locator(".headerlink:visible").count() == 0  # it would take a line of its own
    assert page.troubles == []


def test_figures_far_from_being_seen_wait():
    for page in PAGES:
        for figure in soup(page).select("svg.poolkit-figure"):
            assert figure["style"].startswith("aspect-ratio:"), (page, figure.get("aria-label"))


def test_pictures_of_more_than_2_kb_are_files():
    large = r"data:image/(?:png|webp);base64,[^\"]{2700,}"
    found = {page: re.findall(large, (SITE / page).read_text(encoding="utf-8")) for page in PAGES}
    assert {page: list(map(len, pictures)) for page, pictures in found.items() if pictures} == {}


@pytest.mark.parametrize("scheme, ink", [("light", "rgb(31, 36, 48)"), ("dark", "rgb(232, 234, 240)")])
def test_figures_follow_the_colour_scheme(visit, scheme, ink):
    figure = visit("book/basics.html", scheme=scheme).locator(".text_html > svg.poolkit-figure").nth(1)
    fill = "element => getComputedStyle(element).fill"
    ground = "element => getComputedStyle(element.closest('.text_html')).backgroundColor"
    assert figure.locator("text").nth(1).evaluate(fill) == ink
    assert figure.evaluate(ground) == "rgba(0, 0, 0, 0)"


@pytest.mark.parametrize("path, formula", [("basics", "math[display=block]"), ("speed", "math:not([display])")])
def test_formulas_are_drawn_with_their_own_font(visit, path, formula):
    page = visit(f"book/{path}.html")
    formula = page.locator(f"article {formula}").last
    assert "near" not in (formula.get_attribute("class") or "")  # the page is there sooner
    formula.scroll_into_view_if_needed()
    page.wait_for_function("one => one.matches('.near')", arg=formula.element_handle())
    page.wait_for_function("document.fonts.check('16px \"STIX Two Math\"')")


def test_brackets_grow_with_what_they_hold(visit):
    power = visit("book/api.html").locator("dt[id$=gem_pool] + dd math[display=block]").first
    power.scroll_into_view_if_needed()
    heights = power.locator("mo").filter(has_text=re.compile(r"^[()]$")).evaluate_all(HEIGHTS)
    assert heights[0] == heights[-1] > 30


def test_without_scripts_code_is_light_as_the_page_is(visit):
    page = visit("book/basics.html", scheme="dark", java_script_enabled=False)
    code = page.locator(".tag_live .cell_input").first
    assert code.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(247, 247, 247)"


def test_the_font_of_formulas_comes_without_scripts_too(browser, address):
    page = browser.new_page(java_script_enabled=False)
    with page.expect_response("**/stix-two-math.woff2"):
        page.goto(f"{address}book/basics.html")
    page.close()


def test_the_left_end_of_a_long_formula_can_be_reached(visit):
    formulas = visit("book/api.html", width=390).locator("div.math")
    cut = "all => all.filter(one => one.firstElementChild.getBoundingClientRect().x < one.getBoundingClientRect().x)"
    assert formulas.evaluate_all("all => all.some(one => one.scrollWidth > one.clientWidth)")
    assert formulas.evaluate_all(f"{cut}.length") == 0


def test_a_long_table_keeps_its_head_in_sight_and_never_catches_the_wheel(visit):
    page = visit("book/frameworks.html")
    table = page.locator(".poolkit-table:has(tr:nth-child(40))").first
    table.evaluate("table => scrollBy(0, table.getBoundingClientRect().top + 900)")
    page.mouse.move(600, 450)
    before = page.evaluate("scrollY")
    page.mouse.wheel(0, 400)
    page.wait_for_function("before => scrollY === before + 400", arg=before)
    head = table.locator(".head th").first.bounding_box()
    assert 0 <= head["y"] < 100 and head["y"] + head["height"] < 400


def test_the_list_of_sections_marks_the_one_that_is_read_after_jumps_too(visit):
    page = visit("book/types.html")
    page.keyboard.press("Shift")  # explorers further down start
    page.wait_for_function("[...document.querySelectorAll('pooling-explorer')].every((each) => each.shadowRoot)")
    marked = page.locator(".page-toc a[aria-current], .page-toc a.active")
    assert marked.count() == 0
    for key, expected in [("End", "Remember"), ("Home", None), ("End", "Remember")]:
        page.keyboard.press(key)
        if expected:
            marked.filter(has_text=expected).wait_for()
        else:
            marked.wait_for(state="detached")
    page.locator("h2", has_text="Quiz").evaluate("one => one.scrollIntoView()")
    marked.filter(has_text="Quiz").wait_for()
    assert marked.count() == 1


def test_the_magnifier_does_not_lie_on_what_is_typed(visit):
    page = visit("book/basics.html")
    page.keyboard.press("Control+k")
    icon = page.locator("dialog .fa-magnifying-glass").bounding_box()
    text = "one => one.getBoundingClientRect().x + parseFloat(getComputedStyle(one).paddingLeft)"
    assert page.locator("dialog input").evaluate(text) > icon["x"] + icon["width"]


def test_words_of_a_search_are_marked_on_no_later_page(visit, address):
    page = visit("search.html?q=stride")
    page.wait_for_selector("#search-results li")
    page.goto(f"{address}book/basics.html")
    page.wait_for_timeout(50)  # Sphinx marks words 10 milliseconds after the page is there
    assert page.locator("article .highlighted").count() == 0 and page.get_by_text("Hide Search Matches").count() == 0


def test_the_mark_of_a_place_fades(visit):
    page = visit("book/types.html#quiz")
    ground = "one => getComputedStyle(one).backgroundColor"
    page.wait_for_function(f"({ground})(document.querySelector('#quiz > h2')) === 'rgba(0, 0, 0, 0)'")
    assert page.locator("#quiz > h2").evaluate("one => getComputedStyle(one).animationName") == "arrived"


def test_a_verdict_that_is_chosen_hides_headings_without_claims(visit):
    page = visit("book/claims.html")
    page.get_by_label("Verdict").select_option("False")
    for section in page.locator("section:has(> .claim):visible").all():
        assert section.locator(".claim:visible").count()
    assert page.locator("section:has(> .claim):visible").count() < page.locator("section:has(> .claim)").count()


def test_search_leads_to_the_sections_that_have_the_words_with_a_sentence_of_each(visit):
    page = visit("search.html?q=receptive+field")
    found = page.locator("#search-results .found li").filter(has_text="receptive field")
    found.first.wait_for()
    assert not re.search("Contents|Run Reset|import ", page.locator("#search-results").inner_text())
    section = page.locator("#search-results > ul > li", has_text="Why pool at all?").locator(".found a").first
    heading = section.inner_text()
    section.click()
    page.wait_for_url("**/why.html#*")
    assert heading in page.locator(":target > :is(h1, h2, h3)").inner_text()


def test_a_solution_is_folded_until_it_is_asked_for(visit):
    page = visit("book/basics.html")
    solution = page.locator(".solution").first
    check = solution.get_by_text(re.compile("^Right")).first
    assert not check.is_visible()
    solution.locator("summary").first.click()
    check.wait_for(state="visible")


@cache
def places(page):
    """What a link can lead to."""
    return {tag["id"] for tag in soup(page).find_all(id=True)}


def test_every_link_inside_the_book_leads_somewhere():
    for page in PAGES:
        for link in {link["href"] for link in soup(page).find_all("a", href=True)}:
            path, anchor = urldefrag(unquote(link))
            if re.match(r"[a-z]+:", path):
                continue
            target = (SITE / page).parent / path if path else SITE / page
            assert target.exists(), (page, link)
            if anchor and target.suffix == ".html":
                assert anchor in places(target.resolve().relative_to(SITE.resolve()).as_posix()), (page, link)


def test_links_to_elsewhere_are_papers_licences_public_threads_or_the_grader():
    links = [(page, tag["href"]) for page in PAGES for tag in soup(page).find_all("a", href=re.compile("^[a-z]+:"))]
    thread = r"github\.com/[\w-]+/[\w-]+/issues/\d+$"
    papers = r"doi\.org/10\.|arxiv\.org/abs/|(www\.)?jmlr\.org/|papers\.nips\.cc/"
    allowed = rf"https://({thread}|{papers}|creativecommons\.org/|otter-grader\.readthedocs\.io)"
    assert [link for link in links if not re.match(allowed, link[1])] == []


def test_nothing_is_loaded_from_elsewhere():
    for page in PAGES:
        tags = soup(page).find_all(["script", "link", "img", "iframe", "source"])
        urls = [tag.get("src") or tag.get("href") or "" for tag in tags if tag.get("rel") != ["canonical"]]
        assert [url for url in urls if re.match(r"(https?:)?//", url)] == [], page


def test_a_page_describes_itself():
    for page in PAGES:
        head = soup(page).head
        description = head.find("meta", attrs={"name": "description"})
        assert description and 50 < len(description["content"]) < 170, page
        assert (SITE / page).parent.joinpath(head.find("link", rel="icon")["href"]).exists(), page
        assert head.title.text.strip(), page


def test_every_picture_has_a_description():
    for page in PAGES:
        for image in soup(page).find_all("img"):
            one_for_all = image.find_previous_sibling("img", alt=True)
            assert "alt" in image.attrs and (image["alt"] or one_for_all), (page, str(image)[:200])
        assert [str(figure)[:200] for figure in soup(page).find_all("svg") if not figure.get("aria-label")] == [], page


def test_a_notebook_can_be_downloaded_from_its_page():
    for path in (ROOT / "book").glob("*.ipynb"):
        links = soup(f"book/{path.stem}.html").find_all("a", href=re.compile(r"_sources/.*\.ipynb$"))
        downloads = {(SITE / "book" / link["href"]).resolve() for link in links}
        assert [download.read_bytes() for download in downloads] == [path.read_bytes()], path.stem


def test_only_what_the_table_of_contents_lists_is_a_page():
    assert {path.name for path in SITE.glob("*.html")} == {
        "index.html",
        "search.html",
        "404.html",
        "genindex.html",
        "py-modindex.html",
    }


BUILD_WITHOUT_TENSORFLOW = """
import sys
sys.modules |= dict.fromkeys(["tensorflow", "keras"])  # importing either is an error now
from jupyter_book.cli.main import main
main(["build", "--quiet", "."])
"""
TWO_PAGES = {"format": "jb-book", "root": "book/index", "chapters": [{"file": "book/basics"}]}


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Two pages of the book, built as the publish workflow builds all of it, and without TensorFlow in reach."""
    folder = tmp_path_factory.mktemp("published")
    for name in ("book", "poolkit"):
        copytree(ROOT / name, folder / name)
    copy(ROOT / "_config.yml", folder)
    (folder / "_toc.yml").write_text(json.dumps(TWO_PAGES))  # which is YAML too
    environment = os.environ | {"BOOK_REPOSITORY": "https://github.com/owner/name", "BOOK_BRANCH": "main"}
    environment["BOOK_ADDRESS"] = "https://owner.github.io/name/"
    command = [sys.executable, "-c", BUILD_WITHOUT_TENSORFLOW]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return folder / "_build/html"


def test_a_published_page_links_to_its_source_to_binder_and_to_colab(published):
    page = (published / "book/basics.html").read_text(encoding="utf-8")
    assert "https://github.com/owner/name/edit/main/book/basics.ipynb" in page
    assert "https://mybinder.org/v2/gh/owner/name/main?urlpath=lab/tree/book/basics.ipynb" in page
    assert "https://colab.research.google.com/github/owner/name/blob/main/book/basics.ipynb" in page


def test_a_published_page_offers_the_whole_project(published):
    button = BeautifulSoup((published / "book/basics.html").read_text(encoding="utf-8"), "html.parser").select_one(
        "a.btn-download-project-button"
    )
    assert button["href"] == "https://github.com/owner/name/archive/refs/heads/main.zip"


def test_a_published_page_names_its_address_and_its_picture(published):
    head = BeautifulSoup((published / "book/basics.html").read_text(encoding="utf-8"), "html.parser").head
    assert head.find("link", rel="canonical")["href"] == "https://owner.github.io/name/book/basics.html"
    assert head.find("meta", property="og:image")["content"] == "https://owner.github.io/name/_static/preview.png"
    assert (published / "_static/preview.png").exists()


def test_the_sitemap_names_every_page(published):
    found = re.findall("<loc>https://owner.github.io/name/(.*?)</loc>", (published / "sitemap.xml").read_text("utf-8"))
    assert found == ["book/basics.html", "book/index.html"]


def test_lost_readers_at_any_address_find_what_the_page_needs(published):
    lost = BeautifulSoup((published / "404.html").read_text(encoding="utf-8"), "html.parser")
    links = [tag[name] for name in ("href", "src", "action") for tag in lost.select(f"[{name}]")]
    assert [link for link in links if not re.match("/name/|#|[a-z]+:", link)] == []
    assert lost.select_one("main a[href='/name/book/basics.html']").text == "What pooling is"


def test_without_an_address_no_page_invents_one():
    assert not any(re.search("mybinder|colab|github.com/owner|/edit/", str(soup(page))) for page in PAGES)


def test_text_waits_for_no_script():
    assert [page for page in PAGES if soup(page).select("head script[src], main script[src]")] == []


def test_only_the_page_that_searches_asks_for_the_index_of_words():
    assert soup("search.html").select("[src^=searchindex]")
    assert not any(soup(page).select("[src*=searchindex]") for page in PAGES)


def test_style_sheets_hold_what_pages_use_and_little_else():
    styles = "".join(path.read_text(encoding="utf-8") for path in SITE.glob("_static/**/*.css"))
    assert all(kept in styles for kept in (".admonition", ".bs-tooltip-auto", "prefers-reduced-motion", "@font-face"))
    assert ".fa-bath" not in styles and len(gzip.compress(styles.encode())) < 40 * 1024


@pytest.mark.parametrize(
    "selectors, needed",
    [("a", True), (".seen .new", False), (".new, .seen", True), (".seen:not(.new)", True), ("a.new:is(p)", False)],
)
def test_a_rule_is_kept_if_one_of_its_selectors_names_only_classes_of_pages(selectors, needed):
    is_needed = run_path(ROOT / "book/_extensions/slim.py")["is_needed"]
    assert is_needed(selectors, {"seen"}) == needed
