"""The lab: its arithmetic against the same weights in Python, and what a reader does with it in a real browser."""

import re
from base64 import b64encode

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from experiments.lab_network import STORED, framed, load, load_digits, logits
from experiments.lab_picture import PICTURES
from experiments.record import interval, recorded

from tests.book.pages import ROOT
from tests.book.test_pages import WEIGHTS

NETWORKS = sorted(path.stem for path in STORED.glob("*-*.json"))
every_network = pytest.mark.parametrize("name", NETWORKS)
DIGITS = load_digits().reshape(20, 32, 32)
RANDOM = np.random.default_rng(0)
SHIFTS = [(down, right) for down in range(-6, 7) for right in range(-6, 7)]


def scribble():
    """A line that wanders."""
    drawing = np.zeros((32, 32), "float32")
    steps = RANDOM.integers(-1, 2, (80, 2)).cumsum(0)
    drawing[tuple((16 + steps).T % 32)] = RANDOM.random(80)
    return drawing


# For each case: a drawing, how it is framed and pushed, and the step of its last maps.
IN_PLACE = [(digit, 4, 0, 0, 4) for digit in DIGITS]
PUSHED = [(RANDOM.choice(DIGITS), 4, *RANDOM.integers(-8, 9, 2), 4) for _ in range(180)]
SCRIBBLES = [(scribble(), 4, 0, 0, 4) for _ in range(50)]
ALL_SHIFTS = [(DIGITS[8], 4, *shift, 4) for shift in SHIFTS]
WIDE = [
    (digit, frame, *RANDOM.integers(-6, 7, 2), step) for frame in (12, 16) for step in (4, 2, 1) for digit in DIGITS[:4]
]

CALCULATE = """async ([module, name, cases]) => {
  const { decode, forward, framed } = await import(module);
  const file = await (await fetch(new URL(`lab/${name}.json`, module))).json();
  const network = decode(file);
  return cases.map(([drawing, frame, down, right, step]) => {
    const ink = Float32Array.from(atob(drawing), (letter) => letter.charCodeAt(0) / 255);
    return Array.from(forward(network, framed(ink, frame, [right, down]), step).logits);
  });
}"""


@pytest.fixture(scope="module")
def calculate(browser, address):
    """Run a script with the lab's arithmetic."""
    page = browser.new_page()
    page.goto(f"{address}book/glossary.html")
    yield lambda script, *arguments: page.evaluate(script, [f"{address}_static/lab_network.mjs", *arguments])
    page.close()


def bytes_of(drawing):
    return b64encode(np.round(drawing * 255).astype(np.uint8).tobytes()).decode()


def python_logits(name, drawing, frame, down, right, step):
    rounded = np.round(drawing * 255) / 255
    return logits(load(name), framed(rounded[None], frame, down, right), step)[0]


def cases_of(name):
    cases = IN_PLACE + SCRIBBLES[:10] + (WIDE if name.endswith(("gap", "gap-shifts")) else [])
    return cases + (PUSHED + SCRIBBLES + ALL_SHIFTS if name in ("max-gap", "max-flatten") else [])


@every_network
def test_logits_are_those_of_the_same_weights_in_python(calculate, name):
    cases = cases_of(name)
    got = calculate(CALCULATE, name, [[bytes_of(case[0]), *map(int, case[1:])] for case in cases])
    expected = np.stack([python_logits(name, *case) for case in cases])
    assert np.ptp(expected, axis=0).min() > 0.01
    np.testing.assert_allclose(got, expected, atol=1e-4)


# With weights that are not negative, a number that grows makes all grow that depend on it.
PERTURB = """async ([module, name, step, [y, x]]) => {
  const { decode, forward, framed, seen } = await import(module);
  const network = decode(await (await fetch(new URL(`lab/${name}.json`, module))).json());
  network.layers.forEach((weights) => weights.forEach((weight, k) => (weights[k] = Math.abs(weight) + 0.01)));
  const drawing = new Float32Array(1024).map((_, k) => (k % 7) / 7);
  const before = forward(network, framed(drawing, 4), step).stages;
  drawing[(y - 4) * 32 + x - 4] = 100;
  const after = forward(network, framed(drawing, 4), step).stages;
  return before.map(({ map, name }, stage) => {
    const { width, channels, data } = map;
    const lit = Array.from({ length: width }, (_, k) => seen(before, stage, k)[0]);
    const changed = (place) => data
      .subarray(place * channels, (place + 1) * channels)
      .some((value, channel) => value !== after[stage].map.data[place * channels + channel]);
    const sees = (place) => lit[Math.floor(place / width)].includes(y) && lit[place % width].includes(x);
    const wrong = Array.from({ length: width * width }, (_, place) => place).filter((at) => changed(at) !== sees(at));
    return [name, wrong];
  });
}"""


ONE_OF_EACH_POOLING = {name.split("-")[0]: name for name in NETWORKS}.values()  # maps end before the head


@pytest.mark.parametrize("name", ONE_OF_EACH_POOLING)
@pytest.mark.parametrize("step", [4, 2, 1])
def test_exactly_the_cells_whose_receptive_field_holds_a_pixel_change_with_it(calculate, name, step):
    for pixel in ((17, 22), (4, 35), (30, 5)):
        stages = calculate(PERTURB, name, step, pixel)
        assert len(stages) in (4, 6) and [stage for stage in stages if stage[1]] == []


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_for_pages_without_scripts_is_drawn_from_the_same_weights(name):
    picture = (STORED.parent / f"{name}.svg").read_text(encoding="utf-8")
    stored, drawn = (svg.split("\n", 1) for svg in (picture, PICTURES[name]().svg()))
    assert stored[1] == drawn[1] and stored[0].split('"')[5] == drawn[0].split('"')[5]  # its description


def test_the_networks_to_choose_from_are_those_that_are_stored(browser, address):
    page = browser.new_page()
    page.goto(f"{address}book/glossary.html")
    names = page.evaluate(f"async () => (await import('{address}_static/lab_choices.mjs')).NETWORKS")
    assert sorted(names) == NETWORKS
    page.close()


# ---- in a browser ----


@pytest.fixture
def lab(visit):
    """Open the page of the lab, with its networks."""

    def lab(address="", **options):
        page = visit(f"book/lab.html{address}", **options)
        wait_for_answers(page)
        return page

    return lab


ANSWERED = """() => {
  const [first] = document.querySelector("pooling-lab").shadowRoot?.querySelectorAll(".answer b") ?? [];
  return /\\d/.test(first?.textContent);
}"""


def wait_for_answers(page):
    page.wait_for_function(ANSWERED)


def said(page):
    """What both networks answer."""
    return page.locator("pooling-lab .answer > b").all_inner_texts()


def strip(page):
    rows = page.locator(".strip tbody tr")
    return [rows.nth(k).locator("td b").all_inner_texts() for k in range(rows.count())]


ONE = [(0.5, 0.25), (0.5, 0.75)]  # a stroke, as shares of the pad


def draw(page, points=ONE):
    box = page.locator("#pad").bounding_box()
    (x, y), *others = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in points]
    page.mouse.move(x, y)
    page.mouse.down()
    for x, y in others:
        page.mouse.move(x, y, steps=8)
    page.mouse.up()


def test_a_drawing_with_the_mouse_is_answered_and_can_be_undone(lab):
    page = lab()
    page.get_by_role("button", name="Clear").click()
    assert said(page) == ["–", "–"]
    draw(page)
    assert all(answer in "0123456789" for answer in said(page))
    page.get_by_role("button", name="Undo").click()
    assert said(page) == ["–", "–"]


PIXELS = "canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data"


def test_a_stored_digit_goes_when_the_pen_comes_and_undo_brings_it_back(lab):
    page = lab()
    inked = (
        "canvas => canvas.getContext('2d').getImageData(0, 0, 40, 40).data.filter((v, k) => k % 4 === 3 && v).length"
    )
    draw(page, [(0.5, 0.3), (0.5, 0.31)])
    assert 5 < page.locator("#pad").evaluate(inked) < 25  # a dot
    assert page.locator("input[name=digit]:checked").count() == 0
    page.get_by_role("button", name="Undo").click()
    assert page.locator("input[value='8']:checked").count() == 1 and said(page) == ["4", "4"]


def test_a_finger_draws_and_the_page_stays(lab):
    page = lab(width=390, has_touch=True)
    page.get_by_role("button", name="Clear").tap()
    page.locator("#pad").scroll_into_view_if_needed()
    box, top = page.locator("#pad").bounding_box(), page.evaluate("scrollY")
    touch = page.context.new_cdp_session(page)
    ways = [("touchStart", 0.25), *(("touchMove", y) for y in (0.4, 0.6, 0.75))]
    for kind, y in ways:
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] * y}
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    wait_for_answers(page)
    assert page.evaluate("scrollY") == top
    assert page.locator("#pad").evaluate("pad => getComputedStyle(pad).touchAction") == "none"


def test_the_keyboard_chooses_a_digit_pushes_it_and_hears_the_answers(lab):
    page = lab()
    page.locator("input[name=digit]:checked").focus()
    page.keyboard.press("ArrowRight")
    page.locator("#pad").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    assert [len(answers) for answers in strip(page)] == [4, 4]
    page.keyboard.press("ArrowUp")
    assert [len(answers) for answers in strip(page)] == [3, 3]  # back along its way
    heard = page.locator(".card > [aria-live]")
    heard.filter(has_text="Pushed 2 right. Flatten says").wait_for(state="attached")
    assert re.search(r"Flatten says \d, .*% sure; GAP says \d, .*% sure", heard.text_content())


def test_the_answers_are_those_of_the_weights_in_python(lab):
    page = lab()
    for right in range(3):
        expected = [
            python_logits(f"max-{head}", DIGITS[8], frame, 0, right, 4).argmax() for head, frame in HEADS.items()
        ]
        assert said(page) == [str(digit) for digit in expected]
        page.locator("#pad").press("ArrowRight")


HEADS = {"flatten": 4, "gap": 16}


def test_an_empty_pad_gets_no_answer(lab):
    page = lab()
    page.get_by_role("button", name="Clear").click()
    assert said(page) == ["–", "–"] and page.get_by_text("Draw a digit here").is_visible()
    assert page.locator(".bars .share").all_inner_texts() == [""] * 20
    page.get_by_role("button", name="Sweep all shifts").click()
    assert page.locator(".grid span[class]").count() == 0


def test_a_sweep_asks_for_every_shift(lab):
    page = lab(reduced_motion="reduce")
    page.get_by_role("button", name="Sweep all shifts").click()
    kept = page.locator(".kept", has_text="of 169 pushes")
    kept.nth(1).wait_for()
    squares = page.locator('[data-network="1"] .grid span')
    expected = [python_logits("max-gap", DIGITS[8], 16, *shift, 4).argmax() for shift in SHIFTS]
    assert squares.all_inner_texts() == [str(digit) for digit in expected]
    count = sum(digit == expected[84] for digit in expected)
    assert kept.nth(1).inner_text() == f"still {expected[84]} after {count} of 169 pushes"


FILLED = "document.querySelector('pooling-lab').shadowRoot.querySelectorAll('.grid span[class]').length"
WATCH = f"""() => {{
  const heard = document.querySelector("pooling-lab").shadowRoot.querySelector(".card > [aria-live]");
  Object.assign(window, {{ counts: new Set(), said: [] }});
  const look = () => requestAnimationFrame(look, counts.add({FILLED}));
  look();
  new MutationObserver(() => said.push(heard.textContent)).observe(heard, {{ childList: true }});
}}"""


def show_shifts(page):
    page.locator(".shift-maps").scroll_into_view_if_needed()


def wait_for_sweep(page):
    page.locator(".kept", has_text="of 169 pushes").nth(1).wait_for()


@pytest.mark.parametrize("motion, counts", [("no-preference", range(3, 340)), ("reduce", [2])])
def test_all_shifts_are_swept_when_they_come_into_view_and_not_before(lab, motion, counts):
    page = lab(reduced_motion=motion)
    page.evaluate(WATCH)
    page.wait_for_timeout(700)
    assert page.evaluate(FILLED) == 0
    show_shifts(page)
    wait_for_sweep(page)
    assert page.evaluate("counts.size") in counts  # at once where readers want no motion
    assert [sentence.count("of 169 pushes") for sentence in page.evaluate("said")] == [2]


def test_a_new_drawing_is_swept_when_the_reader_says_so(lab):
    page = lab()
    show_shifts(page)
    wait_for_sweep(page)
    page.get_by_role("button", name="Clear").click()
    draw(page)
    show_shifts(page)
    page.wait_for_timeout(900)  # a reader seems to rest after 600 milliseconds
    assert page.evaluate(FILLED) == 0
    page.get_by_role("button", name="Sweep all shifts").click()
    wait_for_sweep(page)


PRESS = """() => {
  const pad = document.querySelector("pooling-lab").shadowRoot.querySelector("#pad");
  const press = () => {
    pad.dispatchEvent(new KeyboardEvent("keydown", { key: "Shift" }));
    window.presses = requestAnimationFrame(press);
  };
  press();
}"""


def test_a_sweep_that_nobody_asked_for_waits_until_the_reader_rests(lab):
    page = lab()
    page.evaluate(PRESS)
    show_shifts(page)
    page.wait_for_timeout(900)
    assert page.evaluate(FILLED) == 0
    page.evaluate("cancelAnimationFrame(presses)")
    wait_for_sweep(page)


def test_a_square_of_the_sweep_can_be_pointed_at_and_gone_to(lab):
    page = lab()
    square = page.locator('[data-network="0"] .grid span').nth(84 + 3)
    square.hover()
    page.locator(".pushed figcaption", has_text="pushed 3 right").first.wait_for()
    page.locator("#pad").hover()
    page.locator(".pushed figcaption", has_text="not pushed yet").first.wait_for()
    square.click()
    assert [len(answers) for answers in strip(page)] == [2, 2]


def test_the_sum_of_the_map_of_a_chosen_digit_is_its_score(lab):
    page = lab()
    page.locator('.network[data-network="1"] [data-digit="7"]').click()
    score = python_logits("max-gap", DIGITS[8], 16, 0, 0, 4)[7]
    told = page.locator('.votes [data-network="1"] .drawn figcaption').inner_text()
    assert float(told.split(": ")[1].replace("−", "-")) == pytest.approx(score, abs=0.006)
    assert "no class activation map" in page.locator('.votes [data-network="0"] .why').inner_text()


def test_strides_can_be_taken_out_and_then_no_push_changes_a_score(lab):
    page = lab()
    network = page.locator('.network[data-network="1"]')
    network.locator("summary").click()
    network.get_by_label("strides", exact=True).select_option("1")
    page.locator(".why", has_text="wherever the drawing stands").wait_for()
    page.locator("#pad").press("ArrowRight")
    drawn, pushed = page.locator('.votes [data-network="1"] figcaption').all_inner_texts()
    assert drawn.split("\n")[1] == pushed.split("\n")[1] != ""


def test_flatten_without_strides_says_why_it_has_no_answer(lab):
    page = lab()
    network = page.locator('.network[data-network="0"]')
    network.locator("summary").click()
    network.get_by_label("strides", exact=True).select_option("1")
    network.get_by_text("no answer: its weights are for maps of 10 × 10").wait_for()


def test_another_network_is_loaded_when_it_is_chosen_and_not_before(lab):
    page = lab()
    asked = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name.split('/').pop())")
    files = {name for name in asked if name.endswith(".json")}
    assert files == {"digits.json", "max-flatten.json", "max-gap.json"}
    page.locator('.network[data-network="1"] summary').click()
    offered = page.locator('.network[data-network="1"]').get_by_label("pooling", exact=True).locator("option")
    pools = {option.get_attribute("value") for option in offered.all()}
    assert pools == {name.split("-")[0] for name in NETWORKS}
    with page.expect_response("**/lab/average-gap.json"):
        page.locator('.network[data-network="1"]').get_by_label("pooling", exact=True).select_option("average")


def test_the_cell_that_the_keyboard_moves_lights_its_window_and_its_receptive_field(lab):
    page = lab()
    stage = page.locator('[data-stage="2"]')
    stage.locator("canvas.map").focus()
    page.keyboard.press("ArrowRight")
    assert stage.locator("figcaption").first.inner_text() == "has seen 4 × 4 pixels"
    pad, field = (page.locator(f".pad {part}").bounding_box() for part in ("canvas", ".field"))
    assert field["width"] == pytest.approx(pad["width"] / 10, abs=1)
    assert page.locator(".large .window:visible").count() == 1
    assert page.locator(".card > [aria-live]").text_content().count("has seen 4 × 4 pixels. max(") == 1
    numbers = [float(number) for number in re.findall(r"\d+\.\d+", stage.locator(".sum").inner_text())]
    assert len(numbers) == 5 and max(numbers[:4]) == numbers[4]


def test_a_pooling_shows_the_map_that_it_pools(lab):
    page = lab()
    page.locator('[data-stage="2"] [data-by="1"]').click()
    shown = [page.locator(f'[data-stage="{k}"] .large figcaption span').inner_text().split(":")[0] for k in (1, 2)]
    assert shown[0] == shown[1]
    page.locator('[data-stage="1"] canvas.maps').click(position={"x": 4, "y": 4})
    assert page.locator('[data-stage="2"] .large figcaption span').inner_text().startswith("map 1:")


def test_a_link_shows_what_was_seen(lab, visit):
    page = lab()
    page.get_by_role("button", name="Clear").click()
    draw(page)
    page.locator("#pad").press("ArrowLeft")
    page.get_by_role("button", name="Link").click()
    shares = page.locator(".bars .share").all_inner_texts()
    other = lab(page.url[page.url.index("#") :])
    assert other.locator(".strip th[scope=col]").last.inner_text().startswith("1←")
    assert said(other) == said(page) and shares[3] == other.locator(".bars .share").all_inner_texts()[3]


HOSTILE = [
    "#lab=0&digit=99",
    "#lab=0&digit=__proto__&a=constructor.toString.4.place&b=gap.max.4",
    "#lab=0&shift=9,0&drawing=AAAA",
    "#lab=0&drawing=%3Cimg%20src=x%20onerror=alert(1)%3E&a=%3Cb%3E",
    "#lab=9&digit=3",
    "#lab=0&a=flatten.none.4.place&b=gap.blur.4.shifts",
    "#%E0%A4%A",
]


def test_an_address_that_makes_no_sense_is_ignored(lab, address):
    page = lab()
    for hash in HOSTILE:
        page.goto("about:blank")
        page.goto(f"{address}book/lab.html{hash}")
        wait_for_answers(page)
        assert page.locator("input[value='8']:checked").count() == 1, hash
        assert page.locator(".network .sub").all_inner_texts() == ["max pooling"] * 2, hash
        assert [len(answers) for answers in strip(page)] == [1, 1], hash  # not pushed
        assert page.troubles == [], hash


def test_pictures_follow_the_colour_scheme(lab):
    page = lab()
    thumb = page.locator(".digits canvas").nth(8)
    opaque = f"{PIXELS}.filter((value, k, all) => k % 4 === 0 && all[k + 3] === 255)"
    brightest = f"canvas => Math.max(...{opaque})"
    light = [thumb.evaluate(brightest), page.locator("#pad").evaluate(brightest)]
    page.emulate_media(color_scheme="dark")
    page.locator("html[data-theme=dark]").wait_for()
    assert light == [31, 31] and [thumb.evaluate(brightest), page.locator("#pad").evaluate(brightest)] == [
        232,
        232,
    ]  # red of the ink


@pytest.mark.parametrize("width, scheme", [(360, "light"), (360, "dark"), (1280, "dark")])
def test_it_fits_and_can_be_used_by_everybody(lab, width, scheme):
    page = lab(width=width, scheme=scheme)
    page.locator("summary").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    card = "card => card.getBoundingClientRect().right <= innerWidth && card.scrollWidth === card.clientWidth"
    assert page.locator("pooling-lab .card").evaluate(card)
    assert Axe().run(page, context="pooling-lab").response["violations"] == []


def test_without_scripts_and_on_paper_a_picture_stands_there(visit, lab):
    picture = visit("book/lab.html", java_script_enabled=False).locator("pooling-lab img")
    assert picture.evaluate("image => image.naturalWidth") and picture.bounding_box()["width"] > 600
    page = lab()
    assert not page.locator("pooling-lab img").is_visible()
    page.emulate_media(media="print")
    assert page.locator("pooling-lab img").is_visible() and not page.locator("pooling-lab .card").is_visible()


def test_it_goes_on_without_a_network(lab):
    page = lab()
    page.context.set_offline(True)
    page.get_by_role("button", name="Clear").click()
    draw(page)
    assert all(answer in "0123456789" for answer in said(page)) and page.troubles == []


FAR = '<div style="height: 4000px"></div><pooling-lab digit="4"></pooling-lab>'


def test_nothing_is_loaded_before_it_comes_near(browser, address, watch):
    page = watch(browser.new_page())
    page.goto(f"{address}book/glossary.html")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(f'{FAR}<script type="module" src="{address}_static/lab.mjs"></script>')
    page.wait_for_function("customElements.get('pooling-lab') && document.querySelector('pooling-lab').shadowRoot")
    page.wait_for_timeout(300)
    assert [url for url in asked if url.endswith(".json")] == []
    height = page.evaluate("document.documentElement.scrollHeight")
    page.locator("pooling-lab").scroll_into_view_if_needed()
    wait_for_answers(page)
    assert page.evaluate("document.documentElement.scrollHeight") == height  # its height was reserved
    page.close()


def test_it_weighs_less_than_150_kib(lab):
    page = lab()
    weights = page.evaluate(WEIGHTS)
    own = {url: weight for url, weight in weights.items() if "/lab" in url.split("_static")[-1]}
    assert len(own) >= 8 and 40 < sum(own.values()) < 150, own


ROWS = {
    "Flatten": "max-flatten",
    "Flatten, also trained on pushed digits": "max-flatten-shifts",
    "global average": "max-gap",
}


@pytest.mark.parametrize("row, name", ROWS.items(), ids=ROWS.values())
def test_the_table_of_the_page_is_that_of_the_record(row, name):
    text = (ROOT / "book/lab.md").read_text(encoding="utf-8")
    cells = re.search(rf"^\| {row} \|(.*)\|$", text, re.MULTILINE)[1].split("|")
    pushed = 100 * recorded("lab")[name]["pushed"]
    assert [int(cell) for cell in cells] == pushed.mean(0).round().tolist() and len(pushed) == 5
    assert max(interval(pushed[:, push]) for push in range(7)) < 2.5
