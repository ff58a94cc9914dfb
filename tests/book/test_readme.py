"""The README: its code prints what it says, its picture is up to date, its links lead somewhere."""

import re
import subprocess
import sys
from pathlib import Path

import yaml

from book.execute import readme_picture

ROOT = Path(__file__).parents[2]
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


def test_every_link_leads_to_a_file():
    assert [link for link in LINKS if not (ROOT / link).exists()] == []


def test_every_command_is_a_target_of_the_makefile():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"make (\w+)", README)) <= targets


def test_every_chapter_stands_in_both_maps():
    index = (ROOT / "book/index.ipynb").read_text(encoding="utf-8")
    assert [each for each in CHAPTERS if f"({each}" not in README] == []
    assert [each for each in CHAPTERS if f"]({each.removeprefix('book/')}." not in index] == []
