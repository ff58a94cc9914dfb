"""Collect the recall cards of all chapters on the page ``review``.

A card is a fold in a chapter's source, ``<details class="card">``, with a question as
its summary. Cards stand one below the other, as a rule at a chapter's end.
"""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

REVIEW = "book/review"


def is_fold(node, start):
    return isinstance(node, nodes.raw) and start in node.astext()


def find_cards(doctree):
    """From the first card of each section to the end of its last."""
    found = []
    for section in doctree.findall(nodes.section):
        starts = [i for i, node in enumerate(section) if is_fold(node, 'class="card"')]
        ends = [i for i, node in enumerate(section) if is_fold(node, "</details>")]
        if starts:
            found += section[starts[0] : ends[-1] + 1]
    return found


def keep_cards(app, doctree):
    if not hasattr(app.env, "book_cards"):
        app.env.book_cards = {}
    app.env.book_cards.pop(app.env.docname, None)
    if cards := find_cards(doctree):
        app.env.book_cards[app.env.docname] = [node.deepcopy() for node in cards]


def forget_cards(app, env, docname):
    getattr(env, "book_cards", {}).pop(docname, None)


def merge_cards(app, env, docnames, other):
    env.book_cards = getattr(env, "book_cards", {}) | {
        name: cards for name, cards in other.book_cards.items() if name in docnames
    }


def write_review_again(app, env):
    return [REVIEW] if REVIEW in env.found_docs else []


class Review(SphinxPostTransform):
    """The chapters in the order of the book, each with its cards."""

    default_priority = 5  # before references are resolved, since answers may hold some

    def run(self):
        if self.env.docname != REVIEW:
            return
        all_cards = getattr(self.env, "book_cards", {})
        order = self.env.toctree_includes.get(self.config.root_doc, [])
        place = nodes.container(classes=["all-chapters"])
        for docname in filter(all_cards.get, order):
            head = nodes.paragraph(classes=["card-chapter"])
            title = self.env.titles[docname].astext()
            head += nodes.strong("", title)
            cards = [node.deepcopy() for node in all_cards[docname]]
            chapter = f"cards-{docname.rpartition('/')[2]}"
            place += nodes.container(
                "", head, *cards, classes=["chapter-cards"], ids=[chapter]
            )
        next(self.document.findall(nodes.section)).append(place)


def setup(app):
    app.connect("doctree-read", keep_cards)
    app.connect("env-purge-doc", forget_cards)
    app.connect("env-merge-info", merge_cards)
    app.connect("env-updated", write_review_again)
    app.add_post_transform(Review)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
