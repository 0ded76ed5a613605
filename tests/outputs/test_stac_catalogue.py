"""A static catalogue, read back by pystac (tests/gis validates it against the JSON schemas)."""

import contextlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pystac
import pytest
from made_maps import PROVENANCE, WINDOW, two_maps

from smen.errors import OutputError
from smen.outputs.stac_catalogue import write_collection, write_root


def write_all(folder, simulated=True):
    """A catalogue of one region of two maps; returns its root."""
    root, collection = folder / "catalog.json", folder / "tucson" / "stac"
    maps_folder = folder / "tucson" / "maps"
    maps_folder.mkdir(parents=True)
    (folder / "tucson" / "tucson.nc").write_bytes(b"cube")
    provenance = replace(PROVENANCE, simulated=simulated)
    extras = {"cube": folder / "tucson" / "tucson.nc"}
    write_collection(collection, root, WINDOW, two_maps(maps_folder), provenance, region="tucson", extras=extras)
    write_root(root, {"tucson": collection / "collection.json"}, simulated=simulated)
    return root


@pytest.fixture(scope="module", params=["absolute", "relative"])
def catalogue(request, tmp_path_factory):
    """A copy of a catalogue in another place, the original gone; written by its whole path and by a short one."""
    folder = tmp_path_factory.mktemp("here") / "results"
    with contextlib.chdir(folder.parent):
        write_all(folder if request.param == "absolute" else Path("results"))
    moved = tmp_path_factory.mktemp("there") / "copy"
    shutil.move(folder, moved)
    return pystac.Catalog.from_file(str(moved / "catalog.json"))


def test_the_root_leads_to_collections_and_items(catalogue):
    (collection,) = catalogue.get_children()
    assert (collection.id, collection.title) == ("tucson", "Soil moisture at 3 km, tucson (simulated data)")
    items = list(collection.get_items())
    assert [item.id for item in items] == ["0", "1"]
    for item in items:
        assert item.get_parent().id == "tucson"
        assert item.get_root().id == catalogue.id == "smen-soil-moisture"
        assert Path(item.get_self_href()).parent.name == "2018"


def test_all_links_are_relative_and_lead_to_files(catalogue):
    folder = Path(catalogue.get_self_href()).parent
    for path in folder.rglob("*.json"):
        content = json.loads(path.read_text(encoding="utf-8"))
        hrefs = [link["href"] for link in content["links"]]
        hrefs += [asset["href"] for asset in content.get("assets", {}).values()]
        assert hrefs
        assert "self" not in {link["rel"] for link in content["links"]}
        for href in hrefs:
            assert not Path(href).is_absolute()
            assert (path.parent / href).is_file(), f"{path}: {href}"


def test_the_collection_covers_its_items(catalogue):
    (collection,) = catalogue.get_children()
    ((start, end),) = collection.extent.temporal.intervals
    assert [start, end] == [item.datetime for item in collection.get_items()]
    assert collection.extent.spatial.bboxes == [item.bbox for item in collection.get_items()][:1]
    assert collection.summaries.to_dict()["proj:code"] == ["EPSG:6933"]
    assert collection.assets["cube"].roles == ["metadata"]


@pytest.mark.parametrize("simulated", [True, False])
def test_only_simulated_data_are_labelled(tmp_path, simulated):
    root = write_all(tmp_path / "r", simulated)
    collection = root.parent / "tucson" / "stac" / "collection.json"
    for path in (root, collection):
        assert ("no satellite has measured" in path.read_text(encoding="utf-8")) == simulated
    content = json.loads(collection.read_text(encoding="utf-8"))
    assert ("simulated" in content["keywords"]) == simulated
    assert content["summaries"]["smen:simulated"] == [simulated]


def test_a_catalogue_of_several_regions_links_each(tmp_path):
    root = tmp_path / "catalog.json"
    paths = {name: tmp_path / name / "stac" / "collection.json" for name in ("b", "a")}
    write_root(root, paths, simulated=False)
    links = [link for link in json.loads(root.read_text())["links"] if link["rel"] == "child"]
    assert [(link["title"], link["href"]) for link in links] == [
        ("b", "./b/stac/collection.json"), ("a", "./a/stac/collection.json"),
    ]  # fmt: skip


def test_no_maps_are_refused(tmp_path):
    with pytest.raises(ValueError, match="at least one map"):
        write_collection(tmp_path, tmp_path / "c.json", WINDOW, [], PROVENANCE, region="x", extras={})
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_root(tmp_path / "file" / "catalog.json", {}, simulated=False)
