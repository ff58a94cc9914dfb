"""Refuse a release whose files do not agree with its tag: ``python .ci/release.py v0.1.0``."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXPECTED = {  # file -> what must stand in it
    "poolkit/__init__.py": '__version__ = "{}"',
    "CITATION.cff": "version: {}\n",
    "CHANGELOG.md": r"## {} \(20\d\d-\d\d-\d\d\)",
}
ADDRESSED = ("pyproject.toml", "CITATION.cff", "book/index.ipynb")


def troubles(tag, read):
    """What stands in the way; ``read`` gives the text of a file."""
    version = re.escape(tag.removeprefix("v"))
    missing = [file for file, line in EXPECTED.items() if not re.search(line.replace("{}", version), read(file))]
    unnamed = [file for file in ADDRESSED if "//github.com/OWNER/" in read(file)]
    return [f"{file} does not say that {tag} is released" for file in missing] + [
        f"{file} still has OWNER where the project's address belongs" for file in unnamed
    ]


if __name__ == "__main__":
    sys.exit("\n".join(troubles(sys.argv[1], lambda file: (ROOT / file).read_text(encoding="utf-8"))))
