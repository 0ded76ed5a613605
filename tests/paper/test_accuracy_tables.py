"""Tables 1 to 3 from scores that are made by hand."""

import numpy as np
import pandas as pd
import pytest
from made_scores import WEATHER, scores

from smen.paper.accuracy_tables import table1_rows, table2_rows, table3_rows

THERE = "paper (other data): "


def trained(method, error, train=0.02):
    """Scores of a method in test and training."""
    return pd.concat([scores(method, WEATHER + error), scores(method, [train] * 12, split="train")])


def test_a_published_region_stands_beside_its_published_numbers():
    tables = {"tucson": trained("smen", 0.0), "harbour": trained("smen", 0.01)}
    tucson, harbour = table1_rows(tables)
    assert (tucson["region"], tucson["train_dates"], tucson["test_dates"]) == ("tucson", 12, 20)
    assert tucson["test"] == pytest.approx(WEATHER.mean())
    assert harbour["test"] == pytest.approx(WEATHER.mean() + 0.01)
    published = [THERE + name for name in ("train_dates", "test_dates", "train", "test")]
    assert [tucson[name] for name in published] == [30, 10, 0.024, 0.034]
    assert [harbour[name] for name in published] == [None] * 4


def test_inputs_are_compared_with_both_of_them():
    table = pd.concat([trained("smen", 0.0), trained("smen_spatial", 0.002), trained("smen_temporal", -0.001)])
    rows = {row["inputs"]: row for row in table2_rows(table)}
    assert list(rows) == ["spatial", "temporal", "spatiotemporal"]
    for inputs, gap in (("spatial", 0.002), ("temporal", -0.001)):
        ends = [rows[inputs][name] for name in ("difference", "difference_low", "difference_high")]
        assert ends == pytest.approx([gap] * 3)  # the same on each date: the pairs leave no doubt
    assert rows["spatiotemporal"]["difference"] is None
    assert [rows[inputs][THERE + "test"] for inputs in rows] == [0.039, 0.049, 0.034]


def test_sizes_are_compared_with_the_largest_one():
    table = pd.concat([trained(f"size_{n}", 1 / n) for n in (10, 20, 30)])
    rows = table3_rows(table, (30, 10, 20, 10))
    assert [row["asked for"] for row in rows] == [10, 20, 30]
    assert [row["difference"] for row in rows[:2]] == pytest.approx([1 / 10 - 1 / 30, 1 / 20 - 1 / 30])
    assert rows[2]["difference"] is None
    assert [row[THERE + "test"] for row in rows] == [0.085, 0.068, None]  # 30 is no published size
    assert [row[THERE + "train"] for row in rows] == [0.025, 0.025, None]


def test_a_size_without_any_score_has_no_number():
    table = pd.concat([scores("size_10", [np.nan] * 5), trained("size_20", 0.0)])
    first, _ = table3_rows(table, (10, 20))
    assert first["test_dates"] == 5
    assert np.isnan(first["test"]) and np.isnan(first["difference"])
