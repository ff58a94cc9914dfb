"""Write all questions of the book, with the reply to each choice, for Moodle: ``python -m teaching.quizzes``.

In Moodle: question bank, Import, Moodle XML format.
"""

from xml.etree import ElementTree as ET

from teaching.questions import banks
from teaching.sources import OUT, ROOT


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
    """The whole file: a category a chapter, and one a final test."""
    quiz = ET.Element("quiz")
    for name, asked in banks():
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
