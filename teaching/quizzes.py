"""Write all questions of the book, with the reply to each choice, for Moodle: ``python -m teaching.quizzes``.

In Moodle: question bank, Import, Moodle XML format. Predictions have a category of their own: they need their page.
"""

from xml.etree import ElementTree as ET

from teaching.sources import OUT, ROOT, chapters, inside


def questions(soup, kind):
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


def add(parent, path, text, **attributes):
    """An element, or one in another, that holds a text."""
    for name in path.split("/"):
        parent = ET.SubElement(parent, name, attributes)
        attributes = {}
    parent.text = text


def add_question(quiz, name, asked, choices):
    question = ET.SubElement(quiz, "question", type="multichoice")
    add(question, "name/text", name)
    add(question, "questiontext/text", asked, format="html")
    for option, value in {"defaultgrade": "1", "single": "true", "shuffleanswers": "true"}.items():
        add(question, option, value)
    for choice, reply, right in choices:
        answer = ET.SubElement(question, "answer", fraction="100" if right else "0", format="html")
        add(answer, "text", choice)
        add(answer, "feedback/text", reply, format="html")


def moodle():
    """The whole file: a category a chapter."""
    quiz = ET.Element("quiz")
    for title, soup in chapters():
        for name, kind in ((title, ".quiz:not(.predict)"), (f"{title}/Predictions", ".quiz.predict")):
            asked = list(questions(soup, kind))
            if asked:
                category = ET.SubElement(quiz, "question", type="category")
                add(category, "category/text", f"$course$/top/Pooling/{name}")
            for place, (text, choices) in enumerate(asked, 1):
                add_question(quiz, f"{name} {place}", text, choices)
    ET.indent(quiz)
    return quiz


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / "pooling-moodle.xml"
    ET.ElementTree(moodle()).write(path, encoding="utf-8", xml_declaration=True)
    print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
