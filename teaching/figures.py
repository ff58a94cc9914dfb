"""Write all figures of the book as SVG and PNG, and four animations: ``python -m teaching.figures``.

Chromium lays a figure out as a page of the book does, and what stands there is written down as one drawing.
"""

import shutil
from collections import namedtuple
from html import escape

from bs4 import BeautifulSoup

from poolkit.figures.style import DARK
from teaching import cells, films, web
from teaching.chromium import chromium
from teaching.sources import ROOT, chapter, pages

OUT = ROOT / "_build/figures"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
HEAD = f"""Figures of the book "Pooling in convolutional networks", by the poolkit authors.

They may be copied, changed and handed on, if you name the book: CC BY 4.0, {LICENCE}
Name the photographers too, where a figure shows the pagoda (china.jpg by danielbuechele) or the dahlia (flower.jpg
by vultilion), both CC BY 2.0, cropped and pooled here. The other photographs are CC0: cat by Stefan van der Walt,
cup by Rachel Michetti, photographer by Lav Varshney.

Below the name of each figure stand its place in the book, its licence, and words for those who cannot see it.
"""
STYLE = f"<style>{(web.HERE / 'figure.css').read_text(encoding='utf-8')}</style>"
TO_SVG = (web.HERE / "to_svg.js").read_text(encoding="utf-8")
GALLERY = (web.HERE / "figures.html").read_text(encoding="utf-8")

Drawn = namedtuple("Drawn", "name, where, alt, html")


def figures():
    """Each figure that a notebook holds, in the order of the book."""
    for path in pages():
        if path.suffix != ".ipynb":
            continue
        title, drawn = chapter(path)[0], 0
        for cell in cells.notebook(path.stem).cells:
            if cells.draws(cell):
                drawn += 1
                html = cells.figure(cell)
                yield Drawn(f"{path.stem}-{drawn:02}", f"{title}, cell {cell.id}", words(html), html)


def words(html):
    """What a figure says of itself."""
    soup = BeautifulSoup(html, "html.parser")
    group = soup.select_one("[role=group][aria-label]")
    if group:
        return group["aria-label"]
    if soup.caption:
        return f"A table. {soup.caption.get_text(' ', strip=True).rstrip('.')}."
    said = [node.get("aria-label") or node.get("alt") or "" for node in soup.select("svg, img")]
    return "; ".join(filter(None, said))


def light(svg):
    """Colours as they are in a light page, because few other programs know ``light-dark()``."""
    for colour, dark in DARK.items():
        svg = svg.replace(f"light-dark({colour}, {dark})", colour)
    return svg


def draw(page, drawn, folder):
    """Write one figure, by a page of Chromium."""
    wide = "" if drawn.html.startswith("<svg") else ' class="wide"'
    page.set_content(f'{STYLE}<div id="figure"{wide}>{drawn.html}</div>')
    page.locator("#figure").screenshot(path=folder / f"{drawn.name}.png")
    svg = light(page.evaluate(TO_SVG, escape(drawn.alt)))
    (folder / f"{drawn.name}.svg").write_text(svg, encoding="utf-8")


def listed(drawn):
    return "\n".join(f"\n{each.name}\n{each.where}\nCC BY 4.0\n{each.alt}" for each in drawn)


def shown(name, alt):
    """A figure in the gallery, with a link to each of its files."""
    stem, _, moving = name.partition(".")
    files = [f"{stem}.{end}" for end in ([moving] if moving else ["svg", "png"])]
    links = " · ".join(f'<a href="{file}">{file.partition(".")[2].upper()}</a>' for file in files)
    image = f'<img loading="lazy" src="{files[0]}" alt="{escape(alt)}">'
    return f"<figure>{image}<figcaption>{stem}: {links}</figcaption></figure>"


def write(browser, drawn, folder=OUT):
    """A folder with the figures, the animations, their words, and a page that shows them all."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    page = browser.new_page(device_scale_factor=2, reduced_motion="reduce", color_scheme="light")
    for each in drawn:
        draw(page, each, folder)
    page.close()
    moving = films.write(browser, folder)
    text = f"{HEAD}{listed(drawn)}\n" + "".join(f"\n{name}\nCC BY 4.0\n{alt}\n" for name, alt in moving.items())
    (folder / "figures.txt").write_text(text, encoding="utf-8")
    all_ = [*moving.items(), *((each.name, each.alt) for each in drawn)]
    gallery = GALLERY.format(licence=LICENCE, figures="".join(shown(*each) for each in all_))
    (folder / "index.html").write_text(gallery, encoding="utf-8")


def main():
    with chromium() as browser:
        write(browser, list(figures()))
    web.pack(OUT, OUT.with_suffix(".zip"))
    print(OUT.with_suffix(".zip").relative_to(ROOT))


if __name__ == "__main__":
    main()
