"""`smen extract`: from a file of features and the settings to a table."""

import datetime as dt
from pathlib import Path

import geopandas as gpd
import matplotlib.image
import numpy as np
import pandas as pd
import pytest
import rasterio
from made_errors import made_correlation
from shapely import Point, box

from smen.data.error_correlation_file import write_error_correlation
from smen.errors import DataError, SettingsError
from smen.outputs.map_names import errors_path
from smen.outputs.results_folder import results_in
from smen.stages import extract


def extracted(plan, file, output, *, column, regions=(), by_day=False, **more):
    """The values at the features of a file, from the maps of a plan."""
    options = extract.ExtractOptions(column=column, regions=tuple(regions), by_day=by_day, **more)
    return extract.run(extract.results_of(plan), file, output, options)


@pytest.fixture
def stations(tmp_path):
    path = tmp_path / "stations.gpkg"
    shapes = [Point(-110.9, 32.1), box(-111.2, 32.1, -111.0, 32.3), Point(6.1, 46.2)]
    gpd.GeoDataFrame({"station": ["a", "b", "elsewhere"]}, geometry=shapes, crs="EPSG:4326").to_file(path)
    return path


def test_points_agree_with_what_rasterio_samples(made, results, stations, tmp_path):
    output = tmp_path / "v.csv"
    extracted(made, stations, output, column="station", regions=(), by_day=False)
    table = pd.read_csv(output)
    assert table.groupby("feature").size().to_dict() == {"a": 40, "b": 40}
    assert set(table["simulated"]) == {"yes"}
    point = gpd.read_file(stations).to_crs(6933).geometry[0]
    maps = sorted(path for path in results.glob("tucson/maps/2018/*.tif") if "quality" not in path.name)
    sampled = []
    for path in maps:
        with rasterio.open(path) as raster:
            sampled.append(next(raster.sample([(point.x, point.y)], masked=True)).filled(np.nan))
    found = table[table["feature"] == "a"][["soil_moisture", "standard_deviation", "age"]]
    np.testing.assert_allclose(found, sampled, rtol=1e-5)


def test_daily_tables_have_a_row_a_day(made, stations, tmp_path):
    values = extracted(made, stations, tmp_path / "v.gpkg", column=None, regions=("tucson",), by_day=True)
    assert values["time"].str.len().eq(10).all()
    assert not values.duplicated(["feature", "time"]).any()
    # The maps lie on 40 days from the first of January to the last but one of the year's, and each day has a row.
    assert len(gpd.read_file(tmp_path / "v.gpkg")) == len(values) == 2 * 365
    assert (values["filled"] == "no").sum() == 2 * 40


def test_a_table_of_stations_gives_the_values_of_a_vector_file(made, stations, tmp_path):
    def values(file):
        return extracted(made, file, tmp_path / "v.csv", column="station", regions=("tucson",), by_day=True)

    (tmp_path / "stations.csv").write_text("station;LAT;Lon\nb;50;20\na;32,1;-110,9\n")
    wanted = values(stations)
    pd.testing.assert_frame_equal(values(tmp_path / "stations.csv"), wanted[wanted["feature"] == "a"])


def test_names_and_layers_of_features(made, tmp_path):
    def run(column=None, layer=None):
        return extracted(made, path, tmp_path / "v.gpkg", column=column, regions=("tucson",), by_day=True, layer=layer)

    path = tmp_path / "wells.gpkg"
    shapes = [Point(-110.9, 32.1), Point(-111.0, 32.1)]
    gpd.GeoDataFrame({"id": [12.0, 7.0]}, geometry=shapes, crs="EPSG:4326").to_file(path, layer="wells")
    assert set(run("id")["feature"].map(repr)) == {"12", "7"}
    gpd.GeoDataFrame({"id": [12.0, None]}, geometry=shapes, crs="EPSG:4326").to_file(path, layer="gaps")
    with pytest.raises(DataError, match=r"has 2 layers: wells, gaps. Choose one with --layer"):
        run("id")
    with pytest.raises(DataError, match="feature 2 has no name in the column 'id'"):
        run("id", "gaps")
    assert set(run(layer="gaps")["feature"]) == {0, 1}
    assert set(run(layer="wells")["feature"]) == {12, 7}


def test_bad_input_is_named(made, stations, tmp_path):
    def run(file=stations, column=None, regions=()):
        extracted(made, file, tmp_path / "v.csv", column=column, regions=regions, by_day=False)

    with pytest.raises(SettingsError, match=r"sahara: no such region; there are tucson"):
        run(regions=("sahara",))
    with pytest.raises(DataError, match="no column name: it has station"):
        run(column="name")
    far = tmp_path / "far.geojson"
    gpd.GeoDataFrame({"n": [1, 1]}, geometry=[Point(0, 0), Point(1, 1)], crs="EPSG:4326").to_file(far)
    with pytest.raises(DataError, match=r"no feature of .* lies in tucson"):
        run(far)
    with pytest.raises(DataError, match="does not tell its features apart"):
        run(far, column="n")
    assert not (tmp_path / "v.csv").exists()


def test_areas_have_changes_and_shares_where_the_errors_are_known(made, stations, tmp_path, caplog):
    def run(**more):
        choices = {"column": "station", "regions": (), "by_day": False, "since": dt.date(2018, 7, 5), "below": 0.2}
        values = extracted(made, stations, tmp_path / "v.csv", **choices | more)
        assert pd.read_csv(tmp_path / "v.csv").shape == values.shape
        return values.set_index("feature").loc["b"]

    bound = run()
    assert "standard deviations of areas are upper bounds" in caplog.text
    assert bound["share_below"].isna().all()
    window, folder = made.regions["tucson"].window, Path(made.layout.maps("tucson", 2018))
    correlation = made_correlation(window.shape)
    path = errors_path(folder, "tucson")
    try:
        write_error_correlation(path, window, correlation, title="errors", simulated=True)
        found = run()
        daily = run(by_day=True)
    finally:
        path.unlink()
    valid = found["soil_moisture"].notna()
    assert (found["standard_deviation"] < bound["standard_deviation"])[valid].all()
    assert found["share_below"][valid].between(0, 1).all()
    later = valid & (found["time"] >= "2018-07-05")
    changes = found[later]
    assert changes["change"].iloc[0] == 0
    np.testing.assert_allclose(
        changes["change"], changes["soil_moisture"] - changes["soil_moisture"].iloc[0], atol=1e-6
    )
    assert (changes["change_standard_deviation"].iloc[1:] > 0).all()
    assert found[found["time"] < "2018-07-05"]["change"].isna().all()
    assert set(daily.columns) == {*found.columns, "filled"}


def test_a_folder_of_results_alone_gives_the_same(made, moved, stations, tmp_path):
    wanted = extracted(made, stations, tmp_path / "v.csv", column="station")
    found = results_in(moved)
    assert {name: region.window for name, region in found.items()} == {"tucson": made.regions["tucson"].window}
    options = extract.ExtractOptions(column="station")
    pd.testing.assert_frame_equal(extract.run(found, stations, tmp_path / "w.csv", options), wanted)


def test_features_without_a_value_are_named(made, tmp_path, caplog):
    window = made.regions["tucson"].window
    lake = Point(window.longitudes[8], window.latitudes[6])
    path = tmp_path / "places.gpkg"
    shapes = [Point(-110.9, 32.1), lake, Point(6.1, 46.2)]
    gpd.GeoDataFrame({"name": ["soil", "lake", "far"]}, geometry=shapes, crs="EPSG:4326").to_file(path)
    values = extracted(made, path, tmp_path / "v.csv", column=None)
    assert set(values["feature"]) == {"soil", "lake"}
    assert "outside of tucson, so without a value: far" in caplog.text
    assert "no value on any map (the column quality_meaning says why): lake" in caplog.text
    assert set(values[values["feature"] == "lake"]["quality_meaning"]) == {"water"}


def test_wide_tables_have_a_column_for_each_feature(made, stations, tmp_path):
    values = extracted(made, stations, tmp_path / "v.csv", column="station")
    extracted(made, stations, tmp_path / "w.csv", column="station", wide=True)
    table = pd.read_csv(tmp_path / "w.csv")
    assert list(table.columns) == ["time", "a", "a_standard_deviation", "b", "b_standard_deviation", "simulated"]
    np.testing.assert_allclose(table["b"], values[values["feature"] == "b"]["soil_moisture"], rtol=1e-5)
    with pytest.raises(DataError, match="a wide table has no geometries"):
        extracted(made, stations, tmp_path / "w.gpkg", column="station", wide=True)


def test_a_missing_folder_is_not_made(made, stations, tmp_path):
    for more in ({}, {"plot": tmp_path / "none" / "v.png"}):
        folder = tmp_path if more else tmp_path / "none"
        with pytest.raises(DataError, match=r"there is no folder .*none; make it, or name another one"):
            extracted(made, stations, folder / "v.csv", column="station", **more)
    assert not (tmp_path / "none").exists() and not (tmp_path / "v.csv").exists()


def test_the_plot_shows_each_feature(made, stations, tmp_path, pictures):
    extracted(made, stations, tmp_path / "v.csv", column="station", by_day=True, plot=pictures / "series.png")
    picture = matplotlib.image.imread(pictures / "series.png")[..., :3]
    blue = (np.abs(picture - np.array([0, 0x72, 0xB2]) / 255) < 0.02).all(axis=2)
    rows = np.flatnonzero(blue.any(axis=1))
    assert np.flatnonzero(np.diff(rows) > 20).size == 1  # two panels, one above the other
    with pytest.raises(DataError, match=r"plot\.pdf: choose a name that ends in \.png"):
        extracted(made, stations, tmp_path / "v.csv", column="station", plot=tmp_path / "plot.pdf")
