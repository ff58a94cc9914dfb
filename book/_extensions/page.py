"""What each page needs beside its text.

Links to its source, its own scripts, and roles that screen readers know.
"""

import os

from docutils import nodes

BUTTONS = ("repository", "source", "edit_page", "issues")
SCRIPTS = {  # what in a page asks for which script
    'class="quiz': "quiz.mjs",
    'class="answer"': "answers.mjs",
    'class="card"': "cards.mjs",
    'class="claims-filter"': "claims.mjs",
    'class="tabs ': "tabs.mjs",
    "data-tip=": "tips.mjs",
    "<math": "formulas.mjs",
    "tag_live": "live.mjs",
    "<pooling-explorer": "explorer.mjs",
    "<pooling-lab": "lab.mjs",
    "<pooling-peephole": "peephole.mjs",
    "<class-map": "class_map.mjs",
    "<pooling-stages": "stages.mjs",
}


def link_to_source(app, config):
    """As soon as the publish workflow says where that is: also to Binder and Colab."""
    if address := os.environ.get("BOOK_REPOSITORY"):
        config.html_theme_options |= {
            "repository_url": address,
            "repository_branch": os.environ.get("BOOK_BRANCH", "main"),
            "path_to_docs": "",
            **{f"use_{button}_button": True for button in BUTTONS},
            "launch_buttons": {
                "binderhub_url": "https://mybinder.org",
                "notebook_interface": "jupyterlab",
                "colab_url": "https://colab.research.google.com",
            },
        }


def add_scripts(app, page, template, context, doctree):
    if page != "search":  # elsewhere it would mark old words of a search, for good
        scripts = context["script_files"]
        scripts[:] = [each for each in scripts if "sphinx_highlight" not in str(each)]
    for script in ("progress.mjs", "paper.mjs"):
        app.add_js_file(script, type="module")
    if page == "search":
        app.add_js_file("search_sections.mjs", type="module")
    for mark, script in SCRIPTS.items():
        if mark in context.get("body", ""):
            app.add_js_file(script, type="module")


def open_entry(translator, node):
    """An entry of the bibliography is an item of a list; docutils has a dated role."""
    if not isinstance(node.previous_sibling(), nodes.citation):
        translator.body.append('<div role="list" class="citation-list">\n')
    translator.body.append(
        translator.starttag(node, "div", CLASS="citation", role="listitem")
    )


def close_entry(translator, node):
    last = not isinstance(node.next_node(descend=False, siblings=True), nodes.citation)
    translator.body.append("</div>\n" * (1 + last))


def setup(app):
    app.connect("config-inited", link_to_source)
    app.connect("html-page-context", add_scripts)
    app.add_node(nodes.citation, override=True, html=(open_entry, close_entry))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
