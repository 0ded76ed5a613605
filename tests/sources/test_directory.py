"""Granules in a folder: found, checked, kept or refused."""

import hashlib
import shutil

import numpy as np
import pytest
from true_granules import COARSE_NAME, SCENE_NAME, rectangle, write_coarse, write_scene

from smen.errors import ArchiveError, GranuleError
from smen.grid import Window
from smen.sources.directory import find

WINDOW = Window(1020, 2640, 100, 100)  # M36 rows 85..93, columns 220..228
INSIDE = ([85, 86], [220, 221])
BEGIN, END = np.datetime64("2016-01-01"), np.datetime64("2017-01-01")


def name(day=1, direction="D", orbit=4872, version="R19240_001", month=1, year=2016, hour=12):
    return f"SMAP_L2_SM_P_{orbit:05d}_{direction}_{year}{month:02d}{day:02d}T{hour:02d}0000_{version}.h5"


def scene(day=1, hour=12, place="097W35N", version="R18290_001"):
    return f"SMAP_L2_SM_SP_1AIWDV_201601{day:02d}T{hour:02d}0000_20160101T003000_{place}_{version}.h5"


def names(records):
    return [record.name for record in records]


def search(root, product="SPL2SMP", **more):
    return find(root, product, WINDOW, more.pop("begin", BEGIN), more.pop("end", END), **more)


def test_any_depth_any_layout_in_order_of_time(tmp_path):
    wanted = [name(1), name(2, "A", 4890), name(3, orbit=4900)]
    write_coarse(tmp_path / wanted[1], *INSIDE, 0.2)
    write_coarse(tmp_path / "SPL2SMP.009" / "2016.01.03" / wanted[2], *INSIDE, 0.2, simulated=True)
    write_coarse(tmp_path / "a" / "b" / "c" / wanted[0], *INSIDE, 0.2)
    (tmp_path / "notes.h5").write_text("no granule, by name")
    (tmp_path / (wanted[0] + ".part")).write_text("unfinished")
    write_scene(tmp_path / SCENE_NAME, *rectangle(1020, 2640, 3, 3), 0.2)
    records = search(tmp_path)
    assert names(records) == wanted
    assert [record.simulated for record in records] == [False, False, True]
    first = records[0]
    path = tmp_path / "a" / "b" / "c" / wanted[0]
    assert first.path == path.as_posix()
    assert first.size == path.stat().st_size
    assert first.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (first.state, first.reason, first.url) == ("present", None, None)
    assert (first.direction, first.orbit, first.version) == ("D", 4872, "R19240_001")
    assert first.time == np.datetime64("2016-01-01T12:00:00")
    assert first.begin == np.datetime64("2016-01-01T11:58:00.123")
    assert first.end == np.datetime64("2016-01-01T12:50:00.456")
    assert first.footprint.is_valid


def test_linked_folders_are_followed_and_loops_end(tmp_path):
    write_coarse(tmp_path / "store" / name(1), *INSIDE, 0.2)
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "link").symlink_to(tmp_path / "store")
    (tmp_path / "store" / "loop").symlink_to(tmp_path / "store")
    assert names(search(tmp_path / "tree")) == [name(1)]


def test_period_is_half_open_and_directions_are_kept(tmp_path):
    for day in (1, 2, 3):
        for direction in "AD":
            write_coarse(tmp_path / name(day, direction, 4800 + day, hour=0), *INSIDE, 0.2)
    period = {"begin": np.datetime64("2016-01-01T00:00:00"), "end": np.datetime64("2016-01-03T00:00:00")}
    assert len(search(tmp_path, **period)) == 4
    assert names(search(tmp_path, directions=["A"], **period)) == [name(d, "A", 4800 + d, hour=0) for d in (1, 2)]
    assert search(tmp_path, begin=np.datetime64("2019-01-01"), end=np.datetime64("2020-01-01")) == []


def test_scenes_are_taken_an_hour_around_the_period(tmp_path):
    cells = rectangle(1020, 2640, 3, 3)
    for day, hour in [(1, 10), (1, 11), (1, 12), (2, 12), (2, 13)]:
        write_scene(tmp_path / scene(day, hour), *cells, 0.2)
    period = {"begin": np.datetime64("2016-01-01T12:00:00"), "end": np.datetime64("2016-01-02T12:00:01")}
    found = search(tmp_path, "SPL2SMAP_S", **period, directions=["A"])
    assert names(found) == [scene(1, 11), scene(1, 12), scene(2, 12), scene(2, 13)]
    assert found[0].begin == found[0].end == found[0].time == np.datetime64("2016-01-01T11:00:00")
    assert found[0].sentinel1_time == np.datetime64("2016-01-01T00:30:00")
    assert found[0].direction is None


@pytest.mark.parametrize(
    ("cell", "touches"),
    [
        ((85, 220), True),
        ((93, 228), True),
        ((84, 220), False),
        ((94, 228), False),
        ((85, 219), False),
        ((85, 229), False),
    ],
)
def test_only_granules_with_a_cell_in_the_window(tmp_path, cell, touches):
    write_coarse(tmp_path / COARSE_NAME, [cell[0], 300], [cell[1], 800], 0.2)
    assert len(search(tmp_path)) == touches


def test_buffer_widens_the_window(tmp_path):
    write_coarse(tmp_path / COARSE_NAME, [84], [220], 0.2)
    assert search(tmp_path) == []
    assert len(search(tmp_path, buffer=1)) == 1


def test_across_180_degrees(tmp_path):
    window = Window(1020, 11560, 10, 20)
    write_coarse(tmp_path / name(1), [85], [963], 0.2)
    write_coarse(tmp_path / name(2, orbit=2), [85], [0], 0.2)
    write_coarse(tmp_path / name(3, orbit=3), [85], [1], 0.2)
    write_coarse(tmp_path / name(4, orbit=4), [85], [480], 0.2)
    assert names(find(tmp_path, "SPL2SMP", window, BEGIN, END)) == [name(1), name(2, orbit=2)]
    write_scene(tmp_path / scene(1, place="179W35N"), *rectangle(1020, 11566, 3, 8), 0.2)
    write_scene(tmp_path / scene(2, place="178E35N"), *rectangle(1020, 11566, 3, 8), 0.2)
    assert len(find(tmp_path, "SPL2SMAP_S", window, BEGIN, END)) == 2


def test_all_fill_cells_are_empty_but_fine(tmp_path):
    write_coarse(tmp_path / COARSE_NAME, *INSIDE, -9999.0, 65534, 65534)
    assert names(search(tmp_path)) == [COARSE_NAME]


def test_highest_version_wins_wherever_it_lies(tmp_path):
    for folder, version in [("z", "R18290_001"), ("a", "R17000_004"), ("m", "R18290_002")]:
        write_coarse(tmp_path / folder / name(version=version), *INSIDE, 0.2)
    near_real_time = name(version="N20000_001").replace("SM_P_", "SM_P_NRT_")
    write_coarse(tmp_path / near_real_time, *INSIDE, 0.2)
    assert names(search(tmp_path)) == [name(version="R18290_002")]


def test_a_bad_highest_version_is_not_replaced(tmp_path):
    write_coarse(tmp_path / name(version="R18290_001"), *INSIDE, 0.2)
    (tmp_path / name(version="R18290_002")).write_text("<html>")
    with pytest.raises(GranuleError, match="R18290_002"):
        search(tmp_path)
    assert [(r.name, r.state) for r in search(tmp_path, bad="skip")] == [(name(version="R18290_002"), "skipped")]


def test_two_copies_of_one_name(tmp_path):
    path = write_coarse(tmp_path / "a" / COARSE_NAME, *INSIDE, 0.2)
    (tmp_path / "b").mkdir()
    shutil.copyfile(path, tmp_path / "b" / COARSE_NAME)
    assert [r.path for r in search(tmp_path)] == [path.as_posix()]


def test_all_bad_granules_are_named(tmp_path):
    write_coarse(tmp_path / name(1), *INSIDE, 0.2)
    write_coarse(tmp_path / name(2, orbit=2), [500], [1], 0.2)
    (tmp_path / name(3, orbit=3)).write_text("<!doctype html>")
    truncated = write_coarse(tmp_path / name(4, orbit=4), *INSIDE, 0.2)
    truncated.write_bytes(truncated.read_bytes()[:700])
    (tmp_path / name(5, orbit=5, year=2017)).write_text("bad, but out of the period")
    with pytest.raises(GranuleError) as caught:
        search(tmp_path)
    message = str(caught.value)
    assert message.startswith("3 granules cannot be used:")
    lines = message.splitlines()[1:]
    assert len(lines) == 3
    for line, text, reason in zip(
        lines,
        [name(2, orbit=2), name(3, orbit=3), name(4, orbit=4)],
        ["off the grid", "web page", "truncated"],
        strict=True,
    ):
        assert text in line
        assert reason in line
    records = search(tmp_path, bad="skip")
    assert [r.state for r in records] == ["present", "skipped", "skipped", "skipped"]
    assert "web page" in records[2].reason
    assert records[2].sha256 is None
    assert records[2].footprint is None
    assert records[2].size == len("<!doctype html>")


def test_far_scenes_are_not_opened(tmp_path):
    (tmp_path / scene(place="003E34N")).write_text("on another continent")
    assert search(tmp_path, "SPL2SMAP_S") == []
    (tmp_path / scene(place="097W33N")).write_text("here")
    with pytest.raises(GranuleError, match="1 granule cannot be used"):
        search(tmp_path, "SPL2SMAP_S")


def test_a_scene_without_the_variable_asked_for(tmp_path):
    write_scene(tmp_path / SCENE_NAME, *rectangle(1020, 2640, 3, 3), 0.2)
    assert len(search(tmp_path, "SPL2SMAP_S", variable="soil_moisture_3km")) == 1
    with pytest.raises(GranuleError, match="soil_moisture_apm_3km"):
        search(tmp_path, "SPL2SMAP_S", variable="soil_moisture_apm_3km")


def test_nothing_there(tmp_path):
    with pytest.raises(ArchiveError, match="no such folder"):
        search(tmp_path / "none")
    with pytest.raises(ArchiveError, match=r"no granule of SPL2SMP \(SMAP_L2_SM_P_\*\.h5\).*Put granules there"):
        search(tmp_path)
    write_scene(tmp_path / SCENE_NAME, *rectangle(1020, 2640, 3, 3), 0.2)
    with pytest.raises(ArchiveError, match="it holds granules of SPL2SMAP_S"):
        search(tmp_path)


def test_the_real_half_orbit(real_half_orbit):
    window = Window.centred_on(-90, 35, 100, 100)
    (record,) = find(
        real_half_orbit.parent, "SPL2SMP", window, np.datetime64("2019-08-22"), np.datetime64("2019-08-23")
    )
    assert record.name == real_half_orbit.name
    assert record.size == 1_682_954
    assert record.footprint.is_valid
    elsewhere = Window.centred_on(6.1, 46.2, 100, 100)
    period = np.datetime64("2019-08-22"), np.datetime64("2019-08-23")
    assert find(real_half_orbit.parent, "SPL2SMP", elsewhere, *period) == []
