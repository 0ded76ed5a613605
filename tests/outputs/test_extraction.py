import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import Point, box

from smen.errors import DataError, OutputError
from smen.grid import Window
from smen.outputs.extraction import cells_of, daily, extract, read_features, write_values
from smen.outputs.geotiff import write_map, write_quality
from smen.outputs.maps import MapFile

WINDOW = Window.centred_on(-110.97, 32.22, 20, 30)
CODES = {0: "none", 1: "seen", 2: "filled"}


@pytest.fixture
def maps(tmp_path):
    """Two overpasses of one day; the second misses the western half."""
    found = []
    for number, (clock, direction) in enumerate([("01:00:00", "A"), ("13:00:00", "D")]):
        time = np.datetime64(f"2018-07-04T{clock}")
        moisture = np.add.outer(np.arange(20) / 100, np.arange(30) / 1000).astype("f4") + number / 10
        codes = np.ones(WINDOW.shape, "u1")
        if number:
            moisture[:, :15] = np.nan
            codes[:, :15] = 2
        path, quality = tmp_path / f"{number}.tif", tmp_path / f"{number}_quality.tif"
        write_map(path, WINDOW, moisture, moisture / 10, None, time=time, direction=direction, tags={})
        write_quality(quality, WINDOW, codes, names=CODES, colours=dict.fromkeys(CODES, "#000000"), time=time,
                      direction=direction, tags={})  # fmt: skip
        found.append(MapFile(time, direction, path, quality))
    return found


def in_metres(row, column, height=1.0, width=1.0):
    """A rectangle given in rows and columns of the window."""
    left, _, _, top = WINDOW.bounds
    cell = 3002.6850700487
    return box(left + column * cell, top - (row + height) * cell, left + (column + width) * cell, top - row * cell)


def features(*shapes, crs="EPSG:6933"):
    return gpd.GeoDataFrame({"name": [f"f{i}" for i in range(len(shapes))]}, geometry=list(shapes), crs=crs)


def values(maps, table):
    cells = dict(zip(table["name"], cells_of(table, WINDOW), strict=True))
    return extract(maps, cells, CODES, region="tucson", simulated=True)


def test_a_point_has_the_value_of_its_cell(maps):
    table = features(Point(WINDOW.longitudes[20], WINDOW.latitudes[3]), crs="EPSG:4326")
    found = values(maps, table)
    assert found["time"].tolist() == ["2018-07-04T01:00:00Z", "2018-07-04T13:00:00Z"]
    assert found["direction"].tolist() == ["ascending", "descending"]
    np.testing.assert_allclose(found["soil_moisture"], [0.05, 0.15], atol=1e-7)
    np.testing.assert_allclose(found["standard_deviation"], [0.005, 0.015], atol=1e-7)
    assert found["age"].isna().all()
    assert found["quality_meaning"].tolist() == ["seen", "seen"]
    assert found["simulated"].tolist() == ["yes", "yes"]


def test_a_polygon_has_the_mean_weighted_by_shared_area(maps):
    # Half of cell (4, 20), all of (4, 21): (0.5 * 0.060 + 0.061) / 1.5
    found = values(maps, features(in_metres(4, 20.5, 1, 1.5)))
    np.testing.assert_allclose(found["soil_moisture"].iloc[0], (0.5 * 0.060 + 0.061) / 1.5, atol=1e-7)
    assert found["cells"].tolist() == [2, 2]


def test_a_mean_leaves_missing_cells_out_and_says_how_much_is_left(maps):
    found = values(maps, features(in_metres(0, 14, 1, 4)))  # one of four cells is missing in the second
    np.testing.assert_allclose(found["valid_share"], [1, 0.75])
    np.testing.assert_allclose(found["soil_moisture"].iloc[1], 0.1 + (0.015 + 0.016 + 0.017) / 3, atol=1e-7)
    assert found["quality"].tolist() == [1, 1]


def test_features_outside_are_left_out(maps):
    table = features(Point(0, 0), in_metres(100, 100), in_metres(-3, -3, 4, 4), crs="EPSG:6933")
    found = values(maps, table)
    assert set(found["feature"]) == {"f2"}  # reaches in with one cell
    assert found["cells"].tolist() == [1, 1]


def test_the_crs_of_the_file_is_heeded(maps):
    metres = features(in_metres(5, 18, 3, 4))
    one, other = values(maps, metres), values(maps, metres.to_crs("EPSG:32612"))
    np.testing.assert_allclose(one["soil_moisture"], other["soil_moisture"], atol=2e-4)


def test_over_180_degrees():
    window = Window.centred_on(180, 10, 10, 10)
    table = features(Point(179.99, 10), Point(-179.99, 10), shapely.box(-180, 9.95, -179.95, 10.05), crs="EPSG:4326")
    west, east, area = cells_of(table, window)
    assert (west.columns.tolist(), east.columns.tolist()) == ([4], [5])
    assert area.columns.min() == 5


def test_daily_composites_join_both_overpasses(maps):
    table = features(in_metres(3, 20), in_metres(3, 2))
    found = daily(values(maps, table)).set_index("feature")
    assert found["time"].tolist() == ["2018-07-04", "2018-07-04"]
    assert found["soil_moisture"].tolist() == pytest.approx([0.10, 0.032])
    assert found["direction"].tolist() == ["ascending descending", "ascending"]
    assert found["quality"].tolist() == [1, 2]


@pytest.mark.parametrize("suffix", [".csv", ".gpkg"])
def test_values_are_written_and_read_back(maps, tmp_path, suffix):
    table = features(in_metres(3, 20))
    found = values(maps, table)
    path = tmp_path / f"v{suffix}"
    write_values(path, found, table, table["name"].tolist())
    back = pd.read_csv(path) if suffix == ".csv" else gpd.read_file(path)
    np.testing.assert_allclose(back["soil_moisture"], found["soil_moisture"], rtol=1e-5)
    assert pd.to_datetime(back["time"])[1] == pd.Timestamp("2018-07-04T13:00:00Z")
    if suffix == ".gpkg":
        assert back.crs.to_epsg() == 6933
        assert back.geometry.iloc[0].equals_exact(table.geometry.iloc[0], 1e-6)


def test_bad_input_is_refused(tmp_path, maps):
    line = tmp_path / "line.geojson"
    features(shapely.LineString([(0, 0), (1, 1)]), crs="EPSG:4326").to_file(line)
    with pytest.raises(DataError, match="LineString"):
        read_features(line)
    bare = tmp_path / "bare.gpkg"
    gpd.GeoDataFrame(geometry=[Point(0, 0)]).to_file(bare)
    with pytest.raises(DataError, match="coordinate reference system"):
        read_features(bare)
    junk = tmp_path / "junk.gpkg"
    junk.write_text("no GeoPackage")
    with pytest.raises(DataError, match="cannot be read"):
        read_features(junk)
    table = features(in_metres(3, 20))
    with pytest.raises(DataError, match=r"\.csv or \.gpkg"):
        write_values(tmp_path / "v.xls", values(maps, table), table, ["f0"])
    (tmp_path / "blocked").write_text("")
    with pytest.raises(OutputError):
        write_values(tmp_path / "blocked" / "v.csv", values(maps, table), table, ["f0"])
