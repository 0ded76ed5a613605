"""Listings hold the granules of a query and nothing else."""

import dataclasses
import json

import faulty_answers as faulty
import numpy as np
import pytest
from made_granules import add_coarse, add_scene, coarse_name, scene_name

from smen.errors import ArchiveError
from smen.grid import Window
from smen.sources.earthdata import Archive, RetryPolicy, earthdata_system


def found(archive, query, **changes):
    return [record.filename for record in archive.listing(dataclasses.replace(query, **changes))]


def test_window_period_and_direction(server, archive, query, tree, names):
    add_coarse(tree, coarse_name(13, "A"))
    add_coarse(tree, coarse_name(14), columns=(400, 430))  # another part of the world
    add_coarse(tree, coarse_name(16), rows=(94, 120))  # ends one row of cells south of the window
    add_coarse(tree, coarse_name(17), rows=(93, 120))  # reaches into its last row
    server.refresh()
    assert found(archive, query) == [*names, coarse_name(13, "A"), coarse_name(17)]
    assert found(archive, query, directions=("A",)) == [coarse_name(13, "A")]
    begin, end = np.datetime64("2016-01-04T12:00:00"), np.datetime64("2016-01-10T12:00:00")
    assert found(archive, query, begin=begin, end=end) == names[1:3]  # first moment included, last excluded


def test_only_the_highest_version_is_listed(server, archive, query, tree, names):
    for version in ("R18290_001", "R19240_002", "T99999_001"):
        add_coarse(tree, coarse_name(1, version=version))
    server.refresh()
    assert found(archive, query) == [coarse_name(1, version="R19240_002"), *names[1:]]
    archive.obtain([query])
    assert server.count("R18290_001") == server.count("T99999_001") == server.count(names[0]) == 0


def test_a_granule_in_two_archives_is_listed_once(server, archive, query, names):
    twin = json.loads(json.dumps(server.record(names[0])))
    twin["meta"]["concept-id"] = "G1-NSIDC_ECS"
    twin["umm"]["DataGranule"]["ArchiveAndDistributionInformation"] = [{"Name": "Not provided", "Size": 1.0}]
    server.records.insert(0, twin)
    (first, *_) = archive.listing(query)
    assert first.checksum is not None  # the record that lets us verify more


def test_scenes_by_the_time_in_their_name(server, archive, query, tree):
    add_scene(tree, scene_name(3))
    add_scene(tree, scene_name(5), row=2000)
    server.refresh()
    scenes = dataclasses.replace(query, product="SPL2SMAP_S", version="003")
    assert found(archive, scenes) == [scene_name(3)]
    assert found(archive, scenes, begin=np.datetime64("2016-01-03T13:00:00")) == [scene_name(3)]  # an hour of slack
    assert found(archive, scenes, begin=np.datetime64("2016-01-03T13:11:00")) == []


def test_all_pages(server, archive, query, tree, names):
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
        archive.store.root, earthdata_system(server.search), RetryPolicy()
    )  # the server takes its time over so many
    assert len(archive.listing(query)) == 4104
    pages = [path for _, path in server.requests if "granules" in path and "page_size=2000" in path]
    assert len(pages) == 3


def test_a_short_page_is_an_error(server, archive, query):
    server.pages = 3  # the search counts four, gives three a page, and the client stops paging on a short page
    with pytest.raises(ArchiveError, match="counts 4 granules but gave 3: the list is not complete"):
        archive.listing(query)


def test_a_granule_given_twice_is_an_error(server, archive, query):
    server.records[1] = server.records[0]
    with pytest.raises(ArchiveError, match="counts 4 granules but gave 4, 3 of them different"):
        archive.listing(query)


def test_no_granule_is_no_error_but_no_version_is(server, archive, query):
    span = {"begin": np.datetime64("2016-03-01T00:00:00"), "end": np.datetime64("2016-03-02T00:00:00")}
    assert found(archive, query, **span) == []
    assert archive.obtain([dataclasses.replace(query, **span)]) == [[]]
    with pytest.raises(ArchiveError, match=r"no version 011 of SPL2SMP; it has 009\. Set products.coarse_version"):
        found(archive, query, version="011")
    with pytest.raises(ArchiveError, match="no version 003 of SPL2SMAP_S; it has none of this name"):
        found(archive, query, product="SPL2SMAP_S", version="003")


def test_the_search_needs_no_login_and_is_repeated_after_errors(server, archive, query, names, monkeypatch):
    monkeypatch.delenv("EARTHDATA_TOKEN")
    server.answer_with(
        "/search/granules.umm_json",
        faulty.status(503),
        faulty.status(200, b"<html>"),
        faulty.silence,
    )
    assert found(archive, query) == names
    assert server.count("/api/users") == server.count("/profile") == 0


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (faulty.status(500), "500 Internal Server Error from 127.0.0.1, 6 times"),
        (faulty.status(400, b'{"errors": ["what is this"]}'), "400 Bad Request.*what is this"),
        (faulty.silence, "timed out"),
    ],
    ids=["500", "400", "silence"],
)
def test_a_search_that_fails(server, archive, query, answer, words):
    server.answer_with("/search/granules.umm_json", answer, always=True)
    with pytest.raises(ArchiveError, match=words):
        archive.listing(query)


def test_a_window_across_180_degrees(server, archive, query, tree):
    window = Window(1020, 11568 - 50, 100, 100)
    add_coarse(tree, coarse_name(2), columns=(950, 964))
    add_coarse(tree, coarse_name(3), columns=(0, 10))
    add_coarse(tree, coarse_name(5), columns=(10, 20))
    server.refresh()
    assert found(archive, query, window=window) == [coarse_name(2), coarse_name(3)]
    (records,) = archive.obtain([dataclasses.replace(query, window=window)])
    assert [r.name for r in records] == [coarse_name(2), coarse_name(3)]


def test_the_whole_world_is_searched_by_its_box(server, archive, query, names):
    assert found(archive, query, window=Window(0, 0, 4872, 11568)) == names
    assert any("bounding_box=-180.0" in path for _, path in server.requests)


def test_what_a_footprint_promises_and_the_cells_do_not_hold_is_dropped(server, archive, query, names):
    points = server.record(names[0])["umm"]["SpatialExtent"]["HorizontalSpatialDomain"]["Geometry"]["GPolygons"]
    beyond = Window(1020, 2840, 10, 10)  # east of all cells
    points[0]["Boundary"]["Points"] = [
        {"Longitude": lon, "Latitude": lat} for lon, lat in [(-110, 20), (-60, 20), (-60, 50), (-110, 50), (-110, 20)]
    ]
    there = dataclasses.replace(query, window=beyond)
    assert found(archive, there) == names[:1]
    assert archive.obtain([there]) == [[]]


def test_records_of_other_things_are_left_out(server, archive, query, names):
    odd = json.loads(json.dumps(server.record(names[0])))
    odd["meta"]["concept-id"] = "G0-X"
    odd["umm"]["GranuleUR"] = "SMAP_L2_SM_P_QA_20160101.qa"
    odd["umm"]["DataGranule"]["Identifiers"] = []
    odd["umm"]["RelatedUrls"] = []
    server.records.append(odd)
    assert found(archive, query) == names


def test_a_record_without_link(server, archive, query, names, visible):
    server.record(names[0])["umm"]["RelatedUrls"] = [{"URL": "s3://bucket/x.h5", "Type": "GET DATA"}]
    with pytest.raises(ArchiveError, match=r"gives no https link:\s+" + names[0]):
        archive.obtain([query])
    assert visible() == sorted(names[1:])
