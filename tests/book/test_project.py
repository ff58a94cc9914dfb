"""Installing the project: what each way brings, and what it says where it cannot work."""

import re
from pathlib import Path
from runpy import run_path

import pytest

ROOT = Path(__file__).parents[2]
troubles = run_path(str(ROOT / ".ci/release.py"))["troubles"]
why_not = run_path(str(ROOT / ".ci/fits.py"))["why_not"]
TOOLS = {"jupyter-book", "sphinx", "pytest", "hypothesis", "playwright", "ruff", "mypy", "nbval"}


READY = {
    "poolkit/__init__.py": '__version__ = "1.2.0"\n',
    "CITATION.cff": "version: 1.2.0\n",
    "CHANGELOG.md": "## 1.2.0 (2027-01-31)\n",
    "pyproject.toml": 'Repository = "https://github.com/name/pooling"\n',
    "book/index.ipynb": "",
}
UNREADY = {
    "poolkit/__init__.py": '__version__ = "1.1.0"\n',
    "CITATION.cff": "version: 1.2.0\nurl: https://github.com/OWNER/pooling\n",
    "CHANGELOG.md": "## 1.2.0 (not yet released)\n",
    "pyproject.toml": 'Repository = "https://github.com/OWNER/pooling"\n',
    "book/index.ipynb": 'address = "https://github.com/OWNER/pooling"',
}


def pins(file):
    return set(re.findall(r"^(\S+==\S+(?: ; [^#]+)?)", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize(
    "machine", ["Linux x86_64 glibc", "Linux aarch64 glibc", "Darwin arm64 -", "Windows AMD64 -"], ids=str
)
def test_the_notebooks_can_run(machine):
    assert why_not((3, 12), *machine.split()) is None


@pytest.mark.parametrize(
    "machine", ["Darwin x86_64 -", "Windows ARM64 -", "Linux x86_64 musl", "Linux riscv64 glibc"], ids=str
)
def test_a_machine_without_tensorflow_is_told_so(machine):
    assert "TensorFlow, which has no build" in why_not((3, 12), *machine.split())


@pytest.mark.parametrize("python", [(3, 10), (3, 14)], ids="{0[0]}.{0[1]}".format)
def test_another_python_is_told_so(python):
    assert "3.11 to 3.13" in why_not(python, "Linux", "x86_64", "glibc")


def test_a_release_whose_files_agree_with_its_tag_goes_on():
    assert troubles("v1.2.0", READY.get) == []


@pytest.mark.parametrize("file", UNREADY)
def test_a_release_stops_at_a_file_that_does_not_agree(file):
    (trouble,) = troubles("v1.2.0", (READY | {file: UNREADY[file]}).get)
    assert trouble.startswith(file)


@pytest.mark.parametrize("file", sorted((ROOT / ".github/workflows").glob("*.yml")), ids=lambda file: file.stem)
def test_actions_of_others_are_named_by_digest(file):
    used = re.findall(r"uses: (.*)", file.read_text(encoding="utf-8"))
    assert [each for each in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[\d.]+", each)] == []


def test_windows_is_tried_as_readme_says():
    said = re.findall(r"^(?:py |\.venv\\).*", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    tried = (ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8")
    assert len(said) == 5 and [line for line in said if f"run: {line}\n" not in tried and "lab" not in line] == []


def test_a_lab_has_the_pinned_versions_and_no_tools():
    lab = {pin.split()[0] for pin in pins("requirements-lab.txt")}
    assert lab < {pin.split()[0] for pin in pins("requirements.txt")}
    assert not TOOLS & {pin.split("==")[0] for pin in lab}


def test_binder_installs_the_lab():
    binder = ROOT / ".binder/requirements.txt"
    assert not binder.is_symlink()  # Windows checks links out as text
    assert binder.read_text(encoding="utf-8").strip() == "-r ../requirements-lab.txt"
