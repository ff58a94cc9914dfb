"""The README: its code prints what it says, its picture is up to date, its links lead somewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from book.execute import readme_picture

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PARTS = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]
CHAPTERS = [chapter["file"] for part in PARTS if part.get("numbered") for chapter in part["chapters"]]
LINKS = re.findall(r"\]\(([^)]+)\)", README)


def block(language):
    return re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)[1]


def test_the_code_prints_the_answer_below_it():
    printed = subprocess.run([sys.executable, "-c", block("python")], capture_output=True, text=True, check=True)
    assert printed.stdout == block("text")


def test_the_code_has_at_most_six_lines():
    assert len(block("python").strip().splitlines()) - 1 <= 6  # less the empty one


def test_the_picture_is_what_the_code_draws():
    assert (ROOT / "book/_static/max_pooling.svg").read_text(encoding="utf-8") == readme_picture()


@pytest.mark.parametrize("link", LINKS)
def test_a_link_leads_to_a_file(link):
    assert (ROOT / link).exists()


@pytest.mark.parametrize("command", re.findall(r"make (\w+)", README))
def test_a_command_is_a_target_of_the_makefile(command):
    assert f"\n{command}:" in (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_stands_in_both_maps(chapter):
    assert f"({chapter}" in README
    assert f"{{doc}}`{chapter.removeprefix('book/')}`" in (ROOT / "book/index.ipynb").read_text(encoding="utf-8")
