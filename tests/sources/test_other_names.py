"""Granules under the names that subsetters, browsers and people give them: used where they say which they are."""

import logging
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from made_granules import BEGIN, END, WINDOW, add_coarse, add_scene, coarse_name, scene_name
from made_project import make_plan
from made_region import REGION

from smen.data.series_file import read_series
from smen.errors import ArchiveError
from smen.sources import manifest
from smen.sources.directory import find
from smen.stages import acquire, align

IDENTITY = "Metadata/DatasetIdentification"


def say(path, name):
    """Write into a granule which one it is, as the real ones do."""
    with h5py.File(path, "r+") as file:
        file[IDENTITY].attrs["fileName"] = np.bytes_(name)
    return path


def rename(path, template):
    return path.rename(path.with_name(template.format(path.stem)))


def coarse(tree, name=None, template="{}.h5", said=None, **options):
    name = name or coarse_name()
    return rename(say(add_coarse(tree, name, **options), said or name), template)


def search(tree, product="SPL2SMP", **options):
    return find(tree, product, WINDOW, BEGIN, END, **options)


@pytest.fixture(autouse=True)
def log(caplog):
    caplog.set_level(logging.INFO)
    return caplog


def warnings(log):
    return [record.getMessage() for record in log.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    "template",
    ["{}_subsetted.nc4", "{} (1).h5", "{}.H5", "{}_HEGOUT.h5", "17_{}.h5", "{}.h5.1", "{}"],
)
def test_a_granule_under_another_name_is_the_same_granule(tmp_path, template, log):
    path = coarse(tmp_path)
    (good,) = search(tmp_path)
    path = rename(path, template)
    (record,) = search(tmp_path)
    assert Path(record.path) == path
    assert (record.name, record.time, record.begin, record.end) == (good.name, good.time, good.begin, good.end)
    assert (record.sha256, record.size, record.state) == (good.sha256, good.size, "present")
    assert record.footprint.equals(good.footprint)
    assert warnings(log) == []
    assert f"1 granules of SPL2SMP are used under other names, as their metadata say which they are: {path.name}" in (
        log.text
    )


def test_the_real_half_orbit_renamed(tmp_path, real_half_orbit):
    shutil.copyfile(real_half_orbit, tmp_path / f"{real_half_orbit.stem} (1).H5")
    day = np.datetime64("2019-08-22"), np.datetime64("2019-08-23")
    (record,) = find(tmp_path, "SPL2SMP", WINDOW.centred_on(-90, 35, 100, 100), *day)
    assert record.name == real_half_orbit.name


def test_a_copy_counts_once_and_the_right_name_goes_first(tmp_path, log):
    path = coarse(tmp_path)
    for copy in ("{} (1).h5", "{}_subsetted.nc4", "{}.h5.part"):
        shutil.copyfile(path, path.with_name(copy.format(path.stem)))
    coarse(tmp_path, coarse_name(version="R18290_001"), "{}_subsetted.nc4")  # a lower version, so not opened
    path.with_name(f"{path.stem}_again.h5").write_text("no granule, and not opened")
    assert [record.path for record in search(tmp_path)] == [path.as_posix()]
    assert warnings(log) == []
    assert "other names" not in log.text


def test_a_higher_version_under_another_name_wins(tmp_path):
    coarse(tmp_path, coarse_name(version="R18290_001"))
    other = coarse(tmp_path, coarse_name(version="R19240_002"), "{}_subsetted.nc4")
    coarse(tmp_path, coarse_name(version="R19240_001"), "{}_subsetted.nc4")
    (record,) = search(tmp_path)
    assert (record.name, record.version) == (coarse_name(version="R19240_002"), "R19240_002")
    assert Path(record.path) == other


def test_of_several_subsets_the_largest_that_touches_is_used(tmp_path):
    coarse(tmp_path, template="{}_a.h5", rows=(85, 87))
    wanted = coarse(tmp_path, template="{}_b.h5", rows=(80, 90))
    coarse(tmp_path, template="{}_c.h5", rows=(200, 300))
    (record,) = search(tmp_path)
    assert Path(record.path) == wanted


def damaged(path):
    path.write_bytes(path.read_bytes()[:700])


def nameless(path):
    with h5py.File(path, "r+") as file:
        del file[IDENTITY].attrs["fileName"]


def of_another_layout(path):
    with h5py.File(path, "r+") as file:
        file.move("Soil_Moisture_Retrieval_Data", "grid")


@pytest.mark.parametrize(
    ("template", "spoil", "reason"),
    [
        ("{}_HEGOUT.h5", damaged, "truncated"),
        ("{}_HEGOUT.h5", of_another_layout, "no group Soil_Moisture_Retrieval_Data"),
        ("{}.h5.gz", lambda path: path.write_bytes(b"\x1f\x8b\x08"), "not an HDF5 file"),
        ("{}.h5.crdownload", lambda path: None, "an unfinished download"),
        ("{} (1).h5", nameless, f"but /{IDENTITY}/fileName is missing"),
        ("{} (1).h5", lambda path: say(path, coarse_name(9)), f"fileName says '{coarse_name(9)}'"),
        ("SMAP_L2_SM_P_january.h5", lambda path: None, "only a part of a granule's"),
        ("{}_and_" + coarse_name(9), lambda path: None, "or several"),
    ],
)
def test_what_cannot_be_used_is_named_with_the_reason_and_the_remedy(tmp_path, template, spoil, reason, log):
    coarse(tmp_path, coarse_name(2))
    path = coarse(tmp_path)
    spoil(path)
    path = rename(path, template)
    assert [record.name for record in search(tmp_path)] == [coarse_name(2)]
    (message,) = warnings(log)
    assert "1 files seem to be granules of SPL2SMP under other names" in message
    assert f"{path}: " in message
    assert reason in message
    assert "Give each whole granule its name from NSIDC again" in message
    assert "bad_granules" not in message  # they never stop the run


def test_many_are_counted_and_the_first_named(tmp_path, log):
    coarse(tmp_path, coarse_name(9))
    for day in range(1, 6):
        nameless(coarse(tmp_path, coarse_name(day), "{}_subsetted.nc4"))
    assert len(search(tmp_path)) == 1
    (message,) = warnings(log)
    assert "5 files seem" in message
    assert "and 2 more" in message
    assert message.count("_subsetted.nc4: ") == 3


def test_a_higher_version_that_cannot_be_used_leaves_the_lower_one_and_a_warning(tmp_path, log):
    nameless(coarse(tmp_path, coarse_name(version="R19240_001"), "{}_subsetted.nc4"))
    lower = coarse(tmp_path, coarse_name(version="R18290_001"))
    assert [record.path for record in search(tmp_path)] == [lower.as_posix()]
    assert len(warnings(log)) == 1


def test_nothing_but_files_that_cannot_be_used(tmp_path):
    for day in (1, 2):
        nameless(coarse(tmp_path, coarse_name(day), "{}_HEGOUT.h5"))
    with pytest.raises(
        ArchiveError, match="no granule of SPL2SMP that can be used; 2 files seem to be granules"
    ) as caught:
        search(tmp_path)
    assert "Give each whole granule its name from NSIDC again" in str(caught.value)
    assert coarse_name(1).removesuffix(".h5") + "_HEGOUT.h5" in str(caught.value)


def test_out_of_period_direction_or_product_nothing_is_opened(tmp_path, log):
    path = coarse(tmp_path, coarse_name(1, "A"), "{}_subsetted.nc4")
    path.write_text("not opened")
    assert search(tmp_path, directions=["D"]) == []
    late = np.datetime64("2017-01-01"), np.datetime64("2018-01-01")
    assert find(tmp_path, "SPL2SMP", WINDOW, *late) == []
    with pytest.raises(ArchiveError, match=r"no granule of SPL2SMP_E \("):
        search(tmp_path, "SPL2SMP_E")
    assert warnings(log) == []


def test_what_lies_beside_granules_is_no_granule(tmp_path, log):
    coarse(tmp_path, coarse_name(2))
    stem = coarse_name(1).removesuffix(".h5")
    for name in (f"{stem}.h5.xml", f"{stem}.qa", f"{stem}.h5.md5", f"._{stem}.h5", f".{stem}.h5.a1b2"):
        (tmp_path / name).write_text("about a granule")
    assert len(search(tmp_path)) == 1
    assert log.text == ""


def test_aligned_fields_are_those_of_the_good_names(tmp_path):
    def aligned(tree):
        plan = make_plan(tmp_path / tree.name, WINDOW, source={"kind": "directory", "directory": str(tree)})
        acquire.run(plan.acquire(REGION, 2016))
        align.run(plan.align(REGION, 2016))
        listed = [manifest.read(Path(plan.layout.manifest(REGION, role, 2016))) for role in ("coarse", "fine")]
        series = [read_series(Path(plan.layout.aligned(REGION, role, 2016))) for role in ("coarse", "fine")]
        return [record for records in listed for record in records], series

    good, other = tmp_path / "good", tmp_path / "other"
    for day, direction in ((1, "D"), (2, "A"), (3, "D")):
        coarse(good, coarse_name(day, direction))
    say(add_scene(good, scene_name(1)), scene_name(1))
    shutil.copytree(good, other)
    for path in sorted(other.rglob("*.h5")):
        if path.name != coarse_name(3):
            rename(path, "{}_subsetted.nc4")
    (records, series), (other_records, other_series) = aligned(good), aligned(other)
    assert [r.name for r in other_records] == [r.name for r in records]
    assert sum(r.path.endswith("_subsetted.nc4") for r in other_records) == 3
    for expected, found in zip(series, other_series, strict=True):
        assert len(found.time) > 0
        assert list(found.granules) == list(expected.granules)
        for field in ("time", "overpass_time", "soil_moisture", "surface_flag"):
            np.testing.assert_array_equal(getattr(found, field), getattr(expected, field))
