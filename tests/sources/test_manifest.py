"""Manifests open in GIS tools, come back as they were, and are the same bytes for the same records."""

import itertools
import json
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely import MultiPolygon, Polygon, box

from smen.errors import ArchiveError
from smen.sources.manifest import GranuleRecord, read, relative, write


def milliseconds(text):
    return np.datetime64(text, "ms")


HALF_ORBIT = GranuleRecord(
    name="SMAP_L2_SM_P_00872_D_20150401T044811_R19240_001.h5",
    product="SPL2SMP",
    direction="D",
    orbit=872,
    time=milliseconds("2015-04-01T04:48:11"),
    begin=milliseconds("2015-04-01T04:48:10.623"),
    end=milliseconds("2015-04-01T05:41:30"),
    sentinel1_time=None,
    version="R19240_001",
    size=1_682_954,
    sha256="a1" * 32,
    path="resources/granules/SPL2SMP.009/2015.04.01/SMAP_L2_SM_P_00872_D_20150401T044811_R19240_001.h5",
    url=None,
    state="present",
    reason=None,
    simulated=True,
    footprint=MultiPolygon([box(170, 10, 180, 20), box(-180, 10, -175.1234, 20)]),
)
SCENE = replace(
    HALF_ORBIT,
    name="SMAP_L2_SM_SP_1AIWDV_20150331T170640_20150401T054620_003E34N_R18290_001.h5",
    product="SPL2SMAP_S",
    direction=None,
    orbit=None,
    time=milliseconds("2015-03-31T17:06:40"),
    begin=milliseconds("2015-03-31T17:06:40"),
    end=milliseconds("2015-03-31T17:06:40"),
    sentinel1_time=milliseconds("2015-04-01T05:46:20"),
    size=5_000_000_000,
    simulated=False,
    footprint=box(2.1234, 33.5, 4.5, 35.25),
)
SKIPPED = replace(
    SCENE,
    name=SCENE.name.replace("_001.", "_002."),
    sha256=None,
    state="skipped",
    reason='truncated HDF5 ("eof"), größer als\nerlaubt',
    footprint=None,
)
ALL = [SCENE, SKIPPED, HALF_ORBIT]  # in order of time and name


@pytest.mark.parametrize("records", [ALL, [SKIPPED], [HALF_ORBIT], []], ids=["all", "skipped", "one", "none"])
def test_round_trip(tmp_path, records):
    path = tmp_path / "deep" / "2015.geojson"
    write(path, records[::-1])
    back = read(path)
    assert len(back) == len(records)
    for there, record in zip(back, records, strict=True):
        assert replace(there, footprint=None) == replace(record, footprint=None)
        assert (there.footprint is None) == (record.footprint is None)
        assert there.footprint is None or there.footprint.equals(record.footprint)
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_the_same_records_give_the_same_bytes(tmp_path):
    write(tmp_path / "a.geojson", ALL)
    write(tmp_path / "other.geojson", ALL[::-1])
    write(tmp_path / "back.geojson", read(tmp_path / "a.geojson"))
    texts = {p.read_bytes() for p in tmp_path.iterdir()}
    assert len(texts) == 1


def test_opens_in_gis_tools(tmp_path):
    path = tmp_path / "2015.geojson"
    write(path, ALL)
    frame = gpd.read_file(path)
    assert frame.crs.to_epsg() == 4326
    assert list(frame["name"]) == [r.name for r in ALL]
    assert list(frame["simulated"]) == [False, False, True]
    assert list(frame["size"]) == [5_000_000_000, 5_000_000_000, 1_682_954]
    assert str(frame["begin"].dtype).startswith("datetime64")
    assert frame["begin"][2].isoformat() == "2015-04-01T04:48:10.623000+00:00"
    assert frame.geometry[1] is None
    assert frame.geometry[[0, 2]].is_valid.all()
    assert frame.geometry[0].bounds == pytest.approx((2.1234, 33.5, 4.5, 35.25), abs=1e-6)
    assert frame.geometry[2].bounds == (-180, 10, 180, 20)
    write(path, [])
    assert len(gpd.read_file(path)) == 0


def test_rfc_7946(tmp_path):
    path = tmp_path / "2015.geojson"
    write(path, ALL)
    document = json.loads(path.read_text())
    assert document["type"] == "FeatureCollection"
    assert "crs" not in document
    ring = document["features"][0]["geometry"]["coordinates"][0]
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))
    assert area > 0  # exterior rings run anticlockwise
    assert document["features"][0]["properties"]["orbit"] is None
    assert document["features"][2]["properties"]["orbit"] == 872


def test_a_year_is_small(tmp_path):
    angles = np.linspace(0, 2 * np.pi, 48)
    round_one = Polygon(np.stack([100.12345 * np.cos(angles), 80.12345 * np.sin(angles)], axis=1))
    records = [
        replace(HALF_ORBIT, name=f"{i:05d}{HALF_ORBIT.name}", reason="r" * 100, footprint=round_one) for i in range(300)
    ]
    write(tmp_path / "2015.geojson", records)
    assert (tmp_path / "2015.geojson").stat().st_size < 700_000


def test_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert relative(tmp_path / "resources" / "x.h5") == "resources/x.h5"
    assert relative("resources/x.h5") == "resources/x.h5"
    assert relative(Path("/elsewhere/x.h5")) == "/elsewhere/x.h5"


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"features": [{}]}', "<html>", '{"features": [{"properties": 1}]}'])
def test_no_manifest(tmp_path, text):
    path = tmp_path / "2015.geojson"
    path.write_text(text)
    with pytest.raises(ArchiveError, match=r"2015\.geojson: not a manifest"):
        read(path)


def test_a_missing_manifest(tmp_path):
    with pytest.raises(ArchiveError, match="cannot be read"):
        read(tmp_path / "2015.geojson")
