"""What the figures of a validation are made of."""

import numpy as np
import pandas as pd
import pytest

from smen.grid import Window
from smen.outputs.validation_figures import PANELS, StationSeriesData, ValidationFigures
from smen.outputs.validation_files import FIGURES, MAP, SERIES, TAYLOR

WINDOW = Window.centred_on(-110.97, 32.22, 24, 24)
OVERPASSES = np.datetime64("2018-03-01T06", "s") + np.arange(20) * np.timedelta64(60, "h")
HOURS = np.datetime64("2018-03-01", "s") + np.arange(1200) * np.timedelta64(1, "h")


def figures(pairs, networks, **more):
    """Figures of stations with a number of pairs each, in networks; station i is .1 + .01 i, the maps .02 more."""
    number = len(pairs)
    level = 0.1 + 0.01 * np.arange(number)
    table = pd.DataFrame({
        "network": networks, "station": [f"s{i}" for i in range(number)],
        "longitude": WINDOW.longitudes[:number], "latitude": WINDOW.latitudes[:number],
        "pairs": pairs, "rmsd_gain": np.linspace(-0.02, 0.02, number), "ubrmsd": [0.0312] + [np.nan] * (number - 1),
        "pearson_r": [0.876] + [np.nan] * (number - 1),
    })  # fmt: skip
    value = np.tile(level + 0.02, (len(OVERPASSES), 1))
    series = StationSeriesData([(HOURS, np.full(HOURS.size, v)) for v in level], OVERPASSES, value, value * 0 + 0.03,
                               value * 0 + 0.2)  # fmt: skip
    spread = pd.DataFrame({
        "point": [0, 1, 0], "product": ["SMEN (causal)", "SMEN (causal)", "36 km"],
        "correlation": [0.9, 0.8, 0.7], "spread": [1.1, 0.9, 0.5],
    })  # fmt: skip
    content = {"region": "tucson", "window": WINDOW, "stations": table, "mean": np.full(WINDOW.shape, 0.2),
               "series": series, "spread": spread, "simulated": True}  # fmt: skip
    return ValidationFigures(**content | more)


def test_panels_are_the_stations_with_the_most_pairs_of_each_network_in_turn():
    assert figures([5, 9, 0, 7, 9], ["A", "A", "A", "B", "B"]).shown() == [1, 4, 3, 0]
    assert len(figures(list(range(1, 21)), ["A"] * 20).shown()) == PANELS


def test_a_panel_has_the_values_of_its_station():
    made = figures([5, 9, 0], ["A", "A", "B"])
    panel = made.series.panel(1, "title")
    np.testing.assert_array_equal(panel.value, 0.11)
    np.testing.assert_allclose(panel.map_value, 0.13)
    np.testing.assert_allclose(panel.map_deviation, 0.03)
    np.testing.assert_allclose(panel.coarse_value, 0.2)
    assert panel.map_value.shape == panel.map_time.shape == (20,)


def test_products_of_the_taylor_diagram_keep_their_order():
    points = figures([5, 9], ["A", "A"]).taylor_points()
    assert [p.name for p in points] == ["SMEN (causal)", "36 km"]
    np.testing.assert_array_equal(points[0].correlation, [0.9, 0.8])
    np.testing.assert_array_equal(points[1].spread, [0.5])


def test_all_figures_are_drawn_and_say_what_they_show(tmp_path, drawn):
    figures([18, 9, 0], ["A", "A", "B"]).write(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(FIGURES) == {MAP, SERIES, TAYLOR}
    words = [[text.get_text() for text in boxes] for _, boxes in drawn]
    for shown in words:
        assert "tucson: maps against stations" in shown and "SIMULATED DATA" in shown
    assert "Dots: RMSD of 36 km minus RMSD of the map, on the same pairs; hollow: not compared." in words[0]
    assert "2 of 3 stations, those with the most pairs of each network." in words[1]
    assert {"A s0: 18 pairs, ubRMSD 0.031, R 0.876", "A s1: 9 pairs"} < set(words[1])
    assert {"SMEN (causal)", "36 km", "station"} < set(words[2])
    dots = drawn[0][0].axes[0].collections[1]
    np.testing.assert_allclose(dots.get_array(), [-0.02, 0.0, 0.02])


@pytest.mark.filterwarnings("error")
def test_no_station_has_all_figures_too(tmp_path, drawn):
    empty = figures([1], ["A"])
    columns = empty.spread.iloc[:0]
    none = np.zeros((len(OVERPASSES), 0))
    figures([1], ["A"], stations=empty.stations.iloc[:0], spread=columns, mean=np.full(WINDOW.shape, np.nan),
            series=StationSeriesData([], OVERPASSES, none, None, none)).write(tmp_path)  # fmt: skip
    assert {path.name for path in tmp_path.iterdir()} == set(FIGURES)
    assert "No station has a value at an overpass." in [text.get_text() for text in drawn[1][1]]
