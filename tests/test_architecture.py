"""The rules of the package that no single module can keep alone."""

import ast
import inspect
import shutil
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import poolkit

PACKAGE = Path(poolkit.__file__).parent
CORE = {f"poolkit.{path.stem}": path for path in PACKAGE.glob("*.py") if path.stem != "__init__"}
CORE["poolkit"] = PACKAGE / "__init__.py"
ALLOWED = {*sys.stdlib_module_names, "numpy", "poolkit"}
FRAMEWORKS = {"matplotlib", "keras", "tensorflow", "jax", "torch"}
LOADED = f"import sys, poolkit.figures; print(sorted({FRAMEWORKS} & set(sys.modules)))"


# What CONTRIBUTING.md asks of whoever adds a pooling: file -> what is written at its end, here for sums of windows
ADDED = {
    "algebras.py": """
def share_alike(pooling, dy, dx):
    for outputs, pieces in blocks(dx.shape, pooling.grid, dx.itemsize):
        for inputs, grid in pieces:
            unfold(dy[outputs], dx[inputs], grid)


SUM = Algebra(np.add, _convert, lambda total, count: total, share_alike)
""",
    "pooling.py": '''
from poolkit.algebras import SUM


@explained
def sum_pool(x: ArrayLike, pool_size: Sizes, strides: Sizes | None = None) -> Array:
    """Take the sum of every window."""
    return sliding_pooling(SUM, x, pool_size, strides).forward()


POOLINGS[sum_pool] = partial(sliding_pooling, SUM)
''',
    "__init__.py": "from poolkit.pooling import sum_pool\n",
}
SUMS = """
import numpy as np, poolkit
assert poolkit.__file__.startswith({place!r})
x = np.arange(1.0, 65).reshape(1, 8, 8, 1)
y, pullback = poolkit.vjp(poolkit.sum_pool, x, 3, 1)
assert np.array_equal(y, 9 * poolkit.average_pool(x, 3, 1)) and pullback(y)[0, 0, 0, 0] == y[0, 0, 0, 0]
assert "Window length, in elements" in poolkit.sum_pool.__doc__
"""


def imports(path):
    """The dotted names that a file imports anywhere in it.

    ``from a import b`` counts as ``a.b`` where that is a module of the core, else as ``a`` and ``a.b``.
    """
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            source = ".".join(filter(None, ["poolkit" * bool(node.level), node.module]))
            names = {f"{source}.{alias.name}" for alias in node.names}
            found |= names if names <= set(CORE) else {source, *names}
    return found


def public_functions():
    return [name for name, value in vars(poolkit).items() if inspect.isfunction(value) and not name.startswith("_")]


def test_the_core_imports_only_the_standard_library_numpy_and_itself():
    found = {name.split(".")[0] for path in CORE.values() for name in imports(path)}
    assert found <= ALLOWED


def test_the_core_never_imports_the_figures():
    assert [module for module, path in CORE.items() if "poolkit.figures" in str(imports(path))] == []


def test_no_file_of_the_core_is_longer_than_360_lines():
    assert [module for module, path in CORE.items() if len(path.read_text(encoding="utf-8").splitlines()) > 360] == []


def test_imports_among_the_core_have_no_cycle():
    order = TopologicalSorter({module: imports(path) & set(CORE) for module, path in CORE.items()})
    assert set(CORE) == set(order.static_order())


def test_the_loops_share_no_line_with_the_package():
    assert not [name for name in imports(CORE["poolkit.loops"]) if name.startswith("poolkit")]


def test_importing_poolkit_and_its_figures_loads_no_framework():
    options = {"cwd": PACKAGE.parent, "text": True, "timeout": 60}
    assert subprocess.check_output([sys.executable, "-c", LOADED], **options) == "[]\n"


def test_all_is_sorted_and_lists_the_public_functions():
    assert poolkit.__all__ == sorted(public_functions())


def test_every_public_function_shows_examples():
    docs = {name: inspect.getdoc(getattr(poolkit, name)) for name in public_functions()}
    assert [name for name, doc in docs.items() if "\nExamples\n--------\n>>> " not in doc] == []


def test_a_pooling_is_added_in_the_places_that_contributing_names(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "poolkit", ignore=shutil.ignore_patterns("__pycache__"))
    for name, lines in ADDED.items():
        with (tmp_path / "poolkit" / name).open("a", encoding="utf-8") as file:
            file.write(lines)
    subprocess.run([sys.executable, "-c", SUMS.format(place=str(tmp_path))], cwd=tmp_path, check=True, timeout=60)
