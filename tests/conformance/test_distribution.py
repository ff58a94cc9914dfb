"""The package as the package index would have it: built, judged, and used in empty environments."""

import re
import subprocess
import sys
import tarfile
from pathlib import Path
from shutil import copy, copytree
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
FILES = ["pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "CHANGELOG.md", "CITATION.cff"]
OLDEST = "2.0.0" if sys.version_info < (3, 13) else "2.1.0"
README = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
DOCTESTS = """
import doctest, importlib, pkgutil, poolkit
names = [found.name for found in pkgutil.walk_packages(poolkit.__path__, "poolkit.")]
modules = [importlib.import_module(name) for name in names if not name.endswith("charts")]
results = [doctest.testmod(module) for module in modules]
print(sum(each.attempted for each in results) > 40, sum(each.failed for each in results))
"""


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8", **options).stdout


@pytest.fixture(scope="module")
def distributions(tmp_path_factory):
    """The source distribution, and the wheel that is built from it."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in ("poolkit", "tests"):
        copytree(ROOT / name, source / name)
    for name in FILES:
        copy(ROOT / name, source)
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", target, source)
    return next(target.glob("*.tar.gz")), next(target.glob("*.whl"))


@pytest.fixture(scope="module", params=[f"numpy=={OLDEST}", "numpy"], ids=["oldest", "newest"])
def python(request, distributions, tmp_path_factory):
    """Python in an environment that holds the wheel and NumPy, and nothing else."""
    folder = tmp_path_factory.mktemp("empty")
    run(sys.executable, "-m", "venv", folder)
    run(folder / "bin/pip", "install", "--disable-pip-version-check", distributions[1], request.param)
    return lambda code: run(folder / "bin/python", "-W", "error", "-c", code, cwd=folder)


def test_the_package_index_takes_both(distributions):
    run(BIN / "twine", "check", "--strict", *distributions)
    run(BIN / "check-wheel-contents", distributions[1])


def test_the_source_distribution_holds_all_tests_of_the_package(distributions):
    with tarfile.open(distributions[0]) as archive:
        held = {name.split("/", 1)[1] for name in archive.getnames() if "/tests/" in name and name.endswith(".py")}
    assert held == {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").glob("*.py")}


def test_links_and_pictures_of_the_description_are_full_addresses(distributions):
    with ZipFile(distributions[1]) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith("METADATA"))
        links = re.findall(r"\]\(([^)]*)\)", wheel.read(name).decode("utf-8"))
    assert len(links) > 20 and [link for link in links if not re.match("https://.*/(raw|blob)/main/", link)] == []
    assert sum("/raw/main/" in link for link in links) == 1  # the picture


def test_readme_is_right_in_an_empty_environment(python):
    assert python(README[1]) == README[2]


def test_doctests_are_right_in_an_empty_environment(python):
    assert python(DOCTESTS) == "True 0\n"


def test_a_chart_in_an_empty_environment_says_what_to_install(python):
    ask = "try:\n    from poolkit.figures import draw_curves\nexcept ImportError as error:\n    print(error)"
    assert "pip install 'poolkit[figures]'" in python(ask)


def test_workflows_have_no_known_weakness():
    run(BIN / "zizmor", "--offline", "--no-progress", ROOT / ".github")
