"""Scores of a group by hand: which cells count, and which row is of which dates."""

import numpy as np
import pytest
from made_fields import make_fields, make_samples

from smen.data.records import TEST, TRAIN
from smen.paper.estimate_groups import EstimateGroup
from smen.paper.group_scores import group_scores

FIELDS = make_fields(n=24)
SAMPLES = make_samples(FIELDS).with_target(TRAIN, TEST)
TARGET = FIELDS.fine[SAMPLES.fine]


def group(**shifts):
    """Methods whose estimates are the product and an error that alternates between columns."""
    error = np.where(np.arange(FIELDS.window.width) % 2, 0.03, -0.03).astype(np.float32)
    filled = np.where(np.isfinite(TARGET), TARGET, np.float32(0.2))
    estimates = {(name, 0): (filled + error + shift).astype(np.float32) for name, shift in shifts.items()}
    return EstimateGroup(estimates, SAMPLES)


def rows_of(tables):
    return {(t["method"].iloc[0], t["split"].iloc[0], t["against"].iloc[0]): t for t in tables}


def test_a_table_and_a_row_for_each_method_split_and_reference():
    truth = np.full(TARGET.shape, np.float32(0.25))
    tables, rows = group_scores(FIELDS, group(a=0.0, b=0.1), truth)
    keys = [(row["method"], row["split"], row["against"]) for row in rows]
    assert keys == list(rows_of(tables))
    assert set(keys) == {
        (m, s, against) for m in "ab" for s in ("train", "test") for against in ("3 km product", "truth")
    }
    for table in tables:
        code = TRAIN if table["split"].iloc[0] == "train" else TEST
        assert (table["time"].to_numpy() == SAMPLES.time[SAMPLES.split == code]).all()


def test_errors_are_those_that_were_made():
    tables, rows = group_scores(FIELDS, group(a=0.0, b=0.1), None)
    for (method, _, _), table in rows_of(tables).items():
        shift = {"a": 0.0, "b": 0.1}[method]
        np.testing.assert_allclose(table["ubRMSE"], 0.03, atol=2e-4)  # strips need not have as many even as odd columns
        np.testing.assert_allclose(table["bias"], shift, atol=3e-3)
    for row in rows:
        own = rows_of(tables)[row["method"], row["split"], row["against"]]
        assert row["ubRMSE"] == pytest.approx(own["ubRMSE"].mean())
        assert row["ubRMSE_median"] == pytest.approx(own["ubRMSE"].median())
        assert row["ubRMSE_zeros"] == pytest.approx(own["ubRMSE_zeros"].mean())
        # Agreed zeros make an error smaller; beside a bias of .1 they are a pattern of their own.
        assert (row["ubRMSE_zeros"] < row["ubRMSE"]) == (row["method"] == "a")
        assert row["dates"] == len(own)


def test_a_cell_that_one_method_lacks_counts_for_none():
    made = group(a=0.0, b=0.0)
    made.estimates["b", 0][:, :, :9] = np.nan
    tables, _ = group_scores(FIELDS, made, None)
    alone = EstimateGroup(
        {("a", 0): np.where(np.isnan(made.estimates["b", 0]), np.nan, made.estimates["a", 0])}, SAMPLES
    )
    expected, _ = group_scores(FIELDS, alone, None)
    for got, wanted in zip(tables[:2], expected, strict=True):
        np.testing.assert_array_equal(got["ubRMSE"], wanted["ubRMSE"])


def test_seeds_of_a_method_are_told_apart():
    made = group(a=0.0)
    made.estimates["a", 7] = made.estimates["a", 0] + np.float32(0.05)
    _, rows = group_scores(FIELDS, made, None)
    bias = {row["seed"]: row["bias"] for row in rows if row["split"] == "test"}
    assert bias[7] - bias[0] == pytest.approx(0.05, abs=1e-6)
