"""What is learnt of the second tier, against the world that was made; and that it loses nothing where it is noise."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from made_fields import make_fields
from made_tiers import MODEL, RAIN, RAIN_BIAS, STATIC_BIAS, STATIC_NOISE, make_tiers

from smen.data.coarse_tiers import Cause
from smen.methods.fusion.completion_fit import fit_completion

LAST = 180
"""Overpasses after this one are not trained on."""


@cache
def world():
    fields, truth = make_tiers()
    no_bias = np.zeros(truth.shape[1:])
    return fields, truth, no_bias, fit_completion(fields, no_bias, fields.coarse_time[LAST])


def error_of(fields, completion, where):
    """Root mean square error after the training, at some cells."""
    _, truth, no_bias, _ = world()
    errors = completion.complete(fields, no_bias).cells - truth
    return np.sqrt(np.mean(errors[LAST + 1 :][where[LAST + 1 :]] ** 2))


def test_bias_and_noise_of_what_lasts():
    fields, _, _, completion = world()
    static = np.zeros(fields.coarse.shape[1:], bool)
    static[:, 0] = True
    # What differs from the neighbours is bias or truth: together they are what was put in.
    total = (completion.mean + completion.errors.bias[Cause.SURFACE])[static]
    assert total.mean() == pytest.approx(completion.mean[:, 1:].mean() + STATIC_BIAS, abs=0.02)
    deviation = np.sqrt(completion.errors.noise + completion.errors.shared)
    assert STATIC_NOISE * 0.7 < deviation[Cause.SURFACE] < STATIC_NOISE * 2.5


def test_rain_makes_cells_wetter_and_their_retrievals_more_so():
    _, _, _, completion = world()
    assert completion.shift[Cause.RAIN] == pytest.approx(RAIN, rel=0.35)
    assert completion.errors.bias[Cause.RAIN, :, 1:].mean() == pytest.approx(RAIN_BIAS, abs=0.02)
    assert completion.shift[Cause.SURFACE] == completion.shift[Cause.FROST] == 0


def test_completed_cells_are_better_than_the_last_value_and_than_neighbours_alone():
    fields, truth, _, completion = world()
    missing = np.isnan(fields.coarse)
    rain = missing & (fields.coarse_flag == 16)
    last = np.array([truth[t - 1] for t in range(len(truth))])
    carried = np.sqrt(np.mean((last - truth)[LAST + 1 :][rain[LAST + 1 :]] ** 2))
    alone = replace(fields, coarse_not_recommended=None)
    both, neighbours = error_of(fields, completion, rain), error_of(alone, completion, rain)
    assert both < 0.8 * neighbours and neighbours < 0.8 * carried
    static = missing & (fields.coarse_flag == 1 << 10)
    assert error_of(fields, completion, static) < error_of(alone, completion, static)


def test_stated_variances_are_those_of_the_errors():
    fields, truth, no_bias, completion = world()
    done = completion.complete(fields, no_bias)
    rain = np.isnan(fields.coarse) & (fields.coarse_flag == 16)
    rain[: LAST + 1] = False
    ratio = np.mean((done.cells - truth)[rain] ** 2) / np.mean(done.unknown[rain] * completion.model.variance)
    assert 0.3 < ratio < 1.5
    known = np.isfinite(fields.coarse)
    assert (done.unknown[known] == 0).all() and (done.unknown[~known] > 0).all()
    np.testing.assert_array_equal(done.cells[known], fields.coarse[known])


def test_a_worthless_second_tier_loses_nothing():
    fields, _, no_bias, completion = world()
    values = fields.coarse_not_recommended
    noise = np.random.default_rng(0).uniform(0.02, 0.5, values.shape).astype(np.float32)
    spoilt = replace(fields, coarse_not_recommended=np.where(np.isfinite(values), noise, np.float32(np.nan)))
    without = replace(fields, coarse_not_recommended=None)
    learnt, alone = (fit_completion(f, no_bias, fields.coarse_time[LAST]) for f in (spoilt, without))
    for flag in (16, 1 << 10):
        where = np.isnan(fields.coarse) & (fields.coarse_flag == flag)
        assert error_of(spoilt, learnt, where) < 1.1 * error_of(without, alone, where)
    assert not learnt.errors.used.any() and completion.errors.used[[Cause.SURFACE, Cause.RAIN]].all()
    np.testing.assert_array_equal(learnt.complete(spoilt, no_bias).second, False)


def test_nothing_after_the_training_is_learnt_from():
    fields, _, no_bias, completion = world()
    later = np.arange(len(fields.coarse))[:, None, None] > LAST
    changed = replace(
        fields,
        coarse=np.where(later, np.float32(0.4), fields.coarse),
        coarse_not_recommended=np.where(later, np.float32(np.nan), fields.coarse_not_recommended),
    )
    again = fit_completion(changed, no_bias, fields.coarse_time[LAST])
    np.testing.assert_array_equal(again.mean, completion.mean)
    np.testing.assert_array_equal(again.errors.bias, completion.errors.bias)
    assert again.model == completion.model


def test_nothing_after_an_overpass_completes_it():
    fields, _, no_bias, completion = world()
    later = np.arange(len(fields.coarse))[:, None, None] > 100
    changed = replace(fields, coarse=np.where(later, np.float32(np.nan), fields.coarse))
    done, again = (completion.complete(f, no_bias).cells[:101] for f in (fields, changed))
    np.testing.assert_array_equal(done, again)


def test_the_time_constant_is_of_the_order_of_the_true_one():
    _, _, _, completion = world()
    assert 0.5 * MODEL.days <= completion.model.days <= 2 * MODEL.days


@pytest.mark.parametrize("n", [20, 50])
def test_too_few_overpasses_are_not_learnt_from(n):
    fields = make_fields(n=n)
    assert fit_completion(fields, np.zeros(fields.coarse.shape[1:]), fields.coarse_time[-1]) is None


def test_fields_without_an_overpass_are_completed_to_none():
    fields, _, no_bias, completion = world()
    none = slice(0, 0)
    stacks = ("coarse", "coarse_time", "coarse_descending", "coarse_flag", "coarse_not_recommended")
    empty = replace(fields, **{name: getattr(fields, name)[none] for name in stacks})
    assert completion.complete(empty, no_bias).cells.shape == (0, *no_bias.shape)


def test_a_world_that_never_changes_is_completed_by_itself():
    fields, _, no_bias, _ = world()
    tiers = {}
    for name in ("coarse", "coarse_not_recommended"):
        values = getattr(fields, name)
        tiers[name] = np.where(np.isfinite(values), np.float32(0.2), values)
    constant = replace(fields, **tiers)
    completion = fit_completion(constant, no_bias, fields.coarse_time[LAST])
    np.testing.assert_allclose(completion.complete(constant, no_bias).cells, 0.2, atol=1e-3)
