"""All questions with choices: those of the chapters, their predictions, and the final tests."""

from teaching.sources import chapters, finals, inside

KINDS = {"": ".quiz:not(.predict)", "/Predictions": ".quiz.predict"}


def questions(soup, kind=".quiz"):
    """Each question with its choices: pairs of HTML texts, and whether the choice is right."""
    for quiz in soup.select(kind):
        asked, choices = "", []
        for node in [*quiz.find_all(True, recursive=False), None]:
            if node is not None and node.name == "details":
                reply = node.get_text().removeprefix(node.summary.get_text()).strip()
                choices.append((node.summary.decode_contents(), inside(node), reply.startswith("Right")))
                continue
            if choices:
                yield asked, choices
                asked, choices = "", []
            asked += str(node)


def banks():
    """A name and its questions. Predictions stand apart, because they need their page."""
    for title, soup in chapters():
        for name, kind in KINDS.items():
            if asked := list(questions(soup, kind)):
                yield title + name, asked
    for title, soup in finals():
        yield title, list(questions(soup))
