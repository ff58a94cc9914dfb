"""Turn every formula into MathML while the book is built.

So a page needs no script to show it, and nothing from another host.
"""

import re

from docutils import nodes
from math_core import LatexToMathML
from sphinx.util.math import get_node_equation_number

convert = LatexToMathML().convert_with_local_state


def to_mathml(formula, **options):
    """Large brackets as a pair, or the closing one would not grow below an exponent."""
    formula = re.sub(r"\\[Bb]igg?l(?![a-z])", r"\\left", formula)
    return convert(re.sub(r"\\[Bb]igg?r(?![a-z])", r"\\right", formula), **options)


def inline(translator, node):
    translator.body.append(to_mathml(node.astext(), displaystyle=False))
    raise nodes.SkipNode


def block(translator, node):
    number = ""
    if node["number"]:
        shown = get_node_equation_number(translator, node)
        number = f'<span class="eqno">({shown})</span>'
    attributes = translator.starttag(node, "div", CLASS="math notranslate nohighlight")
    translator.body.append(
        f"{attributes}{to_mathml(node.astext(), displaystyle=True)}{number}</div>\n"
    )
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
