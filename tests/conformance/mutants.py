"""Change poolkit a little, everywhere, and see that a test notices each change (with mutmut).

Mutants that no test can kill are listed in ``survivors.txt``, each below the reason. The run fails on a survivor that
is not listed, and on a listed one that is not there any more. ``python tests/conformance/mutants.py heads`` runs one
module alone, and compares only what is listed for it.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LISTED = Path(__file__).with_name("survivors.txt")
WORK = ROOT / "_build/mutants"  # mutmut changes a copy
TESTS = {  # of each module: the files that try it and load no framework, so that a mutant takes a second
    "heads": ("heads",),
    "loops": ("loops",),
    "exercises": ("exercises",),
}
SETTINGS = """
[tool.mutmut]
source_paths = ["poolkit"]
only_mutate = ["poolkit/{module}.py"]
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["-p", "no:nbval", "-o", "addopts="]
also_copy = ["tests", "pyproject.toml"]
"""


def mutmut(*arguments, **options):
    return subprocess.run([sys.executable, "-m", "mutmut", *arguments], cwd=WORK, check=True, text=True, **options)


def survivors(module):
    """What no test of a module noticed, as ``function: old line -> new line``."""
    shutil.rmtree(WORK, ignore_errors=True)
    for folder in ("poolkit", "tests"):
        shutil.copytree(ROOT / folder, WORK / folder, ignore=shutil.ignore_patterns("conformance", "__pycache__"))
    tests = [f"tests/test_{name}.py" for name in TESTS[module]]
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8") + SETTINGS.format(module=module, tests=tests)
    (WORK / "pyproject.toml").write_text(settings, encoding="utf-8")
    mutmut("run", "--max-children", "2")
    left = [line.split(": ") for line in mutmut("results", capture_output=True).stdout.splitlines() if ": " in line]
    return {change(name.strip()) for name, status in left if status != "timeout"}  # a timeout was noticed


def change(name):
    """The lines that a mutant takes away and puts in."""
    lines = mutmut("show", name, capture_output=True).stdout.splitlines()
    old, new = (
        " ".join(line[1:].strip() for line in lines if line.startswith(sign) and not line.startswith(sign * 3))
        for sign in "-+"
    )
    return f"{name.split('__mutmut')[0].replace('.x_', '.')}: {old} -> {new}"


def listed(module):
    lines = LISTED.read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line.startswith(f"poolkit.{module}.")}


def main(modules):
    found = set().union(*map(survivors, modules))
    known = set().union(*map(listed, modules))
    for line in sorted(found - known):
        print(f"survives, and is not listed: {line}")
    for line in sorted(known - found):
        print(f"is listed, but does not survive: {line}")
    sys.exit(found != known)


if __name__ == "__main__":
    main(sys.argv[1:] or TESTS)
