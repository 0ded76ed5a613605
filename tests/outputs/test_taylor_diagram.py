"""Taylor's diagram: where products stand in it."""

import numpy as np
import pytest
from pictures import WARNING, assert_texts_are_apart, pixels

from smen.errors import OutputError
from smen.outputs import figure_style
from smen.outputs.taylor_diagram import TaylorPoints, taylor_diagram


def draw(path, drawn, products, simulated=False):
    taylor_diagram(path, products, title="tucson", subtitle="Small dots: single stations.", simulated=simulated)
    figure, boxes = drawn[-1]
    return figure.axes[0], [text.get_text() for text in boxes]


def dots(axes, marker):
    """Angle (degrees), radius and colour of the dots of each product."""
    found = [line for line in axes.lines if line.get_marker() == marker]
    return [
        (np.degrees(line.get_xdata()).tolist(), np.asarray(line.get_ydata()).tolist(), line.get_color())
        for line in found
    ]


PRODUCTS = [
    TaylorPoints("SMEN (causal)", np.array([0.5, np.sqrt(0.5), np.nan]), np.array([1.0, 1.2, 1.0])),
    TaylorPoints("36 km", np.array([0.0, 0.5]), np.array([0.4, 0.6])),
]


def test_correlation_is_the_cosine_of_the_angle_and_spread_the_radius(tmp_path, drawn):
    axes, _ = draw(tmp_path / "t.png", drawn, PRODUCTS)
    (ours, coarse) = dots(axes, ".")
    assert ours[0] == pytest.approx([60, 45])  # the station without a correlation is left out
    assert ours[1] == pytest.approx([1.0, 1.2])
    assert coarse[0] == pytest.approx([90, 60])
    assert coarse[1] == pytest.approx([0.4, 0.6])
    assert [part[2] for part in (ours, coarse)] == list(figure_style.PALETTE[:2])


def test_large_dots_are_the_means_over_stations(tmp_path, drawn):
    axes, words = draw(tmp_path / "t.png", drawn, PRODUCTS)
    (ours, coarse) = dots(axes, "o")
    assert ours[0] == pytest.approx([np.degrees(np.arccos((0.5 + np.sqrt(0.5)) / 2))])
    assert (ours[1], coarse[1]) == (pytest.approx([1.1]), pytest.approx([0.5]))
    assert coarse[0] == pytest.approx([np.degrees(np.arccos(0.25))])
    assert {"tucson", "SMEN (causal)", "36 km", "station", "correlation", "spread over the station's"} < set(words)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["station", "SMEN (causal)", "36 km"]
    assert_texts_are_apart(drawn)


def test_means_at_one_place_are_all_seen(tmp_path, drawn):
    same = [TaylorPoints(f"p{i}", np.array([0.8]), np.array([1.0])) for i in range(5)]
    axes, _ = draw(tmp_path / "t.png", drawn, same)
    sizes = [line.get_markersize() for line in axes.lines if line.get_marker() == "o"]
    assert len(sizes) == 5 and (np.diff(sizes) < 0).all()


def test_what_lies_outside_is_drawn_at_the_edge(tmp_path, drawn):
    far = TaylorPoints("far", np.array([-0.3, 1.0]), np.array([0.5, 7.0]))
    axes, _ = draw(tmp_path / "t.png", drawn, [far])
    ((angle, radius, _),) = dots(axes, ".")
    assert angle == pytest.approx([90, 0])
    assert radius == [0.5, axes.get_rmax()] == [0.5, 2.0]


def test_the_frame_names_correlations_where_they_are(tmp_path, drawn):
    axes, _ = draw(tmp_path / "t.png", drawn, PRODUCTS)
    labels = {
        float(label.get_text()): tick for label, tick in zip(axes.get_xticklabels(), axes.get_xticks(), strict=True)
    }
    assert {0.0, 0.6, 0.9, 0.99, 1.0} < set(labels)
    assert np.cos(list(labels.values())) == pytest.approx(list(labels))
    ((angle, radius, _),) = dots(axes, "*")
    assert (angle, radius) == ([0], [1])


def test_circles_of_centred_error_lie_around_the_station(tmp_path, drawn):
    """Law of cosines: a point with correlation r and spread s errs by sqrt(1 + s**2 - 2 s r)."""
    axes, _ = draw(tmp_path / "t.png", drawn, PRODUCTS)
    circles = [line for line in axes.lines if line.get_linestyle() == ":"]
    errors = []
    for line in circles:
        angle, radius = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
        inside = np.isfinite(angle)
        error = np.sqrt(1 + radius**2 - 2 * radius * np.cos(angle))[inside]
        assert inside.sum() > 20 and np.ptp(error) < 1e-9
        errors.append(round(float(error[0]), 6))
    assert errors == [0.5, 1.0]


@pytest.mark.parametrize("products", [[], [TaylorPoints("none", np.full(2, np.nan), np.ones(2))]])
def test_without_a_correlation_there_is_the_frame_alone(tmp_path, drawn, products):
    axes, words = draw(tmp_path / "t.png", drawn, products)
    assert dots(axes, ".") == dots(axes, "o") == []
    assert "none" not in words and "station" in words


@pytest.mark.parametrize("simulated", [True, False])
def test_simulated_data_are_labelled(tmp_path, drawn, simulated):
    _, words = draw(tmp_path / "t.png", drawn, PRODUCTS, simulated)
    assert ("SIMULATED DATA" in words) == simulated
    assert (pixels(tmp_path / "t.png") == WARNING).all(axis=-1).any() == simulated


def test_a_figure_that_cannot_be_written_is_named(tmp_path, drawn):
    (tmp_path / "t.png").mkdir()
    with pytest.raises(OutputError, match=r"t\.png"):
        draw(tmp_path / "t.png", drawn, PRODUCTS)
