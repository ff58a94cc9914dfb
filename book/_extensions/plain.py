"""Give the chapters' plain Markdown what a page can do more.

The sources read well in any notebook viewer. Here a quote that begins with one of a few
bold words becomes a box, an exercise too; solutions, set-up and cells that need Jupyter
are folded; labelled fences become tabs; links to the glossary and to papers say what
they lead to. ``CONTRIBUTING.md`` lists how each is written.
"""

import re
from functools import cache
from html import escape
from pathlib import Path

from docutils import nodes
from pybtex.backends.plaintext import Backend
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

BOOK = Path(__file__).parents[1]
BOXES = ("Before you start", "Predict", "Careful", "Aside")
TABS = ("poolkit", "NumPy", "Keras", "PyTorch")
TITLE = re.compile(r"# @title (.+)\n?")
FOLDED = {
    "solution": "Solution",
    "answer": "Show me",
    "setup": "setup",
    "check": "check",
}

logger = logging.getLogger(__name__)


class box(nodes.Element):
    """A part of the page with a frame, and a heading that is not in any contents."""


class box_title(nodes.TextElement):
    """The heading of a box; ``level`` is the one that its place asks for."""


class explained(nodes.TextElement):
    """A link that says in ``tip`` what it leads to."""


class PlainMarkdown(SphinxTransform):
    default_priority = 700  # before the contents of a page are collected

    def apply(self):
        self.env.note_dependency(str(BOOK / "glossary.md"))
        self.env.note_dependency(str(BOOK / "references.bib"))
        for quote in list(self.document.findall(nodes.block_quote)):
            box_quote(quote)
        sections = list(self.document.findall(nodes.section))
        exercises = [
            each for each in sections if title_of(each).startswith("Exercise:")
        ]
        for number, section in enumerate(exercises, 1):
            box_exercise(section, number)
        for cell in list(self.document.findall(is_cell)):
            fold_cell(cell)
        for label in list(self.document.findall(is_label)):
            gather_tabs(label)


class WordsForDrawings(SphinxPostTransform):
    """LaTeX cannot read SVG: in a drawing's place stand its words."""

    default_priority = 100  # before Sphinx tries to convert it
    formats = ("latex",)

    def run(self, **_):
        for image in list(self.document.findall(nodes.image)):
            if image["uri"].endswith(".svg"):
                image.replace_self(nodes.emphasis("", image.get("alt", "")))


def level(node):
    """Of a heading right below the sections around ``node``."""
    depth = 1
    while node := node.parent:
        depth += isinstance(node, (nodes.section, box))
    return depth


def box_quote(quote):
    words = quote[0]
    bold = [child for child in words.children[:2] if isinstance(child, nodes.strong)]
    name = bold[0].astext().rstrip(".") if bold else ""
    if name not in BOXES:
        return
    text = words.children[words.index(bold[0]) + 1 :]
    if text and isinstance(text[0], nodes.Text):
        text[0] = nodes.Text(text[0].lstrip())
    head = box_title("", name, level=level(quote))
    framed = box("", head, classes=[name.lower().replace(" ", "-")])
    if "".join(child.astext() for child in text):
        framed += nodes.paragraph("", "", *text)
    framed += quote.children[1:]
    put(quote, framed)


def title_of(section):
    return section[0].astext()


def box_exercise(section, number):
    said = title_of(section).partition(":")[2].strip()
    head = box_title("", f"Exercise {number}: {said}", level=level(section))
    put(
        section,
        box("", head, *section.children[1:], ids=section["ids"], classes=["exercise"]),
    )


def is_cell(node):
    return isinstance(node, nodes.container) and "cell" in node["classes"]


def fold_cell(cell):
    tags = cell.get("cell_metadata", {}).get("tags", [])
    if "fetch" in tags:  # pages have what it fetches
        cell.parent.remove(cell)
        return
    code = next((each for each in cell if "cell_input" in each["classes"]), None)
    if code is None:
        return
    cell.attributes.pop("hide_mode", None)  # of MyST-NB, which would fold it too
    title = take_title(code)
    if kind := next((tag for tag in FOLDED if tag in tags), None):
        fold_cell_whole(cell, kind)
    elif "hide-input" in tags or not {"live", "exercise", "recipe"} & set(tags):
        where = "" if "live" in tags else " · runs in Jupyter"
        said = escape(f"{title or 'code'}{where}")
        opened = f'<details class="fold jupyter"><summary>{said}</summary>'
        put(code, raw(opened), code, raw("</details>"))


def take_title(code):
    """The name that a cell's first line gives to Colab; the page needs no such line."""
    block = code[0]
    found = TITLE.match(block.rawsource)
    if found:
        block.rawsource = block.rawsource[found.end() :]
        block[:] = [nodes.Text(block.rawsource)]
    return found and found[1]


def fold_cell_whole(cell, kind):
    """Code and output, into one fold with the words or cells of that kind before it."""
    before = cell.parent[cell.parent.index(cell) - 1]
    begun = isinstance(before, nodes.raw) and (
        before.get("ends") == kind or (kind == "solution" and ends_words(before))
    )
    if begun:
        cell.parent.remove(before)
    opened = f'<details class="fold {kind}"><summary>{FOLDED[kind]}</summary>'
    start = [] if begun else [raw(opened)]
    put(cell, *start, cell, raw("</details>", ends=kind))


def ends_words(end):
    """Whether this ends a solution in words; then the fold is named for all of it."""
    depth = 0
    for node in reversed(end.parent[: end.parent.index(end) + 1]):
        html = node.astext() if isinstance(node, nodes.raw) else ""
        depth += html.count("</details>") - html.count("<details")
        if depth == 0:
            break
    named = html.replace(
        "<details><summary>Solution in words",
        '<details class="fold solution"><summary>Solution',
    )
    node[:] = [nodes.Text(named)] if named != html else node.children
    return named != html


def is_label(node):
    return (
        isinstance(node, nodes.paragraph)
        and node.astext() in TABS
        and isinstance(
            node.next_node(descend=False, siblings=True), nodes.literal_block
        )
    )


def gather_tabs(label):
    code = label.next_node(descend=False, siblings=True)
    tab = nodes.container("", label.deepcopy(), code, classes=["tab"])
    parent, place = label.parent, label.parent.index(label)
    del parent[place : place + 2]
    before = parent[place - 1] if place else None
    if before is not None and "tabs" in before.get("classes", []):
        before += tab
    else:
        parent.insert(place, nodes.container("", tab, classes=["tabs"]))


def raw(html, **attributes):
    return nodes.raw("", html, format="html", **attributes)


def put(node, *others):
    """In the place of ``node``; docutils' ``replace_self`` also hands on classes."""
    parent, place = node.parent, node.parent.index(node)
    parent[place : place + 1] = others


@cache
def meanings():
    """The glossary's entries: from the end of an address to its first paragraph."""
    text = (BOOK / "glossary.md").read_text(encoding="utf-8")
    entries = re.findall(r"^## (.+)\n\n(.+)$", text, re.MULTILINE)
    plain = {
        term: re.sub(r"\[([^]]+)\]\([^)]+\)|[*`$]", r"\1", said)
        for term, said in entries
    }
    return {address(term): said for term, said in plain.items()}


def address(term):
    return re.sub(r"[^\w -]", "", term.lower()).replace(" ", "-")


def explain_links(app, doctree, docname):
    if app.builder.format != "html" or docname == "book/bibliography":
        return
    papers = papers_by_link(app.env)
    for link in list(doctree.findall(nodes.reference)):
        uri, text = link.get("refuri", ""), link.astext()
        page, _, place = uri.partition("#")
        if page.endswith("glossary.html") and place in meanings():
            explain(link, uri, meanings()[place], "term")
        elif uri in papers:
            explain_paper(app, docname, link, *papers[uri])
        elif re.match(r"https?://(dx\.)?(doi|arxiv)\.org", uri):
            logger.warning(f"{uri} is not in references.bib", location=link)
        elif page.endswith(".html") and not (place or re.search(r"\d{4}", text)):
            check_title(app.env, link, page, text)


def papers_by_link(env):
    """By the address of each paper: its entry, what that says, and its year."""
    papers = {}
    for paper in env.get_domain("cite").citations:
        fields = paper.entry.fields
        address = fields.get("url") or f"https://doi.org/{fields.get('doi')}"
        said = paper.formatted_entry.text.render(Backend())
        papers[address] = paper.citation_id, said, fields["year"]
    return papers


def explain_paper(app, docname, link, entry, said, year):
    written = re.findall(r"\d{4}", link.astext())
    if written and written[-1] != year:
        logger.warning(f"{link.astext()}: the paper is of {year}", location=link)
    uri = app.builder.get_relative_uri(docname, "book/bibliography") + f"#{entry}"
    explain(link, uri, said, "citation")


def explain(link, uri, said, kind):
    put(link, explained("", "", *link.children, uri=uri, tip=said, classes=[kind]))


def check_title(env, link, page, text):
    """A link that begins with a capital has the name of the chapter."""
    title = env.titles.get("book/" + Path(page).stem)
    if title and text[:1].isupper() and text != title.astext():
        logger.warning(f"{text!r} leads to {title.astext()!r}", location=link)


def open_box(self, node):
    self.body.append(self.starttag(node, "div", CLASS="box"))


def close_box(self, node):
    self.body.append("</div>\n")


def open_title(self, node):
    self.body.append(self.starttag(node, f"h{node['level']}", "", CLASS="box-title"))


def close_title(self, node):
    self.body.append(f"</h{node['level']}>\n")


def open_tip(self, node):
    marks = {"href": node["uri"], "data-tip": node["tip"]}
    self.body.append(self.starttag(node, "a", "", **marks))


def close_tip(self, node):
    self.body.append("</a>")


def skip(self, node):
    pass


def setup(app):
    app.add_transform(PlainMarkdown)
    app.add_post_transform(WordsForDrawings)
    app.connect("doctree-resolved", explain_links)
    others = {builder: (skip, skip) for builder in ("latex", "text", "epub")}
    app.add_node(box, html=(open_box, close_box), **others)
    app.add_node(box_title, html=(open_title, close_title), **others)
    app.add_node(explained, html=(open_tip, close_tip), **others)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
