"""README for the package index, where only full addresses lead somewhere. All else stands in pyproject.toml."""

import re
import tomllib
from pathlib import Path

from setuptools import setup

HERE = Path(__file__).parent
SOURCE = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]["Repository"]


def with_full_addresses(readme):
    """Pictures come from the files themselves, links lead to the pages that show files."""
    readme = re.sub(r"(!\[[^]]*\]\()(?!https:)", rf"\1{SOURCE}/raw/main/", readme)
    return re.sub(r"(?<!!)(\[[^]]*\]\()(?!https:)", rf"\1{SOURCE}/blob/main/", readme)


setup(
    long_description=with_full_addresses((HERE / "README.md").read_text(encoding="utf-8")),
    long_description_content_type="text/markdown",
)
