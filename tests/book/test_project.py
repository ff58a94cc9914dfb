"""Installing the project: what each way brings, and what it says where it cannot work."""

import re
from pathlib import Path
from runpy import run_path

import pytest

ROOT = Path(__file__).parents[2]
why_not = run_path(str(ROOT / ".ci/fits.py"))["why_not"]
TOOLS = {"jupyter-book", "sphinx", "pytest", "hypothesis", "playwright", "ruff", "mypy", "nbval"}


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


def test_a_lab_has_the_pinned_versions_and_no_tools():
    lab = {pin.split()[0] for pin in pins("requirements-lab.txt")}
    assert lab < {pin.split()[0] for pin in pins("requirements.txt")}
    assert not TOOLS & {pin.split("==")[0] for pin in lab}


def test_binder_installs_the_lab():
    binder = ROOT / ".binder/requirements.txt"
    assert not binder.is_symlink()  # Windows checks links out as text
    assert binder.read_text(encoding="utf-8").strip() == "-r ../requirements-lab.txt"
