"""Run the cells of a page as Jupyter would; it is packed with poolkit into the site."""

import ast
import builtins
import linecache
import os
import traceback
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

os.environ["POOLKIT_PAGE"] = "1"  # the page has the explorer's script
names = {}  # what the cells have defined


def ask(*_):
    raise RuntimeError("a page cannot ask for input: write the value into the code")


builtins.input = ask


def clear():
    names.clear()
    names["__name__"] = "__main__"


def run(name, code):
    """Whether the code failed, and its outputs: pairs of a kind and a text."""
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    printed, shown, failed = StringIO(), [], False
    with redirect_stdout(printed), redirect_stderr(printed):
        try:
            shown = show(execute(code, name))
        except BaseException as error:
            shown, failed = [("error", explain(error))], True
    text = printed.getvalue()
    return failed, [("text", text)] * bool(text) + shown


def execute(code, name):
    """Run all statements; the value is that of the last one, if it is an expression."""
    tree = ast.parse(code, name)
    last = (
        tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    )
    exec(compile(tree, name, "exec"), names)
    if last:
        return eval(compile(ast.Expression(last.value), name, "eval"), names)


def show(value):
    if value is None or hasattr(value, "_ipython_display_"):  # shown already
        return []
    if hasattr(value, "_repr_html_"):
        from poolkit.figures.style import inline

        return [("html", inline(value._repr_html_()))]
    return [("value", repr(value))]


def explain(error):
    """The error and, of the way to it, the reader's own lines."""
    if isinstance(error, ModuleNotFoundError):
        return (
            f"{error.name} is not here: a page has NumPy and poolkit. "
            "Run the chapter in Jupyter to use it."
        )
    report = traceback.TracebackException.from_exception(error, compact=True)
    report.__cause__ = report.__context__ = None
    report.stack = traceback.StackSummary.from_list(
        [frame for frame in report.stack if frame.filename.startswith("cell ")]
    )
    return "".join(report.format())


clear()
