"""A field within a figure: place, colour and shape of its cells."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from pictures import pixels
from pyproj import Geod

from smen.grid import Window
from smen.outputs import figure_style
from smen.outputs.colours import MISSING, SOIL_MOISTURE
from smen.outputs.map_panel import colour_bar, draw_field, draw_graticule, ground_shape

GENEVA = Window.centred_on(6.14, 46.2, 100, 100)
FIJI = Window.centred_on(178.9, -18.1, 60, 90)
SAND, BLUE = (0xEF, 0xC4, 0x95), (0x16, 0x48, 0x7B)  # the stops of 0.05 and 0.40 m3/m3
SIZE = 3.0


def box(image, colour):
    """First and last row and column with a colour."""
    rows, columns = np.nonzero((np.abs(image - colour) <= 1).all(axis=-1))
    assert rows.size, f"no pixel is {colour}"
    return rows.min(), rows.max(), columns.min(), columns.max()


def picture(path, window, field):
    """Pixels of a field that fills a sheet 3 inches wide, but for a margin of half an inch."""
    height = SIZE * ground_shape(window)
    figure = figure_style.new_figure(SIZE + 1, height + 1)
    draw_field(figure_style.place(figure, 0.5, 0.5, SIZE, height), window, field, SOIL_MOISTURE)
    figure_style.save(figure, path)
    inner = slice(int(0.5 * figure_style.DPI) + 2, -int(0.5 * figure_style.DPI) - 2)
    return pixels(path)[inner, inner]


def test_a_cell_is_drawn_at_its_place_in_its_colour(tmp_path):
    field = np.full(GENEVA.shape, 0.05)
    field[:50, 50:] = 0.40  # north and east
    image = picture(tmp_path / "f.png", GENEVA, field)
    top, bottom, left, right = box(image, SAND)
    blue_top, blue_bottom, blue_left, blue_right = box(image, BLUE)
    assert abs(blue_top - top) <= 2
    assert abs(blue_right - right) <= 2
    assert blue_bottom == pytest.approx((top + bottom) / 2, abs=3)
    assert blue_left == pytest.approx((left + right) / 2, abs=3)


def test_missing_cells_show_the_background_and_its_hatching(tmp_path):
    field = np.full(GENEVA.shape, 0.05)
    field[:, :50] = np.nan
    image = picture(tmp_path / "f.png", GENEVA, field)
    west = image[:, : image.shape[1] // 2 - 3]
    plain = (west == [int(MISSING[i : i + 2], 16) for i in (1, 3, 5)]).all(axis=-1)
    assert 0.4 < plain.mean() < 1
    np.testing.assert_array_equal(picture(tmp_path / "n.png", GENEVA, None)[:, : west.shape[1]], west)


@pytest.mark.parametrize("window", [GENEVA, FIJI], ids=["Geneva", "Fiji"])
def test_a_window_has_the_shape_that_it_has_on_the_ground(window):
    lons, lats, middle = window.longitudes, window.latitudes, window.height // 2
    geod = Geod(ellps="WGS84")
    # the middle rows and columns, one cell each way, times their number
    _, _, east = geod.inv(lons[0], lats[middle], lons[1], lats[middle])
    _, _, north = geod.inv(lons[0], lats[middle - 1], lons[0], lats[middle])
    assert ground_shape(window) == pytest.approx(north * window.height / (east * window.width), rel=0.01)


def test_a_field_of_another_shape_is_refused():
    axes = Figure().add_axes((0, 0, 1, 1))
    with pytest.raises(ValueError, match=r"\(3, 3\), the window \(100, 100\)"):
        draw_field(axes, GENEVA, np.zeros((3, 3)), SOIL_MOISTURE)


@pytest.mark.parametrize(("bottom", "left"), [(True, True), (False, True), (True, False)])
def test_the_graticule_is_labelled_where_asked_for(bottom, left):
    figure = Figure()
    axes = figure.add_axes((0, 0, 1, 1))
    draw_field(axes, GENEVA, None, SOIL_MOISTURE)
    draw_graticule(axes, GENEVA, bottom=bottom, left=left)
    figure.canvas.draw()
    assert any(label.get_visible() and label.get_text() for label in axes.get_xticklabels()) == bottom
    assert any(label.get_visible() and label.get_text() for label in axes.get_yticklabels()) == left


def test_meridians_at_the_edges_have_no_label():
    window = Window.centred_on(0.02, 0, 20, 137)  # 4.26 degrees wide
    axes = Figure().add_axes((0, 0, 1, 1))
    draw_field(axes, window, None, SOIL_MOISTURE)
    draw_graticule(axes, window, ticks=5)
    left, _, right, _ = window.bounds
    shares = (axes.get_xticks() - left) / (right - left)
    labels = [bool(label.get_text()) for label in axes.get_xticklabels()]
    assert labels == [0.06 < share < 0.94 for share in shares]
    assert not all(labels)


@pytest.mark.parametrize(
    ("values", "extend"),
    [([0.1, 0.4], "neither"), ([-0.1, 0.4], "min"), ([0.1, 0.6], "max"), ([-0.1, 0.6], "both"), ([np.nan], "neither")],
)
def test_a_colour_bar_is_pointed_where_values_leave_the_range(values, extend):
    axes = Figure().add_axes((0, 0, 1, 0.1))
    colour_bar(axes, SOIL_MOISTURE, "Soil moisture", *(np.array([v]) for v in values), None)
    bar = axes._colorbar
    assert bar.extend == extend
    assert (bar.vmin, bar.vmax) == (0, 0.5)
    assert axes.get_xlabel() == "Soil moisture"
