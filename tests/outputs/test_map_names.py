from pathlib import Path

import numpy as np
import pytest

from smen.outputs.map_names import map_path, quality_path, remove_sidecars, stamp


def test_name_is_the_one_the_design_settles():
    time = np.datetime64("2018-12-31T23:59:07.900", "ms")
    path = map_path(Path("maps"), "oklahoma_city", time, "A")
    assert path == Path("maps/2018/oklahoma_city_20181231T235907_A.tif")
    assert quality_path(path) == Path("maps/2018/oklahoma_city_20181231T235907_A_quality.tif")


def test_stamp_is_that_of_a_granule_name():
    name = "SMAP_L2_SM_P_NRT_24342_A_20190822T224858_N16023_002.h5"
    assert stamp(np.datetime64("2019-08-22T22:48:58")) == name.split("_")[7]


@pytest.mark.parametrize("direction", ["d", "descending", ""])
def test_unknown_direction_is_refused(direction):
    with pytest.raises(ValueError, match="descending"):
        map_path(Path("maps"), "x", np.datetime64("2018-01-01"), direction)


def test_a_time_that_is_none_is_refused():
    with pytest.raises(ValueError, match="NaT"):
        map_path(Path("maps"), "x", np.datetime64("NaT"), "A")


def test_sidecars_go_and_neighbours_stay(tmp_path):
    gone = ["a.tif.aux.xml", "a.tif.ovr", "a.tif.msk"]
    kept = ["a.tif", "a.qml", "a_quality.tif.aux.xml", "b.tif.ovr"]
    for name in gone + kept:
        (tmp_path / name).touch()
    remove_sidecars(tmp_path / "a.tif")
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(kept)
