import pytest
from matplotlib.figure import Figure

from smen.paper.interval_panel import IntervalPanel, interval_text
from smen.paper.wording import width
from smen.scores.intervals import Interval

NAN = float("nan")
ROWS = [Interval(0.03, 0.02, 0.05, 9), Interval(-0.01, -0.02, 0.01, 9), Interval(NAN, NAN, NAN, 0)]
MARKS = [("#0072b2", "o"), ("#d55e00", "*"), ("#767676", "D")]


def drawn(rows, from_zero=False):
    axes = Figure().add_axes((0, 0, 1, 1))
    IntervalPanel("Error", "ubRMSE (m³/m³)", rows, [""] * len(rows), from_zero).draw(axes, MARKS[: len(rows)])
    return axes


def test_each_row_has_its_bar_and_its_dot():
    axes = drawn(ROWS)
    bars, dots = axes.lines[0::2], axes.lines[1::2]
    assert [list(bar.get_xdata()) for bar in bars[:2]] == [[0.02, 0.05], [-0.02, 0.01]]
    assert [list(bar.get_ydata()) for bar in bars] == [[0, 0], [1, 1], [2, 2]]
    assert [dot.get_xdata()[0] for dot in dots[:2]] == [0.03, -0.01]
    assert [(dot.get_color(), dot.get_marker()) for dot in dots] == MARKS
    assert dots[1].get_markersize() > dots[0].get_markersize()  # a star looks smaller than a dot of its size
    assert axes.get_title(loc="left") == "Error" and axes.get_xlabel() == "ubRMSE (m³/m³)"


def test_the_axis_holds_every_interval_and_zero_where_it_is_asked_for():
    low, high = drawn(ROWS[:1]).get_xlim()
    assert 0.015 < low < 0.02 and 0.05 < high < 0.055
    low, high = drawn(ROWS[:1], from_zero=True).get_xlim()
    assert low < 0 < 0.05 < high


@pytest.mark.parametrize("rows", [[ROWS[2]], [Interval(0.0, 0.0, 0.0, 3)], [Interval(0.3, NAN, NAN, 1)]])
def test_an_axis_has_a_width_even_where_nothing_varies(rows):
    low, high = drawn(rows).get_xlim()
    assert high - low >= 2e-3


def test_the_first_row_is_on_top():
    bottom, top = drawn(ROWS).get_ylim()
    assert bottom > 2 > 0 > top


def test_a_value_with_its_interval_as_text():
    written = "{:.2f}".format
    assert interval_text(Interval(0.03, 0.02, 0.05, 9), written) == "0.03 (0.02, 0.05)"
    assert interval_text(Interval(0.03, NAN, NAN, 1), written) == "0.03"
    assert interval_text(Interval(NAN, NAN, NAN, 0), written) == "–"


def test_the_room_for_the_texts_is_that_of_the_longest():
    texts = ["0.03", "0.03 (0.02, 0.05)"]
    panel = IntervalPanel("", "", ROWS[:2], texts, False)
    assert panel.text_width == pytest.approx(0.1 + width(texts[1], 7.5))
