"""Send less: one style sheet, without rules for what no page has.

A rule stays if every class that it needs is one of a page or a word of a script.
Pictures become files, small files become text again, as each request takes its time,
and scripts wait until the page is read. A page has no elements that change nothing, and
what lies far below is not laid out before it comes near (book.css), so it must say how
large it will be.
"""

import re
from base64 import b64decode, b64encode
from functools import partial
from hashlib import sha256
from html import unescape
from itertools import pairwise
from mimetypes import guess_type
from os.path import relpath
from pathlib import Path

import tinycss2

JOINED = Path("_static/pages.css")
THEME = ("_static/basic.css", "_static/styles/pydata-sphinx-theme.css")
PICTURE = re.compile('"data:image/png;base64,([^"]+)"')
PLAIN = re.compile('<span class="(?:n|nn|p|w)">([^<]*)</span>')  # coloured as all code
CODE = re.compile("<pre>(?:<span></span>)?(?!<span style)(.*?)\n?</pre>", re.DOTALL)
FIGURE = re.compile(
    r'(<svg class="poolkit-figure"[^>]* viewBox="0 0 (\S+) (\S+)" style=")(?=width)'
)
FOR_NOTEBOOKS = re.compile(r"<style>\[data-jp-[^<]*</style>\n")
HERE = Path(__file__).parents[1]
EXPLORER = HERE.parent / "poolkit/figures/explorer.mjs"
SMALL_FILE, SMALL_PICTURE = 4096, 1024  # bytes: not worth a request
sheets = []  # that pages ask for

UNUSED = ("fontawesome.js", "bootstrap.js")  # but for tooltips and menus:
BOOTSTRAP = {"fade", "show", "tooltip-arrow", "tooltip-inner"}
BUILT_BY_BOOTSTRAP = "bs-tooltip-"  # of parts


def words(folder):
    """The classes of all pages, and whatever a script may make a class of."""
    pages = [path.read_text() for path in folder.rglob("*.html")]
    texts = [name for page in pages for name in re.findall('class="?([^">]*)', page)]
    scripts = [*folder.glob("_static/**/*.js"), *folder.glob("_static/*.mjs")]
    texts += [path.read_text() for path in scripts if path.name not in UNUSED]
    found = re.findall(r"[A-Za-z][\w-]*", " ".join(texts))
    return {*found} | BOOTSTRAP


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
    return all(name in known or name.startswith(BUILT_BY_BOOTSTRAP) for name in classes)


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


def write_all_after_a_change(app, env, added, changed, removed):
    """Style sheets and scripts are sent to the site only when pages are written."""
    joined = app.outdir / JOINED
    sources = [*HERE.glob("_extensions/*.py"), *HERE.glob("_static/*"), EXPLORER]
    newest = max(path.stat().st_mtime for path in sources)
    return env.found_docs if joined.exists() and joined.stat().st_mtime < newest else []


def take_sheets_out(app, page, template, context, doctree):
    """The template asks for the one that all of them become."""
    sheets.extend(sorted(context["css_files"], key=lambda sheet: sheet.priority))
    context["css_files"] = []


def read(folder, sheet):
    """A style sheet with small files in it; addresses are from the joined one."""

    def address(url):
        file = folder / sheet.parent / url[1]
        if not file.exists() or file.stat().st_size > SMALL_FILE:
            return f'url("{relpath(sheet.parent / url[1], JOINED.parent)}")'
        content = b64encode(file.read_bytes()).decode()
        return f'url("data:{guess_type(file)[0]};base64,{content}")'

    text = (folder / sheet).read_text()
    return re.sub(r"url\([\"']?(?!data:)([^)\"']+)[\"']?\)", address, text)


def join_style_sheets(app, error):
    if error or not sheets:  # no page was written
        return
    names = dict.fromkeys([*THEME, *(sheet.filename for sheet in sheets)])
    joined = "".join(read(app.outdir, Path(name)) for name in names)
    rules = tinycss2.parse_stylesheet(joined, True, True)
    slimmed = slim(rules, words(app.outdir))
    (app.outdir / JOINED).write_text(re.sub(r"\s+", " ", slimmed))


def lighten_pages(app, error):
    """Let the text come before the pixels of pictures and what is far below."""
    if error or app.builder.format != "html":
        return
    folder = app.outdir / "_images"
    folder.mkdir(exist_ok=True)
    for page in app.outdir.glob("book/*.html"):
        text = page.read_text()
        text = PICTURE.sub(partial(move_out, folder), text)
        text = FOR_NOTEBOOKS.sub("", PLAIN.sub(r"\1", text))
        text = FIGURE.sub(r"\1aspect-ratio:\2/\3;", CODE.sub(measure, text))
        page.write_text(text)


def measure(code):
    lines = re.sub("<[^>]*>", "", code[1]).split("\n")
    columns = max(len(unescape(line)) for line in lines)
    size = f"--lines:{len(lines)};--columns:{columns}"
    return f'<pre><span style="{size}">{code[1]}\n</span></pre>'


def move_out(folder, picture):
    content = b64decode(picture[1])
    if len(content) < SMALL_PICTURE:
        return picture[0]
    name = f"{sha256(content).hexdigest()[:16]}.png"
    (folder / name).write_bytes(content)
    return f'"../_images/{name}"'


def let_scripts_wait(app, page, template, context, doctree):
    """Until the page is read: webpack-macros.html asks for them then."""
    # Lines for a search as you type and for a choice of versions, both off, would not.
    context["script_files"] = [
        script
        for script in context["script_files"]
        if "OPTIONS." not in script.attributes.get("body", "")
    ]
    for script in context["script_files"]:
        if script.filename:
            script.attributes["type"] = "later"


def setup(app):
    app.connect("build-finished", join_style_sheets, priority=900)  # last
    app.connect("env-get-outdated", write_all_after_a_change)
    app.connect("build-finished", lighten_pages)
    app.connect("html-page-context", take_sheets_out, priority=900)
    app.connect("html-page-context", let_scripts_wait, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
