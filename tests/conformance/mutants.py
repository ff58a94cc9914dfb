"""Change poolkit a little, everywhere, and see that a test notices each change.

mutmut makes the mutants and switches between them. They are tried here: pytest collects the tests once, and each mutant
gets a fork of that process, which runs the tests that reach the changed function until one fails: first those that
found other changes of it, then the quickest. There are thousands of mutants; a new pytest for each would take seconds.

Mutants that no test can kill are listed in ``survivors.txt``, each below the reason, and not tried. The run fails on a
survivor that is not listed, and on a listed one that is not made any more. With the names of modules it tries these
alone; with ``--listed`` it tries what is listed as well. ``poolkit.figures`` is not changed: most of its numbers are
places on a picture, and whether these are right is seen, not calculated.
"""

import ast
import difflib
import gc
import importlib
import json
import os
import re
import resource
import shutil
import signal
import sys
import time
from collections import Counter, defaultdict
from functools import _lru_cache_wrapper
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LISTED = HERE / "survivors.txt"
WORK = ROOT / "_build/mutants"  # what is changed is a copy
TESTS = {  # of each module: the files that try it and load no framework
    "windows": ("windows", "options"),
    "folds": ("pooling", "options", "gradients", "variants", "blocks"),
    "pooling": ("pooling", "options"),
    "gradients": ("gradients", "blocks"),
    "variants": ("variants",),
    "convolution": ("convolution",),
    "quiet": ("quiet",),
    "heads": ("heads",),
    "loops": ("loops",),
    "exercises": ("exercises",),
    "blocks_backward": ("blocks",),
    "blocks": ("blocks",),
}
SETTINGS = '[tool.mutmut]\nsource_paths = ["poolkit"]\n[tool.pytest.ini_options]\nfilterwarnings = ["error"]\n'
PROCESSES = os.cpu_count() or 2
EXAMPLES = 20  # of Hypothesis
MEMORY = 8 << 30
LOADS_KERAS = "test_importing_keras_inside_writes_nothing_to_stderr"


def make(modules):
    """Change a copy of the package, and go there: the change that each mutant is, by its name."""
    shutil.rmtree(WORK, ignore_errors=True)
    for folder in ("poolkit", "tests"):
        ignored = shutil.ignore_patterns("conformance", "conftest.py", "__pycache__")
        shutil.copytree(ROOT / folder, WORK / folder, ignore=ignored)
    (WORK / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    os.chdir(WORK)
    sys.path[:0] = [str(WORK), str(WORK / "tests")]
    changes = {}
    for module in modules:
        path = Path("poolkit", f"{module}.py")
        mutated = mutate_file_contents(str(path), decorated_below(path.read_text(encoding="utf-8")))
        path.write_text(mutated.code, encoding="utf-8")
        lines = mutated.code.splitlines()
        of = {name: lines[span.start - 1 : span.end] for name, span in mutated.line_span_by_function_name.items()}
        for name in mutated.mutant_names:
            changes[f"poolkit.{module}.{name}"] = change(of, name, module)
    return {name: change for name, change in changes.items() if not is_the_same(change)}


def decorated_below(source):
    """The same module with each decorator called after its function: mutmut leaves decorated functions alone."""
    lines = source.splitlines()
    functions = [node for node in ast.walk(ast.parse(source)) if getattr(node, "decorator_list", None)]
    for node in sorted(functions, key=lambda node: -node.lineno):
        value = node.name
        for decorator in reversed(node.decorator_list):
            value = f"{ast.unparse(decorator)}({value})"
        lines.insert(node.end_lineno, " " * node.col_offset + f"{node.name} = {value}")
        del lines[node.decorator_list[0].lineno - 1 : node.lineno - 1]
    return "\n".join(lines) + "\n"


def change(of, name, module):
    """What a mutant is: ``function: old lines -> new lines``."""
    function = name.rpartition("__mutmut_")[0]
    plain = function.removeprefix("x_").replace("xǁ", "").replace("ǁ", ".")
    before, after = (
        [line.replace(each, plain.rpartition(".")[2]) for line in of[each]]
        for each in (f"{function}__mutmut_orig", name)
    )
    differences = list(difflib.unified_diff(before, after, n=0, lineterm=""))[3:]
    old, new = (" ".join(line[1:].strip() for line in differences if line[0] == sign) for sign in "-+")
    return f"poolkit.{module}.{plain}: {old} -> {new}"


def is_the_same(change):
    """Whether a mutant does what the package does, for one of four reasons that would fill many lines of the list.

    What is zipped has equal lengths, as the arguments were checked. A copy has the same numbers. The case of the words
    of ``data_format`` and ``padding`` does not matter (but in ``convolve``). Any negative length in ``reshape`` is what
    is left.
    """

    def plain(code):
        return re.sub(r", ((copy|strict)=(None|False|True))?\)", ")", code)

    old, new = change.split(": ", 1)[1].split(" -> ")
    if ".convolution." not in change:
        new = new.replace('data_format="CHANNELS_LAST"', 'data_format="channels_last"')
        new = new.replace('padding="VALID"', 'padding="valid"')
    new = re.sub(r"(reshape\((?:[^()]|\([^()]*\))*)-2\b", r"\1-1", new)
    return plain(old) == plain(new)


class Trial:
    """A plugin of pytest that, instead of running the collected tests, tries mutants on them."""

    def __init__(self, mutants, called_at_import):
        self.mutants, self.called_at_import, self.survivors = mutants, called_at_import, set()
        self.found = defaultdict(Counter)  # of each function: how many of its mutants each test has found

    def pytest_configure(self, config):
        config.option.tbstyle = "native"  # another one parses the whole module, which takes seconds

    def pytest_runtestloop(self, session):
        self.session = session
        self.caches = [each for each in gc.get_objects() if isinstance(each, _lru_cache_wrapper)]
        fork("stats", self.find_what_tests_reach)
        assert os.wait()[1] == 0, "a test fails without any change"
        self.forget()
        gc.freeze()  # so that a fork copies less
        gc.disable()
        seconds, reached = json.loads(Path("reached.json").read_text(encoding="utf-8"))
        items = sorted(session.items, key=lambda item: seconds[item.nodeid])
        running = {}
        for number, name in enumerate(self.mutants, 1):
            function = name.rpartition("__mutmut_")[0]
            files = [Path(f"tests/test_{each}.py").resolve() for each in TESTS[name.split(".")[1]]]
            tests = [item for item in items if item.path in files and function in reached[item.nodeid]]
            tests.sort(key=lambda item, found=self.found[function]: -found[item.nodeid])
            limits = [2 + 10 * seconds[item.nodeid] for item in tests]
            if function in self.called_at_import:
                process = fork(name, start_anew, files[0])
            else:
                process = fork(name, self.run, tests, limits)
            running[process] = name
            if len(running) == PROCESSES:
                self.wait(running)
            if number % 500 == 0:
                print(f"{number} of {len(self.mutants)} mutants tried", flush=True)
        while running:
            self.wait(running)
        return True

    def wait(self, running):
        process, status = os.wait()
        name, found = running.pop(process), Path(f"found-{process}")
        if found.exists():
            self.found[name.rpartition("__mutmut_")[0]][found.read_text(encoding="utf-8")] += 1
            found.unlink()
        if status == 0:
            self.survivors.add(self.mutants[name])
            print(f"survives: {self.mutants[name]}", flush=True)

    def forget(self):
        for each in self.caches:
            each.cache_clear()

    def find_what_tests_reach(self):
        """Run every test: how long it takes, and which functions it calls."""
        seconds, reached = {}, {}
        for item in self.session.items:
            self.forget()  # so that what a test needs is called in that test
            state()._stats.clear()
            start = time.process_time()
            self.run([item], [600])
            seconds[item.nodeid], reached[item.nodeid] = time.process_time() - start, sorted(state()._stats)
        Path("reached.json").write_text(json.dumps((seconds, reached)), encoding="utf-8")

    def run(self, tests, limits):
        """Run the tests until one fails. Each has its seconds: a change may run for ever, wait, or want all memory."""
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        for item, limit in zip(tests, limits, strict=True):
            signal.setitimer(signal.ITIMER_PROF, limit)  # of this process, and whatever else happens, …
            signal.setitimer(signal.ITIMER_REAL, 60 * limit)
            self.session.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if self.session.testsfailed:
                Path(f"found-{os.getpid()}").write_text(item.nodeid, encoding="utf-8")
                os._exit(1)


def fork(mutant, run, *arguments):
    """Run a function in a process of its own, in which the mutant is the package."""
    process = os.fork()
    if process:
        return process
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    try:
        set_mutant_under_test(mutant)
        run(*arguments)
        os._exit(0)
    except BaseException:
        os._exit(1)


def start_anew(file):
    """Run the tests of a file in a new Python, because what is changed is called when the package is imported."""
    options = ["-x", "-p", "no:terminal", "-p", "no:cacheprovider"]
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *options, str(file)])


def try_out(mutants):
    """Those of the mutants, a dict from their names to their changes, that no test notices."""
    set_mutant_under_test("stats")
    for module in TESTS:
        importlib.import_module(f"poolkit.{module}")
    trial = Trial(mutants, set(state()._stats))
    importlib.import_module("strategies")  # first, as it loads a profile of its own
    quick = {"max_examples": EXAMPLES, "phases": [Phase.explicit, Phase.generate], "parent": settings.default}
    settings.register_profile("mutants", **quick)
    settings.load_profile("mutants")
    modules = {name.split(".")[1] for name in mutants}
    files = {f"tests/test_{each}.py" for module in modules for each in TESTS[module]}
    options = ["-s", "-p", "no:terminal", "-p", "no:cacheprovider", f"--deselect=tests/test_quiet.py::{LOADS_KERAS}"]
    code = pytest.main([*sorted(files), *options], plugins=[trial])
    assert code == 0, code
    return trial.survivors


def main(arguments):
    modules = [each for each in arguments if each != "--listed"] or list(TESTS)
    changes = make(modules)
    listed = {
        line
        for line in LISTED.read_text(encoding="utf-8").splitlines()
        if any(line.startswith(f"poolkit.{module}.") for module in modules)
    }
    tried = {name: change for name, change in changes.items() if change not in listed or "--listed" in arguments}
    start = time.time()
    survivors = try_out(tried)
    print(f"{len(tried)} of {len(changes)} mutants tried in {time.time() - start:.0f} s.")
    wrong = {
        "survives, and is not listed": survivors - listed,
        "is listed, but is no mutant": listed - set(changes.values()),
        "is listed, but does not survive": listed - survivors if "--listed" in arguments else set(),
    }
    for reason, lines in wrong.items():
        for line in sorted(lines):
            print(f"{reason}: {line}")
    sys.exit(any(wrong.values()))


if __name__ == "__main__":
    os.environ |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "OPENBLAS_NUM_THREADS": "1"}  # read at the first import
    main(sys.argv[1:])
