"""A region's scripts for the page, parsed back and compared with its maps."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from made_maps import CODES, COLOURS, WINDOW, two_maps
from shapely import Polygon
from unpacking import unpacked

from smen.errors import DataError
from smen.outputs.map_files import read_bands
from smen.outputs.report import coarsening, region_scripts
from smen.outputs.report.region_report import Coarse, RegionReport
from smen.outputs.report.region_scripts import write_region


def report_of(maps, **changes):
    """A report with a product at the second map."""
    rows, columns = WINDOW.rows() // 12, WINDOW.columns() // 12
    shape = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    fields = np.arange(len(maps) * shape[0] * shape[1]).reshape(len(maps), *shape) / 100.0
    fields[0, 0, 0] = np.nan
    product = np.full(WINDOW.shape, 0.25)
    product[:, 4:] = np.nan
    content = {
        "region": "tucson", "window": WINDOW, "maps": maps,
        "coarse": Coarse("SMAP 36 km", rows - rows[0], columns - columns[0], fields),
        "product": {1: product}, "codes": CODES, "colours": COLOURS, "simulated": True,
        "scores": [{"method": "smen", "ubRMSE": 0.03, "R": float("nan")}],
        "classes": [{"class": "everywhere mapped", "share": 100.0, "ubRMSE": 0.03, "crps": float("nan")}],
        "training": {"train": [0.1, 0.05], "best": 2}, "files": {"Scores": "tucson/scores.csv"}, "about": {"a": "b"},
    }  # fmt: skip
    return RegionReport(**content | changes)


@pytest.fixture(scope="module")
def maps(tmp_path_factory):
    return two_maps(tmp_path_factory.mktemp("maps"))


def arguments(path):
    """The arguments of a script's call."""
    call, inner = re.fullmatch(r"smen\.(\w+)\((.*)\);\n", path.read_text(encoding="utf-8")).groups()
    return call, json.loads(f"[{inner}]")


def write(folder, report):
    write_region(folder, report, "tucson/maps")
    return arguments(folder / "region.js")[1][1]


def test_overpasses_are_those_of_the_maps(tmp_path, maps):
    content = write(tmp_path, report_of(maps))
    basis = {"mode": "causal", "scenes": [0, 0, 0], "provisional": False}
    assert content["maps"] == [
        {"time": "2018-07-04T01:00:00Z", "direction": "A", "share": 1, "mean": pytest.approx(0.1095, abs=1e-4),
         "file": f"tucson/maps/{maps[0].path.parent.name}/0.tif", **basis},
        {"time": "2018-07-04T13:00:00Z", "direction": "D", "share": 0.5, "mean": pytest.approx(0.217, abs=1e-4),
         "file": f"tucson/maps/{maps[1].path.parent.name}/1.tif", **basis},
    ]  # fmt: skip
    assert (content["name"], content["shape"], content["every"]) == ("tucson", [20, 30], 1)
    assert content["chunks"] == [[0, 2, "maps_000.js"]]


def test_layers_are_the_maps_own_values(tmp_path, maps):
    write(tmp_path, report_of(maps))
    call, (region, chunk, layers) = arguments(tmp_path / "maps_000.js")
    assert (call, region, chunk) == ("maps", "tucson", 0)
    bands, codes = (np.stack(part) for part in zip(*(read_bands(file) for file in maps), strict=True))
    for number, name in enumerate(("soil_moisture", "standard_deviation")):
        seen = unpacked(layers[name])
        np.testing.assert_array_equal(np.isnan(seen), np.isnan(bands[:, number]))
        assert np.nanmax(np.abs(seen - bands[:, number])) <= 0.0005 + 1e-9
    assert layers["age"] is None  # missing on all maps
    np.testing.assert_array_equal(unpacked(layers["quality"]), codes)


def test_the_product_and_the_coarse_fields_come_along(tmp_path, maps):
    report = report_of(maps)
    content = write(tmp_path, report)
    assert content["productDates"] == [1]
    _, (_, packed) = arguments(tmp_path / "product.js")
    np.testing.assert_allclose(unpacked(packed), report.product[1][None], atol=0.0005)
    coarse = content["coarse"]
    assert coarse["name"] == "SMAP 36 km"
    assert (coarse["rows"], coarse["columns"]) == (report.coarse.rows.tolist(), report.coarse.columns.tolist())
    np.testing.assert_allclose(unpacked(coarse["fields"]), report.coarse.fields, atol=0.0005)


def test_without_a_product_its_script_is_empty(tmp_path, maps):
    assert write(tmp_path, report_of(maps, product={}))["productDates"] == []
    _, (_, packed) = arguments(tmp_path / "product.js")
    assert packed["shape"] == [0, 20, 30]


def test_facts_are_passed_on_and_nan_becomes_null(tmp_path, maps):
    content = write(tmp_path, report_of(maps))
    assert content["classes"] == [{"class": "everywhere mapped", "share": 100.0, "ubRMSE": 0.03, "crps": None}]
    assert content["scores"] == [{"method": "smen", "ubRMSE": 0.03, "R": None}]
    assert content["training"] == {"train": [0.1, 0.05], "best": 2}
    assert (content["files"], content["about"]) == ({"Scores": "tucson/scores.csv"}, {"a": "b"})
    assert content["quality"]["1"] == ["observed: recently", "#1b7837"]
    assert content["simulated"] is True


def test_places_are_those_of_the_window(tmp_path, maps):
    content = write(tmp_path, report_of(maps))
    np.testing.assert_allclose(content["longitudes"], WINDOW.longitudes, atol=1e-4)
    np.testing.assert_allclose(content["latitudes"], WINDOW.latitudes, atol=1e-4)
    for label, share in content["meridians"]:
        column = share * 30 - 0.5
        assert np.interp(column, np.arange(30), WINDOW.longitudes) == pytest.approx(-float(label[:-2]), abs=1e-3)
    for label, share in content["parallels"]:
        row = share * 20 - 0.5
        assert np.interp(row, np.arange(20), WINDOW.latitudes) == pytest.approx(float(label[:-2]), abs=1e-3)
    assert content["parallels"]
    assert set(content["lines"]) == {"coast", "border", "state", "lake", "region"}
    assert content["lines"]["region"] == []
    assert all(len(part) % 2 == 0 for parts in content["lines"].values() for part in parts)


def test_the_outline_of_a_region_is_a_line_of_its_map(tmp_path, maps):
    longitudes, latitudes = WINDOW.longitudes, WINDOW.latitudes
    corners = [(longitudes[c], latitudes[r]) for r, c in ((4, 5), (4, 20), (15, 20))]
    content = write(tmp_path, replace(report_of(maps), polygon=Polygon(corners)))
    (ring,) = content["lines"]["region"]
    places = np.reshape(ring, (-1, 2)) * [30, 20] - 0.5  # in cells
    for row, column in ((4, 5), (4, 20), (15, 20)):
        assert np.abs(places - [column, row]).max(axis=1).min() < 0.05


def test_many_maps_are_in_several_scripts(tmp_path, maps, monkeypatch):
    monkeypatch.setattr(region_scripts, "AT_ONCE", 2)
    content = write(tmp_path, report_of([*maps, *maps, maps[0]]))
    assert content["chunks"] == [[0, 2, "maps_000.js"], [2, 2, "maps_001.js"], [4, 1, "maps_002.js"]]
    assert len(content["maps"]) == 5
    assert arguments(tmp_path / "maps_002.js")[1][1] == 2
    assert unpacked(arguments(tmp_path / "maps_002.js")[1][2]["quality"]).shape == (1, 20, 30)


def test_large_regions_are_shown_more_coarsely(tmp_path, maps, monkeypatch):
    monkeypatch.setattr(coarsening, "CELLS", 2 * 10 * 15)
    content = write(tmp_path, report_of(maps))
    assert (content["every"], content["shape"]) == (2, [10, 15])
    assert len(content["longitudes"]) == len(content["coarse"]["columns"]) == 15
    _, (_, _, layers) = arguments(tmp_path / "maps_000.js")
    assert layers["soil_moisture"]["shape"] == [2, 10, 15]
    _, (_, packed) = arguments(tmp_path / "product.js")
    assert np.isfinite(unpacked(packed)).sum() == 2 * 10


def test_a_map_that_cannot_be_read_is_named(tmp_path):
    maps = two_maps(tmp_path)
    maps[0].path.write_bytes(b"junk")
    with pytest.raises(DataError, match=r"0\.tif cannot be read"):
        write_region(tmp_path / "report", report_of(maps), "maps")
