"""Estimates that know what comes after: skill, what enters them and what does not, and the file."""

from dataclasses import replace

import numpy as np
import pytest
from made_fields import make_fields, make_samples
from made_fusion import FIELDS, SAMPLES, retrospective_method, score

from smen.data.records import MISSING, TEST
from smen.errors import DataError
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.map_mode import SETTLED_AFTER
from smen.methods.protocol import RetrospectiveMethod

DATES = SAMPLES.with_target(TEST)
TARGETS = SAMPLES.fine


@pytest.fixture(scope="module")
def method():
    return retrospective_method()


def changed(fields, fine, value=0.9):
    """The fields with other values in some fine fields."""
    values = fields.fine.copy()
    values[fine] = np.where(np.isfinite(values[fine]), value, np.nan)
    return replace(fields, fine=values)


def test_it_is_a_retrospective_method(method):
    assert isinstance(method, RetrospectiveMethod)
    assert FusionMethod.from_settings(4, {"seed": 1}).retrospective


def test_a_settled_map_keeps_its_bits_whatever_comes_later(method):
    row = 2
    end = FIELDS.coarse_time[row] + SETTLED_AFTER
    coarse, fine = (int((times <= end).sum()) for times in (FIELDS.coarse_time, FIELDS.fine_time))
    assert coarse < len(FIELDS.coarse) - 5 and fine < len(FIELDS.fine) - 2
    by_coarse = {
        name: getattr(FIELDS, name)[:coarse] for name in ("coarse", "coarse_time", "coarse_descending", "coarse_flag")
    }
    by_fine = {name: getattr(FIELDS, name)[:fine] for name in ("fine", "fine_time", "fine_ready", "fine_sentinel1")}
    until_then = replace(FIELDS, **by_coarse, **by_fine)
    one = SAMPLES.select(slice(row, row + 1))
    known = np.where(fine > TARGETS, TARGETS, MISSING)
    now = method.predict_retrospective(FIELDS, one, TARGETS)
    then = method.predict_retrospective(until_then, one, known)
    np.testing.assert_array_equal(now.mean, then.mean)
    np.testing.assert_array_equal(now.standard_deviation, then.standard_deviation)
    early = replace(
        until_then, coarse=np.where(np.arange(coarse)[:, None, None] > row + 3, np.float32(0.4), until_then.coarse)
    )
    assert (method.predict_retrospective(early, one, known).mean != now.mean).any()


def test_causal_estimates_stay_what_they_are(method):
    causal = FusionMethod()
    causal.fit(FIELDS, SAMPLES)
    np.testing.assert_array_equal(method.predict(FIELDS, DATES).mean, causal.predict(FIELDS, DATES).mean)


def test_the_judged_scene_does_not_enter(method):
    row = DATES.select(slice(2, 3))
    before = method.predict_retrospective(FIELDS, row, TARGETS, own_scene=False)
    other = changed(FIELDS, row.fine[0])
    after = method.predict_retrospective(other, row, TARGETS, own_scene=False)
    np.testing.assert_array_equal(before.mean, after.mean)
    np.testing.assert_array_equal(before.standard_deviation, after.standard_deviation)
    drawn = method.predict_retrospective(other, row, TARGETS).mean - before.mean
    seen = np.isfinite(FIELDS.fine[row.fine[0]])
    assert drawn[0][seen].mean() > 0.01


def test_a_later_field_of_the_same_sentinel1_scene_does_not_enter(method):
    row = DATES.select(slice(2, 3))
    own, after = int(row.fine[0]), int(row.fine[0]) + 1
    scenes = list(FIELDS.fine_sentinel1)
    scenes[after] = scenes[own]
    shared = replace(FIELDS, fine_sentinel1=tuple(scenes))
    one, other = (
        method.predict_retrospective(f, row, TARGETS, own_scene=False).mean for f in (shared, changed(shared, after))
    )
    np.testing.assert_array_equal(one, other)
    apart = method.predict_retrospective(changed(FIELDS, after), row, TARGETS, own_scene=False).mean
    assert (apart != method.predict_retrospective(FIELDS, row, TARGETS, own_scene=False).mean).any()


def test_what_comes_after_enters_both_from_coarse_and_from_fine_fields(method):
    row = SAMPLES.select(SAMPLES.fine == MISSING).select(slice(-6, -5))
    before = method.predict_retrospective(FIELDS, row, TARGETS).mean
    coarse = FIELDS.coarse.copy()
    coarse[int(row.coarse[0]) + 1] += 0.1
    later = FIELDS.fine_time > row.time[0]
    assert later.any()
    for other in (replace(FIELDS, coarse=coarse), changed(FIELDS, np.flatnonzero(later)[:1])):
        assert (method.predict_retrospective(other, row, TARGETS).mean != before).any()
        np.testing.assert_array_equal(method.predict(other, row).mean, method.predict(FIELDS, row).mean)
    none = np.full_like(TARGETS, MISSING)
    first = method.predict_retrospective(FIELDS, row, none).mean
    second = method.predict_retrospective(changed(FIELDS, np.flatnonzero(later)), row, none).mean
    np.testing.assert_array_equal(first, second)


def test_training_knows_nothing_after_its_end(method):
    """But for the coarse field, whose averages of the last training dates reach over it."""
    later = SAMPLES.time[SAMPLES.split == TEST][0]
    other = FusionMethod(retrospective=True)
    other.fit(changed(FIELDS, np.flatnonzero(FIELDS.fine_time >= later)), SAMPLES)
    for name in ("seen_coefficients", "unseen_coefficients", "mean_coarse"):
        np.testing.assert_array_equal(
            getattr(other.retrospective_parameters, name), getattr(method.retrospective_parameters, name)
        )
    assert other.scene_update == method.scene_update


def test_the_own_scene_brings_the_truth_nearer():
    """Slow anomalies of 8 cells that no coarse field shows, and a product with noise of its own that it states."""
    rng = np.random.default_rng(4)
    fields = make_fields(n=80, shape=(48, 48), seed=4)
    truth = fields.coarse_at(slice(None)) + np.kron(rng.normal(0, 0.04, (80, 6, 6)), np.ones((8, 8)))
    index = np.searchsorted(fields.coarse_time, fields.fine_time)
    fine = np.where(np.isfinite(fields.fine), truth[index] + rng.normal(0, 0.02, fields.fine.shape), np.nan)
    noise = np.where(np.isfinite(fine), 0.02, np.nan).astype(np.float32)
    fields = replace(fields, fine=fine.astype(np.float32), fine_noise=noise)
    samples = make_samples(fields)
    method = FusionMethod(retrospective=True)
    method.fit(fields, samples)
    dates = samples.with_target(TEST)
    seen = np.isfinite(fields.fine[dates.fine])
    error = {}
    for own in (False, True):
        found = method.predict_retrospective(fields, dates, samples.fine, own_scene=own)
        difference = (found.mean - truth[dates.coarse])[seen]
        error[own] = np.sqrt(np.mean(difference**2))
        stated = np.sqrt(np.mean(found.standard_deviation[seen] ** 2))
        assert 0.9 * error[own] < stated < 1.7 * error[own]  # errors that both products share do not occur here
    product = 0.02
    assert error[True] < 0.6 * error[False] and error[True] < product


def test_later_dates_help_those_without_a_scene(method):
    """Against the fine field, with each left out: what comes after makes the estimate no worse, and mostly better."""
    causal = score(method.predict(FIELDS, DATES), FIELDS, DATES)[0]
    around = score(method.predict_retrospective(FIELDS, DATES, TARGETS, own_scene=False), FIELDS, DATES)[0]
    assert around < 1.02 * causal


def test_the_state_gives_the_same_maps(method):
    again = FusionMethod.load(method.save())
    ours, theirs = (m.predict_retrospective(FIELDS, DATES, TARGETS) for m in (method, again))
    np.testing.assert_array_equal(ours.mean, theirs.mean)
    np.testing.assert_array_equal(ours.standard_deviation, theirs.standard_deviation)
    np.testing.assert_array_equal(ours.quality, theirs.quality)
    assert again.retrospective


def test_a_method_that_was_not_prepared_for_it_says_so():
    causal = FusionMethod()
    with pytest.raises(DataError, match="'fusion' is not trained:"):
        causal.predict_retrospective(FIELDS, DATES, TARGETS)
    causal.fit(FIELDS, SAMPLES)
    with pytest.raises(DataError, match="is not trained for retrospective maps"):
        FusionMethod.load(causal.save()).predict_retrospective(FIELDS, DATES, TARGETS)
