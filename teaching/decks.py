"""Write the slides of each chapter, and print them: ``python -m teaching.decks``.

A deck is a file in ``teaching/slides``: slides between lines ``---``, each with a title, a body, and from ``Note:``
on what the teacher says, with minutes. ``![figure](name)`` stands for what the cell of that name draws, ``code``,
``output`` and ``lab`` for the rest of it; ``![figure](types/name)`` is a cell of another chapter. Numbers that the
chapter does not have are computed again in lines ``Check:``. A line ``Later:`` is a CSS selector: what it matches on
the slide is an answer, and comes with the next press of a key.
"""

import re
import shutil
from dataclasses import dataclass
from html import escape, unescape

from markdown_it import MarkdownIt
from math_core import LatexToMathML

from teaching import cells, web
from teaching.chromium import chromium
from teaching.sources import ROOT, pages

DECKS = ROOT / "teaching/slides"
OUT = ROOT / "_build/slides"
STEMS = [path.stem for path in pages() if (DECKS / f"{path.stem}.md").exists()]
SHOWN = re.compile(r"^!\[(figure|code|output|lab)\]\((\S+)\)$", re.MULTILINE)
FORMULA = re.compile(r"(\$\$?)([^$]+)\1")
WANTS = {"lab": ("stored", "lab"), "peephole": ("stored", "peephole"), "explorer": ("explorer",), "stages": ("stages",)}
PAGE = (web.HERE / "deck.html").read_text(encoding="utf-8")
to_mathml = LatexToMathML().convert_with_local_state


@dataclass(frozen=True)
class Slide:
    title: str
    body: str
    notes: str
    checks: tuple
    later: str

    @property
    def minutes(self):
        return float(re.match(r"([\d.]+) min\.", self.notes)[1])


def slide(text):
    title, _, rest = text.strip().partition("\n")
    body, _, notes = rest.partition("\nNote:")
    checks = tuple(re.findall("^Check: (.*)", notes, re.MULTILINE))
    later = "".join(re.findall("^Later: (.*)", notes, re.MULTILINE))
    said = re.sub("^(Check|Later): .*", "", notes, flags=re.MULTILINE).strip()
    return Slide(title.lstrip("# "), body.strip(), said, checks, later)


def read(stem):
    """The slides of a chapter."""
    return [slide(text) for text in (DECKS / f"{stem}.md").read_text(encoding="utf-8").split("\n---\n")]


def as_html(text):
    """Markdown, with formulas as MathML."""
    rendered = MarkdownIt().enable("table").render(FORMULA.sub(r"`\g<0>`", text))
    return re.sub(r"<code>(\$\$?)(.*?)\1</code>", formula, rendered)


def formula(found):
    return to_mathml(unescape(found[2]), displaystyle=found[1] == "$$")


def show(kind, place, stem):
    """What stands for a cell; the script fits it into the room that the slide has for it."""
    html = cells.SHOW[kind](cells.find(place, stem))
    sizes = re.findall(r'<img [^>]*width="(\d+)" height="(\d+)"', html)
    wide = "" if html.startswith(("<svg", "<pre", '<div class="poolkit-film"><img')) else " wide"
    square = len(sizes) == 4 and all(width == height for width, height in sizes)
    row = " row" if square or len(sizes) > 6 else ""
    return f'<div class="show"><div class="fit {kind}{wide}{row}">{html}</div></div>'


def show_body(body, stem):
    parts, done, has_code = [], 0, "![code]" in body
    for found in SHOWN.finditer(body):
        printed = has_code and found[1] == "output"  # as large as other text, so that the code has room
        shown = cells.output(cells.find(found[2], stem)) if printed else show(found[1], found[2], stem)
        parts += [as_html(body[done : found.start()]), shown]
        done = found.end()
    return "".join([*parts, as_html(body[done:])])


def show_slide(each, stem):
    head = "h1" if each == read(stem)[0] else "h2"
    title = as_html(each.title).removeprefix("<p>").removesuffix("</p>\n")
    body, notes = show_body(each.body, stem), as_html(each.notes)
    later = f' data-later="{escape(each.later)}"' if each.later else ""
    return f"""<section{later}><{head}>{title}</{head}>
<div class="body">{body}</div>
<aside class="notes">{notes}</aside></section>"""


def deck(stem):
    """The whole page."""
    slides = "\n".join(show_slide(each, stem) for each in read(stem))
    names = [name for kind, names in WANTS.items() if f"<pooling-{kind}" in slides for name in names]
    names += ["class_map"] if "<class-map" in slides else []
    scripts = "".join(f'<script src="scripts/{name}.js"></script>' for name in dict.fromkeys(names))
    return PAGE.format(title=escape(read(stem)[0].title), slides=slides, scripts=scripts)


def contents():
    """A page that lists the decks."""
    line = '<li><a href="{0}.html">{1}</a> · <a href="{0}.pdf">PDF</a> · <a href="{0}-notes.pdf">with notes</a></li>'
    lines = "".join(line.format(stem, escape(read(stem)[0].title)) for stem in STEMS)
    return (web.HERE / "decks.html").read_text(encoding="utf-8").format(decks=lines)


def write(folder=OUT):
    """All decks as a folder that needs no network."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("reveal.js", "reveal.css", "plugin/notes.js"):
        (folder / "reveal").mkdir(exist_ok=True)
        shutil.copy(web.LIBRARIES / "reveal.js/dist" / name, folder / "reveal")
    shutil.copy(web.LIBRARIES / "reveal.js/LICENSE", folder / "reveal")
    for path in (web.HERE / "deck.css", web.HERE / "deck.js", web.STATIC / "stix-two-math.woff2"):
        shutil.copy(path, folder)
    web.bundle(web.MODULES, folder / "scripts")
    web.write_stored(folder / "scripts/stored.js")
    for stem in STEMS:
        (folder / f"{stem}.html").write_text(deck(stem), encoding="utf-8")
    (folder / "index.html").write_text(contents(), encoding="utf-8")


def print_deck(browser, stem, folder=OUT):
    """The slides as a PDF of their own size, and on A4 with what is said to each."""
    for how, name in (("print", stem), ("paper", f"{stem}-notes")):
        page = browser.new_page(viewport={"width": 1280, "height": 720}, color_scheme="light", reduced_motion="reduce")
        page.emulate_media(media="screen")  # a lab hides on paper
        page.goto((folder / f"{stem}.html").as_uri() + f"?{how}")
        wake(page)
        page.pdf(path=folder / f"{name}.pdf", prefer_css_page_size=True, print_background=True, tagged=True)
        page.close()


def wake(page):
    """Labs begin when they come into sight."""
    for lab in page.locator("pooling-lab, pooling-peephole").all():
        lab.scroll_into_view_if_needed()
    page.wait_for_timeout(300)


def main():
    write()
    with chromium() as browser:
        for stem in STEMS:
            print_deck(browser, stem)
            print((OUT / f"{stem}.html").relative_to(ROOT))


if __name__ == "__main__":
    main()
