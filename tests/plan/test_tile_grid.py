"""Tiles of an area: which are needed, and that their names and cells do not depend on it."""

import geopandas as gpd
import numpy as np
import pytest
from shapely import Point, box

from smen.errors import SettingsError
from smen.grid import M03, Window
from smen.plan.tile_grid import around, tiles_over
from smen.settings.tiles_section import TileSettings

KANSAS = (-99.0, 37.5, -95.0, 39.5)


def tiles(area, size=40, overlap=10):
    return tiles_over(TileSettings(area=area, size=size, overlap=overlap), "config.yaml")


def covered(found):
    cells = np.zeros((M03.rows, M03.columns), np.uint8)
    for window in found.values():
        cells[np.ix_(window.rows(), window.columns())] += 1
    return cells


def test_every_cell_of_an_area_lies_in_a_tile_and_in_four_at_most():
    found = tiles(KANSAS)
    inside = Window.covering(box(*KANSAS))
    cells = covered(found)[inside.row : inside.row + inside.height, inside.column : inside.column + inside.width]
    assert cells.min() == 1 and cells.max() == 4
    assert {window.shape for window in found.values()} == {(40, 40)}
    rows = sorted({window.row for window in found.values()})
    assert set(np.diff(rows)) == {30}  # neighbours overlap by ten cells


def test_a_name_tells_the_place_and_a_larger_area_keeps_the_tiles_that_it_shares():
    small, large = tiles(KANSAS), tiles((-103.0, 36.0, -95.0, 39.5))
    assert small.items() < large.items()
    name, window = next(iter(small.items()))
    assert name == f"tile_r{window.row:04d}_c{window.column:05d}"


def test_tiles_at_sea_and_beyond_the_product_are_not_needed():
    iberia = tiles((-12.0, 36.0, -6.0, 42.0))  # its west is the Atlantic
    assert iberia and min(window.longitudes[-1] for window in iberia.values()) > -11.5
    scandinavia = tiles((10.0, 58.0, 20.0, 68.0))
    assert scandinavia and max(window.latitudes[-1] for window in scandinavia.values()) < 60
    with pytest.raises(SettingsError, match="has no land between 60 degrees south and north"):
        tiles((-40.0, 20.0, -35.0, 25.0))
    with pytest.raises(SettingsError, match="has no land"):
        tiles((20.0, 65.0, 25.0, 70.0))


def test_all_land_has_tiles_on_every_continent_and_none_in_the_open_sea():
    found = tiles("all land", size=100, overlap=16)
    cells = covered(found)
    for longitude, latitude in ((-100, 40), (-60, -10), (10, 50), (20, -5), (100, 30), (135, -25), (179.5, -16.6)):
        assert cells[M03.cell_at(longitude, latitude)], (longitude, latitude)
    for longitude, latitude in ((-150, 30), (-30, 0), (80, -40)):
        assert not cells[M03.cell_at(longitude, latitude)]
    assert 2000 < len(found) < 4000


def test_an_area_may_cross_180_degrees():
    fiji = tiles((176.5, -19.5, -178.0, -15.5))
    assert any(window.crosses_antimeridian for window in fiji.values())
    whole = around(fiji.values())
    assert whole.crosses_antimeridian and whole.width < 400


def test_a_country_is_covered_by_its_name():
    found = tiles("Switzerland")
    cells = covered(found)
    for longitude, latitude in ((6.14, 46.20), (7.59, 47.56), (9.84, 46.50), (8.95, 46.00)):  # Geneva, Basel, ...
        assert cells[M03.cell_at(longitude, latitude)]
    assert 4 <= len(found) <= 20


def test_the_polygons_of_a_file_are_the_area(tmp_path):
    path = tmp_path / "area.gpkg"
    shapes = [box(-99, 38, -98.9, 38.1), box(-90, 38, -89.9, 38.1)]
    gpd.GeoDataFrame(geometry=shapes, crs="EPSG:4326").to_crs("EPSG:6933").to_file(path)
    found = tiles(str(path))
    assert 2 <= len(found) <= 8  # around two places, and nothing between them
    assert not [w for w in found.values() if -97 < w.longitudes[20] < -92]


def test_a_file_that_cannot_be_the_area_is_named(tmp_path):
    with pytest.raises(SettingsError, match="no such file or country"):
        tiles(str(tmp_path / "missing.gpkg"))
    with pytest.raises(SettingsError, match="did you mean `switzerland`"):
        tiles("Swizerland")
    path = tmp_path / "points.geojson"
    gpd.GeoDataFrame(geometry=[Point(1, 45)], crs="EPSG:4326").to_file(path)
    with pytest.raises(SettingsError, match="holds no polygon"):
        tiles(str(path))


def test_the_window_around_tiles_is_the_smallest():
    assert around([Window(10, 20, 5, 6), Window(12, 30, 5, 6)]) == Window(10, 20, 7, 16)
    across = around([Window(10, M03.columns - 8, 5, 6), Window(10, 3, 5, 6)])
    assert across == Window(10, M03.columns - 8, 5, 17)
    assert around([Window(0, 0, 2, M03.columns)]) == Window(0, 0, 2, M03.columns)
