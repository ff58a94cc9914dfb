"""Show the ledger of claims, and give each cell that decides one an address.

``{claims} <topic>`` shows the entries of ``book/claims.yml`` under that topic: claim,
verdict and reason, and in a fold what decides it. A cell that carries the tag
``claim:<name>`` can be linked to as ``<chapter>.html#claim-<name>``.
"""

import json
import re
from functools import cache
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

BOOK = Path(__file__).parents[1]
LEDGER = BOOK / "claims.yml"
VERDICTS = {"true": "True", "true if": "True if …", "false": "False", "open": "Open"}
TAGS = {"proved": "Proved", "measured": "Measured here", "cited": "Reported by a paper"}


@cache
def entries():
    return yaml.safe_load(LEDGER.read_text(encoding="utf-8"))


def label(verdict):
    return verdict.replace(" ", "-")


@cache
def title(chapter):
    """The heading of a notebook."""
    cells = json.loads((BOOK / f"{chapter}.ipynb").read_text(encoding="utf-8"))["cells"]
    return "".join(cells[0]["source"]).splitlines()[0].removeprefix("# ")


class Claims(SphinxDirective):
    """The entries of one topic: verdict, reason and what decides it."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        self.env.note_dependency(str(LEDGER))
        return [
            self.card(each) for each in entries() if each["topic"] == self.arguments[0]
        ]

    def card(self, entry):
        verdict = entry["verdict"]
        card = nodes.container(ids=[entry["name"]], classes=["claim", label(verdict)])
        said = nodes.paragraph(classes=["claim-said"])
        said += nodes.inline("", VERDICTS[verdict], classes=["verdict"])
        said += self.parse(" " + entry["claim"])[0].children
        card += said
        card += self.parse(entry["because"])
        summary = f"<details><summary>{TAGS[entry['tag']]}</summary>"
        card += nodes.raw("", summary, format="html")
        if "more" in entry:
            card += self.parse(entry["more"])
        said = "What is known: " if verdict == "open" else "Decided by "
        decided = nodes.paragraph("", said, classes=["claim-source"])
        for number, target in enumerate(entry["decided"]):
            decided += nodes.Text(", " if number else "")
            decided += self.link(target)
        decided += nodes.Text(".")
        card += decided
        card += self.parse(f"Where it is said: {entry['who']}.", "claim-source")
        card += nodes.raw("", "</details>", format="html")
        return card

    def parse(self, text, *classes):
        """A paragraph of MyST."""
        holder = nodes.Element()
        self.state.nested_parse([text], self.lineno, holder)
        holder[0]["classes"] += classes
        return holder.children

    def link(self, target):
        if "#" in target:
            chapter, name = target.split("#")
            text, address = title(chapter), f"{chapter}.html#claim-{name}"
        elif "::" in target:
            file, name = target.removeprefix("tests/").split("::test_")
            text, address = file, "testing.html"
        else:
            return self.parse(f"{{cite:t}}`{target}`")[0][0]
        text = f"{text}: {re.sub('[-_]', ' ', name)}"
        return nodes.reference("", text, refuri=address, internal=True)


def give_cells_addresses(app, doctree):
    """To their code, which a browser unfolds for who comes by such an address."""
    for code in doctree.findall(nodes.container):
        if code.get("nb_element") == "cell_code_source":
            for tag in code.parent["classes"]:
                if tag.startswith("tag_claim:"):
                    code["ids"].append(tag.replace("tag_claim:", "claim-"))


def setup(app):
    app.add_directive("claims", Claims)
    app.connect("doctree-read", give_cells_addresses)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
