"""Send less and draw less.

Style sheets hold no rules for what no page has, pictures are files that come when one
scrolls near them, and figures far below are drawn later.
"""

import re
from base64 import b64decode
from functools import partial
from hashlib import sha256
from pathlib import Path

from docutils import nodes

from poolkit.figures.style import inline

BOOK = Path(__file__).parents[1]
SHAPE = re.compile(
    r'(<svg class="poolkit-figure"[^>]* viewBox="0 0 (\S+) (\S+)" style=")'
)
PICTURE = re.compile(r'(src|href)="data:image/(png|webp);base64,([^"]{2000,})"')
RULE = re.compile(r"([^{}]*){[^{}]*}")  # its selectors, and what they are given
NAME = re.compile(r"[A-Za-z][\w-]*")
PUT_TOGETHER = {"bs-tooltip-auto"}  # from parts, by bootstrap.js


def draw_figures(app, doctree, docname):
    """Drawings in place of images; book.css lets one wait whose shape is known."""
    pictures = app.outdir / "_images"
    pictures.mkdir(parents=True, exist_ok=True)
    address = "../" * docname.count("/") + pictures.name
    for output in doctree.findall(nodes.raw):
        shaped = SHAPE.sub(r"\1aspect-ratio:\2/\3;", inline(output.astext()))
        filed = PICTURE.sub(partial(store_picture, pictures, address), shaped)
        output[0] = nodes.Text(filed)


def store_picture(folder, address, found):
    """What an ``img``, or an ``image`` of a drawing, says instead of a picture of more than 1.5 kB."""
    content = b64decode(found[3])
    name = f"{sha256(content).hexdigest()[:16]}.{found[2]}"
    (folder / name).write_bytes(content)
    lazy = 'loading="lazy" ' if found[1] == "src" else ""
    return f'{lazy}{found[1]}="{address}/{name}"'


def slim_sheets(app, error):
    if error or app.builder.format != "html":
        return
    files = [
        file for end in ("html", "js", "mjs") for file in app.outdir.rglob(f"*.{end}")
    ]
    texts = (file.read_text(encoding="utf-8") for file in files)
    known = PUT_TOGETHER.union(*map(NAME.findall, texts))
    for sheet in app.outdir.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        slim = RULE.sub(lambda rule: rule[0] if is_needed(rule[1], known) else "", text)
        sheet.write_text(slim, encoding="utf-8")


def is_needed(selectors, known):
    """Whether pages and scripts know all classes of one of them, brackets aside."""
    outside = re.sub(r"\(.*?\)", "", selectors)
    classes = (re.findall(r"\.([A-Za-z][\w-]*)", one) for one in outside.split(","))
    return any(known.issuperset(one) for one in classes)


def newest(app, rebuild, *folders):
    """Read (env) or write (html) all pages again after a change there."""
    sources = [path for each in folders for path in BOOK.parent.glob(each)]
    time = max(path.stat().st_mtime for path in sources)
    app.add_config_value(f"newest_{rebuild}", time, rebuild)


def setup(app):
    # Sphinx copies style sheets and scripts only when it writes pages.
    newest(app, "html", "book/_static/**/*", "poolkit/figures/*.mjs")
    newest(app, "env", "book/_extensions/*.py")
    app.connect("doctree-resolved", draw_figures)
    app.connect("build-finished", slim_sheets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
