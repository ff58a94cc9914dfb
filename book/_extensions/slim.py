"""Send less: the theme's style sheets without rules for what no page has.

A rule stays if every class that it needs is a word of some page or script. Of the
theme's 65 KB about 18 are left. And scripts wait until the page is read.
"""

import re
from itertools import pairwise

import tinycss2

BUILT_BY_SCRIPTS = "bs-"  # Bootstrap puts these class names together


def words(folder):
    pages = [
        path for kind in ("html", "js", "mjs") for path in folder.rglob(f"*.{kind}")
    ]
    texts = (path.read_text() for path in pages if path.name != "fontawesome.js")
    return {word for text in texts for word in re.findall(r"[A-Za-z][\w-]*", text)}


def selectors(prelude):
    """Split at commas."""
    selector = []
    for token in prelude:
        if token == ",":
            yield selector
            selector = []
        else:
            selector.append(token)
    yield selector


def is_needed(selector, known):
    classes = [
        name.value
        for dot, name in pairwise(selector)
        if dot == "." and name.type == "ident"
    ]
    return all(name in known or name.startswith(BUILT_BY_SCRIPTS) for name in classes)


def slim(rules, known):
    kept = []
    for rule in rules:
        if rule.type == "qualified-rule":
            needed = [one for one in selectors(rule.prelude) if is_needed(one, known)]
            if needed:
                names = ",".join(map(tinycss2.serialize, needed))
                kept.append(f"{names}{{{tinycss2.serialize(rule.content)}}}")
        elif rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports"):
            inner = tinycss2.parse_rule_list(rule.content, True, True)
            condition = f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}"
            kept.append(f"{condition}{{{slim(inner, known)}}}")
        else:
            kept.append(rule.serialize())
    return "".join(kept)


def slim_style_sheets(app, error):
    if error or app.builder.format != "html":
        return
    known = words(app.outdir)
    for path in app.outdir.glob("_static/**/*.css"):
        rules = tinycss2.parse_stylesheet(path.read_text(), True, True)
        path.write_text(slim(rules, known))


def defer_scripts(app, page, template, context, doctree):
    for script in context["script_files"]:
        if script.filename and "documentation_options" not in script.filename:
            script.attributes["defer"] = ""


def setup(app):
    app.connect("build-finished", slim_style_sheets)
    app.connect("html-page-context", defer_scripts, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
