import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from smen.errors import DataError
from smen.grid import Window
from smen.validation.own_sensors import read_own_sensors
from smen.validation.station_records import StationSelection

ALL = StationSelection()
NAMES = "station,longitude,latitude,depth_from,depth_to,time,value,flag\n"


def written(path, text, encoding="utf-8"):
    path.write_text(text, encoding=encoding)
    return path


def test_reads_a_csv(tmp_path):
    rows = "".join(f"a,10.5,50.25,0,0.05,2020-02-{d:02d}T06:00,0.{d},G\n" for d in (27, 28, 29))
    path = written(tmp_path / "farm.csv", NAMES + rows + "a,10.5,50.25,0,0.05,2020-03-01T06:00,0.31,C01\n")
    reading = read_own_sensors(path, ALL)
    (series,) = reading.series
    assert (series.station.network, series.station.name) == ("farm", "a")
    assert (series.station.longitude, series.station.latitude) == (10.5, 50.25)
    assert [str(t) for t in series.time] == [f"2020-02-{d}T06:00:00" for d in (27, 28, 29)]
    assert series.value.tolist() == [0.27, 0.28, 0.29]
    assert reading.problems == ()


def test_longitudes_from_0_to_360(tmp_path):
    rows = "a,262.5,35,0,0.05,2020-01-01,0.2,G\nb,179.5,35,0,0.05,2020-01-01,0.2,G\n"
    reading = read_own_sensors(written(tmp_path / "s.csv", NAMES + rows), ALL)
    assert [series.station.longitude for series in reading.series] == [-97.5, 179.5]
    assert reading.problems == ()


def test_times_with_an_offset_become_utc(tmp_path):
    rows = "a,10,50,0,0.05,2020-01-01T01:30+02:00,0.2,G\na,10,50,0,0.05,2020-01-01T00:00Z,0.3,G\n"
    (series,) = read_own_sensors(written(tmp_path / "s.csv", NAMES + rows), ALL).series
    assert [str(t) for t in series.time] == ["2019-12-31T23:30:00", "2020-01-01T00:00:00"]


def test_reads_a_geopackage_in_metres(tmp_path):
    table = pd.DataFrame(
        {
            "station": ["a", "a"],
            "depth_from": 0.0,
            "depth_to": 0.05,
            "time": pd.to_datetime(["2020-01-01 06:00", "2020-01-01 07:00"]),
            "value": [0.2, 0.25],
            "flag": ["G", "G"],
        }
    )
    points = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy([10.0, 10.0], [50.0, 50.0]), crs="EPSG:4326")
    points.to_crs("EPSG:32632").to_file(tmp_path / "s.gpkg")
    reading = read_own_sensors(tmp_path / "s.gpkg", ALL)
    (series,) = reading.series
    assert series.station.longitude == pytest.approx(10.0, abs=1e-6)
    assert series.station.latitude == pytest.approx(50.0, abs=1e-6)
    assert series.value.tolist() == [0.2, 0.25]


def test_semicolons_decimal_commas_and_latin_1(tmp_path):
    text = NAMES.replace(",", ";") + "Größe;10,5;50,25;0;0,05;2020-01-01T00:00;0,21;G\n"
    reading = read_own_sensors(written(tmp_path / "s.csv", text, "latin-1"), ALL)
    assert reading.series[0].station.name == "Größe"
    assert reading.series[0].value.tolist() == [0.21]
    assert "Latin-1" in reading.problems[0].reason


def test_without_flags_all_values_are_used_and_it_is_said(tmp_path):
    text = NAMES.replace(",flag", "") + "a,10,50,0,0.05,2020-01-01,0.2\n"
    reading = read_own_sensors(written(tmp_path / "s.csv", text), ALL)
    assert len(reading.series[0].time) == 1
    assert "no column flag" in reading.problems[0].reason


def test_odd_rows_and_depths_give_lines(tmp_path):
    rows = (
        "a,10,50,0,0.05,2020-01-01,0.2,G\n"
        "a,10,50,0,0.05,yesterday,0.2,G\n"
        ",10,50,0,0.05,2020-01-01,0.2,G\n"
        "a,400,50,0,0.05,2020-01-01,0.2,G\n"
        "b,10,50,0.1,0.2,2020-01-01,0.2,G\n"
        "c,10,50,0,0.05,2020-01-01,20,G\n"
        "d,10,50,0,0.05,2020-01-01,0.2,\n"
    )
    reading = read_own_sensors(written(tmp_path / "s.csv", NAMES + rows), ALL)
    assert [s.station.name for s in reading.series] == ["a"]
    said = {(p.station, p.reason) for p in reading.problems}
    assert any("3 of 7 rows" in reason and "row 2" in reason for _, reason in said)
    assert any(station == "b" and "0.1-0.2 m" in reason for station, reason in said)
    assert any(station == "c" and "percent" in reason for station, reason in said)
    assert any(station == "d" and "no flag" in reason for station, reason in said)


@pytest.mark.parametrize("content", ["", "just,some,names\n1,2,3\n", "\x00\x01\x02"])
def test_what_is_no_table_of_sensors_gives_a_line(tmp_path, content):
    reading = read_own_sensors(written(tmp_path / "s.csv", content), ALL)
    assert reading.series == ()
    assert len(reading.problems) == 1


def test_a_damaged_geopackage_gives_a_line_and_a_missing_file_an_error(tmp_path):
    assert "cannot be read" in read_own_sensors(written(tmp_path / "s.gpkg", "nothing"), ALL).problems[0].reason
    with pytest.raises(DataError, match="does not exist"):
        read_own_sensors(tmp_path / "missing.csv", ALL)


def test_a_station_that_moved_has_a_series_for_each_place_and_the_window_selects(tmp_path):
    rows = "a,10,50,0,0.05,2020-01-01,0.2,G\na,30,50,0,0.05,2020-01-02,0.3,G\n"
    path = written(tmp_path / "s.csv", NAMES + rows)
    assert [s.station.longitude for s in read_own_sensors(path, ALL).series] == [10.0, 30.0]
    near = read_own_sensors(path, ALL, Window.centred_on(10.0, 50.0, 9, 9))
    assert [s.value.tolist() for s in near.series] == [[0.2]]


def test_the_period_ends_at_its_last_time(tmp_path):
    rows = "".join(f"a,10,50,0,0.05,2020-01-{d:02d},0.2,G\n" for d in range(1, 6))
    some = StationSelection(period=(np.datetime64("2020-01-02"), np.datetime64("2020-01-03")))
    (series,) = read_own_sensors(written(tmp_path / "s.csv", NAMES + rows), some).series
    assert [str(t)[:10] for t in series.time] == ["2020-01-02", "2020-01-03"]


@pytest.mark.parametrize(
    ("time", "read"),
    [
        ("2021-06-01T12:00", True), ("2021-06-01 12:00:30.5", True), ("2021-06-01", True), ("20210601T120000Z", True),
        ("2021/06/01 12:00", True), ("06/01/2021 12:00", False), ("01.06.2021 12:00", False), ("2021", False),
        ("1622505600", False), ("now", False), ("2021-13-01", False), ("", False),
    ],
)  # fmt: skip
def test_times_in_an_order_that_can_be_misread_are_not_guessed(tmp_path, time, read):
    """06/01/2021 is June in one country and January in another."""
    reading = read_own_sensors(written(tmp_path / "s.csv", f"{NAMES}a,10,50,0,0.05,{time},0.2,G\n"), ALL)
    assert [str(t)[:7] for s in reading.series for t in s.time] == ["2021-06"] * read
    assert read or "time (as 2018-07-31T06:00) that can be understood" in reading.problems[0].reason


def test_names_that_look_missing_or_like_numbers_stay(tmp_path):
    rows = "".join(f"{name},10,5{i},0,0.05,2020-01-01,0.2,G\n" for i, name in enumerate(("NA", "nan", "001", "1")))
    reading = read_own_sensors(written(tmp_path / "s.csv", NAMES + rows), ALL)
    assert sorted(s.station.name for s in reading.series) == ["001", "1", "NA", "nan"]
    assert reading.problems == ()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (NAMES, "it has no row"),
        (NAMES.replace("flag", "Value") + "a,10,50,0,0.05,2020-01-01,0.2,0.3\n", "it has several columns value"),
        (NAMES + "a,10,50,0,5,2020-01-01,0.2,G\n", "does not lie within 0-0.05 m: are its depths in centimetres?"),
        (NAMES + "a,10,50,0.1,0.2,2020-01-01,0.2,G\n", "does not lie within 0-0.05 m"),
        (NAMES + "a,10,50,0,0.05,2020-01-01,wet,G\n", "none of its 1 values is soil moisture with a flag of G"),
        (NAMES + "a,10,50,0,0.05,2020-01-01\na,10,50,0,0.05,2020-01-01,0.2,G,x,y\n", "it cannot be read as a table"),
    ],
)
def test_odd_tables_give_the_line_that_helps(tmp_path, content, words):
    reading = read_own_sensors(written(tmp_path / "s.csv", content), ALL)
    assert reading.series == ()
    assert words in reading.problems[0].reason


@pytest.mark.parametrize(("ending", "encoding", "separator"), [(".csv", "utf-16", ","), (".tsv", "utf-8", "\t")])
def test_what_a_spreadsheet_saves_is_read(tmp_path, ending, encoding, separator):
    text = f"{NAMES}Größe,10,50,0,0.05,2020-01-01,0.2,G\n".replace(",", separator)
    (series,) = read_own_sensors(written(tmp_path / f"s{ending}", text, encoding), ALL).series
    assert series.station.name == "Größe"


@pytest.mark.filterwarnings("error")
def test_a_separator_at_the_end_of_each_row_shifts_nothing(tmp_path):
    rows = "a,10,50,0,0.05,2020-01-01,0.2,G,\nb,11,51,0,0.05,2020-01-01,0.3,G,\n"
    reading = read_own_sensors(written(tmp_path / "s.csv", NAMES + rows), ALL)
    found = [(s.station.name, s.station.longitude, s.value[0]) for s in reading.series]
    assert found == [("a", 10, 0.2), ("b", 11, 0.3)]
    assert reading.problems == ()


def test_points_without_a_place_or_a_name_cost_their_rows_alone(tmp_path):
    table = pd.DataFrame({"station": [1.0, 2.0, np.nan], "depth_from": 0.0, "depth_to": 0.05, "time": "2020-01-01",
                          "value": 0.2, "flag": "G"})  # fmt: skip
    places = gpd.points_from_xy([10, 11, 12], [50, 51, 52])
    gpd.GeoDataFrame(table, geometry=[places[0], None, places[2]], crs=4326).to_file(tmp_path / "s.gpkg")
    reading = read_own_sensors(tmp_path / "s.gpkg", ALL)
    assert [(s.station.name, s.station.longitude) for s in reading.series] == [("1", 10.0)]
    assert "2 of 3 rows" in reading.problems[0].reason


def test_two_layers_and_shapes_that_are_no_points_give_a_line(tmp_path):
    table = pd.DataFrame({"station": ["a"], "value": 0.2})
    shapes = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy([10], [50]).buffer(0.1), crs=4326)
    shapes.to_file(tmp_path / "s.gpkg", layer="one")
    assert read_own_sensors(tmp_path / "s.gpkg", ALL).problems[0].reason == "its features are not all points"
    shapes.to_file(tmp_path / "s.gpkg", layer="two")
    reason = read_own_sensors(tmp_path / "s.gpkg", ALL).problems[0].reason
    assert "one, two. Choose one with a file of its own" in reason
