"""What is wanted, and nothing else, is listed."""

import dataclasses
import json
import math
import os
from itertools import pairwise
from pathlib import Path

import misdeeds
import numpy as np
import pytest
from made_granules import add_coarse, add_scene, coarse_name, scene_name
from shapely import Polygon, box

from smen.errors import ArchiveError
from smen.grid import M03, M36, Window
from smen.sources.earthdata import Archive, Patience, endpoints
from smen.sources.earthdata.umm import listed
from smen.sources.earthdata.umm_geometry import box as box_of
from smen.sources.earthdata.umm_geometry import cut, outline, ring


def found(archive, want, **changes):
    return [record.filename for record in archive.listing(dataclasses.replace(want, **changes))]


def test_window_period_and_direction(server, archive, want, tree, names):
    add_coarse(tree, coarse_name(13, "A"))
    add_coarse(tree, coarse_name(14), columns=(400, 430))  # another part of the world
    add_coarse(tree, coarse_name(16), rows=(94, 120))  # ends one row of cells south of the window
    add_coarse(tree, coarse_name(17), rows=(93, 120))  # reaches into its last row
    server.refresh()
    assert found(archive, want) == [*names, coarse_name(13, "A"), coarse_name(17)]
    assert found(archive, want, directions=("A",)) == [coarse_name(13, "A")]
    begin, end = np.datetime64("2016-01-04T12:00:00"), np.datetime64("2016-01-10T12:00:00")
    assert found(archive, want, begin=begin, end=end) == names[1:3]  # first moment included, last excluded


def test_only_the_highest_version_is_listed(server, archive, want, tree, names):
    for version in ("R18290_001", "R19240_002", "T99999_001"):
        add_coarse(tree, coarse_name(1, version=version))
    server.refresh()
    assert found(archive, want) == [coarse_name(1, version="R19240_002"), *names[1:]]
    archive.obtain([want])
    assert server.count("R18290_001") == server.count("T99999_001") == server.count(names[0]) == 0


def test_a_granule_in_two_archives_is_listed_once(server, archive, want, names):
    twin = json.loads(json.dumps(server.record(names[0])))
    twin["meta"]["concept-id"] = "G1-NSIDC_ECS"
    twin["umm"]["DataGranule"]["ArchiveAndDistributionInformation"] = [{"Name": "Not provided", "Size": 1.0}]
    server.records.insert(0, twin)
    (first, *_) = archive.listing(want)
    assert first.checksum is not None  # the record that lets us verify more


def test_scenes_by_the_time_in_their_name(server, archive, want, tree):
    add_scene(tree, scene_name(3))
    add_scene(tree, scene_name(5), row=2000)
    server.refresh()
    scenes = dataclasses.replace(want, product="SPL2SMAP_S", version="003")
    assert found(archive, scenes) == [scene_name(3)]
    assert found(archive, scenes, begin=np.datetime64("2016-01-03T13:00:00")) == [scene_name(3)]  # an hour of slack
    assert found(archive, scenes, begin=np.datetime64("2016-01-03T13:11:00")) == []


def test_all_pages(server, archive, want, tree, names):
    server.pages = 2000
    template = server.record(names[0])
    text = json.dumps(template)
    for i in range(4100):  # over two pages of a real search's 2000
        day, second = divmod(i, 400)
        name = coarse_name(11 + day, orbit=10000 + i).replace("T120000", f"T{second // 60:02d}{second % 60:02d}00")
        record = json.loads(text.replace(names[0], name))
        record["meta"]["concept-id"] = f"G{i}-X"
        server.records.append(record)
    archive = Archive(
        archive.store.root, endpoints(server.search), Patience()
    )  # the server takes its time over so many
    assert len(archive.listing(want)) == 4104
    pages = [path for _, path in server.asked if "granules" in path and "page_size=2000" in path]
    assert len(pages) == 3


def test_a_short_page_is_told_loudly(server, archive, want):
    server.pages = 3  # the search counts four, gives three a page, and the client stops paging on a short page
    with pytest.raises(ArchiveError, match="counts 4 granules but gave 3: the list is not complete"):
        archive.listing(want)


def test_a_granule_given_twice_is_told_loudly(server, archive, want):
    server.records[1] = server.records[0]
    with pytest.raises(ArchiveError, match="counts 4 granules but gave 4, 3 of them different"):
        archive.listing(want)


def test_no_granule_is_no_error_but_no_version_is(server, archive, want):
    span = {"begin": np.datetime64("2016-03-01T00:00:00"), "end": np.datetime64("2016-03-02T00:00:00")}
    assert found(archive, want, **span) == []
    assert archive.obtain([dataclasses.replace(want, **span)]) == [[]]
    with pytest.raises(ArchiveError, match=r"no version 011 of SPL2SMP; it has 009\. Set products.coarse_version"):
        found(archive, want, version="011")
    with pytest.raises(ArchiveError, match="no version 003 of SPL2SMAP_S; it has none of this name"):
        found(archive, want, product="SPL2SMAP_S", version="003")


def test_the_search_needs_no_login_and_survives_an_ill_server(server, archive, want, names, monkeypatch):
    monkeypatch.delenv("EARTHDATA_TOKEN")
    server.misbehave(
        "/search/granules.umm_json", misdeeds.status(503), misdeeds.status(200, b"<html>"), misdeeds.silence
    )
    assert found(archive, want) == names
    assert server.count("/api/users") == server.count("/profile") == 0


@pytest.mark.parametrize(
    ("misdeed", "words"),
    [
        (misdeeds.status(500), "500 Internal Server Error from 127.0.0.1, 6 times"),
        (misdeeds.status(400, b'{"errors": ["what is this"]}'), "400 Bad Request.*what is this"),
        (misdeeds.silence, "timed out"),
    ],
    ids=["500", "400", "silence"],
)
def test_a_search_that_fails(server, archive, want, misdeed, words):
    server.misbehave("/search/granules.umm_json", misdeed, for_ever=True)
    with pytest.raises(ArchiveError, match=words):
        archive.listing(want)


def test_a_window_across_180_degrees(server, archive, want, tree):
    window = Window(1020, 11568 - 50, 100, 100)
    add_coarse(tree, coarse_name(2), columns=(950, 964))
    add_coarse(tree, coarse_name(3), columns=(0, 10))
    add_coarse(tree, coarse_name(5), columns=(10, 20))
    server.refresh()
    assert found(archive, want, window=window) == [coarse_name(2), coarse_name(3)]
    (records,) = archive.obtain([dataclasses.replace(want, window=window)])
    assert [r.name for r in records] == [coarse_name(2), coarse_name(3)]


def test_the_whole_world_is_searched_by_its_box(server, archive, want, names):
    assert found(archive, want, window=Window(0, 0, 4872, 11568)) == names
    assert any("bounding_box=-180.0" in path for _, path in server.asked)


def test_what_a_footprint_promises_and_the_cells_do_not_hold_is_dropped(server, archive, want, names):
    points = server.record(names[0])["umm"]["SpatialExtent"]["HorizontalSpatialDomain"]["Geometry"]["GPolygons"]
    beyond = Window(1020, 2840, 10, 10)  # east of all cells
    points[0]["Boundary"]["Points"] = [
        {"Longitude": lon, "Latitude": lat} for lon, lat in [(-110, 20), (-60, 20), (-60, 50), (-110, 50), (-110, 20)]
    ]
    there = dataclasses.replace(want, window=beyond)
    assert found(archive, there) == names[:1]
    assert archive.obtain([there]) == [[]]


def test_records_of_other_things_are_left_out(server, archive, want, names):
    odd = json.loads(json.dumps(server.record(names[0])))
    odd["meta"]["concept-id"] = "G0-X"
    odd["umm"]["GranuleUR"] = "SMAP_L2_SM_P_QA_20160101.qa"
    odd["umm"]["DataGranule"]["Identifiers"] = []
    odd["umm"]["RelatedUrls"] = []
    server.records.append(odd)
    assert found(archive, want) == names


def test_a_record_without_link(server, archive, want, names, visible):
    server.record(names[0])["umm"]["RelatedUrls"] = [{"URL": "s3://bucket/x.h5", "Type": "GET DATA"}]
    with pytest.raises(ArchiveError, match=r"gives no https link:\s+" + names[0]):
        archive.obtain([want])
    assert visible() == sorted(names[1:])


# Shapes, against what is known by hand.


def test_ring_of_a_window():
    places = ring(Window(1021, 2650, 1, 1), M03)
    assert places[0] == places[-1]
    assert Polygon(places).exterior.is_ccw
    west, south, east, north = Polygon(places).bounds
    percent = 0.011 * 360 / 11568  # of a cell: what only shares an edge is not searched for
    assert west == pytest.approx(-180 + 2650 * 360 / 11568, abs=percent)
    assert east == pytest.approx(-180 + 2651 * 360 / 11568, abs=percent)
    assert south < 35.4676 < north  # Oklahoma City's centre lies in this cell
    coarse = Polygon(ring(Window(1021, 2650, 1, 1), M36)).bounds
    assert coarse[0] == pytest.approx(-180 + 220 * 360 / 964, abs=12 * percent)  # the whole M36 cell: 2650 // 12 = 220
    assert coarse[2] == pytest.approx(-180 + 221 * 360 / 964, abs=12 * percent)


def test_ring_of_a_wide_window_stays_on_its_parallels():
    """Great circles between the points leave the parallel by no more than a tenth of a cell of 3 km."""
    places = ring(Window(600, 3000, 200, 2000), M03)
    north = max(lat for _, lat in places)
    step = 360 * 2000 / 11568 / (sum(lat == north for _, lat in places) - 1)
    half, phi = math.radians(step / 2), math.radians(north)
    rise = math.degrees(math.atan(math.tan(phi) / math.cos(half))) - north  # of a great circle over a parallel
    assert 0 < rise * 111.2 < 0.3
    assert all(abs(a - b) <= 1.0 for (a, _), (b, _) in pairwise(places) if a != b)


def test_boxes():
    assert ring(Window(0, 0, 100, 11568), M03) is None
    assert box_of(Window(0, 0, 4872, 11568), M36) == pytest.approx((-180, -85.0445664, 180, 85.0445664), abs=0.05)
    west, _, east, _ = box_of(Window(100, 11568 - 6, 12, 12), M03)
    assert (west, east) == pytest.approx((180 - 6 * 360 / 11568, -180 + 6 * 360 / 11568), abs=1e-3)


def test_a_ring_across_180_degrees_is_cut():
    shape = cut([(170, 0), (-170, 0), (-170, 10), (170, 10), (170, 0)])
    assert shape.equals(box(170, 0, 180, 10).union(box(-180, 0, -170, 10)))
    assert cut([(0, 80), (120, 80), (-120, 80), (0, 80)]) is None  # around the pole


def test_the_real_record_of_another_product():
    """Orbit geometry, no checksum, a size of no unit, a GranuleUR that is no file name: records differ."""
    item = json.loads(_real("umm_granule_record.json").read_text())["items"][0]
    assert listed(item, "009") is None  # an ICESat-2 granule
    name = "SMAP_L2_SM_P_00872_D_20150401T044811_R19240_001.h5"
    old = item["umm"]["DataGranule"]["Identifiers"][0]["Identifier"]
    ours = listed(json.loads(json.dumps(item).replace(old, name)), "009")
    assert ours.filename == name
    assert ours.url.endswith(f"/2019.02.21/{name}")
    assert (ours.size, ours.exact, ours.checksum, ours.footprint) == (99_585_703, False, None, None)
    assert (str(ours.begin), str(ours.end)) == ("2019-02-21T12:18:57.077", "2019-02-21T12:24:16.044")


def test_the_real_polygon_of_a_half_orbit():
    """The polygon of a real SPL2SMP granule: past 180 degrees, and past the grid's end towards both poles."""
    import re

    text = _real("smap_iso_granule_record.xml").read_text()
    numbers = [float(v) for v in re.search(r"<gml:posList[^>]*>([^<]+)<", text).group(1).split()]
    points = [{"Latitude": lat, "Longitude": lon} for lat, lon in zip(numbers[::2], numbers[1::2], strict=True)]
    umm = {
        "SpatialExtent": {"HorizontalSpatialDomain": {"Geometry": {"GPolygons": [{"Boundary": {"Points": points}}]}}}
    }
    shape = outline(umm)
    assert shape.is_valid
    west, south, east, north = shape.bounds
    assert -180 <= west < east <= 180
    assert -87 < south < north < 88
    assert shape.contains(Polygon(box(-155.5, -1, -147, 1).exterior))  # its points on the equator: -156.11 and -146.22
    assert not shape.intersects(box(-100, 30, -90, 40))


def _real(name):
    root = Path(__file__).resolve().parents[3]
    for folder in (os.environ.get("SMEN_REAL_DATA"), root.parent / "shared" / "real"):
        if folder and (Path(folder) / name).is_file():
            return Path(folder) / name
    pytest.skip(f"no {name}: set SMEN_REAL_DATA to the folder that holds it")
