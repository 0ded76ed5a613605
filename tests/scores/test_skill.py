"""Tables of scores by date that are made by hand, so that every number can be worked out beside them."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from smen.scores.skill import accuracy, by_date, compared, difference, unscored, verdicts

TIMES = [f"2018-01-{day:02}T06:00:00" for day in range(1, 21)]
WEATHER = 0.04 + 0.02 * np.sin(np.arange(20))
"""What makes some dates harder than others for every method alike."""


def scores(method, values, seed=0, split="test", against="3 km product", times=TIMES, **more):
    """A part of a table of scores by date; all other metrics are ten times the ubRMSE unless given."""
    names = ["bias", "RMSE", "R", "R_inside", "ubRMSE_inside", "ubRMSE_zeros", "deviation_ratio"]
    other = {name: 10 * np.asarray(values) for name in [*names, "spectrum_ratio", "blockiness", "g_down"]}
    key = {"method": method, "seed": seed, "split": split, "against": against, "time": times[: len(values)]}
    return pd.DataFrame({**key, "ubRMSE": values, **other, **more})


def senses(method, dates, pooled, per_cell, seed=0, against="3 km product"):
    return {"method": method, "seed": seed, "split": "test", "against": against, "dates": dates,
            "ubRMSE_pooled": pooled, "ubRMSE_per_cell": per_cell}  # fmt: skip


def test_seeds_are_averaged_on_each_date_and_dates_stand_in_order():
    table = pd.concat([scores("a", [0.5, 0.1], 1, times=TIMES[1::-1]), scores("a", [0.3, 0.7], 2, times=TIMES[:2])])
    found = by_date({"north": table}, "a")
    assert list(found.index) == [("north", TIMES[0]), ("north", TIMES[1])]
    assert found.tolist() == pytest.approx([(0.1 + 0.3) / 2, (0.5 + 0.7) / 2])


def test_differences_are_paired_by_date():
    """Methods that differ by the same on every date are told apart however much the dates differ."""
    table = pd.concat([scores("a", WEATHER + 0.001), scores("b", WEATHER)]).sample(frac=1, random_state=1)
    gap = difference({"x": table}, "a", "b")
    assert (gap.value, gap.low, gap.high) == pytest.approx((0.001, 0.001, 0.001))
    assert stats.ttest_ind(WEATHER + 0.001, WEATHER).pvalue > 0.8  # as they would not be without pairs


def test_dates_that_one_method_lacks_do_not_count():
    table = pd.concat([scores("a", WEATHER), scores("b", [*(WEATHER[:10] - 0.002), *[np.nan] * 10])])
    gap = difference({"x": table}, "a", "b")
    assert gap.dates == 10
    assert gap.value == pytest.approx(0.002)


def test_accuracy_counts_the_dates_of_each_seed_and_says_how_seeds_spread():
    drawn = [scores("size_3", [0.01, 0.02, 0.03], seed, "train", times=TIMES[seed:]) for seed in (1, 4, 7)]
    judged = [scores("size_3", WEATHER + shift, seed) for seed, shift in ((1, 0), (4, 0.001), (7, 0.005))]
    true = scores("size_3", WEATHER / 2, 1, against="truth")
    row = accuracy(pd.concat([*drawn, *judged, true]), "size_3")
    assert (row["train_dates"], row["test_dates"]) == (3, 20)
    assert row["train"] == pytest.approx(0.02)
    assert row["test"] == pytest.approx(WEATHER.mean() + 0.002)
    assert row["test_low"] < row["test"] < row["test_high"]
    assert row["seed_spread"] == pytest.approx(stats.tstd([0, 0.001, 0.005]))
    assert row["test_truth"] == pytest.approx(WEATHER.mean() / 2)


def test_one_seed_has_no_spread_and_an_unknown_truth_no_column():
    row = accuracy(pd.concat([scores("a", [0.1, 0.3], split="train"), scores("a", WEATHER)]), "a")
    assert not {"seed_spread", "test_truth"} & set(row)


def test_dates_without_a_score_are_counted_and_named():
    table = pd.concat(
        [scores("a", [0.1, np.nan, np.nan], split="train"), scores("a", [0.2, 0.3, np.nan]), scores("b", [np.nan])]
    )
    assert unscored(table, "a") == (2, 1)
    assert unscored(table[table["split"] == "train"].dropna(), "a") == (0, 0)
    row = accuracy(table, "a")
    assert (row["train_dates"], row["test_dates"], row["train"], row["test"]) == (3, 3, 0.1, pytest.approx(0.25))


def test_a_comparison_is_sorted_and_goes_over_all_regions():
    north = pd.concat([scores("ours", WEATHER), scores("good", WEATHER - 0.01), scores("only_here", WEATHER)])
    south = pd.concat([scores("ours", WEATHER[:5] + 0.1), scores("good", WEATHER[:5] + 0.08)])
    other = {
        "north": pd.DataFrame([senses("ours", 20, 0.5, 0.6), senses("good", 20, 0.1, 0.2)]),
        "south": pd.DataFrame([senses("ours", 5, 1.0, np.nan), senses("good", 5, 0.6, 0.7)]),
    }
    rows = compared({"north": north, "south": south}, other, ["ours", "only_here", "good"], "ours")
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


def test_the_truth_has_rows_of_its_own_sorted_by_themselves():
    true = [scores("a", WEATHER + 0.01, against="truth"), scores("b", WEATHER, against="truth")]
    table = pd.concat([scores("a", WEATHER), scores("b", WEATHER + 0.01), *true])
    names = [senses(m, 20, 1, 1, against=against) for m in "ab" for against in ("3 km product", "truth")]
    rows = compared({"x": table}, {"x": pd.DataFrame(names)}, ["a", "b"], "a")
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
    assert verdicts({"x": table, "y": table[table["method"] == "a"]}, [("a", "b")]) == []
