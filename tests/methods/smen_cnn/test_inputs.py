"""Inputs of overpasses: by hand, without gaps, and without anything from the future."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from made_fields import make_fields, make_samples

from smen.data.climatology import Climatology
from smen.data.fill import residuals_of
from smen.data.records import MISSING, TRAIN
from smen.methods.smen_cnn.inputs import InputBuilder
from smen.methods.smen_cnn.normalisation import Normalisation


def builder_of(fields, samples, **options):
    training = samples.with_target(TRAIN)
    climatology = Climatology.of(residuals_of(fields)[training.fine])
    return InputBuilder(fields, samples, climatology, Normalisation(0.2, 0.05, 0.04), **options)


def same_inputs(first, second):
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


FIELDS = make_fields()
SAMPLES = make_samples(FIELDS)
BUILDER = builder_of(FIELDS, SAMPLES)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(SAMPLES) - 1), st.integers(0, 2**32 - 1))
def test_no_future_or_target_field_reaches_the_inputs(row, seed):
    t = SAMPLES.time[row]
    rng = np.random.default_rng(seed)
    fine, coarse = FIELDS.fine.copy(), FIELDS.coarse.copy()
    late = FIELDS.fine_ready >= t
    fine[late] = rng.uniform(0, 1, fine[late].shape)
    coarse[FIELDS.coarse_time > t] = rng.uniform(0, 1)
    changed = replace(BUILDER, fields=replace(FIELDS, fine=fine, coarse=coarse))
    assert same_inputs(changed.inputs(row), BUILDER.inputs(row))


def test_what_lies_before_does_reach_them():
    row = int(np.flatnonzero(SAMPLES.fine_history[:, 0] != MISSING)[-1])
    fine = FIELDS.fine.copy()
    fine[SAMPLES.fine_history[row, 3]] += 0.01
    changed = replace(BUILDER, fields=replace(FIELDS, fine=fine))
    assert not same_inputs(changed.inputs(row), BUILDER.inputs(row))


def test_a_training_date_does_not_hold_its_own_target(fields, samples):
    training = samples.with_target(TRAIN)
    row = 3
    fine = fields.fine.copy()
    fine[training.fine[row]] += 0.3
    # The climatology is made of all dates, the changed one included; what the row sees of it must not change.
    before = builder_of(fields, training)
    after = builder_of(replace(fields, fine=fine), training)
    prior = {"prior": before.climatology.prior, "prior_dates": before.climatology.prior_dates}
    after = replace(after, climatology=replace(after.climatology, **prior))
    assert not np.allclose(before.climatology.mean, after.climatology.mean)
    for a, b in zip(before.inputs(row, leave_out=True), after.inputs(row, leave_out=True), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-6)
    assert not same_inputs(before.inputs(row), after.inputs(row))


def test_nor_a_field_of_the_same_sentinel1_scene(fields, samples):
    training = samples.with_target(TRAIN)
    first, second = training.fine[2], training.fine[3]
    scenes = list(fields.fine_sentinel1)
    scenes[second] = scenes[first] | scenes[second]
    shared = builder_of(replace(fields, fine_sentinel1=tuple(scenes)), training)
    others = shared.climatology.without(shared.history.residuals(np.array([first, second])))
    climatology = shared.inputs(2, leave_out=True).climatology[0].numpy() * 0.04
    np.testing.assert_allclose(climatology, others.mean, atol=1e-7)


def test_by_hand_for_one_row(fields, samples):
    builder = builder_of(fields, samples)
    row = 9
    inputs = builder.inputs(row)
    newest = samples.fine_history[row, 0]
    observed = np.isfinite(fields.fine[newest])
    residual = fields.fine[newest] - fields.coarse_at(samples.fine_history_coarse[row, 0])
    expected = np.where(observed, residual, builder.climatology.mean)
    np.testing.assert_allclose(inputs.residual[0, 0].numpy() * 0.04, expected, atol=1e-7)
    np.testing.assert_array_equal(inputs.residual_valid[0, 0].numpy(), observed)
    np.testing.assert_allclose(inputs.coarse[0].numpy() * 0.05 + 0.2, fields.coarse_at(row), atol=1e-7)
    np.testing.assert_allclose(inputs.climatology[0].numpy() * 0.04, builder.climatology.mean, atol=1e-7)
    np.testing.assert_allclose(inputs.age[0].numpy(), samples.age[row])
    assert inputs.coarse_valid.all()


def test_the_target_is_the_fine_field_of_the_overpass(fields, samples):
    target = builder_of(fields, samples).target(8)  # a fine field at every second overpass
    np.testing.assert_array_equal(target, fields.fine[4:5])


@pytest.mark.parametrize("missing", ["climatology", "zero"])
def test_missing_residuals_are_filled_and_marked(fields, samples, missing):
    builder = builder_of(fields, samples, missing=missing)
    inputs = builder.inputs(0)  # the first overpass has no history
    assert not inputs.residual_valid.any() and not inputs.age.any()
    expected = builder.climatology.mean / np.float32(0.04) if missing == "climatology" else np.zeros((24, 36))
    np.testing.assert_allclose(inputs.residual[0], np.broadcast_to(expected, (4, 24, 36)), atol=1e-6)


def test_holes_of_the_coarse_field_are_filled_and_marked(fields, samples):
    coarse = fields.coarse.copy()
    coarse[9, 0, 0] = np.nan
    coarse[10] = np.nan
    builder = builder_of(replace(fields, coarse=coarse), samples)
    part = builder.inputs(9)
    hole = np.isnan(builder.fields.coarse_at(9))
    assert 0 < hole.sum() < hole.size
    np.testing.assert_array_equal(part.coarse_valid[0], ~hole)
    assert torch.isfinite(part.coarse).all()
    whole = builder.inputs(10)
    assert not whole.coarse_valid.any()
    assert not whole.coarse.any()  # the training dates' mean is zero when normalised


def test_types_and_shapes(fields, samples):
    inputs = builder_of(fields, samples).inputs(12)
    assert inputs.coarse.shape == inputs.climatology.shape == inputs.coarse_valid.shape == (1, 24, 36)
    assert inputs.residual.shape == inputs.residual_valid.shape == (1, 4, 24, 36) and inputs.age.shape == (1, 4)
    kinds = [tensor.dtype for tensor in inputs]
    assert kinds == [torch.float32, torch.bool, torch.float32, torch.bool, torch.float32, torch.float32]
