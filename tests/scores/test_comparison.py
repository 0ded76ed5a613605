"""The table of methods, worked out again by pytesmo and scipy."""

import numpy as np
import pytesmo.metrics as pytesmo
import pytest
from scipy.stats import norm

from smen.scores.comparison import PRODUCT, REFERENCES, TRUTH, UNITS, common_cells, compare
from smen.scores.intervals import mean_interval

RNG = np.random.default_rng(3)
REFERENCE = RNG.normal(0.2, 0.05, (8, 9, 7))
REFERENCE[:, :2] = np.nan
ESTIMATES = {
    "network": REFERENCE + RNG.normal(0, 0.03, REFERENCE.shape),
    "bilinear": REFERENCE + RNG.normal(0.01, 0.05, REFERENCE.shape),
}
ESTIMATES["bilinear"][3, :, 0] = np.nan
CALIBRATION = ("coverage_90", "crps", "spread_skill")


def test_all_methods_are_scored_on_the_cells_that_all_have():
    valid = common_cells(ESTIMATES, REFERENCE)
    assert not valid[:, :2].any() and not valid[3, :, 0].any()
    assert valid.sum() == 8 * 7 * 7 - 7
    before = {name: np.isfinite(stack) for name, stack in ESTIMATES.items()}
    compare(ESTIMATES, REFERENCE)
    for name, finite in before.items():  # nothing that was given is changed
        np.testing.assert_array_equal(np.isfinite(ESTIMATES[name]), finite)


def test_the_numbers_are_those_of_pytesmo():
    rows = compare(ESTIMATES, REFERENCE)
    assert [row["method"] for row in rows] == list(ESTIMATES)
    valid = common_cells(ESTIMATES, REFERENCE)
    for row in rows:
        dates = [
            (estimate[cells], reference[cells])
            for estimate, reference, cells in zip(ESTIMATES[row["method"]], REFERENCE, valid, strict=True)
        ]
        errors = [pytesmo.ubrmsd(x, y) for x, y in dates]
        assert row["dates"] == 8
        assert row["ubRMSE"] == pytest.approx(np.mean(errors), abs=1e-6)
        assert row["ubRMSE_median"] == pytest.approx(np.median(errors), abs=1e-6)
        assert row["bias"] == pytest.approx(np.mean([pytesmo.bias(x, y) for x, y in dates]), abs=1e-6)
        assert row["RMSE"] == pytest.approx(np.mean([pytesmo.rmsd(x, y) for x, y in dates]), abs=1e-6)
        assert row["R"] == pytest.approx(np.mean([pytesmo.pearson_r(x, y) for x, y in dates]), abs=1e-6)
        pooled = pytesmo.ubrmsd(*(np.concatenate(side) for side in zip(*dates, strict=True)))
        assert row["ubRMSE_pooled"] == pytest.approx(pooled, abs=1e-6)
        interval = mean_interval(errors)
        assert (row["ubRMSE_low"], row["ubRMSE_high"]) == pytest.approx((interval.low, interval.high), abs=1e-6)


def test_a_stated_deviation_is_judged_on_the_same_cells():
    deviation = RNG.uniform(0.02, 0.04, REFERENCE.shape)
    network, bilinear = compare(ESTIMATES, REFERENCE, {"network": deviation})
    valid = common_cells(ESTIMATES, REFERENCE)
    mean, stated, target = (a[valid] for a in (ESTIMATES["network"], deviation, REFERENCE))
    low, high = norm.interval(0.9, mean, stated)
    assert network["coverage_90"] == pytest.approx(np.mean((low <= target) & (target <= high)))
    z = (target - mean) / stated
    expected = stated * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert network["crps"] == pytest.approx(np.mean(expected))
    assert network["spread_skill"] == pytest.approx(np.sqrt(np.mean(stated**2) / np.mean((mean - target) ** 2)))
    assert all(np.isnan(bilinear[name]) for name in CALIBRATION)


def test_deviations_change_no_other_number():
    without = compare(ESTIMATES, REFERENCE)
    given = compare(ESTIMATES, REFERENCE, {name: np.full(REFERENCE.shape, 0.03) for name in ESTIMATES})
    for before, after in zip(without, given, strict=True):
        assert list(before) == list(after)
        assert all(np.isnan(before[name]) and np.isfinite(after[name]) for name in CALIBRATION)
        kept = set(before) - set(CALIBRATION)
        assert {name: before[name] for name in kept} == {name: after[name] for name in kept}


def test_every_unit_belongs_to_a_column_and_ratios_have_none():
    (row, _) = compare(ESTIMATES, REFERENCE)
    assert set(UNITS) <= set(row)
    assert not {"R", "coverage_90", "spread_skill", "dates", "method"} & set(UNITS)
    assert set(UNITS.values()) == {"m3/m3"}
    assert REFERENCES == (PRODUCT, TRUTH) == ("3 km product", "truth")


def test_no_common_cell_leaves_no_number():
    other = {"a": np.where(np.isnan(REFERENCE), 0.2, np.nan)}
    (row,) = compare(other, REFERENCE, {"a": np.full(REFERENCE.shape, 0.03)})
    assert row["dates"] == 0
    assert all(np.isnan(value) for name, value in row.items() if name not in ("method", "dates"))
