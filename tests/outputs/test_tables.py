import csv

import numpy as np
import pandas as pd
import pytest

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
