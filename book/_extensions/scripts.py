"""Load a script on the pages that use it, and on no other."""

SCRIPTS = {
    'class="quiz"': "quiz.mjs",
    'class="math ': "formulas.mjs",
    "tag_live": "live.mjs",
    "<pooling-explorer": "explorer.mjs",
}


def add_scripts(app, page, template, context, doctree):
    for mark, script in SCRIPTS.items():
        if mark in context.get("body", ""):
            app.add_js_file(script)


def setup(app):
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
