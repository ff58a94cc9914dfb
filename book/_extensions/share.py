"""What lets others find the book, take it and cite it.

The address of the published book comes from ``BOOK_ADDRESS``. Without it no page names
one: there is no canonical link, no sitemap and no picture for those who share a link.
"""

import os
import re
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import yaml

ROOT = Path(__file__).parents[2]
CITATION = ROOT / "CITATION.cff"
PICTURE = "_static/preview.png"
ALT = "A 4 × 4 grid of numbers and the 2 × 2 grid that max pooling makes of it."
DESCRIPTION = re.compile(r'content="([^"]*)" name="description"')
RELATIVE = re.compile(r'((?:href|src|action|data-content_root)=")(?!#|/|[a-z]+:)')
NOT_FOUND = """<section>
<h1>This page is not here</h1>
<p>It may have moved, or its address may have a slip. Search for what you wanted, or
start from a chapter.</p>
<form class="lost" action="search.html" role="search">
<label for="wanted">Search the book</label>
<input id="wanted" type="search" name="q"> <button type="submit">Search</button>
</form>
<ul>{chapters}</ul>
</section>"""


def know_the_address(app, config):
    config.html_baseurl = os.environ.get("BOOK_ADDRESS", "")


def tell_who_shares(app, pagename, templatename, context, doctree):
    """Title, description and picture, for those who show a link to the page."""
    found = DESCRIPTION.search(context.get("metatags", ""))
    if not found:
        return
    tags = {"type": "article", "site_name": app.config.html_title or app.config.project}
    tags |= {"title": app.env.titles[pagename].astext(), "description": found[1]}
    if base := app.config.html_baseurl:
        tags |= {"url": f"{base}{pagename}.html", "image": base + PICTURE}
        tags |= {"image:width": "1200", "image:height": "630", "image:alt": ALT}
        context["metatags"] += (
            '\n<meta name="twitter:card" content="summary_large_image" />'
        )
    for name, value in tags.items():
        value = escape(value) if value != found[1] else value  # which is HTML already
        context["metatags"] += f'\n<meta property="og:{name}" content="{value}" />'


def offer_the_project(app, pagename, templatename, context, doctree):
    """Below the notebook's own download, all that its cells need."""
    address = os.environ.get("BOOK_REPOSITORY")
    for group in context.get("header_buttons", []):
        if address and group.get("label") == "download-buttons":
            button = {
                "type": "link",
                "text": "the whole project",
                "icon": "fas fa-download",
            }
            button |= {
                "tooltip": "Download the project with all notebooks",
                "label": "download-project-button",
            }
            group["buttons"].append(
                button | {"url": f"{address}/archive/refs/heads/main.zip"}
            )


def fill_in_the_citation(app, docname, source):
    if docname == "book/citing":
        app.env.note_dependency(str(CITATION))
        config = app.config
        entry = bibtex(config.copyright, config.html_baseurl)
        source[0] = source[0].replace("{bibtex}", entry)


def bibtex(year, address):
    """The book as BibTeX writes it, from the file that GitHub and Zenodo read."""
    about = yaml.safe_load(CITATION.read_text(encoding="utf-8"))
    names = f"{{{about['authors'][0]['name']}}}"
    fields = {"author": names, "title": f"{{{about['title']}}}", "year": year}
    fields |= {"version": about["version"], "url": address}
    lines = (f"  {name} = {{{value}}}," for name, value in fields.items() if value)
    return "\n".join(["@misc{poolkit,", *lines, "}"])


def page_for_lost_readers(app):
    root = app.config.root_doc
    pages = [root, *app.env.toctree_includes.get(root, [])]
    links = (
        f'<li><a href="{page}.html">{escape(app.env.titles[page].astext())}</a></li>'
        for page in pages
    )
    body = NOT_FOUND.format(chapters="".join(links))
    yield "404", {"title": "This page is not here", "body": body}, "page.html"


def write_addresses(app, error):
    """The sitemap; and where the files of 404.html are, as that is shown anywhere."""
    base = app.config.html_baseurl
    if error or app.builder.format != "html" or not base:
        return
    urls = "".join(
        f"<url><loc>{base}{page}.html</loc></url>\n"
        for page in sorted(app.env.found_docs)
    )
    sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
    (app.outdir / "sitemap.xml").write_text(sitemap, encoding="utf-8")
    lost = app.outdir / "404.html"
    text = RELATIVE.sub(
        rf"\g<1>{urlsplit(base).path}", lost.read_text(encoding="utf-8")
    )
    lost.write_text(text, encoding="utf-8")


def setup(app):
    app.connect("config-inited", know_the_address)
    app.connect("source-read", fill_in_the_citation)
    app.connect("html-page-context", tell_who_shares)
    app.connect(
        "html-page-context", offer_the_project, priority=900
    )  # after the theme's own buttons
    app.connect("html-collect-pages", page_for_lost_readers)
    app.connect("build-finished", write_addresses)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
