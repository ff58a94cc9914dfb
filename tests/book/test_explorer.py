"""The pooling explorer: its arithmetic against poolkit's, and what a reader does with it in a real browser."""

import json
import re
from base64 import b64encode
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
from poolkit.figures.explorer import MODULE, POOLS
from poolkit.figures.style import DARK
from poolkit.pooling import POOLINGS
from poolkit.variants import gem_pool, soft_pool
from tests.strategies import IMAGE as X

SETTINGS = 3000
PADDINGS = ("valid", "same", "same_lower", "pairs", "foo")
CALCULATE = """async ([module, cases]) => {
  const { forward, backward } = await import(module);
  const attempt = (calculate) => { try { return calculate().map(String) } catch (error) { return error.message } };
  return JSON.stringify(JSON.parse(cases).map(({ x, shape, dy, ...settings }) => [
    attempt(() => forward(x, shape, settings).y),
    attempt(() => backward(x, shape, settings, Array.from({ length: 400 }, (_, o) => dy[o % dy.length])).dx),
  ]));
}"""


def random_case(random):
    """One pooling as the page writes it; a fifth of them have numbers that may be invalid."""
    pool = POOLS[random.integers(len(POOLS))]
    rank, odd = int(random.integers(1, 3)), int(random.random() < 0.2)

    def some(least, most):
        return random.integers(least - odd, most + 1, random.choice([1, rank + odd])).tolist()

    shape = random.integers(1, (12, 7)[rank - 1], rank).tolist()
    padding = PADDINGS[random.integers(4 + odd)]
    return {
        "pool": pool.__name__,
        "x": random.integers(-8, 9, np.prod(shape)).tolist(),
        "shape": shape,
        "poolSize": some(1, 4),
        "strides": some(1, 4) if random.random() < 0.7 else [],
        "padding": random.integers(0, 2 + odd, (rank, 2)).tolist() if padding == "pairs" else padding,
        "dilation": some(1, 3) if "dilation" in signature(pool).parameters else [1],
        "p": [0.5, 1, 2, 3, -odd][random.integers(5)],
        "dy": random.integers(-8, 9, 7).tolist(),
    }


def call(case):
    """The same as poolkit writes it: a function, its input, and its other arguments."""
    pool = next(pool for pool in POOLS if pool.__name__ == case["pool"])
    x = np.array(case["x"], float).reshape(1, *case["shape"], 1)
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
        return calculate().ravel().tolist()
    except ValueError as error:
        return str(error)


@pytest.fixture(scope="module")
def calculated(browser):
    """Random cases, and for each what the page's arithmetic makes of it: output and gradient, or messages."""
    random = np.random.default_rng(0)
    cases = [random_case(random) for _ in range(SETTINGS)]
    page = browser.new_page()
    module = "data:text/javascript;base64," + b64encode(MODULE.read_bytes()).decode()
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
            pooled, pullback = vjp(pool, x, **rule)
            assert agree(dx, pullback(np.resize(case["dy"], pooled.shape)).ravel().tolist()), case


def test_the_random_settings_reach_every_pooling_every_padding_and_many_errors(calculated):
    said = [y for _, (y, _) in calculated if isinstance(y, str)]
    reached = {(case["pool"], str(case["padding"])[0]) for case, (y, _) in calculated if not isinstance(y, str)}
    assert 200 < len(said) < SETTINGS / 3
    assert len({message.split(",")[0][:24] for message in said}) >= 6
    assert len(reached) >= len(POOLS) * 3


# ---- in a browser ----


@pytest.fixture
def show(browser):
    """Show an explorer as a notebook does, script included; errors fail the test."""
    contexts, errors = [], []

    def show(*arguments, width=800, scheme="light", motion="no-preference", touch=False, script=True, **options):
        contexts.append(
            browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=scheme,
                reduced_motion=motion,
                has_touch=touch,
                java_script_enabled=script,
            )
        )
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: errors.append(error))
        page.set_content(f"<!doctype html>{Explorer(*arguments, **options)._repr_html_()}")
        if script:  # the module may run after the page has loaded
            page.wait_for_function("Boolean(customElements.get('pooling-explorer'))")
        return page

    yield show
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(autouse=True)
def as_in_a_notebook(monkeypatch):
    monkeypatch.delenv("POOLKIT_PAGE", raising=False)


def calculation(page):
    return page.locator(".sum").inner_text()


def cells(page, side):
    return page.locator(f"[data-{side}]").all_inner_texts()


def attribute(page, name):
    return page.locator("pooling-explorer").get_attribute(name)


def test_the_window_under_the_pointer_is_shown_with_its_calculation(show):
    page = show(X, max_pool, 2)
    assert calculation(page) == "max(2, 2, 9, 4) = 9"
    page.locator("[data-x='11']").hover()
    assert calculation(page) == "max(2, 4, 2, 6) = 6"
    assert page.locator("[data-y][aria-selected=true]").inner_text() == "6"
    page.locator("[data-y='2']").hover()
    assert page.locator("[data-x].seen").all_inner_texts() == ["8", "5", "3", "1"]


def test_arrow_keys_move_and_digits_change_a_number(show):
    page = show(X, average_pool, 2)
    page.locator("[data-x='0']").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "1", "Enter"):
        page.keyboard.press(key)
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


def test_it_works_in_the_closed_frame_that_a_hosted_notebook_puts_around_it(browser):
    page = browser.new_page()
    explorer = escape(Explorer([[1, 2, 3], [4, 5, 6], [7, 8, 9]])._repr_html_())
    page.set_content(f'<iframe sandbox="allow-scripts" width="800" height="600" srcdoc="{explorer}"></iframe>')
    frame = page.frame_locator("iframe")
    frame.locator('[data-x="0"]').click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("9")
    page.keyboard.press("Enter")
    assert frame.locator(".sum").inner_text() == "max(1, 9, 4, 5) = 9"
    page.close()


def test_touch_moves_the_window_by_tap_and_by_drag(show):
    page = show(X, max_pool, 2, 1, touch=True)
    page.locator("[data-x='15']").tap()
    assert calculation(page) == "max(2, 4, 2, 6) = 6"
    drag(page, page.locator("[data-x='15']"), page.locator("[data-x='0']"))
    assert calculation(page) == "max(2, 2, 9, 4) = 9"
    assert page.locator("[data-x='0']").evaluate("cell => getComputedStyle(cell).touchAction") == "none"


def drag(page, start, end):
    """A finger goes down on one cell and up on another."""
    touch = page.context.new_cdp_session(page)
    begin, stop = ({"x": box["x"] + 5, "y": box["y"] + 5} for box in (start.bounding_box(), end.bounding_box()))
    for kind, where in (("touchStart", [begin]), ("touchMove", [stop]), ("touchEnd", [])):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})


def test_controls_change_the_pooling_and_the_attributes(show):
    page = show(X, max_pool, 2)
    page.get_by_label("larger window").click()
    page.get_by_label("stride", exact=True).fill("1")
    page.get_by_label("padding", exact=True).select_option("same")
    page.get_by_label("pooling", exact=True).select_option("min")
    assert [attribute(page, name) for name in ("pool", "pool-size", "strides", "padding")] == [
        "min_pool",
        "3",
        "1",
        "same",
    ]
    assert calculation(page) == "min(2, 2, 9, 4) = 2"
    assert page.locator(".note").inner_text().startswith("5 places of this window are not there · ⌈4 / 1⌉ = 4")
    assert page.locator(".pad").count() == 20


@pytest.mark.parametrize(
    "label, typed, message",
    [
        (
            "window",
            "5",
            "pool_size 5 is longer than the axis it slides over: 4 elements and 0 of padding. Use a smaller",
        ),
        ("window", "2 2 2", "pool_size must be one integer or one per spatial axis (2), got (2, 2, 2)"),
        ("stride", "0", "strides must be at least 1, got 0"),
        ("dilation", "1.5", "dilation must be an integer, got 1.5"),
    ],
)
def test_an_invalid_setting_is_named_in_the_words_of_poolkit_until_it_is_right(show, label, typed, message):
    page = show(X, max_pool, 2)
    control = page.get_by_label(label, exact=True)
    control.fill(typed)
    assert page.get_by_role("alert").inner_text().startswith(message)
    assert control.get_attribute("aria-invalid") == "true"
    control.fill("1")
    assert page.get_by_role("alert").count() == 0


def test_play_shows_one_output_after_another_and_step_moves_on(show):
    page = show(X, max_pool, 2)
    page.clock.install(time=0)
    page.clock.pause_at(10_000)
    page.get_by_role("button", name="Play").click()
    assert cells(page, "y") == ["9", "", "", ""]
    page.clock.run_for(2000)
    assert cells(page, "y") == ["9", "7", "8", ""]
    page.clock.run_for(3000)
    assert page.get_by_role("button", name="Play").is_visible()
    page.get_by_label("next window").click()
    assert calculation(page) == "max(2, 2, 9, 4) = 9"


def test_a_gradient_typed_into_the_output_flows_back(show):
    page = show([[1, 5, 5], [2, 5, 0]], max_pool, 2, 1, mode="gradient")
    page.locator("[data-y='1']").click()
    page.keyboard.type("10")
    page.keyboard.press("Enter")
    gradients = [text.split("\n")[0] for text in cells(page, "x")]
    assert gradients == ["0", "11", "0", "0", "0", "0"]  # both windows, and of equals the first
    page.locator("[data-x='1']").hover()
    assert calculation(page) == "1 + 10 = 11"


def test_a_prediction_is_hidden_until_typed_and_then_right_or_wrong(show):
    page = show(X, average_pool, 2, mode="predict")
    assert cells(page, "y") == ["?"] * 4
    for output, typed in (("0", "4.25"), ("3", "4.25")):
        page.locator(f"[data-y='{output}']").click()
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    assert [page.locator(f"[data-y].{verdict}").get_attribute("data-y") for verdict in ("right", "wrong")] == ["0", "3"]
    assert page.locator(".note").inner_text().endswith("1 of 4 right")
    assert calculation(page) == "(2 + 4 + 2 + 6) / 4 = ?"


def test_a_stack_of_maps_shows_both_vectors(show):
    maps = np.array([[[2, 5, 0], [7, 1, 4]], [[9, 3, 0], [6, 8, 4]]])
    page = show(maps)
    expected = [*flatten(maps[None])[0], *global_average_pool(maps[None])[0]]
    assert cells(page, "y") == [f"{value:g}" for value in expected]
    page.locator("[data-x='5']").hover()
    assert page.locator(".note").inner_text() == "row 0, column 1, map 2 lands at (0 · 2 + 1) · 3 + 2 = 5"
    page.locator("[data-y='13']").hover()
    assert calculation(page) == "(5 + 1 + 3 + 8) / 4 = 4.25"


LINES = [
    ((X, max_pool, 2), {}),
    ((X, average_pool, (3, 2), 1, "same"), {"dilation": 2}),
    ((X, min_pool, 3, 2, ((1, 2), (0, 1))), {}),
    ((X / 8, lp_pool, 2), {"p": 3}),
    (([1, 1, 2, 2, 5, 1, 6], gem_pool, 3, 1), {"p": 2}),
    ((X, soft_pool, 2), {}),
    ((X, global_average_pool), {}),
    ((np.stack([X, 9 - X], axis=-1),), {}),
    ((X, max_pool, 2, 1), {"mode": "gradient"}),
    ((X, global_max_pool), {"mode": "gradient"}),
]


@pytest.mark.parametrize("arguments, options", LINES)
def test_the_python_lines_print_what_is_shown(show, capsys, arguments, options):
    page = show(*arguments, **options)
    page.get_by_role("button", name="Copy as Python").click()
    exec(page.locator("pre").inner_text(), {})
    printed = [float(number) for number in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", capsys.readouterr().out)]
    side = "x" if "mode" in options else "y"
    assert printed == pytest.approx([float(text.split("\n")[0]) for text in cells(page, side)], abs=0.005)


def test_the_state_is_in_the_link_and_comes_back_from_it(visit):
    page = visit("book/index.html")
    page.get_by_label("larger window").click()
    page.locator("[data-x='5']").hover()
    page.get_by_role("button", name="Link").click()
    assert "#explorer=0&values=2+2+7+3" in page.url and "pool-size=3" in page.url
    other = visit(page.url.split("/", 3)[3])
    assert (
        other.locator(".sum").inner_text() == page.locator(".sum").inner_text() == "max(2, 2, 7, 9, 4, 6, 8, 5, 2) = 9"
    )


@pytest.mark.parametrize("act", ["last.scroll_into_view_if_needed()", "page.keyboard.press('Tab')"])
def test_an_explorer_further_down_is_a_figure_until_it_comes_near_or_a_key_is_pressed(visit, act):
    page = visit("book/basics.html")
    started = "explorers => explorers.map((explorer) => Boolean(explorer.shadowRoot))"
    assert page.locator("pooling-explorer").evaluate_all(started) == [False, False]
    last = page.locator("pooling-explorer").last
    eval(act)
    last.locator(".card").wait_for()


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
}
every_example = pytest.mark.parametrize("arguments, options", EXAMPLES.values(), ids=EXAMPLES)


@every_example
def test_nothing_is_wider_than_a_small_phone(show, arguments, options):
    page = show(*arguments, width=360, **options)
    page.get_by_role("button", name="Copy as Python").click()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    inside = "parts => parts.every(part => part.getBoundingClientRect().right <= 352)"
    assert page.locator(".stage *, button, .field").evaluate_all(inside)


@every_example
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(show, arguments, options, scheme):
    page = show(*arguments, **options)
    page.add_style_tag(
        content=f"html {{ color-scheme: {scheme}; background: {dict(light='#fff', dark='#14181e')[scheme]} }}"
    )
    page.locator("[data-x='0']").press("5")
    assert Axe().run(page, context="pooling-explorer").response["violations"] == []


def test_axe_finds_nothing_wrong_with_a_message(show):
    page = show(X, max_pool, 2)
    page.get_by_label("window", exact=True).fill("9")
    assert Axe().run(page, context="pooling-explorer").response["violations"] == []


@every_example
def test_without_a_script_a_figure_with_a_description_stands_there(show, arguments, options):
    page = show(*arguments, script=False, **options)
    figure = page.get_by_role("img").first
    assert figure.is_visible() and len(figure.get_attribute("aria-label")) > 40


def test_the_calculation_is_said_once_the_keyboard_rests_and_never_while_the_pointer_moves(show):
    page = show(X, max_pool, 2)
    page.clock.install(time=0)
    page.clock.pause_at(10_000)
    page.locator("[data-x='10']").hover()
    page.clock.run_for(600)
    page.locator("[data-y='1']").press("ArrowDown")
    assert page.locator("[aria-live]").text_content() == ""
    page.clock.run_for(600)
    assert page.locator("[aria-live]").text_content().startswith("max(2, 4, 2, 6) = 6")


def test_the_colours_are_those_of_the_figures():
    pairs = re.findall(r"--\w[\w-]*: light-dark\((#\w{6}), (#\w{6})\)", MODULE.read_text(encoding="utf-8"))
    assert dict(pairs) == DARK
