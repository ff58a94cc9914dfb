"""Keras on each of its backends: it reads ``KERAS_BACKEND`` when it is imported, so each has a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CASES = Path(__file__).with_name("keras_cases.py")


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_random_poolings_agree(backend):
    command = [sys.executable, "-m", "pytest", "-q", "-W", "ignore", CASES]
    names = {"KERAS_BACKEND": backend, "TF_ENABLE_ONEDNN_OPTS": "0"}  # with oneDNN, TensorFlow dies of some bins
    run = subprocess.run(command, env=os.environ | names, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-3000:]
