"""Stations on a region's map."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba
from pictures import WARNING, assert_texts_are_apart, pixels

from smen.errors import OutputError
from smen.grid import Window
from smen.outputs.colours import GAIN, SOIL_MOISTURE
from smen.outputs.station_map import station_map

TUCSON = Window.centred_on(-110.97, 32.22, 60, 40)
FIJI = Window.centred_on(179.9, -18.1, 60, 90)
CELLS = [(10, 5), (30, 20), (55, 39)]
GAINS = [0.02, -0.01, np.nan]


def stations(window, cells=CELLS, gains=GAINS):
    rows, columns = np.array(cells).T
    return pd.DataFrame({
        "station": [f"s{i}" for i in range(len(cells))], "gain": gains,
        "longitude": window.longitudes[columns], "latitude": window.latitudes[rows],
    })  # fmt: skip


def draw(path, drawn, window=TUCSON, table=None, simulated=False):
    """Draw; return the axes of the map, of both colour bars, and the words of the figure."""
    field = np.linspace(0.1, 0.4, window.height * window.width).reshape(window.shape)
    table = stations(window) if table is None else table
    station_map(path, window, field, table, title="tucson", subtitle="Dots: gain.", simulated=simulated)
    figure, boxes = drawn[-1]
    return *figure.axes, [text.get_text() for text in boxes]


@pytest.mark.parametrize("window", [TUCSON, FIJI], ids=["Tucson", "across 180 degrees"])
def test_dots_stand_in_their_cells_also_beyond_180_degrees(tmp_path, drawn, window):
    axes, *_ = draw(tmp_path / "m.png", drawn, window)
    hollow, filled = axes.collections
    west, _, east, north = window.bounds
    size = (east - west) / window.width
    expected = [(west + (column + 0.5) * size, north - (row + 0.5) * size) for row, column in CELLS]
    np.testing.assert_allclose(filled.get_offsets(), expected[:2], atol=1.0)
    np.testing.assert_allclose(hollow.get_offsets(), expected[2:], atol=1.0)


def test_colours_are_the_gain_in_its_own_range(tmp_path, drawn):
    axes, moisture, gains, words = draw(tmp_path / "m.png", drawn)
    hollow, filled = axes.collections
    assert filled.get_clim() == (GAIN.low, GAIN.high) == (-0.04, 0.04)
    np.testing.assert_array_equal(filled.get_array(), GAINS[:2])
    figure = drawn[0][0]
    figure.canvas.draw()
    green, brown = (to_rgba(colour)[:3] for colour in filled.get_facecolors())
    assert green[1] > green[0] and brown[0] > brown[2]  # better is green, worse is brown
    assert len(hollow.get_facecolors()) == 0
    assert axes.images[0].get_clim() == (SOIL_MOISTURE.low, SOIL_MOISTURE.high)
    assert (moisture.get_xlabel(), gains.get_xlabel()) == ("mean of the maps (m³/m³)", "gain over 36 km (m³/m³)")
    assert gains._colorbar.extend == "neither"
    assert {"tucson", "Dots: gain."} < set(words)


def test_a_gain_beyond_the_range_points_the_bar(tmp_path, drawn):
    _, _, gains, _ = draw(tmp_path / "m.png", drawn, table=stations(TUCSON, gains=[0.05, -0.01, np.nan]))
    assert gains._colorbar.extend == "max"


def test_few_stations_have_names_and_many_have_none(tmp_path, drawn):
    *_, words = draw(tmp_path / "m.png", drawn)
    assert {"s0", "s1", "s2"} < set(words)
    assert_texts_are_apart(drawn)
    many = stations(TUCSON, [(i, j) for i in range(0, 60, 10) for j in range(0, 40, 5)], np.zeros(48))
    axes, *_, words = draw(tmp_path / "m.png", drawn, table=many)
    assert len(axes.collections[1].get_offsets()) == 48
    assert not any(word.startswith("s") for word in words)


def test_names_of_a_dense_network_do_not_cover_each_other(tmp_path, drawn):
    cells = [(20 + i, 20 + j) for i in range(3) for j in range(4)] + [(50, 10)]
    *_, words = draw(tmp_path / "m.png", drawn, table=stations(TUCSON, cells, np.zeros(13)))
    assert "s12" in words
    assert_texts_are_apart(drawn)


def test_a_region_without_stations_has_a_map(tmp_path, drawn):
    axes, *_ = draw(tmp_path / "m.png", drawn, table=stations(TUCSON).iloc[:0])
    assert [len(dots.get_offsets()) for dots in axes.collections] == [0, 0]
    assert pixels(tmp_path / "m.png").std() > 10


@pytest.mark.parametrize("simulated", [True, False])
def test_simulated_data_are_labelled(tmp_path, drawn, simulated):
    *_, words = draw(tmp_path / "m.png", drawn, simulated=simulated)
    assert ("SIMULATED DATA" in words) == simulated
    assert (pixels(tmp_path / "m.png") == WARNING).all(axis=-1).any() == simulated


def test_a_figure_that_cannot_be_written_is_named(tmp_path, drawn):
    (tmp_path / "m.png").mkdir()
    with pytest.raises(OutputError, match=r"m\.png"):
        draw(tmp_path / "m.png", drawn)
