"""The pooling explorer: its arithmetic against poolkit's, and what a reader does with it in a real browser."""

import json
import re
from base64 import b64decode, b64encode
from html import escape
from inspect import signature

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from poolkit import (
    average_pool,
    flatten,
    global_average_pool,
    global_max_pool,
    lp_pool,
    max_pool,
    min_pool,
    vjp,
)
from poolkit.figures import Explorer
from poolkit.figures.explorer import MODES, PARTS, POOLS
from poolkit.figures.style import DARK
from poolkit.pooling import POOLINGS
from poolkit.quiet import quiet
from poolkit.variants import gem_pool, soft_pool
from tests.book.test_pages import ALL_STILL, COLOURS, TWO_FRAMES
from tests.strategies import IMAGE as X

ARITHMETIC, _, _, STYLE = PARTS
SETTINGS = 3000
PADDINGS = ("valid", "same", "same_lower", "pairs", "foo")
CALCULATE = """async ([module, cases]) => {
  const { forward, backward, parseNumber } = await import(module);
  const attempt = (calculate) => { try { return calculate().map(String) } catch (error) { return error.message } };
  return JSON.stringify(JSON.parse(cases).map(({ words, shape, dy, ...settings }) => {
    const x = words.map(parseNumber);
    return [
      attempt(() => forward(x, shape, settings).y),
      attempt(() => backward(x, shape, settings, Array.from({ length: 400 }, (_, o) => dy[o % dy.length])).dx),
    ];
  }));
}"""


def random_case(random):
    """One pooling as the page writes it; a fifth have numbers that may be invalid, and a fifth NaN and infinities."""
    pool = POOLS[random.integers(len(POOLS))]
    rank, odd = int(random.integers(1, 3)), int(random.random() < 0.2)
    numbers = [*range(-8, 9), *[np.nan, np.inf, -np.inf] * (random.random() < 0.2)]

    def some(least, most):
        return random.integers(least - odd, most + 1, random.choice([1, rank + odd])).tolist()

    shape = random.integers(1, (12, 7)[rank - 1], rank).tolist()
    padding = PADDINGS[random.integers(4 + odd)]
    return {
        "pool": pool.__name__,
        "words": [f"{x:g}" for x in random.choice(numbers, np.prod(shape))],
        "shape": shape,
        "poolSize": some(1, 4),
        "strides": some(1, 4) if random.random() < 0.7 else [],
        "padding": random.integers(0, 2 + odd, (rank, 2)).tolist() if padding == "pairs" else padding,
        "dilation": some(1, 3) if "dilation" in signature(pool).parameters else [1],
        "p": [0.5, 1, 2, 3, 400, -odd][random.integers(6)],
        "dy": random.integers(-8, 9, 7).tolist(),
    }


def call(case):
    """The same as poolkit writes it: a function, its input, and its other arguments."""
    pool = next(pool for pool in POOLS if pool.__name__ == case["pool"])
    x = np.array(case["words"], float).reshape(1, *case["shape"], 1)
    given = {"pool_size": case["poolSize"], "strides": case["strides"] or None, "padding": case["padding"]}
    given |= {"dilation": case["dilation"], "p": case["p"]}
    taken = {name: value for name, value in given.items() if name in signature(pool).parameters}
    return pool, x, {name: python_value(name, value) for name, value in taken.items()}


def python_value(name, value):
    if not isinstance(value, list):
        return value
    return tuple(map(tuple, value)) if name == "padding" else value[0] if len(value) == 1 else tuple(value)


def attempt(calculate):
    try:
        with np.errstate(all="ignore"):
            return calculate().ravel().tolist()
    except ValueError as error:
        return str(error)


@pytest.fixture(scope="module")
def calculated(browser):
    """Random cases, and for each what the page's arithmetic makes of it: output and gradient, or messages."""
    random = np.random.default_rng(0)
    cases = [random_case(random) for _ in range(SETTINGS)]
    page = browser.new_page()
    module = "data:text/javascript;base64," + b64encode(ARITHMETIC.read_bytes()).decode()
    results = json.loads(page.evaluate(CALCULATE, [module, json.dumps(cases)]))
    yield list(zip(cases, results, strict=True))
    page.close()


def agree(mine, theirs):
    if isinstance(mine, str) or isinstance(theirs, str):
        return mine == theirs
    return np.allclose(np.array(mine, float), theirs, rtol=1e-9, atol=1e-9, equal_nan=True)


def test_every_pooling_over_windows_that_slide_or_whole_maps_can_be_explored():
    apart = {pool for pool in POOLINGS if pool.__name__.startswith("adaptive") or pool.__name__ == "max_unpool"}
    assert {*POOLS} == {*POOLINGS} - apart | {gem_pool, soft_pool}


def test_outputs_and_messages_are_those_of_poolkit(calculated):
    for case, (y, _) in calculated:
        pool, x, rule = call(case)
        assert agree(y, attempt(lambda: pool(x, **rule))), case  # noqa: B023


def test_gradients_are_those_of_poolkit(calculated):
    for case, (y, dx) in calculated:
        pool, x, rule = call(case)
        if pool in POOLINGS and not isinstance(y, str):
            with np.errstate(all="ignore"):
                pooled, pullback = vjp(pool, x, **rule)
            assert agree(dx, attempt(lambda: pullback(np.resize(case["dy"], pooled.shape)))), case  # noqa: B023


def test_the_random_settings_reach_every_pooling_every_padding_and_many_errors(calculated):
    said = [y for _, (y, _) in calculated if isinstance(y, str)]
    reached = {(case["pool"], str(case["padding"])[0]) for case, (y, _) in calculated if not isinstance(y, str)}
    assert 200 < len(said) < SETTINGS / 3
    assert len({message.split(",")[0][:24] for message in said}) >= 6
    assert len(reached) >= len(POOLS) * 3


# ---- in a browser ----


@pytest.fixture
def show(kept):
    """Show an explorer as a notebook does, script included, in an empty page; errors fail the test."""
    pages = []

    def show(*arguments, width=800, motion="no-preference", touch=False, script=True, tab="", **options):
        pages.append(kept(tab, reduced_motion=motion, has_touch=touch, java_script_enabled=script))
        page = pages[-1]
        page.goto("about:blank")
        page.mouse.move(0, 0)
        page.set_viewport_size({"width": width, "height": 900})
        page.set_content(f"<!doctype html><meta charset=utf-8>{Explorer(*arguments, **options)._repr_html_()}")
        if script:  # the module may run after the page has loaded
            page.wait_for_function("Boolean(customElements.get('pooling-explorer'))")
        return page

    yield show
    assert [error for page in pages for error in page.errors] == []


@pytest.fixture(autouse=True)
def as_in_a_notebook(monkeypatch):
    monkeypatch.delenv("POOLKIT_PAGE", raising=False)


def stop_clock(page):
    """Of a tab of its own."""
    page.clock.install(time=0)
    page.clock.pause_at(10_000)


def calculation(page):
    return page.locator(".sum").inner_text()


def cells(page, kind):
    return page.locator(f".{kind} .cell").all_inner_texts()


def attribute(page, name):
    return page.locator("pooling-explorer").get_attribute(name)


def write(page, cell, *keys):
    """Type into a cell, and press Enter."""
    page.locator(cell).focus()
    for key in (*keys, "Enter"):
        page.keyboard.press(key)


def press(page, name):
    page.locator("pooling-explorer").get_by_role("button", name=name, exact=True).click()


def error(page):
    return page.get_by_role("alert").inner_text()


# ---- looking ----


def test_the_window_under_the_pointer_is_shown_with_its_calculation(show):
    page = show(X, max_pool, 2)
    assert calculation(page) == "max(2, 2, 9, 4) = 9"
    page.locator("[data-x='11']").hover()
    assert calculation(page) == "max(2, 4, 2, 6) = 6"
    assert page.locator("[data-y][aria-selected=true]").inner_text() == "6"
    page.locator("[data-y='2']").hover()
    assert page.locator("[data-x].seen").all_inner_texts() == ["8", "5", "3", "1"]


def test_a_digit_changes_the_number_that_is_pointed_at(show):
    page = show(X, max_pool, 2)
    page.locator("[data-x='5']").hover()
    page.keyboard.press("7")
    page.keyboard.press("Enter")
    assert attribute(page, "values") == "2 2 7 3; 9 7 6 1; 8 5 2 4; 3 1 2 6"


def test_arrow_keys_move_and_digits_change_a_number(show):
    page = show(X, average_pool, 2)
    write(page, "[data-x='0']", "ArrowRight", "ArrowRight", "ArrowDown", "1")
    assert attribute(page, "values") == "2 2 7 3; 9 4 1 1; 8 5 2 4; 3 1 2 6"
    assert calculation(page) == "(7 + 3 + 1 + 1) / 4 = 3"
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.dataset.x") == "6"
    assert page.locator(".cell:focus").evaluate("cell => getComputedStyle(cell).outlineStyle") == "solid"


def test_escape_leaves_a_number_as_it_was(show):
    page = show(X, max_pool, 2)
    page.locator("[data-x='3']").focus()
    for key in ("5", "Escape"):
        page.keyboard.press(key)
    assert cells(page, "x")[3] == "3"


def test_what_is_no_number_is_refused_in_words(show):
    page = show(X, max_pool, 2)
    for typed in ("abc", "1 2", "1.234.567", "0x10", "1e"):
        page.locator("[data-x='3']").focus()
        page.keyboard.press("Enter")
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        assert error(page) == f"'{typed}' is not a number"
        assert 0 < page.get_by_role("alert").bounding_box()["y"] - page.locator(".editor").bounding_box()["y"] < 90
        page.keyboard.press("Escape")
        assert cells(page, "x")[3] == "3" and page.get_by_role("alert").count() == 0, typed


def test_a_number_can_be_written_in_many_ways(show):
    page = show(X, max_pool, 2)
    for typed, shown in {"nan": "nan", "-inf": "−∞", "1,5": "1.5", "−2": "−2", "1e3": "1000"}.items():
        page.locator("[data-x='3']").focus()
        page.keyboard.press("Enter")
        page.keyboard.insert_text(typed)
        page.keyboard.press("Enter")
        assert cells(page, "x")[3] == shown, typed


def test_nan_is_pooled_as_poolkit_does(show):
    page = show([1, np.nan, 3, 4], max_pool, 2)
    assert cells(page, "y") == ["nan", "4"] and calculation(page) == "max(1, nan) = nan"


def test_each_device_has_its_own_hint(show):
    page = show(X, max_pool, 2)
    hint = page.locator(".hint")
    assert hint.inner_text().startswith("Point at a number")
    page.locator("[data-x='0']").press("ArrowRight")
    assert hint.inner_text().startswith("Arrow keys")
    page.locator("[data-x='3']").hover()
    assert hint.inner_text().startswith("Point at a number")
    assert show(X, max_pool, 2, touch=True).locator(".hint").inner_text().startswith("Tap a number")


def test_it_works_in_the_closed_frame_that_a_hosted_notebook_puts_around_it(browser):
    page = browser.new_page()
    explorer = escape(Explorer([[1, 2, 3], [4, 5, 6], [7, 8, 9]])._repr_html_())
    page.set_content(f'<iframe sandbox="allow-scripts" width="800" height="600" srcdoc="{explorer}"></iframe>')
    frame = page.frame_locator("iframe")
    frame.locator('[data-x="0"]').click()
    for key in ("ArrowRight", "9", "Enter"):
        page.keyboard.press(key)
    assert frame.locator(".sum").inner_text() == "max(1, 9, 4, 5) = 9"
    page.close()


def test_touch_moves_the_window_by_tap_and_by_drag(show):
    page = show(X, max_pool, 2, 1, touch=True)
    page.locator("[data-x='15']").tap()
    assert calculation(page) == "max(2, 4, 2, 6) = 6"
    swipe(page, page.locator("[data-x='15']"), page.locator("[data-x='12']"))
    assert calculation(page) == "max(8, 5, 3, 1) = 8"


def swipe(page, start, end):
    """A finger goes down on one element, moves in steps, and goes up on another."""
    touch = page.context.new_cdp_session(page)
    (x, y), (to_x, to_y) = ((box["x"] + 5, box["y"] + 5) for box in (start.bounding_box(), end.bounding_box()))
    steps = [{"x": x + (to_x - x) * part / 8, "y": y + (to_y - y) * part / 8} for part in range(9)]
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": steps[:1]})
    for step in steps[1:]:
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [step]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_finger_that_goes_up_over_the_window_scrolls_the_page(show):
    page = show(X, global_max_pool, touch=True)
    page.evaluate("document.body.style.height = '3000px'")
    swipe(page, page.locator("[data-x='13']"), page.locator(".hint"))
    page.wait_for_function("scrollY > 50")


def test_a_finger_changes_a_sign_and_goes_on_with_buttons(show):
    page = show(X, max_pool, 2, touch=True)
    page.locator("[data-x='3']").tap()
    page.locator("[data-x='3']").tap()
    page.get_by_label("change the sign").tap()
    page.get_by_role("button", name="Enter").tap()
    assert cells(page, "x")[3] == "−3"


def test_play_shows_one_output_after_another_and_step_moves_on(show):
    page = show(X, max_pool, 2, tab="play")
    stop_clock(page)
    press(page, "▶ Play")
    assert cells(page, "y") == ["9", "", "", ""]
    page.clock.run_for(2000)
    assert cells(page, "y") == ["9", "7", "8", ""]
    page.clock.run_for(3000)
    assert page.get_by_role("button", name="Play").is_visible()
    page.get_by_label("next window").click()
    assert calculation(page) == "max(2, 2, 9, 4) = 9"


# ---- controls ----


def fields(page):
    return [text.split("\n")[0] for text in page.locator(".field:visible").all_inner_texts()]


@pytest.mark.parametrize(
    "options, shown",
    [
        ({}, ["pooling", "window", "stride"]),
        ({"controls": "window"}, ["window"]),
        ({"controls": ""}, []),
        ({"controls": "window", "padding": "same"}, ["window", "padding"]),
        ({"controls": "size compare"}, ["compare with", "rows", "columns"]),
    ],
)
def test_a_chapter_says_which_controls_show_and_more_shows_the_rest(show, options, shown):
    page = show(X, max_pool, 2, **options)
    assert fields(page) == shown
    press(page, "More")
    rest = ["what to do", "pooling", "window", "stride", "padding", "dilation", "compare with", "rows", "columns"]
    assert fields(page) == rest


def test_what_cannot_be_is_not_asked_for(show):
    for arguments, missing in (((X, global_max_pool), "window"), ((X, gem_pool), "dilation"), ((X, max_pool), "p")):
        page = show(*arguments)
        press(page, "More")
        assert missing not in fields(page)


def test_controls_change_the_pooling_and_the_attributes(show):
    page = show(X, max_pool, 2)
    press(page, "More")
    page.get_by_label("larger window").click()
    page.get_by_label("stride", exact=True).fill("1")
    page.get_by_label("padding", exact=True).select_option("same")
    page.get_by_label("pooling", exact=True).select_option("min")
    changed = [attribute(page, name) for name in ("pool", "pool-size", "strides", "padding")]
    assert changed == ["min_pool", "3", "1", "same"] and calculation(page) == "min(2, 2, 9, 4) = 2"
    assert page.locator(".note").inner_text() == "5 places of this window are not there · ⌈4 / 1⌉ = 4"
    assert page.locator(".pad").count() == 20


def test_the_rule_of_the_size_shows_where_a_chapter_asks_for_it(show):
    rule = "⌊(4 − 2) / 2⌋ + 1 = 2"
    assert show(X, max_pool, 2).locator(".note").inner_text() == ""
    assert show(X, max_pool, 2, controls="window rule").locator(".note").inner_text() == rule


@pytest.mark.parametrize(
    "label, typed, message",
    [
        ("window", "5", "window 5 is longer than the axis it slides over: 4 elements and 0 of padding. Use a smaller"),
        ("window", "2 2 2", "window must be one integer or one per spatial axis (2), got (2, 2, 2)"),
        ("stride", "0", "stride must be at least 1, got 0"),
        ("dilation", "1.5", "dilation must be an integer, got 1.5"),
    ],
)
def test_an_invalid_setting_is_named_below_its_field_and_the_picture_stays(show, label, typed, message):
    page = show(X, max_pool, 2)
    press(page, "More")
    control = page.get_by_label(label, exact=True)
    control.fill(typed)
    assert error(page).startswith(message) and control.get_attribute("aria-invalid") == "true"
    assert 0 < page.get_by_role("alert").bounding_box()["y"] - control.bounding_box()["y"] < 60
    assert cells(page, "y") == ["9", "7", "8", "6"]
    control.fill("1")
    assert page.get_by_role("alert").count() == 0 and control.get_attribute("aria-invalid") is None


def test_buttons_that_would_make_an_invalid_setting_are_disabled(show):
    page = show(X, max_pool, 4, 1)
    press(page, "More")
    barred = page.locator("button:disabled:visible").evaluate_all("all => all.map(one => one.ariaLabel)")
    steps = ["larger window", "smaller stride", "less dilation", "more dilation"]
    assert barred == [*steps, "remove the last row", "remove the last column"]
    page.get_by_label("smaller window").click()
    assert page.get_by_label("larger window").is_enabled()


def test_a_gradient_is_offered_where_there_is_one(show):
    page = show(X, gem_pool, 2, p=2, controls="mode pool")
    assert page.get_by_role("radio", name="gradient").is_disabled()
    page = show(X, max_pool, 2, mode="gradient")
    barred = page.get_by_label("pooling", exact=True).locator("option:disabled")
    assert barred.all_inner_texts() == ["GeM", "soft"]


def test_padding_by_numbers_stays_while_it_is_typed_and_nothing_moves(show):
    page = show(X, max_pool, 3, controls="window padding")
    before = page.locator(".stage").bounding_box()["y"]
    page.get_by_label("padding", exact=True).select_option("numbers")
    amounts = page.get_by_label("padding before and after")
    for typed, message in (("x", "got 'x'"), ("", "got ''"), ("0 -1", "must be at least 0, got -1")):
        amounts.fill(typed)
        assert amounts.is_visible() and amounts.input_value() == typed and message in error(page)
    amounts.fill("0 1")
    assert cells(page, "y") == ["9"] and page.locator(".stage").bounding_box()["y"] == before


def test_labels_stand_on_one_line(show):
    page = show(X, gem_pool, 2, p=2)
    tops = page.locator(".field:visible > .label").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().y)"
    )
    assert len(tops) == 4 and max(tops) - min(tops) < 1


def test_rows_and_columns_are_added_and_removed(show):
    page = show(X, max_pool, 2, controls="size")
    for name in ("add a row", "remove the last column"):
        page.get_by_label(name).click()
    assert re.sub(r";[^;]*$", "", attribute(page, "values")) == "2 2 7; 9 4 6; 8 5 2; 3 1 2"
    page.get_by_label("add a column").click()
    assert re.fullmatch(r"2 2 7 \d; 9 4 6 \d; 8 5 2 \d; 3 1 2 \d; \d \d \d \d", attribute(page, "values"))
    page.get_by_label("rows").fill("2")
    assert attribute(page, "values").count(";") == 1 and len(cells(page, "y")) == 2


@pytest.mark.parametrize(
    "text, values, outputs",
    [
        ("1\t2\t3\n4\t5\t6\n", "1 2 3; 4 5 6", ["5"]),
        ("1,5\t2\n3\tnan\n", "1.5 2; 3 NaN", ["nan"]),
        ("[[1, 2, 3],\n [4, 5, 6]]", "1 2 3; 4 5 6", ["5"]),
        ("1 2 3 4", "1 2 3 4", ["2", "4"]),
    ],
)
def test_a_block_from_a_spreadsheet_takes_the_place_of_the_input(show, text, values, outputs):
    page = show(X, max_pool, 2)
    paste(page, text)
    assert attribute(page, "values") == values and cells(page, "y") == outputs


def paste(page, text):
    page.locator("[data-x='0']").focus()
    send = """(cell, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", text);
      const how = { clipboardData, bubbles: true, composed: true, cancelable: true };
      cell.dispatchEvent(new ClipboardEvent("paste", how));
    }"""
    page.locator("[data-x='0']").evaluate(send, text)


@pytest.mark.parametrize("text, message", [("1\t2\nx\t4", "'x' is not a number"), ("1\t2\n3", "not of equal length")])
def test_a_block_with_a_mistake_is_refused(show, text, message):
    page = show(X, max_pool, 2)
    paste(page, text)
    assert message in error(page) and cells(page, "y") == ["9", "7", "8", "6"]


def test_changes_are_undone_and_redone(show):
    page = show(X, max_pool, 2)
    page.get_by_label("larger window").click()
    write(page, "[data-x='0']", "1", "2")
    assert cells(page, "y") == ["12"]
    page.keyboard.press("Control+z")
    page.get_by_label("undo").click()
    assert cells(page, "y") == ["9", "7", "8", "6"]
    page.keyboard.press("Control+Shift+z")
    page.get_by_label("redo").click()
    assert cells(page, "y") == ["12"]
    press(page, "Start over")
    assert cells(page, "y") == ["9", "7", "8", "6"] and not page.get_by_label("undo").is_visible()


def test_two_poolings_of_one_input_stand_side_by_side(show):
    page = show(X, max_pool, 2, compare=average_pool)
    assert cells(page, "y")[:4] == ["9", "7", "8", "6"] and cells(page, "other") == ["4.25", "4.25", "4.25", "3.5"]
    page.locator("[data-x='15']").hover()
    assert calculation(page) == "max(2, 4, 2, 6) = 6\n(2 + 4 + 2 + 6) / 4 = 3.5"
    page.get_by_label("compare with").select_option("nothing")
    assert calculation(page) == "max(2, 4, 2, 6) = 6"


# ---- gradient and prediction ----


def test_a_gradient_begins_with_the_dy_that_is_given(show):
    dy = np.arange(1, 10).reshape(3, 3)
    options = {"mode": "gradient", "dy": dy}
    page = show(X, max_pool, 2, 1, **options)
    dx = vjp(max_pool, X[None, :, :, None] * 1.0, 2, 1)[1](dy[None, :, :, None])[0, :, :, 0]
    assert [float(each) for each in cells(page, "dx")] == dx.ravel().tolist()
    rows = "; ".join(" ".join(f"{each:g}" for each in row) for row in dx)
    figure = Explorer(X, max_pool, 2, 1, **options)._repr_html_()
    assert f"gradient of the output 1 2 3; 4 5 6; 7 8 9; gradient of the input {rows}." in figure


def test_a_gradient_typed_into_dy_flows_back_into_dx(show):
    page = show([[1, 5, 5], [2, 5, 0]], max_pool, 2, 1, mode="gradient")
    write(page, ".dy [data-y='1']", "1", "0")
    assert cells(page, "x") == ["1", "5", "5", "2", "5", "0"]
    assert cells(page, "dx") == ["0", "11", "0", "0", "0", "0"]  # both windows, and of equals the first
    page.locator(".dx [data-x='1']").hover()
    assert calculation(page) == "dx = 1 + 10 = 11"
    assert page.locator(".dy .window:visible").count() == 2


def test_a_prediction_is_hidden_until_typed_and_then_right_or_wrong(show):
    page = show(X, average_pool, 2, mode="predict")
    assert cells(page, "y") == ["?"] * 4
    for output in (0, 3):
        write(page, f"[data-y='{output}']", *"4.25")
    assert [page.locator(f".{verdict}").get_attribute("data-y") for verdict in ("right", "wrong")] == ["0", "3"]
    assert page.locator(".verdict b").inner_text() == "1 of 4 right"
    assert calculation(page) == "(2 + 4 + 2 + 6) / 4 = ?"


def test_a_prediction_is_hidden_without_scripts_too():
    html = Explorer(X, average_pool, 2, mode="predict")._repr_html_()
    assert 'data-output="4.25 4.25; 4.25 3.5"' in html and "output to predict" in html
    svg = b64decode(re.search('svg.xml;base64,([^"]+)', html)[1]).decode()
    assert "(2 + 2 + 9 + 4) / 4 = ?" in svg and "4.25" not in svg


def test_show_me_shows_the_rest_and_try_again_hides_it(show):
    page = show(X, max_pool, 2, mode="predict")
    write(page, "[data-y='0']", "9")
    press(page, "Show me")
    assert cells(page, "y") == ["9", "7", "8", "6"] and page.locator(".right").count() == 1
    assert page.locator(".verdict b").inner_text() == "The answers are shown."
    press(page, "Try again")
    assert cells(page, "y") == ["?"] * 4


def test_success_is_seen_and_heard(show):
    page = show(X, max_pool, 2, mode="predict", tab="success")
    stop_clock(page)
    write(page, "[data-y='0']", "8")
    page.clock.run_for(600)
    heard = page.locator("[aria-live]")
    assert heard.text_content().startswith("8 is not right. 0 of 4 right. max(7, 3, 6, 1) = ?")
    for output, typed in enumerate("9786"):
        write(page, f"[data-y='{output}']", typed)
    page.clock.run_for(600)
    assert "All 4 right!" in heard.text_content() and page.locator(".success b").inner_text() == "✓ All 4 right!"


@pytest.mark.parametrize("act", ["press(page, 'New numbers')", "page.get_by_label('larger window').click()"])
def test_another_question_forgets_the_answers(show, act):
    page = show(X, max_pool, 2, mode="predict")
    press(page, "More")
    write(page, "[data-y='0']", "9")
    eval(act)
    assert set(cells(page, "y")) == {"?"}


def test_a_stack_of_maps_shows_both_vectors(show):
    maps = np.array([[[2, 5, 0], [7, 1, 4]], [[9, 3, 0], [6, 8, 4]]])
    page = show(maps)
    assert page.locator(".hint").inner_text().startswith("Point at a number to see where it goes")
    assert cells(page, "flat") == [f"{value:g}" for value in flatten(maps[None])[0]]
    assert cells(page, "mean") == [f"{value:g}" for value in global_average_pool(maps[None])[0]]
    page.locator(".x [data-x='5']").hover()
    assert page.locator(".note").inner_text() == "row 0, column 1, map 2 lands at (0 · 2 + 1) · 3 + 2 = 5"
    page.locator("[data-y='13']").hover()
    assert calculation(page) == "(5 + 1 + 3 + 8) / 4 = 4.25"


# ---- how it looks ----

ODD = [[71234567890127, 1e300, 20000], [0.001, 3e-9, -1e-12], [np.nan, np.inf, 1 / 3]]


def test_numbers_are_never_cut_to_other_numbers_and_have_one_size(show):
    page = show(ODD, max_pool, 2, 1)
    assert cells(page, "x") == ["7.1e13", "1e300", "20000", "0.001", "3e−9", "−1e−12", "nan", "∞", "0.33"]
    inside = """cells => cells.every((cell) => {
      const text = document.createRange();
      text.selectNodeContents(cell);
      return text.getBoundingClientRect().width < cell.clientWidth;
    })"""
    assert page.locator(".x .cell").evaluate_all(inside)
    sizes = page.locator(".x .cell").evaluate_all("cells => cells.map((cell) => getComputedStyle(cell).fontSize)")
    assert len(set(sizes)) == 1


@pytest.mark.parametrize("mode", MODES)
def test_bars_start_at_zero_and_no_number_is_covered(show, mode):
    page = show([1, 1, -3, 2, 5, 1, -6], max_pool, 3, 1, mode=mode)
    bars = page.locator(".x .cell").evaluate_all(
        """cells => cells.slice(0, 7).map((cell) => {
          const bar = getComputedStyle(cell, "::before"), frame = cell.closest(".frame");
          const zero = parseFloat(getComputedStyle(frame.firstElementChild, "::after").top);
          const [top, height] = [parseFloat(bar.top), parseFloat(bar.height)];
          const text = document.createRange();
          text.selectNodeContents(cell);
          const below = text.getBoundingClientRect().top - cell.getBoundingClientRect().top;
          const middle = Math.round(zero - top - height / 2);
          return [middle, Math.round(height), below > top + height, below + 10 < cell.clientHeight];
        })"""
    )
    assert all(clear and inside for *_, clear, inside in bars)
    assert [middle < 0 for middle, *_ in bars] == [False, False, True, False, False, False, True]
    assert bars[6][1] == pytest.approx(6 * bars[0][1], abs=4)


def test_an_image_has_no_mode_that_means_nothing_there(show):
    page = show(np.arange(576.0).reshape(24, 24), max_pool, 2, shaded=True)
    press(page, "More")
    assert "what to do" not in fields(page)
    for _ in range(2):
        page.locator("[data-x='0']").click()
    assert page.locator(".editor").count() == 0
    assert page.locator(".x .cells").bounding_box()["width"] > 380


@pytest.mark.parametrize("arguments", [(X, max_pool, 2), (X, max_pool, 2, 1), (X, average_pool, 3, 1, "same")])
def test_cells_are_large_and_the_window_beside_its_output(show, arguments):
    page = show(*arguments, width=704)  # as wide as the column of a page at 1280
    (x, _), (y, _) = ((box["x"], box["width"]) for box in (page.locator(f".{side}").bounding_box() for side in "xy"))
    assert page.locator(".x .cell").first.bounding_box()["width"] >= 56 and y > x + 4 * 56


LINES = [
    ((X, max_pool, 2), {}),
    ((X, average_pool, (3, 2), 1, "same"), {}),
    ((X, max_pool, 2, 1), {"dilation": 2}),
    ((X, average_pool, (3, 2), 1, "same"), {"dilation": 2}),
    ((X, min_pool, 3, 2, ((1, 2), (0, 1))), {}),
    ((X, average_pool, 3, 1, ((1, 2), (0, 1))), {}),
    ((X, max_pool, 3, 1, "same_lower"), {}),
    ((X / 8, lp_pool, 2), {"p": 3}),
    ((X - 5, lp_pool, 3, 1, "same"), {"p": 3}),
    (([1, 1, 2, 2, 5, 1, 6], gem_pool, 3, 1), {"p": 2}),
    ((X, gem_pool, 3, 2, "same"), {"p": 2}),
    ((X, soft_pool, 2), {}),
    ((X, soft_pool, 3, 1, "same"), {}),
    ((X, min_pool, 2, 2, "same"), {}),
    ((X, global_average_pool), {}),
    ((np.stack([X, 9 - X], axis=-1),), {}),
    ((X, max_pool, 2, 1), {"mode": "gradient"}),
    ((X, average_pool, 3, 1, "same"), {"mode": "gradient"}),
    ((X - 5, lp_pool, 2, 1), {"p": 3, "mode": "gradient"}),
    (([1, 1, 2, 2, 5, 1, 6], min_pool, 3, 2), {"mode": "gradient"}),
    ((X, global_max_pool), {"mode": "gradient"}),
]


def prints_what_is_shown(page, library, capsys):
    """Run the program for one library; it may say instead that the library has none."""
    if not page.locator("pre").is_visible():
        press(page, "Code")
    page.get_by_role("radio", name=library, exact=True).check(force=True)
    program = page.locator("pre").text_content()
    if program.startswith("# ") or "\n# " in program:
        return program
    exec(program, {})
    printed = [
        float(number)
        for number in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", capsys.readouterr().out.replace("float64", ""))
    ]
    kinds = ["flat", "mean"] if page.locator(".flat").count() else ["dx"] if page.locator(".dx").count() else ["y"]
    shown = [float(text.replace("−", "-")) for kind in kinds for text in cells(page, kind)]
    assert printed == pytest.approx(shown, abs=0.006), program


def test_the_programs_print_what_is_shown_or_say_why_there_is_none_for_keras(show, capsys, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    with quiet():
        __import__("keras")
    answers = []
    for arguments, options in LINES:
        page = show(*arguments, **options)
        answers.append([prints_what_is_shown(page, library, capsys) for library in ("poolkit", "NumPy", "Keras")])
    assert [answer[:2] for answer in answers] == [[None, None]] * len(LINES)
    assert sum(answer[2] is None for answer in answers) == 13


def keep_copies(page):
    keep = "{ writeText: async (text) => { window.copied = text } }"
    page.evaluate(f"navigator.__defineGetter__('clipboard', () => ({keep}))")


def test_code_is_shown_and_copied_by_two_buttons(show):
    page = show(X, max_pool, 2)
    keep_copies(page)
    press(page, "Code")
    assert page.evaluate("window.copied") is None
    for size in ("2", "3"):
        page.get_by_label("window", exact=True).fill(size)
        press(page, "Copy" if size == "2" else "Copied")
        assert f", {size})" in page.evaluate("window.copied")


def test_code_of_an_invalid_setting_is_that_of_the_picture(show):
    page = show(X, max_pool, 2)
    page.get_by_label("window", exact=True).fill("9")
    press(page, "Code")
    page.get_by_role("radio", name="NumPy").check(force=True)
    assert page.get_by_role("button", name="Play").is_disabled()
    page.get_by_label("window", exact=True).fill("3")
    assert "(3, 3)" in page.locator("pre").inner_text()


# ---- links, and the page around it ----


def test_the_state_is_in_the_link_and_comes_back_from_it(visit):
    page = visit("book/index.html")
    page.get_by_label("larger window").click()
    page.locator("[data-x='5']").hover()
    press(page, "More")
    press(page, "Link")
    assert "#explorer=0&values=2+2+7+3" in page.url and "pool-size=3" in page.url
    other = visit(page.url.split("/", 3)[3])
    assert calculation(other) == calculation(page) == "max(2, 2, 7, 9, 4, 6, 8, 5, 2) = 9"


def test_a_link_is_restored_once_whatever_is_run_later(visit):
    page = visit("book/index.html#explorer=0&values=1+2+3&pool-size=3")
    assert calculation(page) == "max(1, 2, 3) = 3"
    later = '<pooling-explorer values="5 6" pool="max_pool" pool-size="2"></pooling-explorer>'
    page.locator("pooling-explorer").evaluate("(old, later) => { old.outerHTML = later }", later)
    assert calculation(page) == "max(5, 6) = 6"


def test_the_link_button_says_that_it_did_and_then_its_name(visit):
    page = visit("book/index.html")
    keep_copies(page)
    press(page, "More")
    page.clock.install()
    press(page, "Link")
    press(page, "Copied")
    page.clock.run_for(1600)
    assert page.locator("pooling-explorer").get_by_role("button", name="Link", exact=True).is_visible()


HOSTILE = [
    "pool=constructor",
    "mode=__proto__",
    "mode=gradient&dy=x",
    "mode=predict&guess=<b>",
    "compare=toString",
    "pool=lp_pool&p=<b>",
    "at=-5",
    "at=1e9",
    "explorer=-1e99",
    "values=",
    "values=%7C%3B",
    "values=<img src=x onerror=alert(1)>",
    f"values={'1+' * 3000}1",
    f"values={'1+' * 30000}1",
    "padding=2147483646+2147483646&strides=1&pool-size=2147483647",
    "padding=same&dilation=2147483647",
    "padding=same&strides=1&pool-size=2147483647",
]


def test_a_hostile_link_does_no_harm(visit, address):
    page = visit("book/index.html")
    for link in HOSTILE:
        page.goto("about:blank")
        page.goto(f"{address}book/index.html#explorer=0&values=1+2+3+4&{link}")
        assert page.locator("pooling-explorer").evaluate("explorer => Boolean(explorer.shadowRoot)"), link[:40]
        press(page, "More")
        assert page.locator("pooling-explorer .x .cell").count() <= 2500, link[:40]
        assert page.locator("pooling-explorer img, pooling-explorer .sum b").count() == 0, link[:40]
        assert page.troubles == [], link[:40]


def test_nothing_below_an_explorer_moves_once_the_page_is_there(visit):
    page = visit("book/basics.html#quiz")
    page.add_style_tag(content="* { overflow-anchor: none }")
    before = page.locator("#quiz").bounding_box()["y"]
    page.keyboard.press("Shift")
    page.wait_for_function("[...document.querySelectorAll('pooling-explorer')].every((each) => each.shadowRoot)")
    page.evaluate(TWO_FRAMES)
    assert page.locator("#quiz").bounding_box()["y"] == before


@pytest.mark.parametrize("motion, duration", [("no-preference", "0.22s"), ("reduce", "0s")])
def test_nothing_glides_where_less_motion_is_asked_for(show, motion, duration):
    window = show(X, max_pool, 2, motion=motion).locator(".window").first
    assert window.evaluate("mark => getComputedStyle(mark).transitionDuration") == duration


def test_the_explorer_is_dark_where_the_notebook_is(show):
    page = show(X, max_pool, 2)
    ink = "explorer => getComputedStyle(explorer).color"
    assert page.locator("pooling-explorer").evaluate(ink) == "rgb(31, 36, 48)"
    page.evaluate("document.body.dataset.jpThemeLight = false")
    assert page.locator("pooling-explorer").evaluate(ink) == "rgb(232, 234, 240)"


EXAMPLES = {
    "map": ((X, max_pool, 2), {}),
    "padding": ((X, average_pool, 3, 1, "same"), {"mode": "gradient"}),
    "signal": (([1, 1, 2, 2, 5, 1, 6], lp_pool, 3, 1), {"p": 2, "mode": "predict"}),
    "stack": ((np.stack([X, 9 - X, X], axis=-1),), {}),
    "image": ((np.arange(576.0).reshape(24, 24), max_pool, 2), {"shaded": True}),
    "two": ((X, max_pool, 2), {"compare": average_pool}),
}
every_example = pytest.mark.parametrize("arguments, options", EXAMPLES.values(), ids=EXAMPLES)


@every_example
def test_nothing_sticks_out(show, arguments, options):
    page = show(*arguments, width=704, motion="reduce", **options)
    for name in ("Code", "More"):
        press(page, name)
    outside = (
        "all => all.filter((one) => one.getBoundingClientRect().right > innerWidth - 8).map((one) => one.outerHTML)"
    )
    for width in (704, 540, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(TWO_FRAMES)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.locator(".stage *, button:visible, .field:visible, figcaption").evaluate_all(outside) == [], width


def test_the_name_of_a_map_begins_where_the_map_begins(show):
    page = show(np.zeros((2, 2, 3)), width=390)
    begins = "all => all.map((one) => one.getBoundingClientRect().x)"
    names, maps = (page.locator(f"figure:has(.x) > {part}").evaluate_all(begins) for part in ("figcaption", ".frame"))
    assert len(maps) == 3 and np.all(np.array(names) >= maps)


@every_example
def test_nothing_is_too_small_to_touch(show, arguments, options):
    page = show(*arguments, width=390, touch=True, **options)
    for name in ("Code", "More"):
        press(page, name)
    small = "all => all.filter((one) => Math.min(one.offsetWidth, one.offsetHeight) < 24).map((one) => one.outerHTML)"
    cells = "" if "shaded" in options else ".cell, "
    assert page.locator(f"{cells}button:visible, select:visible, .segments label:visible").evaluate_all(small) == []
    fields = page.locator("input[type=text]:visible, .stepper input:visible, select:visible")
    assert {*fields.evaluate_all("all => all.map((one) => getComputedStyle(one).fontSize)")} == {"16px"}


@every_example
def test_axe_finds_nothing_wrong(show, arguments, options):
    page = show(*arguments, **options)
    for name in ("Code", "More"):
        press(page, name)
    page.locator("[data-x='0']").first.press("5")
    for scheme, ground, rules in (("light", "#fff", None), ("dark", "#14181e", COLOURS)):
        page.add_style_tag(content=f"html {{ color-scheme: {scheme}; background: {ground} }}")
        page.evaluate(ALL_STILL)
        assert Axe().run(page, "pooling-explorer", rules).response["violations"] == [], scheme


def test_axe_finds_nothing_wrong_with_a_message_or_a_success(show):
    page = show(X, max_pool, 4, mode="predict")
    write(page, "[data-y='0']", "9")
    assert Axe().run(page, context="pooling-explorer").response["violations"] == []
    page.get_by_label("window", exact=True).fill("9")
    assert Axe().run(page, context="pooling-explorer").response["violations"] == []


@every_example
def test_without_a_script_a_figure_with_a_description_stands_there(show, arguments, options):
    page = show(*arguments, script=False, **options)
    figure = page.locator("pooling-explorer :is(img, [role=group])").first
    assert figure.is_visible()
    assert len(figure.get_attribute("aria-label") or figure.get_attribute("alt")) > 40


def test_the_calculation_is_said_once_the_keyboard_rests_and_never_while_the_pointer_moves(show):
    page = show(X, max_pool, 2, tab="calculation")
    stop_clock(page)
    page.locator("[data-x='10']").hover()
    page.clock.run_for(600)
    page.locator("[data-y='1']").press("ArrowDown")
    assert page.locator("[aria-live]").text_content() == ""
    page.clock.run_for(600)
    assert page.locator("[aria-live]").text_content().startswith("max(2, 4, 2, 6) = 6")


def test_the_colours_are_those_of_the_figures():
    pairs = re.findall(r"--\w[\w-]*: light-dark\((#\w{6}), (#\w{6})\)", STYLE.read_text(encoding="utf-8"))
    assert dict(pairs) == DARK


@pytest.mark.parametrize(
    "options, message",
    [
        ({"controls": "window colour"}, "controls must be some of .*, got 'colour'"),
        ({"compare": global_max_pool}, "compare must slide or be global as pool is, got global_max_pool"),
    ],
)
def test_what_no_explorer_can_show_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Explorer(X, max_pool, **options)
