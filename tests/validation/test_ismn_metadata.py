import pytest
from made_ismn import write_ismn

from smen.validation.ismn_files import open_archive
from smen.validation.ismn_metadata import read_representativeness, read_station_classes


def classes(folder):
    with open_archive(folder) as files:
        return read_station_classes(files, "NET/one")


def test_codes_become_names(tmp_path):
    write_ismn(tmp_path, land_cover=130, climate="BSk")
    climate, land_cover, problems = classes(tmp_path)
    assert climate == "BSk (Arid Steppe Cold)"
    assert land_cover == "Grassland"
    assert problems == []


def test_what_was_seen_there_comes_before_maps(tmp_path):
    path = write_ismn(tmp_path)
    table = next(path.parent.glob("*.csv"))
    table.write_text(table.read_text() + "land cover classification;none;0;0;meadow;;insitu\n")
    assert classes(tmp_path)[1] == "meadow"


@pytest.mark.parametrize("text", ["", "a;b\n", "quantity_name;value\nclay fraction;3\n", "\x00\x00;;;\n"])
def test_odd_tables_give_a_line(tmp_path, text):
    path = write_ismn(tmp_path)
    next(path.parent.glob("*.csv")).write_text(text)
    climate, land_cover, problems = classes(tmp_path)
    assert (climate, land_cover) == ("", "")
    assert "classes are not known" in problems[-1].reason


def test_no_table_of_classes_is_no_problem(tmp_path):
    write_ismn(tmp_path)
    with open_archive(tmp_path) as files:
        assert read_representativeness(files) == ({}, [])
