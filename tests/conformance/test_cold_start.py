"""How long the first press of Run takes in a browser that has loaded nothing, beside what Pyodide takes without a page.

Pyodide's address is answered by this machine, so these are the times of the browser's own work, without those of a
network. Both are of one machine, whichever it is, so what is asked of the page is a ratio.
"""

from functools import partial

from teaching.chromium import CHROMIUM, FLAGS
from tests.book.pyodide import FOLDER, HOST, answer

PRESS = """async () => {
  const cell = document.querySelector(".cell.tag_live");
  const status = cell.querySelector("[role=status]");
  const start = performance.now();
  cell.querySelector(".live-button").click();
  while (!status.textContent.startsWith("Done")) await new Promise((wait) => setTimeout(wait, 5));
  return (performance.now() - start) / 1000;
}"""
BARE = """async () => {
  const start = performance.now();
  const { loadPyodide } = await import("FOLDERpyc/pyodide.mjs");
  const pyodide = await loadPyodide({ indexURL: "FOLDERpyc/", packages: ["numpy"] });
  pyodide.runPython("import numpy");
  return (performance.now() - start) / 1000;
}""".replace("FOLDER", FOLDER)


def seconds(browser, pyodide, address, script):
    """What a script measures on a page in a fresh browser."""
    fresh = browser.browser_type.launch(executable_path=CHROMIUM, args=FLAGS)
    page = fresh.new_page()
    page.context.route(f"{HOST}**", partial(answer, pyodide))
    page.goto(address, wait_until="networkidle")
    measured = page.evaluate(script)
    fresh.close()
    return measured


def test_a_page_adds_little_to_the_time_that_pyodide_needs(browser, address, pyodide):
    bare, pressed = [], []
    for _ in range(3):
        bare.append(seconds(browser, pyodide, f"{address}genindex.html", BARE))
        pressed.append(seconds(browser, pyodide, f"{address}book/basics.html", PRESS))
    print(f"first results after {min(pressed):.1f} s, of which Pyodide alone needs {min(bare):.1f} s")
    assert min(pressed) < 1.6 * min(bare), (pressed, bare)
