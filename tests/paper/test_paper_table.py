import pytest

from smen.errors import OutputError
from smen.paper.paper_table import IN_MOISTURE, units_of, write_paper_table

THERE = "paper (other data): "
ROWS = [
    {"region": "oklahoma_city", "test_dates": 239, "test": 0.04216, THERE + "test_dates": 50, THERE + "test": 0.048},
    {"region": "elsewhere", "test_dates": 3, "test": float("nan"), THERE + "test_dates": None, THERE + "test": None},
]


def test_a_table_is_written_for_programs_and_for_people(tmp_path):
    write_paper_table(tmp_path / "t", ROWS, title="Table 1", note="Read with care.", simulated=True)
    assert (tmp_path / "t.csv").read_text().splitlines() == [
        f"region,test_dates,test [m3/m3],{THERE}test_dates,{THERE}test [m3/m3],simulated",
        "oklahoma_city,239,0.04216,50,0.048,yes",
        "elsewhere,3,,,,yes",
    ]
    text = (tmp_path / "t.md").read_text().splitlines()
    assert text[:3] == ["## Table 1", "", "Read with care."]
    assert [cell.strip() for cell in text[6].strip("|").split("|")] == [
        "oklahoma_city",
        "239",
        "0.0422",
        "50",
        "0.0480",
    ]
    assert [cell.strip() for cell in text[7].strip("|").split("|")] == ["elsewhere", "3", "–", "–", "–"]
    assert text[-1] == "Simulated data: no satellite has measured these values."
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.csv", "t.md"]


def test_observed_data_have_no_mark_and_a_table_needs_no_note(tmp_path):
    write_paper_table(tmp_path / "t", ROWS, title="Table 1", simulated=False, digits=2)
    text = (tmp_path / "t.md").read_text()
    assert "Simulated" not in text
    assert text.splitlines()[2].startswith("| region")
    assert "0.04 " in text and "0.0422" not in text


def test_published_numbers_have_the_units_of_their_columns():
    assert units_of(ROWS) == {"test": "m3/m3", THERE + "test": "m3/m3"}
    assert units_of([{"R": 1, "g_down": 1, "dates": 3, "low": 1}, {"bias": 2}]) == {"low": "m3/m3", "bias": "m3/m3"}
    assert not {"R", "R_inside", "deviation_ratio", "spectrum_ratio", "blockiness", "g_down"} & IN_MOISTURE


def test_what_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no rows"):
        write_paper_table(tmp_path / "a", [], title="x", simulated=False)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        write_paper_table(tmp_path / "a", ROWS, title="x", simulated=False)
