"""The names on the page *Downloads* become links where there is something to load.

Only the publish workflow puts the files below the site, so only with ``BOOK_ADDRESS``
is there an address to link to.
"""

from docutils import nodes


def link_files(app, doctree, docname):
    base = app.config.html_baseurl
    if docname != "book/downloads" or not base:
        return
    for row in doctree.findall(is_body_row):
        name = next(row.findall(nodes.literal))
        address = f"{base}downloads/{name.astext()}"
        link = nodes.reference("", "", name.deepcopy(), refuri=address)
        name.replace_self(link)


def is_body_row(node):
    return isinstance(node, nodes.row) and isinstance(node.parent, nodes.tbody)


def setup(app):
    app.connect("doctree-resolved", link_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
