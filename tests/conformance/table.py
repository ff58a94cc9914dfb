"""Ask every engine every question, and keep what they answer in ``book/conformance.json``.

``python -c "from tests.conformance.table import write; write()"`` writes the file; ``make conformance`` fails if it
is not what the engines say.
"""

import json
import os
import signal
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np

from tests.conformance.defects import DEFECTS
from tests.conformance.engines import ENGINES, NotOffered
from tests.conformance.questions import QUESTIONS, REFUSES

ROOT = Path(__file__).parents[2]
STORED = ROOT / "book/conformance.json"
ENVIRONMENT = os.environ | {"TF_ENABLE_ONEDNN_OPTS": "0"}  # TensorFlow asks the processor, unless it is told
WORKER = "from tests.conformance.table import answer_from; answer_from({engine!r}, {start})"


def columns(names):
    """What each engine of that name says of itself and answers to every question: ``{name: (versions, answers)}``."""
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(names, pool.map(column, names), strict=True))


def column(engine):
    """The versions of one engine and its answers, from a process of its own, which a question may kill."""
    versions, answers = {}, []
    while len(answers) < len(QUESTIONS):
        code = WORKER.format(engine=engine, start=len(answers))
        command, options = [sys.executable, "-c", code], {"cwd": ROOT, "env": ENVIRONMENT, "timeout": 300}
        run = subprocess.run(command, **options, capture_output=True, text=True)
        lines = [json.loads(line) for line in run.stdout.splitlines()]
        if not lines:
            raise RuntimeError(f"{engine} did not start: {run.stderr[-2000:]}")
        versions, *more = lines
        answers += more
        if run.returncode < 0:
            answers.append(f"dies: {signal.Signals(-run.returncode).name} ends the process")
        elif len(answers) < len(QUESTIONS):
            raise RuntimeError(f"{engine} stopped after question {len(answers)}: {run.stderr[-2000:]}")
    return versions, answers


def answer_from(engine, start):
    """Print the versions of an engine, then its answer to each question from ``start`` on: one JSON value a line."""
    warnings.simplefilter("ignore")
    engine = ENGINES[engine]()
    print(json.dumps(engine.versions()), flush=True)
    for question in QUESTIONS[start:]:
        print(json.dumps(answer(engine, question)), flush=True)


def answer(engine, question):
    """``agrees``, ``not offered``, ``refuses``, or what the engine gives instead."""
    try:
        y = np.asarray(question.ask(engine))[0, ..., 0]
    except NotOffered:
        return "not offered"
    except Exception:  # each engine has errors of its own
        return "agrees" if question.right is REFUSES else "refuses"
    if question.right is REFUSES:
        return f"gives {show(y)}"
    right = np.asarray(question.right, float)
    same = y.shape == right.shape and np.allclose(
        y.astype(float), right, rtol=question.tolerance, atol=0, equal_nan=True
    )
    if same and question.dtype in (None, y.dtype.name):
        return "agrees"
    return f"gives {show(y)}" + (f" in {y.dtype}" if question.dtype not in (None, y.dtype.name) else "")


def defects():
    """What became of every defect: each checked in a process of its own."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(defect, range(len(DEFECTS))))


def defect(place):
    each = DEFECTS[place]
    command = [sys.executable, "-c", f"from tests.conformance.defects import answer; answer({place})"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    if run.returncode < 0:
        there, seen = True, f"{signal.Signals(-run.returncode).name} ends the process"
    else:
        there, seen = json.loads(run.stdout.splitlines()[-1])
    return {
        "where": each.where,
        "what": each.what,
        "confirmed": there,
        "seen": seen,
        "versions": {name: version(package) for name, package in each.packages},
        "thread": each.thread,
        "varies": each.varies,
    }


def show(y):
    """The values of an answer in one line."""
    words = {"nan": "NaN", "inf": "∞", "-inf": "−∞"}
    numbers = (f"{value:.5g}" if y.dtype.kind == "f" else str(value) for value in np.ravel(y).tolist())
    return " ".join(words.get(number, number.replace("-", "−")) for number in numbers) or "an empty array"


def table(found, defects):
    """Both tables as plain data, from what :func:`columns` and :func:`defects` found."""
    return {
        "date": date.today().isoformat(),
        "versions": {engine: versions for engine, (versions, _) in found.items()},
        "questions": [
            {
                "topic": question.topic,
                "question": question.text,
                "right": REFUSES if question.right is REFUSES else show(np.asarray(question.right)),
                "answers": {engine: answers[place] for engine, (_, answers) in found.items()},
                "threads": {
                    engine: thread
                    for engine, thread in question.threads.items()
                    if engine in found and deviates(found[engine][1][place])
                },
            }
            for place, question in enumerate(QUESTIONS)
        ],
        "defects": defects,
    }


def deviates(answer):
    return answer.startswith(("gives", "dies"))


def stored():
    return json.loads(STORED.read_text(encoding="utf-8"))


def write():
    text = json.dumps(table(columns(ENGINES), defects()), indent=1, ensure_ascii=False)
    STORED.write_text(f"{text}\n", encoding="utf-8")
