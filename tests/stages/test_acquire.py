"""Manifests of a small archive in the true layout."""

import datetime as dt
import json
import logging
import sys
from pathlib import Path

import numpy as np
import pytest
from made_granules import WINDOW, add_coarse, add_scene, coarse_name, scene_name
from made_project import make_plan
from made_region import REGION

from smen.data.series_file import read_series
from smen.errors import ArchiveError, GranuleError, OutputError, SettingsError
from smen.sources import manifest
from smen.sources.first_reading import FirstReader
from smen.sources.only_one import only_one
from smen.stages import acquire, align


@pytest.fixture
def archive(tmp_path):
    """Three half-orbits and a scene on the window."""
    tree = tmp_path / "archive"
    for day, direction in ((1, "D"), (2, "A"), (3, "D")):
        add_coarse(tree, coarse_name(day, direction))
    add_scene(tree, scene_name(1))
    return tree


def plan_of(tmp_path, archive, products=None, **source):
    settings = {"source": {"kind": "directory", "directory": str(archive)} | source}
    return make_plan(tmp_path, WINDOW, **settings | ({"products": products} if products else {}))


def manifests(plan, year=2016):
    return {role: manifest.read(Path(plan.layout.manifest(REGION, role, year))) for role in ("coarse", "fine")}


def names(records):
    return [record.name for record in records]


def test_the_manifests_list_the_granules_of_the_year(tmp_path, archive):
    plan = plan_of(tmp_path, archive)
    add_coarse(archive, coarse_name(5, "D", "R18290_001"))  # superseded by the next
    add_coarse(archive, coarse_name(5, "D", "R19240_001"))
    acquire.run(plan.acquire(REGION, 2016))
    listed = manifests(plan)
    assert names(listed["coarse"]) == [
        coarse_name(1), coarse_name(2, "A"), coarse_name(3), coarse_name(5, "D", "R19240_001"),
    ]  # fmt: skip
    assert names(listed["fine"]) == [scene_name(1)]
    assert all(record.state == "present" for records in listed.values() for record in records)
    assert all(Path(record.path).is_file() for record in listed["coarse"])


def test_a_manifest_is_geojson_with_footprints(tmp_path, archive):
    plan = plan_of(tmp_path, archive)
    acquire.run(plan.acquire(REGION, 2016))
    content = json.loads(Path(plan.layout.manifest(REGION, "coarse", 2016)).read_text())
    assert content["type"] == "FeatureCollection"
    assert [f["properties"]["direction"] for f in content["features"]] == ["D", "A", "D"]
    assert all(f["geometry"]["type"] in ("Polygon", "MultiPolygon") for f in content["features"])


def test_only_the_directions_of_the_settings_are_listed(tmp_path, archive):
    plan = plan_of(tmp_path, archive, {"overpasses": ["ascending"]})
    acquire.run(plan.acquire(REGION, 2016))
    assert names(manifests(plan)["coarse"]) == [coarse_name(2, "A")]


def test_granules_outside_the_periods_or_the_region_are_not_listed(tmp_path, archive):
    add_coarse(archive, coarse_name(4), rows=(300, 320))
    plan = make_plan(
        tmp_path,
        WINDOW,
        source={"kind": "directory", "directory": str(archive)},
        periods={"training": ["2016-01-02", "2016-01-31"], "test": ["2016-02-01", "2016-02-29"]},
    )
    acquire.run(plan.acquire(REGION, 2016))
    assert names(manifests(plan)["coarse"]) == [coarse_name(2, "A"), coarse_name(3)]


@pytest.mark.parametrize("bad", ["stop", "skip"])
def test_a_scene_without_the_fine_variable_of_the_settings_is_bad(tmp_path, archive, bad):
    """Align would need it: acquire's check reads all that any later stage reads."""
    both = add_scene(archive, scene_name(2), apm=np.full((72, 102), 0.2, "f4"))
    plan = plan_of(tmp_path, archive, {"fine_variable": "soil_moisture_apm_3km"}, bad_granules=bad)
    if bad == "stop":
        with pytest.raises(GranuleError, match=f"{scene_name(1)}: dataset .*soil_moisture_apm_3km"):
            acquire.run(plan.acquire(REGION, 2016))
        return
    acquire.run(plan.acquire(REGION, 2016))
    states = {record.name: record.state for record in manifests(plan)["fine"]}
    assert states == {scene_name(1): "skipped", both.name: "present"}


def test_a_file_that_ends_the_reading_process_is_skipped(tmp_path, archive, monkeypatch):
    """One granule of the three takes the process with it."""
    stub = (
        "import os; from smen.products.verify import verify_granule as v; from smen.sources import reading_child as c\n"
        f"c.verify_granule = lambda path, **k: os.abort() if {coarse_name(2, 'A')!r} in path else v(path, **k)\n"
        "c.main()"
    )
    reader = FirstReader([sys.executable, "-c", stub])
    monkeypatch.setattr("smen.sources.directory.READER", reader)
    plan = plan_of(tmp_path, archive, bad_granules="skip")
    acquire.run(plan.acquire(REGION, 2016))
    reader.close()
    listed = manifests(plan)["coarse"]
    assert {record.name: record.state for record in listed} == {
        coarse_name(1): "present", coarse_name(2, "A"): "skipped", coarse_name(3): "present",
    }  # fmt: skip
    assert "HDF5 crashes with it (SIGABRT)" in listed[1].reason


def test_a_year_without_the_fine_product_can_still_be_mapped(tmp_path, caplog):
    tree = tmp_path / "archive"
    add_coarse(tree, coarse_name(1))
    plan = plan_of(tmp_path, tree)
    with caplog.at_level(logging.WARNING):
        acquire.run(plan.acquire(REGION, 2016))
    assert manifests(plan)["fine"] == []
    assert "SPL2SMAP_S" in caplog.text


def test_a_year_without_the_coarse_product_is_refused(tmp_path, archive):
    plan = plan_of(tmp_path, archive)
    for path in archive.rglob("SMAP_L2_SM_P_*.h5"):
        path.unlink()
    add_coarse(archive, coarse_name(1), rows=(300, 320))
    with pytest.raises(ArchiveError, match=rf"no granule of SPL2SMP touches {REGION} between 2016-01-01"):
        acquire.run(plan.acquire(REGION, 2016))
    assert not Path(plan.layout.manifest(REGION, "coarse", 2016)).exists()


def test_a_year_that_has_only_begun_may_be_empty(tmp_path, archive, caplog):
    """Test dates that go on until `today`: on the first days of a year there may be no granule yet."""
    settings = {
        "source": {"kind": "directory", "directory": str(archive)},
        "periods": {"training": ["2016-01-01", "2016-12-31"], "test": ["2017-01-01", "today"]},
    }
    plan = make_plan(tmp_path, WINDOW, today=dt.date(2017, 1, 3), **settings)
    refreshed = Path(plan.resource_layout.refreshed())
    refreshed.parent.mkdir(parents=True, exist_ok=True)
    refreshed.write_text("2017-01-03\n")
    with caplog.at_level(logging.WARNING):
        acquire.run(plan.acquire(REGION, 2017))
    assert manifests(plan, 2017) == {"coarse": [], "fine": []}
    assert "no granule of SPL2SMP" in caplog.text


def test_a_folder_that_is_missing_is_named(tmp_path):
    plan = plan_of(tmp_path, tmp_path / "nowhere")
    with pytest.raises(ArchiveError, match="nowhere"):
        acquire.run(plan.acquire(REGION, 2016))


def test_bad_granules_stop_the_stage_or_are_skipped_with_the_reason(tmp_path, archive, caplog):
    bad = next(archive.rglob(coarse_name(3)))
    bad.write_bytes(bad.read_bytes()[:200])
    with pytest.raises(GranuleError, match=coarse_name(3)):
        acquire.run(plan_of(tmp_path, archive).acquire(REGION, 2016))
    plan = plan_of(tmp_path, archive, bad_granules="skip")
    with caplog.at_level(logging.INFO):
        acquire.run(plan.acquire(REGION, 2016))
    states = {record.name: record.state for record in manifests(plan)["coarse"]}
    assert states[coarse_name(3)] == "skipped"
    assert [state for name, state in states.items() if name != coarse_name(3)] == ["present", "present"]
    assert "1 granules skipped" in caplog.text
    assert f"{coarse_name(3)}: " in caplog.text


def test_refresh_rewrites_only_what_has_changed(tmp_path, archive, caplog):
    plan = plan_of(tmp_path, archive)
    acquire.run(plan.acquire(REGION, 2016))
    paths = [Path(plan.layout.manifest(REGION, role, 2016)) for role in ("coarse", "fine")]
    before = [path.stat().st_mtime_ns for path in paths]
    with caplog.at_level(logging.INFO):
        acquire.refresh(plan)
    assert [path.stat().st_mtime_ns for path in paths] == before
    assert [r.getMessage() for r in caplog.records if r.name.startswith("smen")][-1:] == ["nothing new"]
    caplog.clear()
    add_coarse(archive, coarse_name(6))
    with caplog.at_level(logging.INFO):
        acquire.refresh(plan)
    assert coarse_name(6) in names(manifests(plan)["coarse"])
    assert paths[1].stat().st_mtime_ns == before[1]
    assert f"{REGION} 2016 coarse: 1 new granules up to 2016-01-06T12:00:00Z" in caplog.text
    assert "1 lists of granules have changed" in caplog.text


def test_refresh_notices_new_and_reprocessed_granules_of_the_record(tmp_path, archive, caplog):
    """Years before the region's periods are of the coarse record alone, which indices are held against."""
    former, later, new = (
        coarse_name(day, version=version, month=5).replace("_2016", "_2015")
        for day, version in ((9, "R18290_001"), (9, "R19240_001"), (8, "R19240_001"))
    )
    add_coarse(archive, former)
    source = {"kind": "directory", "directory": str(archive)}
    plan = make_plan(tmp_path, WINDOW, source=source, indices={"which": ["percentile"], "record_from": "2015-04-01"})
    assert 2015 not in plan.years(REGION)
    acquire.refresh(plan)
    assert {role: names(records) for role, records in manifests(plan, 2015).items()} == {"coarse": [former], "fine": []}
    recent = Path(plan.layout.manifest(REGION, "coarse", 2016)).stat().st_mtime_ns
    add_coarse(archive, later)
    add_coarse(archive, new)
    caplog.clear()
    with caplog.at_level(logging.INFO):
        acquire.refresh(plan)
    assert names(manifests(plan, 2015)["coarse"]) == [new, later]
    assert f"{REGION} 2015 coarse: " in caplog.text and "1 lists of granules have changed" in caplog.text
    assert Path(plan.layout.manifest(REGION, "coarse", 2016)).stat().st_mtime_ns == recent


def test_refresh_writes_manifests_that_are_not_there(tmp_path, archive):
    plan = plan_of(tmp_path, archive)
    acquire.refresh(plan)
    assert len(manifests(plan)["coarse"]) == 3
    assert list(Path(plan.layout.manifest(REGION, "coarse", 2016)).parent.iterdir()) != []


def test_an_estimate_for_an_unknown_region_is_refused(tmp_path, archive):
    with pytest.raises(SettingsError, match=f"`sahara` is not a region of the settings: choose one of {REGION}"):
        acquire.estimate(plan_of(tmp_path, archive), "sahara")


def test_times_in_a_manifest_are_those_of_the_names(tmp_path, archive):
    plan = plan_of(tmp_path, archive)
    acquire.run(plan.acquire(REGION, 2016))
    times = [record.time for record in manifests(plan)["coarse"]]
    assert times == [np.datetime64(f"2016-01-0{day}T12:00:00") for day in (1, 2, 3)]


def test_a_second_refresh_is_refused_and_changes_nothing(tmp_path, archive):
    plan = plan_of(tmp_path, archive)
    acquire.run(plan.acquire(REGION, 2016))
    day = Path(plan.resource_layout.refreshed())
    day.parent.mkdir(parents=True, exist_ok=True)
    day.write_text("2016-12-31\n")
    lock = Path(plan.resource_layout.refresh_lock())
    with (
        only_one(lock),
        pytest.raises(ArchiveError, match="another refresh is on its way"),
        acquire.refreshing(plan.resource_layout),
    ):
        raise AssertionError("it ran beside the other")
    assert day.read_text() == "2016-12-31\n"
    with acquire.refreshing(plan.resource_layout):
        acquire.refresh(plan)
    assert len(manifests(plan)["coarse"]) == 3


def test_a_refresh_into_read_only_results_leaves_lists_and_day(tmp_path, archive, monkeypatch):
    plan = plan_of(tmp_path, archive)
    acquire.run(plan.acquire(REGION, 2016))
    day = Path(plan.resource_layout.refreshed())
    day.parent.mkdir(parents=True, exist_ok=True)
    day.write_text("2016-12-31\n")
    folder = Path(plan.layout.manifest(REGION, "coarse", 2016)).parent
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    add_coarse(archive, coarse_name(6))

    def read_only(path, content, write=Path.write_bytes):
        if folder in path.parents:
            raise OSError(30, "Read-only file system")
        return write(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", read_only)
        with (
            pytest.raises(OutputError, match=r"coarse_2016\.geojson cannot be written: Read-only file system"),
            acquire.refreshing(plan.resource_layout),
        ):
            acquire.refresh(plan)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert day.read_text() == "2016-12-31\n"
    acquire.refresh(plan)
    assert coarse_name(6) in names(manifests(plan)["coarse"])


def test_a_granule_that_turns_bad_is_named_by_refresh_and_by_align_and_a_rerun_completes(tmp_path, archive):
    plan = plan_of(tmp_path, archive)
    acquire.run(plan.acquire(REGION, 2016))
    before = manifests(plan)
    granule = next(archive.rglob(coarse_name(2, "A")))
    whole = granule.read_bytes()
    granule.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(GranuleError, match=granule.name):
        acquire.refresh(plan)
    with pytest.raises(GranuleError, match=granule.name):
        align.run(plan.align(REGION, 2016))
    assert manifests(plan) == before
    series = Path(plan.layout.aligned(REGION, "coarse", 2016))
    assert not series.exists() and not list(series.parent.parent.rglob("*.part-*"))
    granule.write_bytes(whole)
    acquire.refresh(plan)
    align.run(plan.align(REGION, 2016))
    assert len(read_series(series).time) == 3
