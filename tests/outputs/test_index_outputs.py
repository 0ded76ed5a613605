"""Indices in cube, catalogue, project and report, and shares of areas: all of the same two weeks."""

import json
from xml.etree import ElementTree

import numpy as np
import pytest
import xarray as xr
from made_indices import FIRST, two_weeks
from made_maps import CODES, COLOURS, PROVENANCE, WINDOW, rectangle, two_maps
from scipy.stats import norm

from smen.errors import DataError
from smen.grid import M36
from smen.outputs.cube import write_cube
from smen.outputs.drought_shares import common_share, drought_shares
from smen.outputs.feature_cells import Cells
from smen.outputs.qgis_project import write_project
from smen.outputs.report.index_layers import index_layers
from smen.outputs.stac_catalogue import write_collection


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("region")
    (folder / "2018").mkdir()
    return folder, two_maps(folder), two_weeks(folder / "2018")


def cells_of_rows(first, last):
    rows, columns = np.mgrid[first:last, 0:20]
    return Cells(rows.ravel(), columns.ravel(), np.ones(rows.size))


def test_the_cube_has_the_indices_over_a_time_of_their_own(made):
    folder, maps, weeks = made
    coarse = np.full((2, *WINDOW.coarse_shape(M36)), 0.2)
    write_cube(folder / "cube.nc", WINDOW, maps, coarse, M36, CODES, {"title": "a"}, weeks)
    with xr.open_dataset(folder / "cube.nc") as cube:
        assert cube["percentile"].dims == ("index_time", "y", "x")
        assert cube["index_time"].values[0] == FIRST and cube.sizes["index_time"] == 2
        assert cube["water_index"].dims == ("time_constant", "index_time", "y", "x")
        assert cube["water_index"].sel(time_constant=20)[0, 3, 0] == pytest.approx(5)
        assert np.isnan(cube["water_index"].sel(time_constant=5)[1, 0, 0])
        quality = cube["water_index_quality"]
        assert quality.sel(time_constant=5)[0, 3, 0] == 60 and quality.sel(time_constant=20)[1, 3, 0] == 80
        assert cube["drought"].attrs["flag_meanings"] == "NONE D0 D1 D2 D3 D4"
        assert np.isnan(cube["percentile"][1, 0, 0]) and cube["percentile_high"][0, 1, 0] == pytest.approx(6)
        assert cube["soil_moisture"].sizes["time"] == 2


def test_the_catalogue_says_how_to_draw_them(made):
    folder, maps, weeks = made
    stac = folder / "stac"
    write_collection(stac, folder / "catalog.json", WINDOW, maps, PROVENANCE, region="tucson", extras={}, indices=weeks)
    item = json.loads((stac / "2018" / "tucson_20180702_week_indices.json").read_text())
    assert any("render/v2" in schema for schema in item["stac_extensions"])
    render = item["properties"]["renders"]["drought"]
    assert render["assets"] == ["drought"] and render["colormap"]["5"] == [115, 0, 0, 255]
    assert item["properties"]["renders"]["percentile"]["rescale"] == [[0, 100]]
    classes = item["assets"]["drought"]["classification:classes"]
    assert [c["name"] for c in classes] == ["none", "D0", "D1", "D2", "D3", "D4"]
    assert item["properties"]["smen:record_years"] == 4
    assert (stac / "2018" / item["assets"]["percentile"]["href"]).resolve() == weeks[0].paths["percentile"].resolve()


def test_the_project_has_a_group_for_each_index(made):
    folder, maps, weeks = made
    path = folder / "region.qgs"
    about = {"region": "tucson", "outlines": folder / "o.geojson", "names": CODES, "colours": COLOURS}
    write_project(path, WINDOW, maps, **about, simulated=True, indices=weeks)
    root = ElementTree.parse(path).getroot()
    groups = {g.get("name"): g for g in root.iter("layer-tree-group") if (g.get("name") or "").startswith("index: ")}
    assert len(groups) == 5 and all(g.get("checked") == "Qt::Unchecked" for g in groups.values())
    names = [layer.get("name") for layer in groups["index: drought class"]]
    assert names == ["drought class, week from 2018-07-02", "drought class, week from 2018-07-09"]


def test_the_report_has_layers_areas_and_the_period_of_each_map(made):
    _, maps, weeks = made
    found = index_layers(weeks, maps, 1)
    assert found["ofMap"] == [0, 0] and len(found["periods"]) == 2
    assert sum(found["shares"][0]) == pytest.approx(1) and found["classes"][5][1] == "#730000"
    assert set(found["layers"]) >= {"drought", "percentile", "water_index"} and "fewer than five" in found["note"]
    assert index_layers((), maps, 1) == {}


def test_the_report_has_the_area_within_an_outline_too(made):
    """The first rows of the first week are at percentiles 1, 4 and 7: D4, D3 and D2; half of the third counts."""
    _, maps, weeks = made
    rows, columns = np.mgrid[0:3, 0:30]
    outline = Cells(rows.ravel(), columns.ravel(), np.repeat([1.0, 1.0, 0.5], 30))
    found = index_layers(weeks, maps, 1, outline)["outlineShares"]
    assert found[0] == pytest.approx([0, 0, 0, 0.2, 0.4, 0.4])
    assert found[1] == pytest.approx([0, 0, 0, 1 / 3, 2 / 3, 0])  # the second week lacks its first row
    layers = index_layers(weeks, maps, 1)
    assert layers["outlineShares"] == [] and layers["waterDays"] == 5


def test_shares_of_an_area_are_expected_ones_with_an_interval(made):
    _, _, weeks = made
    table = drought_shares(weeks, {"a": cells_of_rows(0, 10)}, region="tucson", simulated=True)
    row = table.iloc[0]
    low, high = (norm.ppf(f * (1.0 + 3 * np.arange(10)) / 100) for f in (0.5, 1.5))
    score, deviation = (low + high) / 2, (high - low) / (2 * norm.ppf(0.95))
    assert row["d1_or_worse"] == pytest.approx(norm.cdf((norm.ppf(0.2) - score) / deviation).mean(), rel=1e-3)
    assert row["d1_or_worse_low"] < row["d1_or_worse"] < row["d1_or_worse_high"]
    assert row["d0_or_worse"] > row["d1_or_worse"] > row["d4_or_worse"] > 0
    assert table["valid_share"].tolist() == [1.0, 0.9]


def test_the_expected_share_of_a_rare_class_lies_in_its_interval(made):
    """Of wetter rows: extreme drought is so rare there that its mean is beyond its 95 % quantile."""
    _, _, weeks = made
    row = drought_shares(weeks, {"a": cells_of_rows(7, 9)}, region="tucson", simulated=True).iloc[0]
    for name in ("d0", "d1", "d2", "d3", "d4"):
        low, share, high = (row[f"{name}_or_worse{end}"] for end in ("_low", "", "_high"))
        assert low <= share <= high
    assert row["d3_or_worse"] == row["d3_or_worse_high"] > row["d3_or_worse_low"]


def test_errors_of_far_cells_are_less_common_than_those_of_near_ones():
    near, far = cells_of_rows(0, 2), cells_of_rows(0, 20)
    assert 1 > common_share(near) > common_share(far) > 0.15
    assert common_share(Cells(np.array([3]), np.array([4]), np.ones(1))) == pytest.approx(1)
    assert rectangle(0, 0).area > 0


def test_without_percentiles_there_are_no_shares(made):
    with pytest.raises(DataError, match="name percentile"):
        drought_shares((), {"a": cells_of_rows(0, 2)}, region="tucson", simulated=False)
