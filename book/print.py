"""Print the built book into one PDF, ``_build/pooling.pdf``, by Chromium.

All pages of the table of contents come into one document, each with addresses of its
own, so that links lead from page to page of the paper. It is printed twice: the first
time to see on which page each chapter begins.
"""

import re
from pathlib import Path

import yaml
from bs4 import BeautifulSoup
from teaching.chromium import chromium

ROOT = Path(__file__).parents[1]
SITE = ROOT / "_build/html"
OPENED = "details.fold:not(.solution, .setup, .check)"
STYLE = """
.book-contents { break-before: page; }
.book-contents ol { padding: 0; list-style: none; }
.book-contents li { display: flex; gap: 1em; justify-content: space-between; }
.book-chapter { break-before: page; }
.book-title { margin-top: 30vh; font-size: 3rem; }
"""


def parts():
    """The captions of the book's parts, each with its pages."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    yield "", [toc["root"]]
    for part in toc.get("parts", [toc]):
        pages = [chapter["file"] for chapter in part["chapters"]]
        yield part.get("caption", ""), pages


def address(stem, place=""):
    return f"{stem}--{place}"


def chapter(page):
    """A page's article, with addresses that no other page has, and its title."""
    stem = Path(page).name
    html = (SITE / f"{page}.html").read_text(encoding="utf-8")
    article = BeautifulSoup(html, "html.parser").find("article")
    for mark in article.select(".headerlink, .live-bar"):
        mark.decompose()
    for node in article.find_all(id=True):
        node["id"] = address(stem, node["id"])
    for link in article.find_all("a", href=True):
        local = re.match(r"(?:(\w+)\.html)?(?:#(.*))?$", link["href"])
        if local:
            link["href"] = "#" + address(local[1] or stem, local[2] or "")
    for fold in article.select(OPENED):
        fold["open"] = ""
    article["id"] = address(stem)
    article["class"] = ["bd-article", "book-chapter"]
    return article


def assemble():
    """The whole book as one HTML document."""
    front = SITE / "book/index.html"
    book = BeautifulSoup(front.read_text(encoding="utf-8"), "html.parser")
    frame = book.find("article")
    while (
        frame.parent.name != "main"
    ):  # the theme's rules name what is around
        for beside in list(frame.parent.children):
            if beside is not frame:
                beside.extract()
        frame = frame.parent
    for script in book.find_all("script"):
        script.decompose()
    book.html["data-theme"] = "light"
    book.head.insert(0, book.new_tag("base", href=front.as_uri()))
    book.head.append(
        BeautifulSoup(f"<style>{STYLE}</style>", "html.parser")
    )
    title = book.title.text.split(" — ")[0]
    place = book.find("article")
    contents = [
        f'<p class="book-title">{title}</p><nav class="book-contents">'
    ]
    for caption, pages in parts():
        contents.append(f"<h2>{caption or 'Contents'}</h2><ol>")
        for page in pages:
            article = chapter(page)
            place.insert_before(article)
            named, here = article.h1.text, article["id"]
            line = f'<li><a href="#{here}">{named}</a><span data-page="{here}"></span>'
            contents.append(f"{line}</li>")
        contents.append("</ol>")
    first = "".join([*contents, "</nav>"])
    next(book.select_one(".book-chapter").parents).insert(
        0, BeautifulSoup(first, "html.parser")
    )
    place.decompose()
    return str(book)


def page_numbers(pdf):
    """The page on which each named place lies, read from what Chromium writes."""
    text = pdf.decode("latin-1")
    leaves = re.findall(r"(\d+) 0 obj\s*<<[^<>]*/Type /Page\b(?!s)", text)
    places = re.findall(r"/([^\s/\[\]]+) \[(\d+) 0 R /XYZ", text)
    return {unescape(name): leaves.index(leaf) + 1 for name, leaf in places}


def unescape(name):
    """PDF writes some signs of a name by their number."""
    return re.sub(
        "#([0-9A-F]{2})", lambda sign: chr(int(sign[1], 16)), name
    )


def main(target=ROOT / "_build/pooling.pdf"):
    source = target.with_suffix(".html")
    source.write_text(assemble(), encoding="utf-8")
    with chromium() as browser:
        page = browser.new_page()
        page.goto(source.as_uri())
        options = {
            "prefer_css_page_size": True,
            "outline": True,
            "tagged": True,
        }
        numbers = page_numbers(page.pdf(**options))
        page.evaluate(
            """numbers => document.querySelectorAll("[data-page]").forEach((span) =>
              (span.textContent = numbers[span.dataset.page]))""",
            numbers,
        )
        page.pdf(path=target, **options)
    source.unlink()
    print(
        f"{target.relative_to(ROOT)} has {max(numbers.values())} pages or more."
    )


if __name__ == "__main__":
    main()
