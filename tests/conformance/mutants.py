"""Change poolkit a little, everywhere, and see that a test notices each change.

mutmut does it, on a copy of the package and of the tests that need NumPy alone. What no test can notice is listed in
``survivors.txt``, each change below the reason; ``=> ...`` stands for any change of a line that decides only how fast
or in what memory the same numbers are worked out. The run fails on a survivor that is not listed, and on a listed one
that does not survive. ``python tests/conformance/mutants.py 'poolkit.windows.*'`` tries a part. ``poolkit.figures`` is
not changed: most of its numbers are places on a picture, and whether these are right is seen, not calculated. Nor is
``poolkit.wording``, and decorators do not count: they have done their work when poolkit is imported, and a change is
switched on later.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WORK = ROOT / "_build/mutants"
SETTINGS = """
[tool.mutmut]
source_paths = ["poolkit"]
do_not_mutate = ["poolkit/figures/*", "poolkit/wording.py"]
pytest_add_cli_args_test_selection = ["tests"]
process_isolation = "forkserver" # each change starts where no test has run
use_git_change_detection = false
[tool.pytest.ini_options]
filterwarnings = ["error"]
"""
# Fewer examples than usual, and each test calls what it needs itself: so mutmut sees which tests reach a function.
CONFTEST = """
import sys

import pytest
from hypothesis import Phase, settings

phases = [Phase.explicit, Phase.generate]
settings.register_profile("mutants", deadline=None, derandomize=True, database=None, max_examples=20, phases=phases)
settings.load_profile("mutants")


@pytest.fixture(autouse=True)
def nothing_is_remembered():
    for name in [name for name in sys.modules if name.startswith("poolkit")]:
        for value in vars(sys.modules[name]).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()
"""
# The first two look at the files and names of the package; the others take longer than all the rest.
LEFT_OUT = ("test_architecture.py", "test_fuzz.py", "test_faults.py", "test_layouts.py")
DECORATORS = r"\.x_(cached|one_axis_after_another)__"
PROCESSES = os.cpu_count() or 2
MUTMUT = Path(sys.executable).with_name("mutmut")
THERE = {
    "cwd": WORK,
    "env": os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": ""},
}


def copy():
    """Make the folder in which mutmut works."""
    shutil.rmtree(WORK, ignore_errors=True)
    shutil.copytree(ROOT / "poolkit", WORK / "poolkit", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (WORK / "poolkit").glob("*.py"):
        path.write_text(decorated_below(path.read_text(encoding="utf-8")), encoding="utf-8")
    (WORK / "tests").mkdir()
    for path in (ROOT / "tests").glob("*.py"):
        if path.name not in LEFT_OUT:
            shutil.copy(path, WORK / "tests")
    (WORK / "tests/conftest.py").write_text(CONFTEST, encoding="utf-8")
    (WORK / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")


def decorated_below(source):
    """The same module with each decorator called after its function: mutmut leaves decorated functions alone."""
    lines = source.splitlines()
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    for node in sorted(functions, key=lambda node: -node.lineno):
        names = [ast.unparse(each) for each in reversed(node.decorator_list)]
        if names and "overload" not in names:
            value = "".join(f"{name}(" for name in reversed(names)) + node.name + ")" * len(names)
            lines.insert(node.end_lineno, " " * node.col_offset + f"{node.name} = {value}")
            del lines[node.decorator_list[0].lineno - 1 : node.lineno - 1]
    return "\n".join(lines) + "\n"


def mutmut(*arguments):
    """What mutmut prints."""
    return subprocess.check_output([MUTMUT, *arguments], text=True, **THERE)


def survivors():
    """The changes that no test noticed, less those that change nothing."""
    names = re.findall(r"(\S+): (?:survived|no tests)", mutmut("results"))
    names = [name for name in names if not re.search(DECORATORS, name)]
    with ThreadPoolExecutor(PROCESSES) as pool:
        changes = set(pool.map(change, names))
    return {each for each in changes if not is_the_same(each)}


def change(name):
    """What the mutant of that name is: ``function: old lines => new lines``."""
    shown = mutmut("show", name)
    module, _, function = name.rpartition(".")
    function = re.sub(r"^x[_ǁ]|__mutmut_\d+$", "", function).replace("ǁ", ".")
    lines = [re.findall(rf"^[{sign}](?![{sign}]{{2}} )\s*(.*)", shown, re.MULTILINE) for sign in "-+"]
    return f"{module}.{function}: {' => '.join(' '.join(each).strip() for each in lines)}"


def is_the_same(change):
    """Whether a mutant does what the package does, for one of these reasons, which would fill many lines of the list.

    What is zipped has equal lengths, as the arguments were checked. A copy has the same numbers. None is no more true
    than False, among dtypes it is float64, and among numbers NaN. The case of the words of ``data_format``, ``padding``
    and ``float`` does not matter (but in ``convolve``), and no dtype is of the kind X. Any negative length in
    ``reshape`` is what is left. The last axis is the default of ``take_along_axis``, from NumPy 2.3 on.
    """

    def plain(code):
        code = re.sub(r", ((copy|strict)=(None|False|True)|-1)?\)", ")", code)
        code = re.sub(r"float\(\"[A-Za-z-]+\"\)", lambda word: word[0].lower(), code)
        code = re.sub(r"astype\((float|np\.float64)\)", "astype(None)", code)
        return re.sub(r"False|np\.nan", "None", code)

    old, new = change.split(": ", 1)[1].split(" => ")
    if ".convolution." not in change:
        new = re.sub('"(CHANNELS_LAST|VALID|SAME)"', lambda word: word[0].lower(), new)
    new = re.sub(r'(kind (?:not )?in "XX)(\w+)XX"', lambda word: word[0].replace("XX", ""), new)
    new = re.sub(r"(reshape\((?:[^()]|\([^()]*\))*)-2\b", r"\1-1", new)
    return plain(old) == plain(new)


def compare(found, listed):
    """The changes that are not listed, and the lines of the list that no change calls for."""
    calls_for = {each: {each, each.split(" => ")[0] + " => ..."} & listed for each in found}
    return {each for each, lines in calls_for.items() if not lines}, listed.difference(*calls_for.values())


def main(patterns):
    copy()
    subprocess.run([MUTMUT, "run", "--max-children", str(PROCESSES), *patterns], check=True, **THERE)
    lines = (HERE / "survivors.txt").read_text(encoding="utf-8").splitlines()
    listed = {line for line in lines if any(fnmatch(line.split(": ")[0], each) for each in patterns or ["poolkit.*"])}
    surviving, idle = compare(survivors(), listed)
    for reason, changes in {"survives": surviving, "is listed, but does not survive": idle}.items():
        for each in sorted(changes):
            print(f"{reason}: {each}")
    sys.exit(bool(surviving or idle))


if __name__ == "__main__":
    main(sys.argv[1:])
