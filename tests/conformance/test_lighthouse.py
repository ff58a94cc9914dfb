"""The pages as Lighthouse sees them on a slow phone: 100 of 100, in performance as the median of three runs.

Performance is a matter of time: nothing else may run on the machine meanwhile.
"""

import json
import os
import subprocess

import pytest
import yaml
from conftest import BROWSER, FLAGS
from pages import ROOT

TOC = yaml.safe_load((ROOT / "_toc.yml").read_text())
CHAPTERS = [chapter["file"] for part in TOC["parts"] if part.get("numbered") for chapter in part["chapters"]]
LIGHTHOUSE = [ROOT / ".venv/bin/node", ROOT / ".venv/node_modules/lighthouse/cli/index.js"]
OPTIONS = [
    "--quiet",
    "--output=json",
    "--disable-full-page-screenshot",
    f"--chrome-flags=--headless=new {' '.join(FLAGS)}",
]


def report(url, *options):
    """Each category's score, and the audits of all that are not perfect."""
    command = [*LIGHTHOUSE, url, *OPTIONS, *options]
    found = json.loads(subprocess.check_output(command, env=os.environ | {"CHROME_PATH": BROWSER}))
    audits = found["audits"].values()
    imperfect = {audit["id"]: audit.get("displayValue") for audit in audits if (audit["score"] or 0) < 1}
    return {name: round(100 * category["score"]) for name, category in found["categories"].items()}, imperfect


@pytest.mark.parametrize("page", [TOC["root"], *CHAPTERS])
def test_lighthouse_finds_nothing_to_improve(address, page):
    scores, imperfect = report(f"{address}{page}.html")
    speeds = [scores.pop("performance")]
    while len(speeds) < 3 and speeds.count(100) < 2:  # two of three decide the median
        speeds.append(report(f"{address}{page}.html", "--only-categories=performance")[0]["performance"])
    assert {"accessibility", "best-practices", "seo"} <= set(scores) and set(scores.values()) == {100}, (
        scores,
        imperfect,
    )
    assert speeds.count(100) == 2, (speeds, imperfect)
