"""Example dates of a region beside what they were made from."""

from dataclasses import replace

import numpy as np
import pytest
from pictures import WARNING, assert_texts_are_apart, pixels

from smen.errors import OutputError
from smen.grid import Window
from smen.outputs.colours import ERROR, SOIL_MOISTURE
from smen.outputs.example_figure import ExampleDate, region_figure

GENEVA = Window.centred_on(6.14, 46.2, 100, 100)
FIJI = Window.centred_on(178.9, -18.1, 60, 90)
SMALL = Window.centred_on(6.14, 46.2, 12, 12)


def example(window, month=7, truth=True, target=True):
    rng = np.random.default_rng(month)
    fields = rng.uniform(0.05, 0.45, (4, *window.shape))
    fields[1, :, window.width // 2 :] = np.nan
    time = np.datetime64(f"2018-{month:02d}-04T11:59:59")
    note = "ubRMSE 0.034\nbias +0.004"
    return ExampleDate(
        time, "D", fields[0], fields[1] if target else None, fields[2], fields[3] if truth else None, note
    )


def texts(drawn):
    return [text.get_text() for text in drawn[0][1]]


@pytest.mark.parametrize(("truth", "columns"), [(True, 6), (False, 4)])
@pytest.mark.parametrize("window", [GENEVA, FIJI], ids=["Geneva", "Fiji"])
def test_it_has_a_row_for_each_date_and_a_column_for_each_field(tmp_path, drawn, window, truth, columns):
    examples = [example(window, 3, truth), example(window, 5, truth, target=False), example(window, 11, truth)]
    region_figure(tmp_path / "r.png", window, examples, region="Suva", simulated=True)
    assert len(drawn[0][0].axes) == 3 * columns + 2  # two colour bars
    words = texts(drawn)
    assert words.count("none on\nthis date") == 2
    for expected in ("SIMULATED DATA", "2018-05-04", "11:59 UTC\ndescending", "Suva: soil moisture at 3 km"):
        assert expected in words
    assert ("Simulated truth" in words) == truth
    assert_texts_are_apart(drawn)


def test_columns_stand_in_their_order_with_their_colours(tmp_path, drawn):
    region_figure(tmp_path / "r.png", SMALL, [example(SMALL)], region="x", simulated=False)
    panels = [axes for axes in drawn[0][0].axes if axes.images]
    assert [axes.get_title() for axes in panels] == [
        "SMAP 36 km", "3 km product", "Estimate", "Simulated truth", "Estimate − product", "Estimate − truth",
    ]  # fmt: skip
    limits = [axes.images[0].get_clim() for axes in panels]
    assert limits == [(SOIL_MOISTURE.low, SOIL_MOISTURE.high)] * 4 + [(ERROR.low, ERROR.high)] * 2
    lefts = [axes.get_position().x0 for axes in panels]
    gaps = np.diff(lefts)
    assert gaps[3] > gaps[0] == pytest.approx(gaps[1])  # the errors stand apart


def test_errors_are_estimate_minus_reference(tmp_path, drawn):
    wet = ExampleDate(np.datetime64("2018-01-01"), "A", *(np.full(SMALL.shape, v) for v in (0.1, 0.2, 0.29, 0.35)))
    region_figure(tmp_path / "r.png", SMALL, [wet], region="x", simulated=True)
    images = [axes.images[0].get_array().mean() for axes in drawn[0][0].axes if axes.images]
    assert images[:6] == pytest.approx([0.1, 0.2, 0.29, 0.35, 0.09, -0.06])


def test_each_colour_bar_covers_the_fields_in_its_colours(tmp_path, drawn):
    wet = np.full(SMALL.shape, 0.7)  # beyond the range of moisture; the error of 0.5 is beyond that of errors
    one = ExampleDate(np.datetime64("2018-01-01"), "A", wet, wet - 0.5, wet)
    region_figure(tmp_path / "r.png", SMALL, [one], region="x", simulated=True)
    moisture, error = (axes for axes in drawn[0][0].axes if not axes.images)
    assert moisture.get_xlabel() == "Soil moisture (m³/m³)"
    assert error.get_xlabel().startswith("Error (m³/m³)")
    assert (moisture._colorbar.extend, error._colorbar.extend) == ("max", "max")


@pytest.mark.parametrize(("months", "period"), [([7], "2018-07-04."), ([11, 3], "2018-03-04 to 2018-11-04.")])
def test_the_subtitle_gives_size_and_period(tmp_path, drawn, months, period):
    examples = [example(FIJI, month, truth=False) for month in months]
    region_figure(tmp_path / "r.png", FIJI, examples, region="x", simulated=False)
    (subtitle,) = (text for text in texts(drawn) if "cells" in text)
    assert "90 × 60 cells" in subtitle
    assert period in subtitle
    width, height = (float(v) for v in subtitle.split(" km")[0].split(" × "))
    # cells of equal area: 3.0027 km squared
    assert width * height == pytest.approx(60 * 90 * 3.00268507**2, rel=0.01)


@pytest.mark.parametrize("simulated", [True, False])
def test_only_simulated_data_are_labelled(tmp_path, simulated):
    region_figure(tmp_path / "r.png", SMALL, [example(SMALL, truth=False)], region="x", simulated=simulated)
    assert (np.abs(pixels(tmp_path / "r.png") - WARNING) <= 1).all(axis=-1).any() == simulated


def test_the_same_arguments_give_the_same_bytes(tmp_path):
    for name in "ab":
        region_figure(tmp_path / f"{name}.png", SMALL, [example(SMALL, truth=False)], region="Suva", simulated=True)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_what_cannot_be_drawn_is_refused(tmp_path):
    with pytest.raises(ValueError, match="at least one"):
        region_figure(tmp_path / "a.png", SMALL, [], region="x", simulated=False)
    with pytest.raises(ValueError, match="shape"):
        wrong = replace(example(SMALL), coarse=np.zeros((3, 3)))
        region_figure(tmp_path / "a.png", SMALL, [wrong], region="x", simulated=False)
    with pytest.raises(ValueError, match="neither 'A'"):
        region_figure(tmp_path / "a.png", SMALL, [replace(example(SMALL), direction="x")], region="x", simulated=False)
    assert not list(tmp_path.iterdir())
    (tmp_path / "a.png").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        region_figure(tmp_path / "a.png", SMALL, [example(SMALL, truth=False)], region="x", simulated=False)
