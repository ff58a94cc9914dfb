"""Link each page to its source, an editor, Binder and Colab, once the address is known.

The publish workflow gives it in BOOK_REPOSITORY and BOOK_BRANCH; without them the book
has no such links.
"""

import os

BUTTONS = ("repository", "source", "edit_page", "issues")


def add_links(app, config):
    address = os.environ.get("BOOK_REPOSITORY")
    if not address:
        return
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


def setup(app):
    app.connect("config-inited", add_links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
