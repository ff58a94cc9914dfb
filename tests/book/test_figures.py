"""Figures: the numbers that are drawn, their colours, their size on a phone, their description."""

import re
import sys
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from poolkit import average_pool, figures, global_average_pool, max_pool, min_pool
from poolkit.figures import (
    charts,
    draw_bins,
    draw_box,
    draw_class_means,
    draw_clips,
    draw_conformance,
    draw_counts,
    draw_coverage,
    draw_curves,
    draw_defects,
    draw_ends,
    draw_flatten,
    draw_gates,
    draw_global_average,
    draw_gradients,
    draw_images,
    draw_learning_curves,
    draw_memory,
    draw_pooling,
    draw_product,
    draw_pyramid,
    draw_ratios,
    draw_reads,
    draw_row_major,
    draw_running_maxima,
    draw_seeds,
    draw_shares,
    draw_shift_maps,
    draw_signal,
    draw_six_steps,
    draw_sliding,
    draw_table,
    draw_trips,
    draw_windows,
)
from poolkit.figures.style import CELL, DARK, PHONE

X = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]])
MAPS = np.stack([X, 9 - X], axis=-1)
IMAGE = np.arange(12.0).reshape(3, 4)
FIGURES = {
    "pooling": lambda: draw_pooling(X, max_pool, 2),
    "pooling, same": lambda: draw_pooling(X, average_pool, 3, 1, "same", at=(0, 3)),
    "windows": lambda: draw_windows(7, 3, 2, "same"),
    "flatten": lambda: draw_flatten(MAPS[:2, :2]),
    "global average": lambda: draw_global_average(MAPS),
    "signal": lambda: draw_signal(np.arange(12.0), {"max": np.array([5.0, 11.0])}, 6, "volts"),
    "sliding": lambda: draw_sliding(b"a picture", (4, 6), {"a cat": [0.5, 0.25, 0.75], "a dog": [0, 0, 0.25]}, 4),
    "curves": lambda: draw_curves([0.1, 1, 100], {"one": [1.0, 2.0, 4.0]}, "p", {"most": 4}),
    "gradients": lambda: draw_gradients(X, np.arange(1, 10).reshape(3, 3), max_pool, 2, 1, at=(1, 0)),
    "shares": lambda: draw_shares([1, 3], {"average": [0.5, 0.5], "max": [0, 1]}),
    "shares of vectors": lambda: draw_shares([[1, 0], [3, 4]], {"mean": [0.5, 0.5]}, "words"),
    "gates": lambda: draw_gates(MAPS[:2, :2], MAPS[:2, :2] * [1, 0.5], ["one", "two"]),
    "learning curves": lambda: draw_learning_curves([50, 1400], {"one": [[0.5, 0.75], [0.25, 1]]}, "accuracy"),
    "seeds": lambda: draw_seeds({"one": [0.5, 0.75], "two": [1, 1]}),
    "shift maps": lambda: draw_shift_maps({"one": [[0, 0, 0], [0, 1, 0], [0, 0, 0.5]]}),
    "ratios": lambda: draw_ratios(
        {"forward": {"one thread": [0.3, 2.0], "two": [4]}, "back": {"one": [1]}}, "times as long"
    ),
    "memory": lambda: draw_memory(X, 2, at=(1, 2)),
    "reads": lambda: draw_reads({"first": [0, 1, 3], "then": [4, 5]}, {"map": 4, "between": 2}),
    "trips": lambda: draw_trips(operations=4, blocks=3, held=1),
    "running maxima": lambda: draw_running_maxima([3, 1, 4, 1, 5, 9], 3, at=1),
    "product": lambda: draw_product([[0.5, 0.5, 0], [0, 0.5, 0.5]], [1, 5, 2]),
    "counts": lambda: draw_counts({"many": 5120, "few": 64}),
    "parts": lambda: draw_counts({"many": 512, "few": 64}, {"many": 128, "few": 64}, "far away"),
    "class means": lambda: draw_class_means(b"a picture", {"cat": [[2, 4]], "cup": [[0, -1]]}),
    "six steps": lambda: draw_six_steps(X[:2, :2]),
    "ends": lambda: draw_ends({"a network": [("maps", (7, 7, 64), 0), ("mean", (64,), 0), ("dense", (10,), 650)]}),
    "row major": lambda: draw_row_major(MAPS[:2, :2]),
    "bins": lambda: draw_bins(5, 3),
    "box": lambda: draw_box(6, {"rounded": ([1, 3, 5], [1.5, 3.5]), "aligned": ([1.25, 3.25, 5.25], [1.75, 3.75])}),
    "coverage": lambda: draw_coverage({"stride 1": (3, 2, 1), "stride 2": (3, 2, 2)}),
    "pyramid": lambda: draw_pyramid(X, (1, 2)),
}


def texts(figure):
    return re.findall(r"<text[^>]*>([^<]*)</text>", figure.svg())


def test_max_pooling_shows_input_output_and_calculation():
    numbers = ["2", "2", "7", "3", "9", "4", "6", "1", "8", "5", "2", "4", "3", "1", "2", "6"]
    assert texts(draw_pooling(X, max_pool, 2)) == ["input", *numbers, "output", *"9786", "max(2, 2, 9, 4) = 9"]


@pytest.mark.parametrize(
    "pool, at, size, calculation",
    [
        (max_pool, (1, 1), 2, "max(2, 4, 2, 6) = 6"),
        (min_pool, (0, 1), 2, "min(7, 3, 6, 1) = 1"),
        (average_pool, (0, 0), 2, "(2 + 2 + 9 + 4) / 4 = 4.25"),
        (average_pool, (0, 0), 4, "65 / 16 = 4.0625"),
        (max_pool, (0, 0), 4, "max of 16 numbers = 9"),
    ],
)
def test_the_calculation_is_that_of_the_window_asked_for(pool, at, size, calculation):
    assert texts(draw_pooling(X, pool, size, at=at))[-1] == calculation


def test_a_window_over_the_border_calculates_with_real_elements_only():
    assert texts(FIGURES["pooling, same"]())[-1] == "(7 + 3 + 6 + 1) / 4 = 4.25"


def test_windows_are_described_by_the_positions_they_see():
    alt = draw_windows(8, 3, 2, "same").alt
    assert alt.endswith("window 0 sees 0 to 2; window 1 sees 2 to 4; window 2 sees 4 to 6; window 3 sees 6 to 7")


def test_bins_of_a_box_begin_inside_a_cell_and_are_described():
    figure = FIGURES["box"]()
    assert f'x="{8 + 1.25 * 34:g}"' in figure.svg() and figure.alt.endswith("aligned: 3.75 from 3.25 to 5.25")


def test_flatten_shows_the_vector_in_row_major_order():
    assert texts(draw_flatten(MAPS[:2, :2]))[-8:] == ["2", "7", "2", "7", "9", "0", "4", "5"]


def test_global_average_shows_one_mean_a_map():
    assert texts(draw_global_average(MAPS))[-2:] == ["4.0625", "4.9375"]


def test_counts_show_their_numbers_and_the_longest_bar_is_the_largest():
    figure = draw_counts({"many": 5120, "few": 64})
    widths = [float(width) for width in re.findall(r'<rect [^>]* width="([^"]+)"', figure.svg())]
    assert sorted(texts(figure)) == ["5,120", "64", "few", "many"]
    assert np.isclose(widths[0] / widths[1], 5120 / 64)


def test_a_part_is_marked_at_the_beginning_of_its_bar():
    figure = FIGURES["parts"]()
    (_, many), (_, few), _ = marked(figure)
    assert texts(figure) == ["many", "128 of 512", "few", "64 of 64", "far away"] and many == pytest.approx(2 * few)
    assert figure.alt == "Bars: many, 128 of 512 far away; few, 64 of 64 far away"


def test_gradients_show_both_ways_and_what_one_element_adds_up():
    shown = texts(draw_gradients(X, [[10, 20], [30, 40]], average_pool, 2, at=(0, 2)))
    back = ["2.5", "2.5", "5", "5", "2.5", "2.5", "5", "5", "7.5", "7.5", "10", "10", "7.5", "7.5", "10", "10"]
    assert shown[17:22] == ["output", "4.25", "4.25", "4.25", "3.5"]
    assert shown[22:] == ["dx", *back, "dy", "10", "20", "30", "40", "dx[0, 2] = 5"]


def test_gradients_of_windows_that_overlap_are_shown_as_a_sum():
    assert texts(FIGURES["gradients"]())[-1] == "dx[1, 0] = 1 + 4 = 5"


def test_gradients_of_a_global_pooling_come_from_one_number():
    shown = texts(draw_gradients(X, [[16]], global_average_pool, keepdims=True))
    assert shown[-2:] == ["16", "dx[0, 0] = 1"]


def test_shares_add_up_to_the_output_beside_them():
    assert texts(FIGURES["shares"]())[4:] == ["50%", "50%", "average", "2", "0%", "100%", "max", "3"]


def test_shares_of_vectors_add_up_to_a_vector():
    figure = FIGURES["shares of vectors"]()
    assert texts(figure) == ["words", "output", "1, 0", "3, 4", "50%", "50%", "mean", "2, 2"]
    assert figure.alt == "The shares of (1, 0), (3, 4) in each output. mean: 50%, 50%."


def test_gates_are_what_each_map_was_multiplied_by():
    shown = texts(FIGURES["gates"]())[1:]
    assert shown[:11] == ["one", *"2294", "mean 4.25", "× 1", *"2294"]
    assert shown[11:] == ["two", *"7705", "mean 4.75", "× 0.5", "3.5", "3.5", "0", "2.5"]


def test_curves_keep_their_values_and_levels():
    lines = FIGURES["curves"]().axes[0].lines
    assert [list(line.get_ydata()) for line in lines] == [[4, 4], [1, 2, 4]]


def test_a_level_of_a_picture_changes_nothing_but_its_bytes():
    """Another processor may round it otherwise, and stored outputs are compared as text."""
    drawn = []
    for level in (0.5, 0.51):
        chart = charts.Chart(100, 100, "A picture")
        chart.add_axes((0, 0, 1, 1)).imshow([[0, level], [1, 0]], clip_on=True)
        drawn.append(chart.svg())
    bare = {re.sub('base64,[^"]+', "", svg) for svg in drawn}
    assert drawn[0] != drawn[1] and len(bare) == 1 and "clip-path" in bare.pop()


def test_a_sliding_square_is_drawn_at_both_ends_over_the_probabilities():
    svg = FIGURES["sliding"]().svg()
    frames = [float(left) * 6 / 440 for left in re.findall(r'<rect x="([\d.]+)"', svg)]
    assert np.allclose(frames, [2, 2, 0, 0], atol=0.05)
    heights = [float(point.split(",")[1]) for point in re.findall(r'points="([^"]+)', svg)[0].split()]
    assert heights[0] - heights[2] == pytest.approx(heights[1] - heights[0])
    assert "a cat from 25% to 75%, by up to 50% in one step; a dog from 0% to 25%" in svg


def test_learning_curves_show_the_mean_of_the_runs_over_least_and_most():
    figure = FIGURES["learning curves"]()
    assert list(figure.axes[0].lines[0].get_ydata()) == [37.5, 87.5]
    assert {y for _, y in figure.axes[0].collections[0].get_paths()[0].vertices} == {25, 50, 75, 100}
    assert figure.alt.endswith("one 38, 88.")


def test_seeds_show_each_run_and_the_mean():
    figure = FIGURES["seeds"]()
    assert texts(figure)[:4] == ["one", "62.5%", "two", "100.0%"]
    assert re.findall(r'<circle cx="([^"]+)"', figure.svg()) == ["143.0", "210.5", "278.0", "278.0"]


def test_shift_maps_print_each_share_in_percent():
    figure = FIGURES["shift maps"]()
    assert texts(figure)[1:10] == ["0", "0", "0", "0", "100", "0", "0", "0", "50"]
    assert "100% without a shift, 17% on average" in figure.alt


def test_images_keep_their_pixels_and_are_so_large_that_no_viewer_blurs_them():
    html = draw_images({"one": IMAGE}, "Gets brighter.", value_range=(0, 255))._repr_html_()
    image = Image.open(BytesIO(b64decode(re.search('base64,([^"]+)', html)[1])))
    assert image.size == (240, 180)
    assert np.array_equal(np.asarray(image)[:, :, 0], IMAGE.repeat(60, 0).repeat(60, 1))


def test_clips_side_by_side_keep_in_step():
    clips = {"many": np.arange(48).reshape(4, 3, 4), "few": np.arange(24).reshape(2, 3, 4)}
    html = draw_clips(clips, "They get brighter.", seconds=2)._repr_html_()
    strips = [Image.open(BytesIO(b64decode(png))) for png in re.findall(' src="data:image/png;base64,([^"]+)', html)]
    assert [strip.size for strip in strips] == [(80, 240), (160, 240)]
    assert re.findall(r"aspect-ratio:4/3;.*?steps\((\d),jump-none\)", html) == ["4", "2"]
    assert html.count("animation-duration:2s") == 2 and "> Pause</label>" in html


@pytest.mark.parametrize("columns, least", [(1, 683), (2, 333), (4, 158)])
def test_images_are_as_wide_together_as_the_text(columns, least):
    pictures = draw_images({"one": IMAGE, "two": IMAGE}, "Get brighter.", columns)
    assert f"minmax(min(100%,{least}px),1fr)" in pictures._repr_html_()
    assert pictures.alt == "Get brighter. Sizes: one: 3 by 4, two: 3 by 4."


def test_rows_of_images_can_stay_rows_on_a_phone():
    html = draw_images({"one": IMAGE, "two": IMAGE}, "Get brighter.", wrap=False)._repr_html_()
    assert "grid-template-columns:repeat(2,minmax(0,1fr))" in html and "<figcaption><b>" in html


def test_signals_keep_their_values():
    axes = FIGURES["signal"]().axes[0]
    assert np.array_equal(axes.lines[0].get_ydata(), np.arange(12.0))
    assert np.array_equal(axes.patches[0].get_data().values, [5.0, 11.0])


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES)
def test_a_figure_has_its_size_dark_colours_large_letters_and_a_description_and_is_the_same_when_drawn_again(draw):
    figure = draw()
    svg = figure.svg()
    assert draw().svg() == svg
    # Cells of 56 pixels, and never wider than the text.
    assert f'style="width:{figure.width * figure.scale:g}px;max-width:100%' in figure._repr_html_()
    assert figure.scale in (1, 56 / CELL) and "max-width:100%" in svg
    # Every colour has a dark form.
    bare = re.sub(r"light-dark\([^)]*\)|data:image[^\"]*|url\(#[^)]*\)", "", svg)
    assert not re.findall(r"(?:fill|stroke): ?#[0-9a-f]{3,6}", bare)
    # Letters are at least nine pixels high on a phone.
    width = float(re.search(r'viewBox="0 0 (\S+)', svg)[1])
    smallest = min(map(float, re.findall(r"font-size: ([\d.]+)px", svg)))
    assert smallest * min(1, (PHONE - 20) / width) >= 9
    # It is described.
    assert f'role="img" aria-label="{figure.alt}"' in svg
    assert len(figure.alt) > 20


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


INK, MUTED, _, INPUT, _, WINDOW, _, OUTPUT, _ = DARK


@pytest.mark.parametrize("ground", [INPUT, WINDOW, OUTPUT])
def test_numbers_stand_out_from_their_cells_in_light_and_dark(ground):
    assert min(contrast(INK, ground), contrast(DARK[INK], DARK[ground])) >= 7


def test_titles_stand_out_from_the_page_in_light_and_dark():
    assert min(contrast(MUTED, "#ffffff"), contrast(DARK[MUTED], "#14181e")) >= 4.5


TABLE = {
    "date": "2026-11-23",
    "versions": {"one": {"one": "1.0"}, "two on four": {"two": "2.0", "four": "4.0"}, "three": {"three": "3.0"}},
    "questions": [
        {
            "topic": "NaN",
            "question": "maximum of NaN 1",
            "right": "NaN",
            "answers": {"one": "agrees", "two on four": "gives 1", "three": "refuses"},
            "threads": {"two on four": "owner/name#7"},
        }
    ],
    "defects": [
        {"where": "a", "what": "b < c", "confirmed": there, "seen": "d", "versions": {"One": "1.0"}, "thread": ""}
        for there in (True, False)
    ],
}


def cells(table):
    return re.findall(r"<td[^>]*>(.*?)</td>", table._repr_html_())


def test_the_table_of_answers_says_who_deviates_and_how():
    link = '<a href="https://github.com/owner/name/issues/7">owner/name#7</a>'
    assert cells(draw_conformance(TABLE)) == ["yes", "no", "–", f"<div>two 2.0 on four 4.0 gives 1 ({link})</div>"]
    assert "2026-11-23" in draw_conformance(TABLE)._repr_html_()


def test_the_table_of_defects_says_which_are_still_there():
    assert cells(draw_defects(TABLE)) == ["yes", "not here"]
    assert "b &lt; c" in draw_defects(TABLE)._repr_html_()


def test_every_row_and_column_of_a_table_has_a_header():
    html = draw_conformance(TABLE)._repr_html_()
    assert html.count('scope="col"') == 4 and html.count('scope="row"') == 1


def test_ratios_stand_right_of_one_if_they_are_above_it():
    svg = draw_ratios({"forward": {"one thread": [0.25, 1, 4]}}, "times as long").svg()
    slower, even, faster = (float(x) for x in re.findall(r'<circle cx="([\d.]+)"', svg))
    assert even - slower == pytest.approx(faster - even, abs=0.1) and faster > even
    assert "mean 1.00, lowest 0.25" in svg
    assert re.findall(r'<circle[^>]* style="fill: light-dark\((#\w+)', svg) == [WINDOW, OUTPUT, OUTPUT]


def marked(figure):
    """The left edges and the widths of what is marked, in the order of drawing."""
    bars = re.findall(rf'<rect x="([\d.]+)"[^>]* width="([\d.]+)"[^>]*fill: light-dark\({WINDOW},', figure.svg())
    return [(float(left), float(width)) for left, width in bars]


def test_a_window_is_marked_in_the_map_and_in_memory():
    figure = FIGURES["memory"]()
    assert figure.alt.endswith("the numbers of the window lie at 6 to 7, 10 to 11.")
    in_memory = [round((left - 4) / (PHONE - 8) * 16) for left, _ in marked(figure)[4:]]
    assert len(marked(figure)) == 8 and in_memory == [6, 7, 10, 11]


def test_neighbours_are_read_in_one_run_and_other_arrays_lie_behind_a_gap():
    (first, two), (fourth, one), (behind, pair) = marked(FIGURES["reads"]())
    assert two == pair == pytest.approx(2 * one) and fourth == pytest.approx(first + 3 * one)
    assert behind > fourth + one


@pytest.mark.parametrize("held, trips", [(1, [12, 3]), (2, [12, 3]), (3, [3, 3])])
def test_a_block_is_fetched_again_if_the_cache_lost_it(held, trips):
    shown = texts(draw_trips(operations=4, blocks=3, held=held))
    assert [int(text.split()[0]) for text in shown if "trips" in text] == trips
    assert shown.count("memory") == sum(trips) and shown.count("cache") == 24 - sum(trips)


def test_a_window_is_the_end_of_one_stretch_and_the_beginning_of_the_next():
    shown = texts(FIGURES["running maxima"]())
    assert shown[8:14] == ["3", "3", "4", "1", "5", "9"] and shown[15:21] == ["4", "4", "4", "9", "9", "9"]
    assert shown[-1] == "max(4, 1) = 4"


def test_a_product_shows_the_matrix_and_both_vectors():
    matrix = ["0.5", "0.5", "0", "0", "0.5", "0.5"]
    assert texts(FIGURES["product"]()) == ["the matrix", *matrix, "x", "1", "5", "2", "y", "3", "3.5", "·", "="]
    assert texts(draw_product([[2]], [1], ("dy", "dx"), "its transpose"))[0] == "its transpose"


@pytest.mark.parametrize("names, fills", [(("x", "y"), [INPUT, OUTPUT]), (("dy", "dx"), [OUTPUT, INPUT])])
def test_a_gradient_keeps_the_colour_of_what_it_belongs_to(names, fills):
    svg = draw_product([[2]], [1], names).svg()
    assert re.findall(r"fill: light-dark\((#\w+), [^)]*\); stroke:", svg)[1:] == fills


def test_a_table_sets_numbers_to_the_right():
    html = draw_table("What it took.", ["step", "ns"], [["a <b>", 1.5]])._repr_html_()
    left = 'style="text-align:left"'
    assert f"<th {left}>step</th><th class=number>ns</th>" in html
    assert f"<td {left}>a &lt;b&gt;</td><td class=number>1.5</td>" in html


def test_a_chart_without_matplotlib_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "poolkit.figures.charts")
    with pytest.raises(ImportError, match=r"pip install 'poolkit\[figures\]'"):
        _ = figures.draw_curves


def test_class_means_are_below_their_maps():
    assert texts(FIGURES["class means"]())[-4:] == ["cat", "mean 3.0", "cup", "mean −0.5"]
    assert FIGURES["class means"]().alt.endswith("cat: mean 3.0; cup: mean -0.5.")


def frames(figure):
    return [
        re.findall(r"<text[^>]*>([^<]*)</text>", frame) for frame in re.findall('class="frame".*?</g>', figure.svg())
    ]


def test_six_steps_add_one_value_a_frame_and_divide_at_the_end():
    values = [["0", "0", ""], ["2", "1", ""], ["4", "2", ""], ["13", "3", ""], ["17", "4", ""]]
    assert frames(FIGURES["six steps"]()) == [*values, ["17", "4", "17 / 4"], ["17", "4", "4.25"]]


def test_a_film_shows_its_last_frame_alone_where_nothing_moves():
    svg = FIGURES["six steps"]().svg()
    assert re.findall(r'visibility="(\w+)"', svg) == ["hidden"] * 6 + ["visible"]
    assert "animation:" not in svg


def test_a_film_moves_unless_the_reader_wants_no_motion_and_can_be_paused():
    still, moving = (
        FIGURES["six steps"]()._repr_html_().split("@media screen and (prefers-reduced-motion:no-preference){")
    )
    assert "animation:" not in still and "6.3s step-end infinite" in moving
    assert ":has(input:checked) svg .frame{animation-play-state:paused}" in moving


def test_ends_tell_sizes_and_parameters():
    shown = texts(FIGURES["ends"]())
    assert shown[2:5] == ["maps", "7 × 7 × 64", "no parameter"] and shown[-3:] == ["dense", "10", "650"]


def test_the_longer_row_is_the_higher_bar():
    svg = draw_ends({"one": [("a", (400,), 0), ("b", (100,), 0)]}).svg()
    high, low = (float(height) for height in re.findall(r'<rect[^>]* height="([\d.]+)"', svg))
    assert high == pytest.approx(2 * low)


def test_the_walk_of_flatten_marks_every_number_of_the_first_map_twice():
    assert len(marked(draw_row_major(np.arange(12).reshape(2, 2, 3)))) == 8
    assert texts(FIGURES["row major"]())[-16::2] == ["2", "7", "2", "7", "9", "0", "4", "5"]


def test_bins_tell_their_lengths():
    assert texts(FIGURES["bins"]())[5:] == ["bin 0: 2 long", "bin 1: 3 long", "bin 2: 2 long"]
    assert "bin 0 sees 0 to 1; bin 1 sees 1 to 3; bin 2 sees 3 to 4" in FIGURES["bins"]().alt


def test_coverage_counts_the_windows_that_see_each_element():
    shown = texts(FIGURES["coverage"]())
    assert shown[1:11] == ["2 × 2 out; seen: 9 of 9", *"121242121"]
    assert shown[12:] == ["1 × 1 out; seen: 4 of 9", *"110110000"]


def test_a_pyramid_joins_the_maxima_of_all_levels():
    shown = texts(FIGURES["pyramid"]())
    assert shown[-1] == "1 + 4 = 5 numbers"
    assert shown.count("9") == 4 and [shown.count(value) for value in "786"] == [2, 2, 2]
