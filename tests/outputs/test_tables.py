"""Tables as CSV and Markdown, the Markdown parsed again cell by cell."""

import csv
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.pandas import column, data_frames, range_indexes

from smen.outputs.tables import read_table, write_table

ROWS = [
    {"method": "SMEN", "split": "test", "ubrmse": 0.0341234567, "dates": 50},
    {"method": "36 km | bilinear", "split": "test", "ubrmse": float("nan"), "dates": 50, "best": True},
]


def test_both_files_say_the_same(tmp_path):
    write_table(tmp_path / "scores.csv", ROWS, units={"ubrmse": "m3 m-3"}, simulated=True, title="Tucson")
    assert (tmp_path / "scores.csv").read_text() == (
        "method,split,ubrmse [m3 m-3],dates,best,simulated\n"
        "SMEN,test,0.0341235,50,,yes\n"
        "36 km | bilinear,test,,50,yes,yes\n"
    )
    assert (tmp_path / "scores.md").read_text() == (
        "## Tucson\n\n"
        "| method            | split   |   ubrmse [m3 m-3] |   dates | best   |\n"
        "|:------------------|:--------|------------------:|--------:|:-------|\n"
        "| SMEN              | test    |             0.034 |      50 | –      |\n"
        "| 36 km \\| bilinear | test    |                 – |      50 | yes    |\n"
        "\nSimulated data: no satellite has measured these values.\n"
    )
    assert sorted(p.name for p in tmp_path.iterdir()) == ["scores.csv", "scores.md"]


def test_measured_data_are_not_called_simulated(tmp_path):
    write_table(tmp_path / "a", ROWS, simulated=False)
    with (tmp_path / "a.csv").open(newline="") as file:
        assert [row["simulated"] for row in csv.DictReader(file)] == ["no", "no"]
    assert "imulated" not in (tmp_path / "a.md").read_text()


def test_a_table_reads_back(tmp_path):
    frame = pd.DataFrame({"bias": np.array([-0.5, 1e-7], "f4"), "dates": np.array([1, 2]), "name": ["a,b", 'c"d']})
    write_table(tmp_path / "a", frame, units={"bias": "m3 m-3"}, simulated=False)
    back = read_table(tmp_path / "a.csv")
    assert back.attrs["units"] == {"bias": "m3 m-3"}
    assert list(back.columns) == ["bias", "dates", "name", "simulated"]
    np.testing.assert_allclose(back["bias"], [-0.5, 1e-7], rtol=1e-5)
    assert back["dates"].tolist() == [1, 2]
    assert back["name"].tolist() == ["a,b", 'c"d']


def test_a_table_without_rows_has_its_heading(tmp_path):
    write_table(tmp_path / "a", pd.DataFrame({"method": [], "ubrmse": []}), units={"ubrmse": "m"}, simulated=False)
    assert (tmp_path / "a.csv").read_text() == "method,ubrmse [m],simulated\n"
    assert (tmp_path / "a.md").read_text().startswith("| method   | ubrmse [m]   |\n")


def test_rows_may_say_themselves_whether_they_are_simulated(tmp_path):
    write_table(tmp_path / "a", [{"x": 1, "simulated": "no"}, {"x": 2, "simulated": "yes"}], simulated=True)
    assert (tmp_path / "a.csv").read_text() == "x,simulated\n1,no\n2,yes\n"


def test_the_same_rows_leave_a_file_alone(tmp_path):
    write_table(tmp_path / "a", ROWS, simulated=True)
    before = (tmp_path / "a.csv").stat().st_mtime_ns
    write_table(tmp_path / "a", ROWS, simulated=True)
    assert (tmp_path / "a.csv").stat().st_mtime_ns == before


def test_wrong_names_are_refused(tmp_path):
    with pytest.raises(ValueError, match="urms"):
        write_table(tmp_path / "a", ROWS, units={"urms": "m3 m-3"}, simulated=True)
    with pytest.raises(ValueError, match="brackets"):
        write_table(tmp_path / "a", [{"x [m]": 1}], simulated=True)
    assert list(tmp_path.iterdir()) == []


def cells_of(markdown):
    """Rows of a Markdown table, without the escapes, and the sides to which its columns are aligned."""
    lines = [line for line in markdown.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    sides = ["right" if cell.endswith(":") and not cell.startswith(":") else "left" for cell in rows.pop(1)]
    return [[cell.replace("\\|", "|") for cell in row] for row in rows], sides


def test_markdown_has_a_cell_for_each_value(tmp_path):
    write_table(tmp_path / "a", ROWS, units={"ubrmse": "m3 m-3"}, simulated=False, digits=2)
    (head, *rows), sides = cells_of((tmp_path / "a.md").read_text())
    assert head == ["method", "split", "ubrmse [m3 m-3]", "dates", "best"]
    assert rows == [["SMEN", "test", "0.03", "50", "–"], ["36 km | bilinear", "test", "–", "50", "yes"]]
    assert sides == ["left", "left", "right", "right", "left"]


@pytest.mark.parametrize(
    ("value", "csv_text", "text"),
    [
        (0.123456789, "0.123457", "0.123"), (1e-9, "1e-09", "0.000"), (3, "3", "3"), (np.int64(4), "4", "4"),
        (np.float32(0.5), "0.5", "0.500"), (None, "", "–"), (pd.NA, "", "–"), (pd.NaT, "", "–"), (True, "yes", "yes"),
        (False, "no", "no"), ("two\nlines", '"two\nlines"', "two lines"), (-0.25, "-0.25", "-0.250"),
    ],
)  # fmt: skip
def test_values_as_text(tmp_path, value, csv_text, text):
    write_table(tmp_path / "a", pd.DataFrame({"x": [value]}, dtype=object), simulated=False)
    assert (tmp_path / "a.csv").read_text() == f"x,simulated\n{csv_text},no\n"
    rows, _ = cells_of((tmp_path / "a.md").read_text())
    assert rows[1] == [text]


@settings(max_examples=15)
@given(
    data_frames(
        [column("a b", elements=st.floats(-1e6, 1e6)), column("n", elements=st.integers(-99, 99))],
        index=range_indexes(min_size=1, max_size=5),
    )
)
def test_any_table_reads_back_to_six_figures(tmp_path_factory, frame):
    path = tmp_path_factory.mktemp("t") / "a.csv"
    write_table(path, frame, units={"a b": "m3 m-3"}, simulated=True)
    back = read_table(path)
    np.testing.assert_allclose(back["a b"], frame["a b"], rtol=1e-5)
    assert back["n"].tolist() == frame["n"].tolist()
    assert back.attrs["units"] == {"a b": "m3 m-3"}
    assert set(back["simulated"]) == {"yes"}


def test_columns_come_in_the_order_of_their_first_appearance(tmp_path):
    write_table(tmp_path / "a", [{"b": 1}, {"a": 2, "b": 3}, {"c": 4}], simulated=False)
    assert (tmp_path / "a.csv").read_text() == "b,a,c,simulated\n1,,,no\n3,2,,no\n,,4,no\n"


def test_a_title_is_a_heading(tmp_path):
    write_table(tmp_path / "a", ROWS, simulated=False, title="Scores")
    assert (tmp_path / "a.md").read_text().startswith("## Scores\n\n| method")
    write_table(tmp_path / "a", ROWS, simulated=False)
    assert (tmp_path / "a.md").read_text().startswith("| method")


def test_columns_of_names_stay_text(tmp_path):
    rows = [{"station": name, "value": value} for name, value in (("001", 1.5), ("NA", float("nan")), ("1.10", 2.5))]
    write_table(tmp_path / "t.csv", rows, units={"value": "m"}, simulated=False)
    table = read_table(tmp_path / "t.csv", ["station", "not there"])
    assert table["station"].tolist() == ["001", "NA", "1.10"]
    np.testing.assert_array_equal(table["value"], [1.5, np.nan, 2.5])
    assert table.attrs["units"] == {"value": "m"}
