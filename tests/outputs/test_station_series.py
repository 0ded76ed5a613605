"""Panels of stations' series."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.dates import date2num
from pictures import WARNING, assert_texts_are_apart, pixels
from scipy.stats import norm

from smen.errors import OutputError
from smen.outputs.station_series import BAND, StationPanel, station_series

HOURS = np.datetime64("2018-03-01", "s") + np.arange(24 * 30) * np.timedelta64(1, "h")
OVERPASSES = HOURS[6::60]


def panel(title="NET s0: 12 pairs", shift=0.0, deviation=True):
    """A station with hourly values, maps that are .02 wetter with one missing, a coarse field that is constant."""
    station = 0.2 + shift + 0.05 * np.sin(np.arange(HOURS.size) / 50)
    value = station[6::60] + 0.02
    value[3] = np.nan
    stated = np.full(value.shape, 0.03) if deviation else None
    return StationPanel(title, HOURS, station, OVERPASSES, value, stated, np.full(value.shape, 0.25))


def draw(path, drawn, panels, simulated=False):
    station_series(path, panels, title="tucson", subtitle="2 of 3 stations.", simulated=simulated)
    figure, boxes = drawn[-1]
    return figure.axes, [text.get_text() for text in boxes]


def lines(axes):
    return {line.get_label(): line for line in axes.lines}


def test_each_station_has_a_panel_with_its_values(tmp_path, drawn):
    panels = [panel(), panel("NET s1: 9 pairs", 0.1)]
    axes, words = draw(tmp_path / "s.png", drawn, panels)
    assert [part.get_title(loc="left") for part in axes] == ["NET s0: 12 pairs", "NET s1: 9 pairs"]
    assert axes[0].get_position().y0 > axes[1].get_position().y1
    for part, given in zip(axes, panels, strict=True):
        drawn_lines = lines(part)
        assert set(drawn_lines) == {"station", "36 km", "map"}
        for name, time, value in (("station", given.time, given.value), ("map", given.map_time, given.map_value),
                                  ("36 km", given.map_time, given.coarse_value)):  # fmt: skip
            np.testing.assert_array_equal(drawn_lines[name].get_xdata(orig=False), date2num(time))
            np.testing.assert_array_equal(drawn_lines[name].get_ydata(), value)
    assert words.count("m³/m³") == 2
    assert {"tucson", "2 of 3 stations.", "station", "90 % interval of the map", "36 km", "map"} < set(words)
    assert_texts_are_apart(drawn)


def test_the_band_holds_ninety_percent_of_a_normal_distribution(tmp_path, drawn):
    assert norm.cdf(BAND) - norm.cdf(-BAND) == pytest.approx(0.9, abs=1e-5)
    given = panel()
    axes, _ = draw(tmp_path / "s.png", drawn, [given])
    (band,) = axes[0].collections
    ends = np.concatenate([path.vertices for path in band.get_paths()])
    for index in (0, 5):
        at = np.isclose(ends[:, 0], date2num(OVERPASSES[index]))
        expected = given.map_value[index] + 0.03 * norm.ppf([0.05, 0.95])
        np.testing.assert_allclose([ends[at, 1].min(), ends[at, 1].max()], expected, atol=1e-5)
    assert not np.isclose(ends[:, 0], date2num(OVERPASSES[3])).any()  # the missing map


def test_maps_without_deviations_have_no_band(tmp_path, drawn):
    axes, words = draw(tmp_path / "s.png", drawn, [panel(deviation=False)])
    assert len(axes[0].collections) == 0
    assert "90 % interval of the map" not in words


def test_all_panels_share_the_period_of_the_maps_and_the_range_of_values(tmp_path, drawn):
    axes, _ = draw(tmp_path / "s.png", drawn, [panel(), panel(shift=0.2)])
    assert len({part.get_ylim() for part in axes}) == len({part.get_xlim() for part in axes}) == 1
    bottom, top = axes[0].get_ylim()
    assert bottom == 0
    assert 0.47 < top < 0.55  # the second station rises to .45, its maps to .47
    low, high = axes[0].get_xlim()
    first, last = date2num(OVERPASSES[[0, -1]])
    assert first - 1 < low < first and last < high < last + 1


def test_the_legend_stands_clear_of_a_long_title(tmp_path, drawn):
    draw(tmp_path / "s.png", drawn, [panel("SIM-SPARSE A-STATION-WITH-A-NAME: 365 pairs, ubRMSD 0.024, R 0.797")])
    assert_texts_are_apart(drawn)
    figure, boxes = drawn[0]
    legend = figure.axes[0].get_legend().get_window_extent()
    others = [box for text, box in boxes.items() if text not in figure.axes[0].get_legend().get_texts()]
    assert not any(legend.overlaps(box) for box in others)


@pytest.mark.parametrize(("step", "gap", "broken"), [(1, 23, False), (1, 30, True), (24, 48, False), (24, 96, True)])
def test_no_line_is_drawn_over_an_outage(tmp_path, drawn, step, gap, broken):
    """Hours of an hourly and of a daily series; one or two missing days of the latter are no outage."""
    hours = np.concatenate([np.arange(20) * step, np.arange(20) * step + 19 * step + gap])
    time = HOURS[0] + hours * np.timedelta64(1, "h")
    given = replace(panel(), time=time, value=np.linspace(0.1, 0.3, 40))
    axes, _ = draw(tmp_path / "s.png", drawn, [given])
    values = np.asarray(lines(axes[0])["station"].get_ydata())
    assert np.isnan(values).tolist() == [False] * 20 + [True] * broken + [False] * 20
    np.testing.assert_array_equal(values[np.isfinite(values)], given.value)


@pytest.mark.filterwarnings("error")
def test_one_overpass_and_dry_soil_have_axes_too(tmp_path, drawn):
    one = StationPanel("dry", HOURS[:2], np.zeros(2), HOURS[:1], np.zeros(1), np.zeros(1), np.full(1, np.nan))
    axes, _ = draw(tmp_path / "s.png", drawn, [one])
    assert np.ptp(axes[0].get_xlim()) == pytest.approx(1.0)
    assert axes[0].get_ylim()[1] > 0


def test_without_a_station_it_says_so(tmp_path, drawn):
    axes, words = draw(tmp_path / "s.png", drawn, [])
    assert axes == []
    assert "No station has a value at an overpass." in words
    assert_texts_are_apart(drawn)


@pytest.mark.parametrize("simulated", [True, False])
def test_simulated_data_are_labelled(tmp_path, drawn, simulated):
    _, words = draw(tmp_path / "s.png", drawn, [panel()], simulated)
    assert ("SIMULATED DATA" in words) == simulated
    assert (pixels(tmp_path / "s.png") == WARNING).all(axis=-1).any() == simulated


def test_a_figure_that_cannot_be_written_is_named(tmp_path, drawn):
    (tmp_path / "s.png").mkdir()
    with pytest.raises(OutputError, match=r"s\.png"):
        draw(tmp_path / "s.png", drawn, [panel()])
