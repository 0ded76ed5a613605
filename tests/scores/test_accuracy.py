import numpy as np
import pandas as pd
import pytest
from made_scores import TIMES, WEATHER, scores
from scipy import stats

from smen.scores.accuracy import accuracy, dates_without_score
from smen.scores.intervals import mean_interval


def test_dates_of_each_seed_are_counted_and_the_seeds_deviation_given():
    drawn = [scores("size_3", [0.01, 0.02, 0.03], seed, "train", times=TIMES[seed:]) for seed in (1, 4, 7)]
    judged = [scores("size_3", WEATHER + shift, seed) for seed, shift in ((1, 0), (4, 0.001), (7, 0.005))]
    true = scores("size_3", WEATHER / 2, 1, against="truth")
    row = accuracy(pd.concat([*drawn, *judged, true]), "size_3")
    assert (row["train_dates"], row["test_dates"]) == (3, 20)
    assert row["train"] == pytest.approx(0.02)
    assert row["test"] == pytest.approx(WEATHER.mean() + 0.002)
    assert row["test_low"] < row["test"] < row["test_high"]
    assert row["seed_deviation"] == pytest.approx(stats.tstd([0, 0.001, 0.005]))
    assert row["test_truth"] == pytest.approx(WEATHER.mean() / 2)


def test_one_seed_has_no_deviation_and_an_unknown_truth_no_column():
    row = accuracy(pd.concat([scores("a", [0.1, 0.3], split="train"), scores("a", WEATHER)]), "a")
    assert not {"seed_deviation", "test_truth"} & set(row)


def test_the_interval_is_that_of_the_seeds_mean_over_dates():
    table = pd.concat([scores("a", WEATHER + 0.01, 1), scores("a", WEATHER - 0.01, 2)])
    interval = mean_interval(WEATHER)
    row = accuracy(table, "a")
    assert (row["test"], row["test_low"], row["test_high"]) == pytest.approx(
        (interval.value, interval.low, interval.high)
    )


def test_a_method_that_was_never_trained_has_no_training_dates():
    row = accuracy(scores("bilinear", WEATHER), "bilinear")
    assert (row["train_dates"], row["test_dates"]) == (0, 20)
    assert np.isnan(row["train"])
    nothing = accuracy(scores("bilinear", WEATHER), "absent")
    assert (nothing["train_dates"], nothing["test_dates"]) == (0, 0)
    assert np.isnan(nothing["test"])


def test_dates_without_a_score_are_counted():
    table = pd.concat(
        [scores("a", [0.1, np.nan, np.nan], split="train"), scores("a", [0.2, 0.3, np.nan]), scores("b", [np.nan])]
    )
    assert dates_without_score(table, "a") == (2, 1)
    assert dates_without_score(table[table["split"] == "train"].dropna(), "a") == (0, 0)
    row = accuracy(table, "a")
    assert (row["train_dates"], row["test_dates"], row["train"], row["test"]) == (3, 3, 0.1, pytest.approx(0.25))


def test_of_several_seeds_the_one_with_most_missing_dates_counts():
    table = pd.concat([scores("a", [np.nan, np.nan, 0.1], 1, "train"), scores("a", [np.nan, 0.2, 0.1], 2, "train")])
    assert dates_without_score(table, "a") == (2, 0)
    against_truth = scores("a", [np.nan], against="truth")
    assert dates_without_score(against_truth, "a") == (0, 0)
