"""The stage `acquire` and its command, with Earthdata as the source."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import faulty_answers as faulty
import pytest
import yaml
from made_granules import add_coarse, add_scene, coarse_name, scene_name

from smen.sources import manifest

ROOT = Path(__file__).resolve().parents[3]

SETTINGS = {
    "regions": {"city": {"longitude": -97.5164, "latitude": 35.4676, "size": 30}},
    "periods": {"training": ["2016-01-01", "2016-01-06"], "test": ["2016-01-07", "2016-01-31"]},
}


@pytest.fixture
def smen(server, tmp_path):
    """Run the command in a folder with settings; gives its status, its output and what it said."""
    folder = tmp_path / "project"
    folder.mkdir()

    def run(*args, status=0, source=None, **changes):
        settings = SETTINGS | changes
        settings["source"] = {"kind": "earthdata", "cmr_url": server.search, "edl_host": server.login} | (source or {})
        (folder / "config.yaml").write_text(yaml.safe_dump(settings))
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        process = subprocess.run(
            [sys.executable, "-m", "smen", *args], cwd=folder, env={**os.environ, "PYTHONPATH": path},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert process.returncode == status, process.stderr
        return process.stdout, process.stderr

    run.folder = folder
    return run


def listed(smen, role="coarse"):
    return manifest.read(smen.folder / f"results/city/granules/{role}_2016.geojson")


def test_acquire_writes_both_manifests(smen, server, tree, names):
    add_scene(tree, scene_name(3))
    server.refresh()
    _, said = smen("acquire", "city", "2016", "--log", "acquire.log")
    assert [r.name for r in listed(smen)] == names
    assert [r.name for r in listed(smen, "fine")] == [scene_name(3)]
    first = listed(smen)[0]
    assert first.path == f"resources/granules/SPL2SMP.009/2016.01.01/{names[0]}"
    assert (smen.folder / first.path).is_file()
    assert "SPL2SMP.009: 4 granules" in said  # size and count before the download
    assert "4 to fetch" in said
    assert "fetching 4 granules with the login from the environment variable EARTHDATA_TOKEN" in said
    log = (smen.folder / "acquire.log").read_text()
    assert "fetched 4 granules" in log
    assert server.token not in said + log
    assert "Warning" not in said


def test_plan_only_says_how_much(smen, server, names, monkeypatch):
    monkeypatch.delenv("EARTHDATA_TOKEN")
    add_scene(server.tree, scene_name(3))
    server.refresh()
    out, _ = smen("acquire", "--plan", "--config", "config.yaml", source={"kind": "simulated"})
    lines = out.splitlines()
    assert lines[0].startswith("city 2016 SPL2SMP.009: 4 granules, ")
    assert lines[1].startswith("city 2016 SPL2SMAP_S.003: 1 granules, ")
    assert lines[2].startswith("together, each granule once: 5 granules, ")
    assert "5 to fetch" in lines[2]
    assert server.count("/data/") == 0
    assert not (smen.folder / "resources/granules").exists()
    _, said = smen("acquire", "--plan", "nowhere", status=1)
    assert "`nowhere` is not a region of the settings: choose one of city" in said


def test_a_failure_ends_with_the_list_and_a_rerun_mends_it(smen, server, names, tree):
    add_scene(tree, scene_name(3))
    server.refresh()
    server.answer_with(names[1], faulty.status(404), always=True)
    _, said = smen("acquire", "city", "2016", status=1)
    assert "1 of 5 granules could not be fetched" in said
    assert "Traceback" not in said
    assert f"{server.base}/data/SPL2SMP.009/2016.01.04/{names[1]}" in said
    assert not (smen.folder / "results").exists()  # no list that looks complete
    assert len(list((smen.folder / "resources/granules").rglob("*.h5"))) == 4
    server.scripted.clear()
    asked = len(server.requests)
    smen("acquire", "city", "2016")
    assert [p.rpartition("/")[2] for _, p in server.requests[asked:] if p.startswith("/data/")] == [names[1]]


def test_bad_granules_can_be_skipped(smen, server, names):
    server.answer_with(names[1], faulty.status(404), always=True)
    add_scene(server.tree, scene_name(3))
    server.refresh()
    _, said = smen("acquire", "city", "2016", source={"bad_granules": "skip"})
    assert [r.state for r in listed(smen)] == ["present", "skipped", "present", "present"]
    assert f"skipped resources/granules/SPL2SMP.009/2016.01.04/{names[1]}: 404" in said


def test_nothing_there(smen, server, tree):
    add_scene(tree, scene_name(3))
    server.refresh()
    far = {"far": {"longitude": 20.0, "latitude": -30.0, "size": 10}}
    _, said = smen("acquire", "far", "2016", status=1, regions=far)
    assert "no granule of SPL2SMP.009 that touches far in 2016" in said


def test_refresh_finds_what_is_new(smen, server, names, tree):
    add_scene(tree, scene_name(3))
    server.refresh()
    until_today = {"training": ["2016-01-01", "2016-01-06"], "test": ["2016-01-07", "2016-01-31"]}
    smen("acquire", "city", "2016", periods=until_today)
    before = (smen.folder / "results/city/granules/fine_2016.geojson").stat().st_mtime_ns
    newer, new = coarse_name(4, version="R19240_002"), coarse_name(20)
    add_coarse(tree, newer)
    add_coarse(tree, new)
    server.refresh()
    asked = len(server.requests)
    _, said = smen("refresh", periods=until_today)
    assert [r.name for r in listed(smen)] == [names[0], newer, *names[2:], new]
    fetched = sorted(p.rpartition("/")[2] for _, p in server.requests[asked:] if p.startswith("/data/"))
    assert fetched == sorted([newer, new])
    assert "city 2016 coarse: 2 new granules up to 2016-01-20" in said
    assert (smen.folder / "results/city/granules/fine_2016.geojson").stat().st_mtime_ns == before
    _, said = smen("refresh", periods=until_today)
    assert said.splitlines() == ["refresh: nothing new"]


def test_regions_share_the_store(smen, server, tree):
    add_scene(tree, scene_name(3))
    server.refresh()
    two = SETTINGS["regions"] | {"suburb": {"longitude": -97.0, "latitude": 35.2, "size": 20}}
    for region in two:
        smen("acquire", region, "2016", regions=two)
    assert server.count("/data/") == 5


def test_a_tree_of_fetched_granules_serves_as_a_directory(smen, server, tree, tmp_path):
    """What the store holds is laid out as the directory source (and NSIDC) has it; both list the same."""
    add_scene(tree, scene_name(3))
    server.refresh()
    smen("acquire", "city", "2016")
    kept = smen.folder / "results/city/granules/coarse_2016.geojson"
    shutil.move(kept, tmp_path / "fetched.geojson")
    smen("acquire", "city", "2016", source={"kind": "directory", "directory": "resources/granules"})
    fetched, found = (json.loads(path.read_text())["features"] for path in (tmp_path / "fetched.geojson", kept))
    for one, other in zip(fetched, found, strict=True):
        for key in ("url", "checksum"):
            assert one["properties"].pop(key) is not None
            assert other["properties"].pop(key) is None
        assert one == other
