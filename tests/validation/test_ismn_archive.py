import zipfile

import numpy as np
import pytest
from made_ismn import hours, write_ismn, zip_folder

from smen.errors import DataError
from smen.grid import Window
from smen.validation.ismn_archive import read_ismn
from smen.validation.station_records import StationSelection

ALL = StationSelection()


def reasons(reading):
    return {problem.station or problem.source: problem.reason for problem in reading.problems}


@pytest.mark.parametrize("layout", ["header_values", "ceop_sep"])
@pytest.mark.parametrize("packed", [False, True])
def test_reads_both_formats_as_folder_and_as_zip(tmp_path, layout, packed):
    folder = tmp_path / "archive"
    value = np.round(np.linspace(0.1, 0.3, 48), 4)
    write_ismn(folder, "NET", "one", 10.25, 50.5, hours("2020-02-28T12:00", 48), value, layout=layout)
    reading = read_ismn(zip_folder(folder) if packed else folder, ALL)
    assert reading.problems == ()
    (series,) = reading.series
    assert (series.station.network, series.station.name) == ("NET", "one")
    assert (series.station.longitude, series.station.latitude) == (10.25, 50.5)
    assert (series.depth_from, series.depth_to, series.sensor) == (0.0, 0.05, "made")
    assert series.station.climate.startswith("Cfb")
    assert series.station.land_cover == "Cropland, rainfed"
    assert np.array_equal(series.time, hours("2020-02-28T12:00", 48))  # a leap day is among them
    assert np.array_equal(series.value, value)


def test_nothing_is_written_beside_the_data(tmp_path):
    folder = tmp_path / "archive"
    write_ismn(folder)
    write_ismn(folder, station="latin", content="Größe\n".encode("latin-1"))
    before = sorted(p.as_posix() for p in tmp_path.rglob("*"))
    read_ismn(folder, ALL)
    assert sorted(p.as_posix() for p in tmp_path.rglob("*")) == before


def test_a_pickle_beside_the_data_is_not_loaded(tmp_path):
    folder = tmp_path / "archive"
    write_ismn(folder)
    metadata = folder / "python_metadata"
    metadata.mkdir()
    (metadata / "archive.pkl").write_bytes(b"cos\nsystem\n(S'touch " + str(tmp_path / "ran").encode() + b"'\ntR.")
    assert len(read_ismn(folder, ALL).series) == 1
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("depth", "used"), [((0.0, 0.05), True), ((0.05, 0.05), True), ((0.0, 0.1), False), ((0.05, 0.1), False)]
)
def test_both_ends_of_a_depth_have_to_lie_in_the_range(tmp_path, depth, used):
    write_ismn(tmp_path / "archive", depth=depth)
    reading = read_ismn(tmp_path / "archive", ALL)
    assert bool(reading.series) == used
    if not used:
        assert "no sensor within 0-0.05 m" in reasons(reading)["one"]


def test_networks_flags_and_period_select(tmp_path):
    folder = tmp_path / "archive"
    flags = ["G"] * 12 + ["C02"] * 6 + ["D01,D03"] * 6
    write_ismn(folder, "NET", flag=flags)
    write_ismn(folder, "OTHER")
    some = StationSelection(networks=("NET",), period=(np.datetime64("2020-01-01T03:00"), None))
    (series,) = read_ismn(folder, some).series
    assert np.array_equal(series.time, hours("2020-01-01T03:00", 9))
    (series,) = read_ismn(folder, StationSelection(("NET",), flags=("G", "D01", "D03"))).series
    assert len(series.time) == 18


def test_stations_outside_the_window_are_left_out_without_a_word(tmp_path):
    folder = tmp_path / "archive"
    write_ismn(folder, station="here", longitude=10.0)
    write_ismn(folder, station="there", longitude=20.0)
    reading = read_ismn(folder, ALL, Window.centred_on(10.0, 50.0, 40, 40))
    assert [s.station.name for s in reading.series] == ["here"]
    assert reading.problems == ()


def test_odd_files_give_lines_and_the_good_station_is_read(tmp_path):
    folder = tmp_path / "archive"
    write_ismn(folder, station="good")
    write_ismn(folder, station="blank", content="")
    write_ismn(folder, station="headed", content="NET NET headed 50 10 100 0.00 0.05 made\n")
    write_ismn(folder, station="flagless", flag="", content=None)
    lines = "NET NET bare 50 10 100 0.00 0.05 made\n2020/01/01 00:00 0.2\n2020/01/01 01:00 0.2\n"
    write_ismn(folder, station="bare", content=lines)
    write_ismn(folder, station="broken", content=b"\x00\x01\xff\xfe" * 100)
    write_ismn(folder, station="bad", flag="C01")
    write_ismn(folder, station="nostatic", static=False)
    write_ismn(folder, station="spaced", sensor="Stevens Hydra Probe (2.5 Volt)")
    (folder / "NET" / "hollow").mkdir()
    reading = read_ismn(folder, ALL)
    assert {s.station.name for s in reading.series} == {"good", "nostatic", "spaced"}
    said = reasons(reading)
    assert "it is empty" in said["blank"]
    assert "no values" in said["headed"]
    assert "flags are missing" in said["flagless"]
    assert "flags are missing" in said["bare"]
    assert "cannot be read" in said["broken"]
    assert "flag of G" in said["bad"]
    assert "no table of static variables" in said["NET/nostatic"]
    assert "no file of soil moisture" in said["hollow"]
    assert next(s for s in reading.series if s.station.name == "spaced").sensor == "Stevens Hydra Probe (2.5 Volt)"


def test_some_missing_flags_cost_those_values_alone(tmp_path):
    path = write_ismn(tmp_path / "archive")
    text = path.read_text().splitlines()
    text[5] = text[5].rsplit(" ", 2)[0]
    path.write_text("\n".join(text) + "\n")
    reading = read_ismn(tmp_path / "archive", ALL)
    assert len(reading.series[0].time) == 23
    assert "1 of 24 values have no flag" in reasons(reading)["one"]


def test_latin_1_is_read(tmp_path):
    folder = tmp_path / "archive"
    path = write_ismn(folder)
    path.write_bytes(path.read_bytes().replace(b"made\n", "Sonde für Böden\n".replace(" ", "-").encode("latin-1"), 1))
    table = next(path.parent.glob("*.csv"))
    table.write_bytes(table.read_bytes() + "soil;x;0;0.3;Löß;;insitu\n".encode("latin-1"))
    reading = read_ismn(folder, ALL)
    assert len(reading.series) == 1
    assert reading.series[0].station.climate.startswith("Cfb")
    assert [p.reason for p in reading.problems] == ["its text is not UTF-8: read as Latin-1"]


def test_a_damaged_static_table_costs_the_classes_alone(tmp_path):
    path = write_ismn(tmp_path / "archive")
    next(path.parent.glob("*.csv")).write_text("nothing of the kind\n")
    reading = read_ismn(tmp_path / "archive", ALL)
    assert reading.series[0].station.climate == ""
    assert "classes are not known" in reading.problems[0].reason


def test_duplicated_hours_are_averaged(tmp_path):
    time = [*hours("2020-01-01", 3), np.datetime64("2020-01-01T01:00", "s")]
    write_ismn(tmp_path / "archive", time=time, value=[0.1, 0.2, 0.3, 0.4])
    reading = read_ismn(tmp_path / "archive", ALL)
    assert np.allclose(reading.series[0].value, [0.1, 0.3, 0.3])
    assert "more than once" in reading.problems[0].reason


def test_a_station_that_moved_within_a_file_is_two_places(tmp_path):
    path = write_ismn(tmp_path / "archive", layout="ceop_sep")
    text = path.read_text().splitlines()
    text[12:] = [line.replace("10.00000", "10.50000") for line in text[12:]]
    path.write_text("\n".join(text) + "\n")
    reading = read_ismn(tmp_path / "archive", ALL)
    assert [(s.station.longitude, len(s.time)) for s in reading.series] == [(10.0, 12), (10.5, 12)]
    assert "the station moved" in reasons(reading)["one"]


def test_representativeness_classes_are_read(tmp_path):
    folder = tmp_path / "archive"
    write_ismn(folder)
    (folder / "frm_classification.csv").write_text("network;station;frm_class\nNET;one;representative\n")
    assert read_ismn(folder, ALL).series[0].station.representativeness == "representative"
    (folder / "frm_classification.csv").write_text("something;else\n1;2\n")
    assert "no usable columns" in read_ismn(folder, ALL).problems[0].reason


def test_names_that_lead_out_of_a_zip_are_refused(tmp_path):
    folder = tmp_path / "archive"
    write_ismn(folder)
    path = zip_folder(folder)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../NET/out/NET_NET_out_sm_0.000000_0.050000_made_20200101_20200101.stm", "x")
        archive.writestr("/NET/root/NET_NET_root_sm_0.000000_0.050000_made_20200101_20200101.stm", "x")
    reading = read_ismn(path, ALL)
    assert [s.station.name for s in reading.series] == ["one"]
    assert [p.reason for p in reading.problems] == ["its name leads out of the archive: not read"] * 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["archive", "archive.zip"]


def test_what_is_no_archive_gives_a_line(tmp_path):
    (tmp_path / "page.zip").write_text("<html>please log in</html>")
    assert "not a zip file" in read_ismn(tmp_path / "page.zip", ALL).problems[0].reason
    (tmp_path / "other").mkdir()
    assert "no .stm file" in read_ismn(tmp_path / "other", ALL).problems[0].reason
    with pytest.raises(DataError, match="does not exist"):
        read_ismn(tmp_path / "missing.zip", ALL)


def test_a_damaged_member_of_a_zip_costs_itself_alone(tmp_path):
    folder = tmp_path / "archive"
    write_ismn(folder, station="good")
    time = hours("2020-01-01", 500)
    write_ismn(folder, station="hurt", time=time, value=np.random.default_rng(0).uniform(0.1, 0.3, 500))
    path = zip_folder(folder)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        member = next(m for m in archive.infolist() if "hurt" in m.filename and m.filename.endswith(".stm"))
    begin = member.header_offset + 30 + len(member.filename)
    content[begin + 1500 : begin + 1600] = bytes(100)
    path.write_bytes(bytes(content))
    reading = read_ismn(path, ALL)
    assert [s.station.name for s in reading.series] == ["good"]
    assert "cannot be read" in reasons(reading)["hurt"]
