"""Print the built book into one PDF, ``_build/pooling.pdf``, by Chromium.

All pages of the table of contents come into one document, each with addresses of its
own, so that links lead from page to page of the paper. What chapters ask is answered at
the end. It is printed at least twice: the first time to see on which page each chapter
begins.
"""

import itertools
import re
from pathlib import Path

import yaml
from bs4 import BeautifulSoup
from teaching.chromium import chromium

from poolkit import __version__

ROOT = Path(__file__).parents[1]
SITE = ROOT / "_build/html"
OPENED = "details:is(.fold, .answer, .claim *):not(.solution, .setup, .check, .exercise *)"
BUTTON = re.compile("Show me$|runs in Jupyter$")
PRODUCT = re.compile(r"(?<=\d) × (?=\d)")
NOTE = """<p>This is the book as it stands on paper. On a screen its pictures can be changed
and its cells run. Here every picture stands as it begins, and every cell with its results.
<a href="#answers--">Answers</a> to quizzes and exercises are at the end, from page <span
data-page="answers--"></span>.{site}</p>"""
STYLE = """
.book-front { padding-inline: 2rem; }
.book-contents { break-before: page; padding-inline: 2rem; }
.book-contents ol { padding: 0; list-style: none; }
.book-contents li { display: flex; gap: 1em; justify-content: space-between; }
.book-chapter { break-before: page; }
.book-title { margin: 30vh 0 2rem; font-size: 3rem; line-height: 1.2; }
.book-question, .book-asked { margin-top: 1rem; font-weight: 600; }
.book-question, .book-asked, .book-label { break-after: avoid; }
#answers-- p { margin-bottom: 0.35rem; }
.book-see { break-before: avoid; font-size: 0.9em; }
.book-page { color: #566072; font-size: 1rem; font-weight: normal; white-space: nowrap; }
"""


def parts():
    """The captions of the book's parts, each with its pages."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    yield "", [toc["root"]]
    for part in toc.get("parts", [toc]):
        pages = [chapter["file"] for chapter in part["chapters"]]
        yield part.get("caption", ""), pages


def entry(place, name):
    """A line of the contents."""
    link = f'<a href="#{place}">{name}</a>'
    return f'<li>{link}<span data-page="{place}"></span></li>'


def address(stem, place=""):
    return f"{stem}--{place}"


def chapter(page):
    """A page's article as it stands on paper."""
    stem = Path(page).name
    html = (SITE / f"{page}.html").read_text(encoding="utf-8")
    article = BeautifulSoup(html, "html.parser").find("article")
    for mark in article.select(".headerlink, .live-bar"):
        mark.decompose()
    write_for_paper(article)
    refer(article, stem)
    for fold in article.select("details" if stem == "review" else OPENED):
        fold["open"] = ""
    article["class"] = ["bd-article", "book-chapter"]
    return article


def write_for_paper(article):
    """No word of buttons and kernels, no exercise that was tried, and no line that ends in the midst of 3 × 3."""
    for summary in article.find_all("summary", string=BUTTON):
        said = summary.text.replace("Show me", "Answer")
        summary.string = said.removesuffix(" · runs in Jupyter")
    for output in article.select(".exercise .cell_output"):
        if output.text.strip().startswith("Not "):  # answered yet, or right
            output.decompose()
    for text in article.find_all(string=PRODUCT):
        text.replace_with(PRODUCT.sub("\xa0×\xa0", text))


def refer(article, stem):
    """Give it addresses that no other page has, and each link to another chapter the page on which that is."""
    for node in article.find_all(id=True):
        node["id"] = address(stem, node["id"])
    article["id"] = address(stem)
    for link in article.find_all("a", href=True):
        local = re.match(r"(?:(\w+)\.html)?(?:#(.*))?$", link["href"])
        if not local:
            continue
        there, place = local[1] or stem, local[2] or ""
        link["href"] = "#" + address(there, place)
        if there != stem and not (there == "glossary" and place):
            page = page_of(address(there, place))
            link.insert_after(
                made(f'<span class="book-page"> ({page})</span>')
            )


def made(html):
    return BeautifulSoup(html, "html.parser")


def page_of(place):
    return f'page <span data-page="{place}"></span>'


def see(place):
    """Where an answer is."""
    return made(
        f'<p class="book-see">Answer: <a href="#{place}">{page_of(place)}</a></p>'
    )


def answers(article, place):
    """What a chapter folds away of its predictions, quizzes and exercises, which loses it, and is told where it is."""
    found = []
    for k, explorer in enumerate(
        article.select("pooling-explorer[mode=predict]")
    ):
        here, output = f"{place}output-{k}", explorer["data-output"]
        found.append(
            f'<p id="{here}"><strong>Output to predict:</strong> {output}</p>'
        )
        explorer.insert_after(see(here))
    for k, quiz in enumerate(article.select(".quiz")):
        here = f"{place}quiz-{k}"
        found.append(f'<div id="{here}">{"".join(replies(quiz))}</div>')
        below = quiz.find_next_sibling()
        if below is None or "answer" not in below.get("class", ()):
            quiz.insert_after(see(here))
    for cards in article.select("section:has(> details.card)"):
        cards.append(
            see(f"review--cards-{article['id'].removesuffix('--')}")
        )
    for box in article.select(".exercise"):
        found.append(solution(box))
    return found


def replies(quiz):
    """Each question with its right choice and what is said to it."""
    for question in quiz.select(".quiz > p"):
        question["class"] = "book-question"
        choices = itertools.takewhile(
            lambda node: node.name == "details",
            question.find_next_siblings(),
        )
        for choice in choices:
            reply = choice.summary.find_next_siblings()
            if reply[0].text.startswith("Right"):
                said = [question, label(choice.summary), *reply]
                yield "".join(map(str, said))


def label(summary):
    return f'<p class="book-label"><em>{summary.decode_contents()}</em></p>'


def solution(box):
    """All hints and answers of an exercise, below its name, and in their place the page where they are."""
    place = box["id"].replace("--", "--answer-", 1)
    said = [f'<p class="book-asked" id="{place}">{box.h3.text}</p>']
    for fold in box.select("details:not(.setup, .check, details *)"):
        for inner in fold.select("details"):
            inner.name = "div"
            inner.summary.replace_with(made(label(inner.summary)))
        said.append(label(fold.summary))
        said += map(str, fold.summary.find_next_siblings())
        fold.decompose()
    box.append(see(place))
    return "".join(said)


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
    book.head.append(made(f"<style>{STYLE}</style>"))
    title = book.title.text.split(" — ")[0]
    place = book.find("article")
    site = book.find("link", rel="canonical")
    home = site and site["href"].rpartition("book/")[0]
    said = f' Online: <a href="{home}">{home}</a>.' if home else ""
    contents = [
        f'<div class="book-front"><p class="book-title">{title}</p><p>With poolkit {__version__}.</p>'
        f"{NOTE.format(site=said)}</div>",
        '<nav class="book-contents">',
    ]
    solved = []
    for caption, pages in parts():
        contents.append(f"<h2>{caption or 'Contents'}</h2><ol>")
        for page in pages:
            article = chapter(page)
            place.insert_before(article)
            named, here = article.h1.text, article["id"]
            contents.append(entry(here, named))
            solution_place = f"{here}solved"
            if found := answers(article, solution_place):
                solved += [
                    f'<h2 id="{solution_place}">{named}</h2>',
                    *found,
                ]
        contents.append("</ol>")
    place.insert_before(
        made(
            '<article class="bd-article book-chapter" id="answers--">'
            f"<h1>Answers</h1>{''.join(solved)}</article>"
        )
    )
    contents[-1] = f"{entry('answers--', 'Answers')}</ol>"
    first = "".join([*contents, "</nav>"])
    next(book.select_one(".book-chapter").parents).insert(0, made(first))
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


def numbered(page):
    """Print until the pages that are named are those on which the places lie."""
    options = {
        "prefer_css_page_size": True,
        "outline": True,
        "tagged": True,
    }
    numbers = {}
    for _ in range(5):
        pdf = page.pdf(**options)
        if (found := page_numbers(pdf)) == numbers:
            return pdf
        numbers = found
        page.evaluate(
            """numbers => document.querySelectorAll("[data-page]").forEach((span) => {
              const place = span.dataset.page; // what is folded away is in its chapter all the same
              span.textContent = numbers[place] ?? numbers[place.replace(/--.*/, "--")];
            })""",
            numbers,
        )
    raise RuntimeError("page numbers still move after 5 prints")


def main(target=ROOT / "_build/pooling.pdf"):
    source = target.with_suffix(".html")
    source.write_text(assemble(), encoding="utf-8")
    with chromium() as browser:
        page = browser.new_page()
        page.goto(source.as_uri())
        target.write_bytes(numbered(page))
    source.unlink()
    print(target.relative_to(ROOT))


if __name__ == "__main__":
    main()
