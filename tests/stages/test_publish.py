"""What one region's publication gathers from its files, and what it says of what is missing."""

import json
import shutil
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
import xarray as xr
from made_errors import made_correlation
from made_results import granule, make_results, times
from shapely import Polygon

from smen.data.error_correlation_file import write_error_correlation
from smen.errors import DataError, OutputError
from smen.outputs import extraction, map_reader
from smen.outputs.map_files import read_bands, read_moisture
from smen.outputs.map_names import errors_path
from smen.outputs.report import region_scripts
from smen.outputs.year_folder import digest_of
from smen.plan.plan import Plan
from smen.settings.file import check_settings
from smen.stages import publish

COUNT, EVERY = 14, 6


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A plan and its results: one region, 14 maps, a 3 km product at the third, the ninth ..."""
    return make_results(tmp_path_factory.mktemp("published"), maps=COUNT, size=24)


@pytest.fixture
def spoiled(published, tmp_path):
    """The same in a folder of its own."""
    shutil.copytree(Path(published.layout.results), tmp_path / "results")
    settings = published.settings.model_dump(mode="json")
    settings["folders"] |= {"results": str(tmp_path / "results"), "resources": str(tmp_path / "resources")}
    return Plan(check_settings(settings), date(2018, 12, 31))


def report_of(plan):
    text = (Path(plan.layout.report("tucson")) / "region.js").read_text(encoding="utf-8")
    name, content = json.loads("[" + text[text.index("(") + 1 : text.rindex(")")] + "]")
    assert name == "tucson"
    return content


def items_of(plan):
    paths = sorted(Path(plan.layout.collection("tucson")).rglob("*.json"))
    items = [json.loads(path.read_text()) for path in paths]
    return sorted((item for item in items if item["type"] == "Feature"), key=lambda item: item["id"])


@pytest.fixture
def basin(tmp_path):
    """A plan and its results of a region that is given by a triangle."""
    triangle = Polygon([(-111.6, 31.7), (-110.4, 31.7), (-111.6, 32.7)])
    return make_results(tmp_path, maps=3, polygon=triangle), triangle


def test_a_region_given_by_a_polygon_keeps_its_outline(basin):
    plan, triangle = basin
    outlines = gpd.read_file(plan.layout.deliverable("tucson", "geojson"))
    assert outlines["kind"].tolist() == ["window", "polygon"] and set(outlines["name"]) == {"tucson"}
    assert outlines.geometry[1].equals_exact(triangle, 1e-6)
    assert outlines.geometry[0].buffer(1e-6).contains(triangle)
    everywhere = gpd.read_file(plan.layout.summary("regions.geojson"))
    assert everywhere["kind"].tolist() == ["window", "polygon"]
    assert len(report_of(plan)["lines"]["region"]) == 1


def test_the_series_of_a_region_is_the_mean_over_its_polygon(basin):
    plan, triangle = basin
    window = plan.regions["tucson"].window
    table = pd.read_csv(plan.layout.deliverable("tucson", "csv"))
    assert len(table) == 3 and set(table["feature"]) == {"tucson"} and set(table["simulated"]) == {"yes"}
    # By cells whose centre lies inside, which differ from the weighted ones along the edge alone.
    x, y = np.meshgrid(window.longitudes, window.latitudes)
    inside = shapely.contains_xy(triangle, x, y)
    assert 0.4 < inside.mean() < 0.6
    with xr.open_dataset(plan.layout.deliverable("tucson", "nc"), engine="h5netcdf") as cube:
        fields = cube["soil_moisture"].values
    rough = [np.nanmean(field[inside]) for field in fields]
    np.testing.assert_allclose(table["soil_moisture"], rough, atol=0.004)
    assert np.abs(table["soil_moisture"] - np.nanmean(fields, axis=(1, 2))).max() > 0.0005


def test_the_series_of_a_region_without_a_polygon_is_the_mean_over_its_window(published):
    table = pd.read_csv(published.layout.deliverable("tucson", "csv"))
    with xr.open_dataset(published.layout.deliverable("tucson", "nc"), engine="h5netcdf") as cube:
        np.testing.assert_allclose(table["soil_moisture"], cube["soil_moisture"].mean(["y", "x"]), rtol=1e-4)
    assert gpd.read_file(published.layout.deliverable("tucson", "geojson"))["kind"].tolist() == ["window"]


def test_the_deviation_of_a_large_region_is_the_upper_bound(basin, monkeypatch):
    plan, _ = basin
    window, maps = plan.regions["tucson"].window, Path(plan.layout.maps("tucson", 2018))
    correlation = made_correlation(window.shape)
    write_error_correlation(errors_path(maps, "tucson"), window, correlation, title="errors", simulated=True)

    def deviation():
        publish.run(plan.publish("tucson"))
        return pd.read_csv(plan.layout.deliverable("tucson", "csv"))["standard_deviation"]

    exact = deviation()
    monkeypatch.setattr(publish, "MOST_CELLS", 100)
    assert (deviation() > 1.1 * exact).all()


def test_a_polygon_that_has_changed_meanwhile_is_refused(basin):
    plan, triangle = basin
    job = plan.publish("tucson")
    gpd.GeoDataFrame({"name": ["tucson"]}, geometry=[triangle.buffer(0.01)], crs="EPSG:4326").to_file(job.polygon.path)
    with pytest.raises(DataError, match="has changed since the run began: run again"):
        publish.run(job)


def test_all_that_a_person_opens_is_there(published):
    for kind in ("nc", "qgs", "geojson", "csv"):
        assert Path(published.layout.deliverable("tucson", kind)).stat().st_size > 100
    assert (Path(published.layout.collection("tucson")) / "collection.json").is_file()
    assert len(items_of(published)) == COUNT


def test_what_was_observed_lies_beside_the_maps(published):
    folder = Path(published.layout.observed("tucson")) / "2018"
    kinds = {kind: sorted(folder.glob(f"*_{kind}.tif")) for kind in ("product", "coarse")}
    assert {kind: len(paths) for kind, paths in kinds.items()} == {"product": 2, "coarse": COUNT}
    with xr.open_dataset(published.layout.deliverable("tucson", "nc"), engine="h5netcdf") as cube:
        for number, path in enumerate(kinds["coarse"]):
            with rasterio.open(path) as raster:
                field = raster.read(1, masked=True).filled(np.nan)
                assert raster.tags()["TITLE"] == "SMAP 36 km, tucson (simulated data)"
            np.testing.assert_array_equal(field, cube["coarse_soil_moisture"][number])
    with rasterio.open(kinds["product"][0]) as raster:
        assert (raster.tags()["SOURCE"], raster.tags()["SIMULATED"]) == ("SPL2SMAP_S", "yes")


def test_the_report_has_the_scores_with_their_calibration(published):
    rows = report_of(published)["scores"]
    assert len(rows) == 4 * 3 * 2
    assert {"method", "split", "against", "dates", "ubRMSE", "ubRMSE_low", "ubRMSE_high", "bias", "R"} < set(rows[0])
    for row in rows:
        known = row["method"] == "smen"
        assert (row["coverage_90"], row["crps"]) == ((0.88, 0.017) if known else (None, None))


def test_the_report_has_the_scores_of_the_maps_by_class(published):
    rows = report_of(published)["classes"]
    assert [(row["class"], row["share"]) for row in rows] == [
        ("everywhere mapped", 100), ("no 3 km product on that date", 40)
    ]  # fmt: skip
    assert {row["ubRMSE"] for row in rows} == {0.031}


def test_the_report_has_the_coarse_fields_and_products_of_its_maps(published):
    content = report_of(published)
    assert len(content["maps"]) == COUNT
    assert content["productDates"] == list(range(2, COUNT, EVERY))
    window = published.regions["tucson"].window
    for axis, start in (("rows", window.row), ("columns", window.column)):
        cells = np.arange(start, start + 24) // 12
        assert content["coarse"][axis] == (cells - cells[0]).tolist()
    assert content["coarse"]["name"] == "SMAP 36 km"
    assert content["simulated"] is True
    assert "no satellite has measured these values" in content["about"]["source"]


def test_the_course_of_the_training_marks_the_epoch_that_was_kept(published):
    training = report_of(published)["training"]
    assert len(training["train"]) == len(training["validation"]) == 30
    assert training["best"] == 24
    assert training["train"][3] == pytest.approx(0.06 / 4**0.4)


def test_every_item_names_the_granules_behind_its_map(published):
    time, _ = times(COUNT)
    dates = list(range(2, COUNT, EVERY))
    for i, item in enumerate(items_of(published)):
        expected = [granule("coarse", time[i])]
        for earlier in [j for j in dates if j < i][::-1][:4]:
            expected += [granule("fine", time[earlier]), granule("coarse", time[earlier])]
        text = json.dumps(item)
        assert all(name in text for name in expected)
        later = [j for j in dates if j >= i]
        assert not any(granule("fine", time[j]) in text for j in later)


def test_the_cube_says_where_it_comes_from(published):
    with xr.open_dataset(published.layout.deliverable("tucson", "nc"), engine="h5netcdf") as cube:
        assert cube.sizes["time"] == COUNT
        assert cube.attrs["region"] == "tucson" and cube.attrs["simulated"] == "true"
        assert "simulated" in cube.attrs["title"] and "simulated" in cube.attrs["source"]
        assert cube.attrs["model"] == "smen" and cube.attrs["model_digest"] == "0123456789abcdef"
        assert cube.attrs["settings_digest"] == published.publish("tucson").digest


def test_a_rerun_leaves_nothing_of_an_earlier_run(spoiled):
    left_over = [
        Path(spoiled.layout.report("tucson")) / "maps_099.js",
        Path(spoiled.layout.collection("tucson")) / "old.json",
    ]
    for path in left_over:
        path.write_text("of other settings")
    publish.run(spoiled.publish("tucson"))
    assert not any(path.exists() for path in left_over)
    assert len(items_of(spoiled)) == COUNT


def published_files(plan):
    """Bytes of all that publish makes, by path; what it keeps for itself is apart."""
    layout = plan.layout
    files = [Path(layout.deliverable("tucson", kind)) for kind in ("nc", "qgs", "geojson", "csv")]
    for folder in (layout.observed("tucson"), layout.collection("tucson"), layout.report("tucson")):
        files += [path for path in Path(folder).rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in files}


def kept_files(plan):
    return {path.name: path.read_bytes() for path in Path(plan.layout.kept("tucson", "publish")).iterdir()}


def of_first_maps(plan, count):
    """Leave only the first maps in the list of maps; returns the whole list."""
    path = Path(plan.layout.map_list("tucson", 2018))
    text = path.read_text()
    path.write_text("".join(text.splitlines(keepends=True)[: count + 1]))
    return text


def change_a_map(plan, number):
    """Make one map wetter, as a later granule may; the list tells its new digest."""
    path = Path(plan.layout.map_list("tucson", 2018))
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    raster = Path(plan.layout.maps("tucson", 2018)) / table["map"][number]
    with rasterio.open(raster, "r+", IGNORE_COG_LAYOUT_BREAK="YES") as file:
        file.write(np.where(file.read(1) < 0, file.read(1), file.read(1) + np.float32(0.05)), 1)
    table.loc[number, "digest"] = digest_of([raster, raster.with_name(table["quality"][number])])
    table.to_csv(path, index=False)


@pytest.fixture
def read(monkeypatch):
    """Names of the maps that are read, as often as they are."""
    names = []

    def counted(reads):
        return lambda file, **more: names.append(file.path.name) or reads(file, **more)

    for module in (map_reader, region_scripts, extraction):
        monkeypatch.setattr(module, "read_bands", counted(read_bands))
    monkeypatch.setattr(map_reader, "read_moisture", counted(read_moisture))
    return names


def test_a_day_later_all_is_as_made_at_once_and_only_what_is_new_is_read(spoiled, read):
    """The first maps, then all of them with one changed, against all of them from nothing: the same bytes."""
    whole = of_first_maps(spoiled, COUNT - 2)
    shutil.rmtree(spoiled.layout.kept("tucson", "publish"))
    publish.run(spoiled.publish("tucson"))
    assert len(read) == len(set(read)) == COUNT - 2
    Path(spoiled.layout.map_list("tucson", 2018)).write_text(whole)
    change_a_map(spoiled, 4)
    publish.run(spoiled.publish("tucson"))
    later, kept = published_files(spoiled), kept_files(spoiled)
    shutil.rmtree(spoiled.layout.kept("tucson", "publish"))
    publish.run(spoiled.publish("tucson"))
    assert published_files(spoiled) == later
    assert kept_files(spoiled) == kept


def test_where_no_map_has_changed_none_is_read(spoiled, read):
    publish.run(spoiled.publish("tucson"))  # the files of the fixture lie elsewhere, and items name their paths
    before = published_files(spoiled)
    read.clear()
    publish.run(spoiled.publish("tucson"))
    assert read == []
    assert published_files(spoiled) == before


def test_other_settings_make_again_what_tells_of_them(spoiled, read):
    publish.run(spoiled.publish("tucson"))
    read.clear()
    publish.run(spoiled.publish("tucson").model_copy(update={"digest": "of other settings"}))
    assert sorted(set(read)) == sorted(read) and len(read) == COUNT
    assert {item["properties"]["smen:settings_digest"] for item in items_of(spoiled)} == {"of other settings"}


def test_other_code_makes_all_again(spoiled, read, monkeypatch):
    monkeypatch.setattr(publish.code_digest, "digest", lambda module: f"an edit of {module}")
    publish.run(spoiled.publish("tucson"))
    assert len(read) == COUNT


def test_what_was_deleted_or_damaged_is_there_again(spoiled):
    publish.run(spoiled.publish("tucson"))
    before, kept = published_files(spoiled), kept_files(spoiled)
    for number, path in enumerate(sorted(before)):
        Path(path).unlink() if number % 2 else Path(path).write_bytes(b"damaged")
    for number, path in enumerate(sorted(Path(spoiled.layout.kept("tucson", "publish")).iterdir())):
        if number % 3 == 0:
            path.write_bytes(path.read_bytes()[::-1])
        elif number % 3 == 1:
            path.unlink()
    publish.run(spoiled.publish("tucson"))
    assert published_files(spoiled) == before
    assert kept_files(spoiled) == kept


@pytest.mark.parametrize(
    ("lost", "message"),
    [
        ("aligned/coarse_2018.nc", r"coarse_2018\.nc is missing: run the stage align"),
        ("models/smen.safetensors", r"smen\.safetensors is not there"),
        ("maps/2018.csv", r"2018\.csv"),
        ("scores/classes.csv", r"classes\.csv is missing: run the stage evaluate for tucson"),
    ],
)
def test_what_is_missing_is_named(spoiled, lost, message):
    (Path(spoiled.layout.results) / "tucson" / lost).unlink()
    with pytest.raises(DataError, match=message):
        publish.run(spoiled.publish("tucson"))


def test_a_region_without_maps_is_refused(spoiled):
    path = Path(spoiled.layout.map_list("tucson", 2018))
    path.write_text(path.read_text().splitlines()[0] + "\n")
    with pytest.raises(DataError, match=r"tucson has no maps: no overpass lies in maps\.period"):
        publish.run(spoiled.publish("tucson"))


def test_a_folder_that_cannot_be_made_is_named(spoiled):
    folder = Path(spoiled.layout.report("tucson"))
    shutil.rmtree(folder.parent)
    folder.parent.write_text("a file in the place of the folder")
    with pytest.raises(OutputError, match="cannot be made anew"):
        publish.run(spoiled.publish("tucson"))
