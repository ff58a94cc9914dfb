"""Run experiments and keep their numbers; read what was recorded."""

import json
import platform
from datetime import date
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent
NAMES = "overfitting", "longer", "shifts", "poolings", "halves", "looking"
SEEDS = range(5)
PACKAGES = "keras", "tensorflow", "numpy", "scikit-learn"


def key(case):
    return " ".join(map(str, case))


def record(name, folder=FOLDER):
    """Measure each case of an experiment with each seed and write ``name.json``."""
    experiment = import_module(f"experiments.{name}")
    results = {}
    for number, case in enumerate(experiment.CASES, 1):
        print(f"{name} [{number}/{len(experiment.CASES)}] {key(case)}", flush=True)
        runs = [experiment.measure(seed, *case) for seed in SEEDS]
        results[key(case)] = {what: [run[what] for run in runs] for what in runs[0]}
    write(folder / f"{name}.json", results)


def write(path, results, seeds=SEEDS):
    """Write the numbers, one case a line, with date, versions and seeds before them."""
    versions = {package: version(package) for package in PACKAGES}
    about = {
        "date": date.today().isoformat(),
        "versions": {"python": platform.python_version(), **versions},
        "seeds": list(seeds),
    }
    lines = [
        f"{json.dumps(case)}: "
        + json.dumps({what: np.round(v, 4).tolist() for what, v in result.items()})
        for case, result in results.items()
    ]
    text = ",\n".join(lines)
    path.write_text(
        f'{{{json.dumps(about)[1:-1]}, "results": {{\n{text}\n}}}}\n', encoding="utf-8"
    )


def recorded(name):
    """The recorded numbers: one array for each measure of each case, a row a seed."""
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    results = json.loads(text)["results"]
    return {
        case: {what: np.array(values) for what, values in result.items()}
        for case, result in results.items()
    }


def tolerance(values):
    """How far another run may be from the recorded one of its seed.

    Processors round in different orders, and training makes small differences grow, up
    to those between two seeds. So: four standard deviations of the seeds, and three
    percentage points at least.
    """
    return max(4 * np.std([np.mean(value) for value in values], ddof=1), 0.03)


def about(name):
    """When, with what and with which seeds an experiment was recorded."""
    document = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return {what: document[what] for what in ("date", "versions", "seeds")}
