"""The package's types, as pyright sees them in a program that uses it."""

import json
import re
import subprocess

import pytest

from tests.book.pages import ROOT

PYRIGHT = [ROOT / ".venv/bin/node", ROOT / ".venv/node_modules/pyright/index.js", "--outputjson"]
README = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)[1]
OVERLOADS = """
from typing import Any, assert_type
import numpy as np
from numpy.typing import NDArray
from poolkit import average_pool, max_pool, vjp

x = np.ones((1, 4, 4, 1))
assert_type(max_pool(x, 2), NDArray[Any])
assert_type(max_pool(x, 2, return_indices=True), tuple[NDArray[Any], NDArray[Any]])
assert_type(average_pool([[[1.0], [2.0]]], (2,), padding="same"), NDArray[Any])
y, pullback = vjp(max_pool, x, 2)
assert_type(pullback(y), NDArray[Any])
"""
WRONG = ['max_pool(x, "2")', 'max_pool(x, 2, padding="full")', "max_pool(x, 2, strides=1.5)", "max_pool(x)"]


def complaints(tmp_path, program):
    """What pyright says of a program in strict mode."""
    settings = {"typeCheckingMode": "strict", "extraPaths": [str(ROOT)]}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    command = [*PYRIGHT, f"--pythonpath={ROOT / '.venv/bin/python'}", f"--project={tmp_path}"]
    found = subprocess.run(command, cwd=tmp_path, stdout=subprocess.PIPE, check=False).stdout
    return [each["message"] for each in json.loads(found)["generalDiagnostics"]]


@pytest.mark.parametrize("program", [README, OVERLOADS], ids=["readme", "overloads"])
def test_a_right_program_has_no_type_error(tmp_path, program):
    assert complaints(tmp_path, program) == []


@pytest.mark.parametrize("call", WRONG)
def test_a_wrong_call_has_one(tmp_path, call):
    assert len(complaints(tmp_path, f"{OVERLOADS}{call}\n")) == 1
