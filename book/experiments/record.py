"""Run experiments and keep their numbers; read what was recorded."""

import json
import platform
from datetime import date
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import numpy as np
from scipy.stats import t

FOLDER = Path(__file__).parent
NAMES = "heads", "poolings", "halves", "fields", "looking", "counted"
SEEDS = range(5)
PACKAGES = "keras", "tensorflow", "numpy", "scikit-learn"


def key(case):
    return " ".join(map(str, case))


def record(name, folder=FOLDER):
    """Measure each case of an experiment with each seed; keep what is there so far."""
    experiment = import_module(f"experiments.{name}")
    seeds = getattr(experiment, "SEEDS", SEEDS)
    results = {}
    for number, case in enumerate(experiment.CASES, 1):
        runs = []
        for seed in seeds:
            started = perf_counter()
            runs.append(experiment.measure(seed, *case))
            shown = {
                what: value for what, value in runs[-1].items() if np.ndim(value) == 0
            }
            print(
                f"{name} [{number}/{len(experiment.CASES)}] {key(case)}, seed {seed}:",
                f"{shown} after {perf_counter() - started:.0f} s",
                flush=True,
            )
        results[key(case)] = {what: [run[what] for run in runs] for what in runs[0]}
        write(folder / f"{name}.json", results, seeds)


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


def interval(values):
    """Half of the 95 % interval of a mean of a few runs, after Student's t."""
    values = np.asarray(values)
    error = np.std(values, ddof=1) / np.sqrt(len(values))
    return t.ppf(0.975, len(values) - 1) * error


def points(first, second):
    """How far the first runs are ahead of the second, pair by pair, in percentage points,
    and half of the 95 % interval of that."""
    difference = 100 * (np.asarray(first) - second)
    return difference.mean(), interval(difference)


def about(name):
    """When, with what and with which seeds an experiment was recorded."""
    document = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return {what: document[what] for what in ("date", "versions", "seeds")}
