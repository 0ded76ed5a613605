import numpy as np
import pytest
from made_ismn import hours, write_ismn

from smen.validation.ismn_files import open_archive
from smen.validation.ismn_sensor import is_soil_moisture, named_depth, read_place, read_sensor
from smen.validation.station_records import StationSelection

NAME = "NET_NET_one_sm_0.000000_0.050000_Hydra-Probe_20200101_20200102.stm"


def test_names_say_variable_and_depth():
    assert is_soil_moisture(f"NET/one/{NAME}")
    assert not is_soil_moisture(f"NET/one/{NAME}".replace("_sm_", "_ts_"))
    assert named_depth(NAME) == (0.0, 0.05)
    assert named_depth("NET_NET_one_sm_deep_deeper_x.stm") is None
    assert named_depth("short_sm_0.1") is None


@pytest.mark.parametrize("layout", ["header_values", "ceop_sep"])
def test_the_first_line_says_the_place(tmp_path, layout):
    path = write_ismn(tmp_path, longitude=-7.25, latitude=41.5, layout=layout)
    with open_archive(tmp_path) as files:
        assert read_place(files, path.relative_to(tmp_path).as_posix()) == (-7.25, 41.5)


@pytest.mark.parametrize(
    "content", ["", "a b c", "N N s north east 1 0 0.05 x\n", "N N s 95.0 10 1 0 0.05 x\n", b"\xff"]
)
def test_a_place_that_cannot_be_understood_is_none(tmp_path, content):
    path = write_ismn(tmp_path, content=content)
    with open_archive(tmp_path) as files:
        assert read_place(files, path.relative_to(tmp_path).as_posix()) is None


def read(tmp_path, path, **selection):
    with open_archive(tmp_path) as files:
        return read_sensor(files, path.relative_to(tmp_path).as_posix(), StationSelection(**selection))


def test_the_header_decides_the_depth(tmp_path):
    path = write_ismn(tmp_path)
    path.write_text(path.read_text().replace("0.0000 0.0500", "0.0000 0.3000"))
    series, problems = read(tmp_path, path)
    assert series == []
    assert "0-0.3 m does not lie within" in problems[0].reason


def test_a_space_in_a_name_of_ceop_is_said(tmp_path):
    path = write_ismn(tmp_path, layout="ceop_sep")
    path.write_text(path.read_text().replace("NET one", "NET one more"))
    series, problems = read(tmp_path, path)
    assert series == []
    assert "is there a space in a name?" in problems[0].reason


@pytest.mark.parametrize("layout", ["header_values", "ceop_sep"])
def test_spaces_in_names_stay_in_them(tmp_path, layout):
    """The reader splits lines at spaces."""
    path = write_ismn(tmp_path, network="MY NET", station="one of two", longitude=-97.5, layout=layout)
    (series,), problems = read(tmp_path, path)
    assert (series.station.network, series.station.name, series.sensor) == ("MY NET", "one of two", "made")
    assert (series.station.longitude, series.station.latitude) == (-97.5, 50.0)
    assert (series.depth_from, series.depth_to, len(series.time)) == (0.0, 0.05, 24)
    np.testing.assert_allclose(series.value, 0.2)
    assert problems == []


def test_unsorted_lines_are_sorted(tmp_path):
    path = write_ismn(tmp_path, time=hours("2020-01-01", 5)[::-1], value=np.linspace(0.1, 0.5, 5))
    (series,), problems = read(tmp_path, path)
    assert np.allclose(series.value, np.linspace(0.5, 0.1, 5))
    assert problems == []


def test_a_place_off_the_earth_is_said(tmp_path):
    path = write_ismn(tmp_path, latitude=95.0)
    series, problems = read(tmp_path, path)
    assert series == []
    assert "not a place on Earth" in problems[0].reason


@pytest.mark.parametrize("layout", ["header_values", "ceop_sep"])
def test_underscores_in_names_stay_in_them(tmp_path, layout):
    """The reader splits names of files at underscores."""
    path = write_ismn(tmp_path, network="MY_NET", station="site_1_a", sensor="Hydra_2", layout=layout)
    (series,), problems = read(tmp_path, path)
    assert (series.station.network, series.station.name, series.sensor) == ("MY_NET", "site_1_a", "Hydra_2")
    assert (series.depth_from, series.depth_to, len(series.time)) == (0.0, 0.05, 24)
    assert problems == []


def test_a_station_may_bear_the_sign_of_soil_moisture():
    name = NAME.replace("_one_", "_a_sm_b_")
    assert is_soil_moisture(name)
    assert not is_soil_moisture(name.replace("_sm_0.0", "_ts_0.0"))
    assert named_depth(name) == (0.0, 0.05)


def test_a_broken_line_among_good_ones_is_no_move(tmp_path):
    path = write_ismn(tmp_path, layout="ceop_sep")
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:5], "<html>error</html>", *lines[5:]]) + "\n")
    series, problems = read(tmp_path, path)
    assert [len(s.time) for s in series] == [24]
    assert not any("moved" in problem.reason for problem in problems)


@pytest.mark.parametrize("layout", ["header_values", "ceop_sep"])
def test_what_cannot_be_read_is_quoted(tmp_path, layout):
    path = write_ismn(tmp_path, layout=layout)
    path.write_text(path.read_text().replace("2020/01/01 03:00", "2020/13/01 03:00"))
    series, problems = read(tmp_path, path)
    assert series == []
    assert "2020/13/01 03:00" in problems[0].reason
