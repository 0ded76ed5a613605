import numpy as np
import pandas as pd
import pytest
from made_scores import OTHERS, WEATHER, aggregation, scores

from smen.scores.ranking import BY_DATE, ranking, verdicts


def test_methods_are_sorted_over_all_regions():
    north = pd.concat([scores("ours", WEATHER), scores("good", WEATHER - 0.01), scores("only_here", WEATHER)])
    south = pd.concat([scores("ours", WEATHER[:5] + 0.1), scores("good", WEATHER[:5] + 0.08)])
    other = {
        "north": pd.DataFrame([aggregation("ours", 20, 0.5, 0.6), aggregation("good", 20, 0.1, 0.2)]),
        "south": pd.DataFrame([aggregation("ours", 5, 1.0, np.nan), aggregation("good", 5, 0.6, 0.7)]),
    }
    rows = ranking({"north": north, "south": south}, other, ["ours", "only_here", "good"], "ours")
    assert [(row["method"], row["dates"]) for row in rows] == [("good", 25), ("ours", 25)]
    good, ours = rows
    values = np.concatenate([WEATHER - 0.01, WEATHER[:5] + 0.08])
    assert good["ubRMSE"] == pytest.approx(values.mean())
    assert good["ubRMSE_median"] == pytest.approx(np.median(values))
    assert good["R"] == pytest.approx(10 * values.mean())
    assert good["difference"] == pytest.approx((20 * -0.01 + 5 * -0.02) / 25)
    assert good["difference_low"] < good["difference"] < good["difference_high"] < 0
    assert (ours["difference"], ours["difference_low"], ours["difference_high"]) == (0, 0, 0)
    assert good["ubRMSE_pooled"] == pytest.approx((20 * 0.1 + 5 * 0.6) / 25)
    assert ours["ubRMSE_per_cell"] == pytest.approx(0.6)  # the south has too few dates for any cell


def test_aggregations_without_any_date_are_missing():
    nothing = pd.DataFrame([aggregation("a", 0, np.nan, np.nan)])
    (row,) = ranking({"x": scores("a", WEATHER)}, {"x": nothing}, ["a"], "a")
    assert np.isnan(row["ubRMSE_pooled"]) and np.isnan(row["ubRMSE_per_cell"])


def test_every_metric_has_its_mean_over_dates():
    metrics = {name: np.full(20, number) for number, name in enumerate(OTHERS)}
    table = scores("a", WEATHER, **metrics)
    (row,) = ranking({"x": table}, {"x": pd.DataFrame([aggregation("a", 20, 1, 1)])}, ["a"], "a")
    assert {name: row[name] for name in BY_DATE} == {name: number for number, name in enumerate(OTHERS)}


def test_the_truth_has_rows_of_its_own_sorted_by_themselves():
    true = [scores("a", WEATHER + 0.01, against="truth"), scores("b", WEATHER, against="truth")]
    table = pd.concat([scores("a", WEATHER), scores("b", WEATHER + 0.01), *true])
    names = [aggregation(m, 20, 1, 1, against=against) for m in "ab" for against in ("3 km product", "truth")]
    rows = ranking({"x": table}, {"x": pd.DataFrame(names)}, ["a", "b"], "a")
    assert [(r["against"], r["method"]) for r in rows] == [
        ("3 km product", "a"), ("3 km product", "b"), ("truth", "b"), ("truth", "a"),
    ]  # fmt: skip


def test_better_is_said_only_where_the_interval_says_so():
    noise = np.random.default_rng(3).normal(0, 0.01, 20)
    table = pd.concat([scores("a", WEATHER), scores("b", WEATHER + 0.001), scores("c", WEATHER + noise - noise.mean())])
    rows = verdicts({"x": table}, [("a", "b"), ("b", "a"), ("a", "c"), ("a", "absent")])
    assert [(r["first"], r["second"], r["the first is"]) for r in rows] == [
        ("a", "b", "better"), ("b", "a", "worse"), ("a", "c", "not told apart"),
    ]  # fmt: skip
    assert all(r["dates"] == 20 and r["against"] == "3 km product" for r in rows)


def test_a_pair_that_one_region_lacks_has_no_verdict():
    table = pd.concat([scores("a", WEATHER), scores("b", WEATHER + 0.001)])
    assert verdicts({"x": table, "y": table[table["method"] == "a"]}, [("a", "b")]) == []


def test_seeds_count_once_each_date_in_a_verdict():
    table = pd.concat([scores("a", WEATHER + 0.002, 1), scores("a", WEATHER - 0.004, 2), scores("b", WEATHER)])
    (row,) = verdicts({"x": table}, [("a", "b")])
    assert row["difference"] == pytest.approx(-0.001)
    assert (row["low"], row["high"]) == pytest.approx((-0.001, -0.001))


def test_a_verdict_over_regions_pairs_each_region_with_itself():
    tables = {
        "x": pd.concat([scores("a", WEATHER + 0.001), scores("b", WEATHER)]),
        "y": pd.concat([scores("a", WEATHER[:10] + 0.101), scores("b", WEATHER[:10] + 0.1)]),
    }
    (row,) = verdicts(tables, [("a", "b")])
    assert (row["dates"], row["the first is"]) == (30, "worse")
    assert row["difference"] == pytest.approx(0.001)
