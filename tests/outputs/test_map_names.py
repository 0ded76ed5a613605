"""Names of maps, and what lies beside them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smen.errors import OutputError
from smen.outputs.map_names import check_direction, iso, map_path, minute, quality_path, remove_sidecars, stamp

SECONDS = st.integers(0, 2**31).map(lambda second: np.datetime64(second, "s"))


def test_name_is_the_one_the_design_settles():
    time = np.datetime64("2018-12-31T23:59:07.900", "ms")
    path = map_path(Path("maps"), "oklahoma_city", time, "A")
    assert path == Path("maps/2018/oklahoma_city_20181231T235907_A.tif")
    assert quality_path(path) == Path("maps/2018/oklahoma_city_20181231T235907_A_quality.tif")


def test_stamp_is_that_of_a_granule_name():
    name = "SMAP_L2_SM_P_NRT_24342_A_20190822T224858_N16023_002.h5"
    assert stamp(np.datetime64("2019-08-22T22:48:58")) == name.split("_")[7]


@given(SECONDS)
def test_times_read_back(time):
    assert np.datetime64(iso(time).removesuffix("Z"), "s") == time
    text = stamp(time)
    back = f"{text[:4]}-{text[4:6]}-{text[6:11]}:{text[11:13]}:{text[13:]}"
    assert np.datetime64(back, "s") == time
    assert minute(time) == f"{iso(time)[:10]} {iso(time)[11:16]} UTC"


@given(first=SECONDS, second=SECONDS)
def test_names_sort_as_times_do(first, second):
    paths = [map_path(Path("m"), "x", time, "D") for time in (first, second)]
    assert (paths[0] < paths[1]) == (first < second)


@pytest.mark.parametrize("direction", ["d", "descending", "", "AD"])
def test_unknown_direction_is_refused(direction):
    with pytest.raises(ValueError, match="descending"):
        map_path(Path("maps"), "x", np.datetime64("2018-01-01"), direction)
    with pytest.raises(ValueError, match="neither 'A'"):
        check_direction(direction)


@pytest.mark.parametrize("format_time", [stamp, iso, minute, lambda time: map_path(Path("maps"), "x", time, "A")])
def test_a_time_that_is_none_is_refused(format_time):
    with pytest.raises(ValueError, match="NaT"):
        format_time(np.datetime64("NaT"))


def test_sidecars_go_and_neighbours_stay(tmp_path):
    gone = ["a.tif.aux.xml", "a.tif.ovr", "a.tif.msk", "a.tif.vat.dbf", "a.tif.vat.cpg"]
    kept = ["a.tif", "a.qml", "a_quality.tif.aux.xml", "b.tif.ovr"]
    for name in gone + kept:
        (tmp_path / name).touch()
    remove_sidecars(tmp_path / "a.tif")
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(kept)


def test_the_one_that_is_wanted_stays(tmp_path):
    wanted = tmp_path / "a.tif.aux.xml"
    for path in (wanted, tmp_path / "a.tif.ovr"):
        path.touch()
    remove_sidecars(tmp_path / "a.tif", but=wanted)
    assert list(tmp_path.iterdir()) == [wanted]


def test_a_sidecar_that_cannot_be_removed_is_named(tmp_path):
    (tmp_path / "a.tif.ovr").mkdir()
    with pytest.raises(OutputError, match=r"a\.tif\.ovr belongs to an earlier raster .* Remove it by hand"):
        remove_sidecars(tmp_path / "a.tif")
