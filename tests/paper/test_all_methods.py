"""The comparison of all methods, from scores that are made by hand."""

import pandas as pd
import pytest
from made_scores import WEATHER, aggregation, scores

from smen.outputs.tables import read_table
from smen.paper.all_methods import PAIRS, write_comparison, write_differences

METHODS = {"smen": 0.0, "fusion": -0.01, "bilinear": 0.01}


def tables(*shifts):
    """Scores by date and aggregations of a region for each shift, which all methods share."""
    dates, aggregations = {}, {}
    for number, shift in enumerate(shifts):
        parts = [scores(method, WEATHER + error + shift) for method, error in METHODS.items()]
        dates[f"region_{number}"] = pd.concat([*parts, scores("size_10", WEATHER)])
        aggregations[f"region_{number}"] = pd.DataFrame([aggregation(method, 20, 0.1, 0.2) for method in METHODS])
    return dates, aggregations


def test_the_comparison_is_sorted_and_drawn(tmp_path):
    write_comparison(tmp_path, "the plains", *tables(0.0), simulated=True)
    table = read_table(tmp_path / "comparison.csv")
    assert table["method"].tolist() == ["fusion", "smen", "bilinear"]  # a training-set size is none of them
    assert table["ubRMSE"].tolist() == pytest.approx([WEATHER.mean() + e for e in (-0.01, 0, 0.01)], rel=1e-4)
    assert table.attrs["units"]["ubRMSE_pooled"] == "m3/m3" and "R" not in table.attrs["units"]
    text = (tmp_path / "comparison.md").read_text(encoding="utf-8")
    assert text.startswith("## All methods on the test dates, the plains\n\nSorted by ubRMSE")
    assert (tmp_path / "comparison_figure.png").stat().st_size > 10_000


def test_regions_together_have_all_their_dates(tmp_path):
    write_comparison(tmp_path, "all", *tables(0.0, 0.02), simulated=False)
    table = read_table(tmp_path / "comparison.csv")
    assert (table["dates"] == 40).all()
    assert table["ubRMSE"].iloc[0] == pytest.approx(WEATHER.mean() - 0.01 + 0.01, rel=1e-4)
    assert (table["simulated"] == "no").all()


def test_differences_are_of_each_region_and_of_all(tmp_path):
    dates, _ = tables(0.0, 0.02)
    write_differences(tmp_path / "differences", dates, simulated=True)
    table = read_table(tmp_path / "differences.csv")
    assert table["region"].unique().tolist() == ["region_0", "region_1", "all"]
    made = [(first, second) for first, second in PAIRS if {first, second} <= set(METHODS)]
    for _, part in table.groupby("region"):
        assert list(zip(part["first"], part["second"], strict=True)) == made
    row = table[(table["first"] == "fusion") & (table["region"] == "all")].iloc[0]
    assert (row["second"], row["dates"], row["the first is"]) == ("smen", 40, "better")
    assert row["difference"] == pytest.approx(-0.01)


def test_one_region_is_not_repeated_as_all(tmp_path):
    dates, _ = tables(0.0)
    write_differences(tmp_path / "differences", dates, simulated=True)
    assert set(read_table(tmp_path / "differences.csv")["region"]) == {"region_0"}


def test_the_pairs_are_of_two_methods_each_and_named_once():
    assert all(first != second for first, second in PAIRS)
    assert len(set(PAIRS)) == len(PAIRS)
