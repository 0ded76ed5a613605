"""Chart of the loss over a training's epochs."""

import numpy as np
import pytest
from pictures import WARNING, assert_texts_are_apart, pixels

from smen.outputs.training_chart import training_figure


def test_curves_count_epochs_from_1_and_the_kept_one_is_marked(tmp_path, drawn):
    curves = {"training": [1.0, 0.1, 0.05], "validation": [1.2, np.nan, 0.2]}
    training_figure(tmp_path / "t.png", curves, title="Tucson: training", label="loss (m³/m³)", best=2, simulated=True)
    (axes,) = drawn[0][0].axes
    assert axes.get_yscale() == "log"
    assert [list(line.get_xdata()) for line in axes.lines[:2]] == [[1, 2, 3]] * 2
    assert list(axes.lines[0].get_ydata()) == [1.0, 0.1, 0.05]
    assert list(axes.lines[2].get_xdata()) == [2, 2]
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["training", "validation", "kept: epoch 2"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "loss (m³/m³)")
    assert_texts_are_apart(drawn)


@pytest.mark.parametrize(
    ("losses", "scale"), [([1.0, 0.11], "linear"), ([1.0, 0.1], "log"), ([1.0, 0.0], "linear"), ([-1.0, 2.0], "linear")]
)
def test_the_scale_is_logarithmic_where_the_loss_falls_tenfold(tmp_path, drawn, losses, scale):
    training_figure(tmp_path / "t.png", {"training": losses}, title="x")
    assert drawn[0][0].axes[0].get_yscale() == scale


def test_logarithmic_ticks_are_plain_numbers(tmp_path, drawn):
    training_figure(tmp_path / "t.png", {"training": [1.0, 0.01]}, title="x")
    labels = {text.get_text() for text in drawn[0][1]}
    assert {"0.01", "0.1", "1"} <= labels


@pytest.mark.parametrize("curves", [{"training": [0.5]}, {"training": [np.nan, np.nan]}, {"training": [np.nan]}])
def test_odd_trainings_are_drawn(tmp_path, drawn, curves):
    training_figure(tmp_path / "t.png", curves, title="x", best=1)
    (axes,) = drawn[0][0].axes
    assert axes.get_yscale() == "linear"
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert ("kept: epoch 1" in labels) == (len(curves["training"]) > 1)


def test_a_fit_in_closed_form_has_one_dot_and_no_epochs(tmp_path, drawn):
    training_figure(tmp_path / "t.png", {"train": [0.4], "validation": [0.5]}, title="x", best=1)
    (axes,) = drawn[0][0].axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["closed form"]
    assert [line.get_marker() for line in axes.lines] == ["o", "o"]
    assert axes.get_ylim() == pytest.approx((0, 1.25 * 0.5))


def test_more_curves_than_colours_are_drawn(tmp_path, drawn):
    training_figure(tmp_path / "t.png", {f"c{i}": [1, 2] for i in range(9)}, title="x")
    colours = [line.get_color() for line in drawn[0][0].axes[0].lines]
    assert len(set(colours)) == 7
    assert colours[7:] == colours[:2]


@pytest.mark.parametrize("simulated", [True, False])
def test_only_simulated_data_are_labelled(tmp_path, simulated):
    training_figure(tmp_path / "c.png", {"training": [3, 2, 1]}, title="x", simulated=simulated)
    assert (np.abs(pixels(tmp_path / "c.png") - WARNING) <= 1).all(axis=-1).any() == simulated
