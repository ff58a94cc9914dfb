"""Roles that screen readers know, where docutils writes others.

The entries of the bibliography are items of a list.
"""

from docutils import nodes


def open_entry(translator, node):
    if not isinstance(node.previous_sibling(), nodes.citation):
        translator.body.append('<div role="list" class="citation-list">\n')
    translator.body.append(
        translator.starttag(node, "div", CLASS="citation", role="listitem")
    )


def close_entry(translator, node):
    type(translator).depart_citation(translator, node)  # as docutils does


def setup(app):
    app.add_node(nodes.citation, override=True, html=(open_entry, close_entry))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
