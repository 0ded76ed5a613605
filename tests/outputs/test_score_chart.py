"""Chart of scores by method and split."""

import numpy as np
import pytest
from pictures import WARNING, assert_texts_are_apart, pixels

from smen.outputs.score_chart import Score, scores_figure


def scores():
    return [
        Score(method, split, value, value - 0.01, value + 0.02, dates)
        for split, dates in (("training", 64), ("validation", 16), ("test", 50))
        for method, value in (("SMEN", 0.034), ("SMAP 36 km", 0.061), ("36 km + mean training residual", 0.05))
    ] + [Score("without interval", "test", -0.02, dates=50), Score("none", "test", float("nan"))]


@pytest.fixture
def chart(tmp_path, drawn):
    scores_figure(tmp_path / "s.png", scores(), title="Tucson: error", label="ubRMSE (m³/m³)", highlight="SMEN")
    return drawn


def dots(axes):
    """Value, row and colour of each dot of a panel."""
    return [
        (line.get_xdata()[0], line.get_ydata()[0], line.get_color()) for line in axes.lines if line.get_marker() == "o"
    ]


def test_panels_are_splits_with_their_dates(chart):
    figure, boxes = chart[0]
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["training, 64 dates", "validation, 16 dates", "test, 50 dates"]
    assert {axes.get_xlabel() for axes in figure.axes} == {"ubRMSE (m³/m³)"}
    assert len({axes.get_xlim() for axes in figure.axes}) == 1
    words = [text.get_text() for text in boxes]
    assert words.count("0.034") == 3
    assert "−0.020" in words
    assert "nan" not in words
    assert_texts_are_apart(chart)


def test_rows_are_methods_the_first_on_top(chart):
    axes = chart[0][0].axes
    names = [label.get_text() for label in axes[0].get_yticklabels()]
    assert names == ["SMEN", "SMAP 36 km", "36 km + mean training residual", "without interval", "none"]
    assert not any(label.get_text() for label in axes[1].get_yticklabels())
    assert axes[0].get_ylim()[0] > axes[0].get_ylim()[1]
    assert [(x, y) for x, y, _ in dots(axes[2])] == [(0.034, 0), (0.061, 1), (0.05, 2), (-0.02, 3)]


def test_one_method_is_set_off(chart):
    colours = [colour for _, _, colour in dots(chart[0][0].axes[0])]
    assert colours[0] not in colours[1:]
    assert len(set(colours[1:])) == 1


def test_bars_are_intervals(chart):
    bars = [line for line in chart[0][0].axes[2].lines if len(line.get_xdata()) == 2 and line.get_alpha()]
    ends = [bar.get_xdata() for bar in bars]
    np.testing.assert_allclose(ends, [(0.024, 0.054), (0.051, 0.081), (0.04, 0.07)])


@pytest.mark.parametrize(
    ("values", "low"), [([0.1, 0.2], 0), ([-0.1, 0.2], -0.1 - 0.06 * 0.3), ([float("nan")], 0), ([0.0], 0)]
)
def test_the_axis_holds_zero_and_all_dots(tmp_path, drawn, values, low):
    scores_figure(tmp_path / "s.png", [Score(f"m{i}", "test", v) for i, v in enumerate(values)], title="x", label="y")
    left, right = drawn[0][0].axes[0].get_xlim()
    assert left == pytest.approx(low, abs=1e-12)
    assert right > max([v for v in values if np.isfinite(v)], default=0)


def test_unequal_numbers_of_dates_are_not_stated(tmp_path, drawn):
    rows = [Score("a", "test", 0.1, dates=5), Score("b", "test", 0.1, dates=6)]
    scores_figure(tmp_path / "s.png", rows, title="x", label="y")
    assert drawn[0][0].axes[0].get_title(loc="left") == "test"


@pytest.mark.parametrize("simulated", [True, False])
def test_only_simulated_data_are_labelled(tmp_path, simulated):
    scores_figure(tmp_path / "d.png", [Score("m", "test", 0.1)], title="x", label="y", simulated=simulated)
    assert (np.abs(pixels(tmp_path / "d.png") - WARNING) <= 1).all(axis=-1).any() == simulated


def test_no_scores_are_refused(tmp_path):
    with pytest.raises(ValueError, match="at least one"):
        scores_figure(tmp_path / "a.png", [], title="x", label="y")
