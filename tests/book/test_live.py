"""Cells that run in the page: each gives its stored output there, and the reader can change, stop and reset it."""

import re
from functools import partial
from itertools import pairwise

import nbformat
import pytest

from tests.book.pages import PAGES, ROOT, SITE, soup
from tests.book.pyodide import HOST, answer
from tests.book.server import serve

OUTPUTS = """cells => cells.map(cell => [
  ...[...cell.querySelectorAll('.output pre')].map((text) => text.textContent.trim()),
  ...[...cell.querySelectorAll('.output.text_html')].map((html) => html.innerHTML.trim().replace(SHAPE, '')),
])""".replace("SHAPE", "/aspect-ratio:.*?;/g")  # slim.py adds that of figures
KEEP_PYTHON = """if (parent !== window) window.Worker = function (...given) {
  parent.python?.postMessage({ fresh: true, sources: [] });
  return (parent.python ??= new parent.Worker(...given));
}"""
LOADED = "performance.getEntriesByType('resource').filter(({name}) => /worker|poolkit|pyodide/.test(name)).length"
# The theme gives outputs a tabindex some time after a page is there, or has another size.
CONTENT = "one => one.innerHTML.replace(/ tabindex=\"-?[01]\"/g, '')"
IS_BACK = f"([one, html]) => ({CONTENT})(one) === html"
UNFOLD = "folds => folds.forEach((fold) => (fold.open = true))"
EMPTY = "outputs => outputs.forEach((output) => output.replaceChildren())"
COUNT = "from itertools import count\n\nturn = count(1)"
NOTEBOOKS = sorted((ROOT / "book").glob("*.ipynb"))
CHAPTERS = [f"book/{path.stem}.html" for path in NOTEBOOKS]
every_chapter = pytest.mark.parametrize("chapter", CHAPTERS)


@pytest.fixture(scope="module")
def below_a_path():
    yield from serve(SITE.parent)


@pytest.fixture(scope="module")
def frame(browser, below_a_path, pyodide):
    """A place for one chapter after another, whose page keeps Python: it would take 5 seconds to load for each."""
    page = browser.new_page()
    page.context.route(f"{HOST}**", partial(answer, pyodide))
    page.add_init_script(KEEP_PYTHON)
    page.goto(f"{below_a_path}html/genindex.html")
    page.evaluate("document.body.innerHTML = '<iframe width=1280 height=800>'")
    yield page.frames[1]
    page.context.close()


@pytest.fixture(scope="module")
def shared(browser, address, pyodide):
    """One page for the tests that need none of their own, so that Python is loaded once."""
    page = browser.new_page()
    page.context.route(f"{HOST}**", partial(answer, pyodide))
    page.goto(f"{address}book/basics.html")
    yield page
    page.context.close()


@pytest.fixture
def page(shared):
    yield shared
    shared.set_viewport_size({"width": 1280, "height": 900})
    resets = shared.locator(".live-bar").get_by_role("button", name="Reset")
    resets.evaluate_all("buttons => buttons.forEach((button) => button.click())")


def cell_of(page, number):
    page.locator("details.fold:not([open])").evaluate_all(UNFOLD)
    return page.locator(".cell.tag_live").nth(number - 1)


def edit(cell, code):
    cell.locator("textarea").fill(code)


def run(cell, says="Done"):
    """Press Run, wait until the status says so, and return the text of the output."""
    cell.get_by_role("button", name="Run").click()
    return output_of(cell, says)


def output_of(cell, says="Done"):
    one = cell.element_handle()
    one.owner_frame().wait_for_function("cell => !cell.ariaBusy", arg=one, timeout=240_000)
    assert says in cell.get_by_role("status").inner_text()
    return cell.locator(".cell_output").inner_text().strip()


def test_a_chapter_has_at_least_two_live_cells():
    few = {chapter for chapter in CHAPTERS if len(soup(chapter).select(".cell.tag_live")) < 2}
    assert few <= {"book/index.html"}


@every_chapter
def test_every_live_cell_gives_its_stored_output_in_a_page_below_a_path(frame, below_a_path, chapter):
    frame.goto(f"{below_a_path}html/{chapter}")
    frame.locator("details").evaluate_all(UNFOLD)
    cells = frame.locator(".cell.tag_live")
    stored = cells.evaluate_all(OUTPUTS)
    cells.locator(".cell_output").evaluate_all(EMPTY)
    apart = frame.locator(".cell.tag_live:is(.tag_exercise, .tag_solution)")
    others = frame.locator(".cell.tag_live:not(.tag_exercise, .tag_solution)")
    for cell in [*apart.all(), *others.all()[-1:]]:  # the last of the others runs all of them
        run(cell)
    assert cells.evaluate_all(OUTPUTS) == stored


def test_nothing_is_loaded_before_the_first_press(visit, page):
    assert visit("book/basics.html").evaluate(LOADED) == 0
    run(cell_of(page, 1))
    assert page.evaluate(LOADED)


def test_live_cells_above_run_first_and_only_once(page):
    first, second, third = (cell_of(page, number) for number in (1, 2, 3))
    for cell, code in ((first, COUNT), (second, "next(turn)"), (third, "next(turn)")):
        edit(cell, code)
    assert [run(second), run(second)] == ["1", "2"]
    assert run(third) == "2"  # as in a run from the top
    edit(first, f"{COUNT}  # changed")
    assert run(second) == "1"


def test_a_cell_never_sees_what_cells_below_it_did(page):
    edit(cell_of(page, 2), "print('below' in globals())")
    edit(cell_of(page, 3), "below = 1")
    assert run(cell_of(page, 2)) == "False"
    assert run(cell_of(page, 3)) == ""
    assert run(cell_of(page, 2)) == "False"


def test_a_changed_figure_is_drawn_anew(page):
    edit(
        cell_of(page, 2),
        "from poolkit.figures import draw_pooling\nx = np.arange(16).reshape(4, 4)\ndraw_pooling(x, average_pool, 2)",
    )
    run(cell_of(page, 2))
    assert cell_of(page, 2).locator("svg.poolkit-figure").first.get_attribute("aria-label").endswith("4 = 2.5.")


def test_text_the_last_value_and_html_are_shown_in_this_order(page):
    cell = cell_of(page, 1)
    edit(cell, "print('é <b>')\nclass Page:\n    def _repr_html_(self):\n        return '<b>bold</b>'\nPage()")
    assert run(cell) == "é <b>\n\nbold"
    assert cell.locator(".cell_output b").count() == 1


@pytest.mark.parametrize(
    "code, trace",
    [
        (
            "def f(x):\n    return max_pool(x, 5)\n\nf(np.ones((1, 4, 1)))",
            ["line 4, in", "line 2, in", "ValueError: pool"],
        ),
        ("x = (", ["line 1", "SyntaxError: '(' was never closed"]),
        ("import keras", ["keras is not here"]),
        ("exit()", ["SystemExit"]),
        ("input()", ["a page cannot ask for input"]),
    ],
)
def test_an_error_shows_the_readers_lines_only(page, code, trace):
    edit(cell_of(page, 2), code)
    shown = run(cell_of(page, 2), says="An error.")
    assert re.search(".*".join(map(re.escape, trace)), shown, re.DOTALL)
    assert not re.search(r"run_cell|poolkit/|\.py|_pyodide", shown)


def test_changed_code_has_its_strings_coloured(page):
    edit(cell_of(page, 2), """print(1, 'a', f"b{1}", x=r'c')  # 'd'""")
    assert cell_of(page, 2).locator(".cell_input .s2").all_inner_texts() == ["'a'", 'f"b{1}"', "r'c'"]


def test_an_error_above_is_named(page):
    edit(cell_of(page, 1), "1 / 0")
    run(cell_of(page, 3), says="Cell 1, above, ended in an error.")
    assert "ZeroDivisionError" in cell_of(page, 1).locator(".cell_output").inner_text()


def test_an_endless_loop_can_be_stopped_and_the_cell_reset(page):
    cell = cell_of(page, 2)
    stored = cell.locator(".cell_output").evaluate(CONTENT)
    edit(cell, "print('gone')\nwhile True:\n    pass")
    cell.locator("textarea").press("Shift+Enter")
    cell.get_by_role("status").filter(has_text="Running").wait_for()
    cell.get_by_role("button", name="Stop").click()
    assert output_of(cell, says="Stopped.") != "gone"
    cell.locator(".live-bar").get_by_role("button", name="Reset").click()
    output = cell.locator(".cell_output").element_handle()
    page.wait_for_function(IS_BACK, arg=[output, stored])
    run(cell)  # Python is loaded again


def test_reset_brings_the_stored_code_and_output_back(page):
    cell = cell_of(page, 2)
    stored = cell.locator("textarea").input_value(), cell.locator(".cell_output").evaluate(CONTENT)
    edit(cell, "print(1)")
    run(cell)
    cell.locator(".live-bar").get_by_role("button", name="Reset").click()
    assert (cell.locator("textarea").input_value(), cell.locator(".cell_output").evaluate(CONTENT)) == stored


@pytest.mark.parametrize("keys", ["Control+Enter", "Shift+Enter"])
def test_a_cell_runs_by_keyboard(page, keys):
    cell = cell_of(page, 2)
    edit(cell, "print(6 * 7)")
    cell.locator("textarea").press(keys)
    assert output_of(cell) == "42"
    assert cell.locator("textarea").input_value() == "print(6 * 7)"


def test_what_was_typed_can_be_taken_back(visit):
    editor = cell_of(visit("book/basics.html"), 2).locator("textarea")
    stored = editor.input_value()
    for key in ("Control+End", "1", "Enter", "Tab", "2"):
        editor.press(key)
    assert editor.input_value() == f"{stored}1\n    2"
    for _ in range(4):
        editor.press("Control+z")
    assert editor.input_value() == stored


def test_enter_keeps_the_indentation_and_tab_never_traps(visit):
    page = visit("book/basics.html")
    editor = cell_of(page, 2).locator("textarea")
    focused = "document.activeElement.tagName"
    editor.press("Tab")
    assert page.evaluate(focused) != "TEXTAREA"
    editor.fill("if x:")
    editor.press("Enter")
    editor.press("Tab")
    assert editor.input_value() == "if x:\n        "
    editor.press("Escape")
    editor.press("Tab")
    assert page.evaluate(focused) != "TEXTAREA"


@pytest.mark.parametrize("refused", ["**", "**/numpy*"])
def test_when_pyodide_is_out_of_reach_the_reader_is_told_and_loses_nothing(visit, pyodide, refused):
    page = visit("book/basics.html")
    page.context.route(f"{HOST}**", partial(answer, pyodide))
    page.context.route(f"{HOST}{refused}", lambda route: route.abort())
    cell = cell_of(page, 2)
    stored = cell.locator(".cell_output").evaluate(CONTENT)
    run(cell, says="cdn.jsdelivr.net did not answer. You may be offline")
    output = cell.locator(".cell_output").element_handle()
    cell.page.wait_for_function(IS_BACK, arg=[output, stored])
    assert cell.get_by_role("link", name="Run it in Jupyter").get_attribute("href").endswith("#run-it-yourself")


def test_without_compiled_modules_python_compiles_them(visit, pyodide):
    page = visit("book/basics.html")
    page.context.route(f"{HOST}**", partial(answer, pyodide))
    refused = []
    page.context.route(f"{HOST}**/pyc/**", lambda route: refused.append(route.request.url) or route.abort())
    edit(cell_of(page, 2), "print(6 * 7)")
    run(cell_of(page, 2))
    assert cell_of(page, 2).locator(".cell_output").inner_text().strip() == "42"
    assert refused


def test_the_first_line_of_the_page_says_what_a_press_will_load(visit):
    told = visit("book/basics.html").locator(".live-bar [role=status]").filter(has_text="10 MB")
    assert told.count() == 1 and told.is_visible()


def test_a_long_line_stays_inside_a_narrow_page(page):
    page.set_viewport_size({"width": 360, "height": 800})
    edit(cell_of(page, 2), f"print('{'wide ' * 40}')")
    run(cell_of(page, 2))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_code_looks_the_same_after_a_change_and_back(visit):
    cell = cell_of(visit("book/basics.html"), 2)
    code, editor = cell.locator(".cell_input pre"), cell.locator("textarea")
    stored, text = code.inner_html(), editor.input_value()
    editor.fill(f"{text}  # changed")
    assert code.locator(".c1").inner_text() == "# changed"
    assert code.inner_text().strip() == editor.input_value()
    editor.fill(text)
    assert code.inner_html() == stored


def test_a_cell_is_live_or_says_that_it_runs_in_jupyter():
    for page in PAGES:
        for cell in soup(page).select(".cell:has(.cell_input):not(.tag_solution, .tag_answer)"):
            assert bool(cell.select(".runs-in-jupyter a")) != ("tag_live" in cell["class"]), (page, cell.text)


def test_the_exercises_that_a_page_can_check_are_live():
    for path in NOTEBOOKS:
        for cell in nbformat.read(path, as_version=4).cells:
            tags = cell.metadata.get("tags", [])
            assert "live" in tags or "exercise" not in tags or "check(" not in cell.source or "keras" in cell.source


def test_an_exercise_checks_the_readers_function_and_shows_the_input_that_fails(page):
    cell = page.locator(".cell.tag_exercise").filter(has_text="def outputs")
    stub = cell.get_by_role("textbox").input_value()
    verdicts = {
        "(n - k) // s + 1": "Right on all 5 inputs.",
        "(n - k) // s": "Not yet: for 7, 3, 2 yours gives 2, expected 3.",
        "n / 0": "Not yet: for 7, 3, 2 yours stops in line 2 with ZeroDivisionError: division by zero.",
    }
    for formula, verdict in verdicts.items():
        edit(cell, stub.replace("None", formula, 1))
        assert run(cell) == verdict


def test_a_verdict_has_its_sign_and_colour(page):
    cell = page.locator(".cell.tag_exercise").filter(has_text="def outputs")
    stub = cell.get_by_role("textbox").input_value()
    look = "one => [getComputedStyle(one, '::before').content[1], getComputedStyle(one).color]"
    for formula, expected in [("n", ["✗", "rgb(163, 74, 0)"]), ("(n - k) // s + 1", ["✓", "rgb(21, 117, 58)"])]:
        edit(cell, stub.replace("None", formula, 1))
        run(cell)
        assert cell.locator(".cell_output pre > span").evaluate(look) == expected


def test_a_solution_runs_and_its_names_are_not_those_of_the_chapter(page):
    before = cell_of(page, 2)
    solution = page.locator(".fold.solution .cell.tag_live").first
    edit(solution, "answer = 42\nprint(answer)")
    assert run(solution) == "42"
    edit(before, "print('answer' in globals())")
    assert run(before) == "False"


def test_changed_code_comes_back_after_a_reload_and_reset_forgets_it(visit):
    page = visit("book/basics.html")
    stored = cell_of(page, 2).locator("textarea").input_value()
    edit(cell_of(page, 2), "print('mine')  # <b>")
    page.reload()
    assert cell_of(page, 2).locator("textarea").input_value() == "print('mine')  # <b>"
    assert cell_of(page, 2).locator(".cell_input .c1").inner_text() == "# <b>"
    assert "last time" in cell_of(page, 2).get_by_role("status").inner_text()
    cell_of(page, 2).locator(".live-bar").get_by_role("button", name="Reset").click()
    page.reload()
    assert cell_of(page, 2).locator("textarea").input_value() == stored
    assert "last time" not in cell_of(page, 2).get_by_role("status").inner_text() and page.troubles == []


def test_reset_brings_back_an_explorer_that_was_played_with(visit):
    page = visit("book/basics.html")
    explorer = cell_of(page, 2).locator("pooling-explorer")
    page.wait_for_function("Boolean(customElements.get('pooling-explorer'))")
    explorer.evaluate("one => one.setAttribute('pool', 'min_pool')")
    cell_of(page, 2).locator(".live-bar").get_by_role("button", name="Reset").click()
    assert explorer.get_attribute("pool") == "max_pool"


def test_buttons_show_where_the_reader_is(visit):
    page = visit("book/basics.html")
    cell = page.locator(".cell.tag_live:not(.tag_exercise)").filter(has_text="draw_windows(7, 3, strides=2)")
    shown = "cell => getComputedStyle(cell.querySelector('.live-buttons')).opacity"
    assert cell.evaluate(shown) == "0"
    cell.locator(".cell_input").hover()
    assert cell.evaluate(shown) == "1"
    page.mouse.move(0, 0)
    cell.locator("textarea").focus()
    assert cell.evaluate(shown) == "1"


def test_the_status_names_the_cell_above_that_is_running(page):
    edit(cell_of(page, 2), "while True:\n    pass")
    cell_of(page, 3).get_by_role("button", name="Run").click()
    cell_of(page, 3).get_by_role("status").filter(has_text="Running cell 2, above …").wait_for()
    cell_of(page, 3).get_by_role("button", name="Stop").click()


def test_a_long_error_wraps_and_a_long_output_scrolls(page):
    edit(cell_of(page, 2), "raise ValueError('wide ' * 60)")
    run(cell_of(page, 2), says="An error.")
    text = cell_of(page, 2).locator(".traceback pre")
    assert text.evaluate("one => one.scrollWidth <= one.clientWidth")
    edit(cell_of(page, 2), "for i in range(3000): print(i)")
    run(cell_of(page, 2))
    assert cell_of(page, 2).locator(".cell_output").bounding_box()["height"] < 900


def test_hints_come_one_at_a_time(visit):
    exercise = visit("book/basics.html").locator(".box.exercise").filter(has_text="outputs(n, k, s)")
    first, second = exercise.locator("summary", has_text=re.compile("hint", re.IGNORECASE)).all()
    assert not second.is_visible()
    first.click()
    second.click()
    exercise.get_by_text("Python’s // rounds down").wait_for(state="visible")


def test_where_the_reader_writes_a_function_there_are_two_hints():
    for path in NOTEBOOKS:
        for task, stub in pairwise(nbformat.read(path, as_version=4).cells):
            if "exercise" in stub.metadata.get("tags", []) and stub.source.startswith("def "):
                exercise = task.source[task.source.rindex("### Exercise") :]
                assert len(re.findall("<summary>(?:Hint|Next hint)", exercise)) == 2, (path.stem, exercise)
