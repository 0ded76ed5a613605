"""Standard deviations by errors held out: by hand, by class, and of known distributions."""

import numpy as np
import pytest
from scipy.stats import norm

from smen.errors import DataError
from smen.methods.calibrated_deviation import CalibratedDeviation, HeldOut

SHAPE = (20, 20)
SEEN, UNSEEN = 0, 1
LOCAL = (True, False)


def records(rng, scale, dates=60, code=SEEN):
    """Errors of a normal distribution with a standard deviation of its own at each cell."""
    return [HeldOut(rng.normal(0, scale, SHAPE), np.full(SHAPE, code, np.uint8)) for _ in range(dates)]


def test_intervals_of_new_errors_hold_what_they_state():
    rng = np.random.default_rng(0)
    scale = np.where(np.indices(SHAPE)[1] < 10, 0.01, 0.04)
    deviation = CalibratedDeviation.fit([*records(rng, scale), *records(rng, 0.07, code=UNSEEN)], LOCAL)
    seen = deviation.field(np.full(SHAPE, SEEN, np.uint8))
    assert seen.dtype == np.float32
    np.testing.assert_allclose(seen[:, :10].mean(), 0.01, rtol=0.1)
    np.testing.assert_allclose(seen[:, 10:].mean(), 0.04, rtol=0.1)
    unseen = deviation.field(np.full(SHAPE, UNSEEN, np.uint8))
    np.testing.assert_allclose(unseen, 0.07, rtol=0.1)
    new = rng.normal(0, scale, (200, *SHAPE))
    assert (np.abs(new) <= norm.ppf(0.95) * seen).mean() == pytest.approx(0.9, abs=0.02)


def test_errors_with_wide_tails_are_calibrated_by_their_quantile():
    rng = np.random.default_rng(1)
    wide = [HeldOut(0.02 * rng.standard_t(3, SHAPE), np.zeros(SHAPE, np.uint8)) for _ in range(60)]
    stated = CalibratedDeviation.fit(wide, LOCAL).field(np.zeros(SHAPE, np.uint8))
    new = 0.02 * rng.standard_t(3, (200, *SHAPE))
    assert (np.abs(new) <= norm.ppf(0.95) * stated).mean() == pytest.approx(0.9, abs=0.02)


def test_a_class_with_few_dates_is_no_surer_than_those_before():
    rng = np.random.default_rng(2)
    deviation = CalibratedDeviation.fit([*records(rng, 0.02), *records(rng, 0.9, dates=4, code=UNSEEN)], LOCAL)
    assert deviation.factors[UNSEEN] == deviation.factors[SEEN]
    only_unseen = CalibratedDeviation.fit(records(rng, 0.05, code=UNSEEN), LOCAL)
    assert only_unseen.factors[SEEN] == only_unseen.factors[UNSEEN]
    np.testing.assert_allclose(only_unseen.field(np.zeros(SHAPE, np.uint8)), 0.05, rtol=0.1)


def test_missing_errors_take_no_part_and_none_at_all_is_refused():
    rng = np.random.default_rng(3)
    whole = records(rng, 0.03)
    nothing = HeldOut(np.full(SHAPE, np.nan), np.zeros(SHAPE, np.uint8))
    plain, with_nothing = (CalibratedDeviation.fit(r, LOCAL) for r in (whole, [*whole, nothing]))
    np.testing.assert_array_equal(plain.scale, with_nothing.scale)
    assert plain.factors == with_nothing.factors
    with pytest.raises(DataError, match="no date held out has an error"):
        CalibratedDeviation.fit([nothing], LOCAL)


def test_it_comes_back_from_a_checkpoint():
    deviation = CalibratedDeviation.fit(records(np.random.default_rng(4), 0.03), LOCAL)
    again = CalibratedDeviation.restore(deviation.tensors(), deviation.header())
    np.testing.assert_array_equal(again.scale, deviation.scale)
    assert (again.overall, again.factors, again.local) == (deviation.overall, deviation.factors, deviation.local)
