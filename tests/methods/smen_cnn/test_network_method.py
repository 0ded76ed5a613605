from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from made_fields import make_fields, make_samples

from smen.data.climatology import Climatology
from smen.data.fill import residuals_of
from smen.data.quality import QualityCode
from smen.data.records import MISSING, TEST, TRAIN, VALIDATION
from smen.errors import DataError
from smen.methods.interpolation import Bilinear, NearestNeighbour
from smen.methods.smen_cnn.batches import gather
from smen.methods.smen_cnn.inputs import InputBuilder
from smen.methods.smen_cnn.network_method import NetworkMethod
from smen.methods.smen_cnn.normalisation import Normalisation
from smen.methods.smen_cnn.recipe import TrainingRecipe

QUICK = TrainingRecipe(epochs=8, threads=1, precision="float32", device="cpu")


@pytest.fixture(scope="module")
def method(fields, samples):
    method = NetworkMethod(training=QUICK)
    method.fit(fields, samples)
    return method


def builder_of(fields, samples):
    known = samples.with_target(TRAIN)
    climatology = Climatology.of(residuals_of(fields)[known.fine])
    return InputBuilder(fields, samples, climatology, Normalisation(0.2, 0.05, 0.04))


def same_inputs(a, b):
    return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


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


def test_training_does_not_show_a_date_its_own_target(fields, samples):
    learning = samples.with_target(TRAIN)
    row = 3
    fine = fields.fine.copy()
    fine[learning.fine[row]] += 0.3
    # The climatology is made of all dates, the changed one included; what the row sees of it must not change.
    before = builder_of(fields, learning)
    after = builder_of(replace(fields, fine=fine), learning)
    prior = {"prior": before.climatology.prior, "prior_dates": before.climatology.prior_dates}
    after = replace(after, climatology=replace(after.climatology, **prior))
    assert not np.allclose(before.climatology.mean, after.climatology.mean)
    a, b = before.inputs(row, leave_out=True), after.inputs(row, leave_out=True)
    for x, y in zip(a, b, strict=True):
        torch.testing.assert_close(x, y, rtol=0, atol=1e-6)
    assert not same_inputs(before.inputs(row), after.inputs(row))


def test_nor_a_field_of_the_same_sentinel1_scene(fields, samples):
    learning = samples.with_target(TRAIN)
    first, second = learning.fine[2], learning.fine[3]
    scenes = list(fields.fine_sentinel1)
    scenes[second] = scenes[first] | scenes[second]
    shared = builder_of(replace(fields, fine_sentinel1=tuple(scenes)), learning)
    left = shared.climatology.without(shared.history.residuals(np.array([first, second])))
    np.testing.assert_allclose(shared.inputs(2, leave_out=True).climatology[0].numpy() * 0.04, left.mean, atol=1e-7)


def test_by_hand_for_one_row(fields, samples):
    builder = builder_of(fields, samples)
    row = 9
    inputs = builder.inputs(row)
    newest = samples.fine_history[row, 0]
    observed = np.isfinite(fields.fine[newest])
    expected = np.where(
        observed, fields.fine[newest] - fields.coarse_at(samples.fine_history_coarse[row, 0]), builder.climatology.mean
    )
    np.testing.assert_allclose(inputs.residual[0, 0].numpy() * 0.04, expected, atol=1e-7)
    np.testing.assert_array_equal(inputs.residual_valid[0, 0].numpy(), observed)
    np.testing.assert_allclose(inputs.coarse[0].numpy() * 0.05 + 0.2, fields.coarse_at(row), atol=1e-7)
    np.testing.assert_allclose(inputs.age[0].numpy(), samples.age[row])
    assert torch.equal(builder.target(8).isnan()[0], torch.from_numpy(~np.isfinite(fields.fine[4])))


def test_gather_takes_rows_with_a_target(fields, samples):
    learning = samples.with_target(TRAIN)
    batch = gather(builder_of(fields, learning), builder_of(fields, learning).inputs)
    assert len(batch) == len(learning) == len(batch.inputs.coarse)


def ubrmse_and_bias(estimate, fields, samples):
    error = estimate - fields.fine[samples.fine]
    return np.nanstd(error, axis=(1, 2)).mean(), np.nanmean(error)


def test_better_than_the_coarse_field_and_at_its_level(fields, samples, method):
    test = samples.with_target(TEST)
    ours, level = ubrmse_and_bias(method.predict(fields, test).mean, fields, test)
    for baseline in (NearestNeighbour(), Bilinear()):
        assert ours < 0.8 * ubrmse_and_bias(baseline.predict(fields, test).mean, fields, test)[0]
    assert abs(level) < 0.01


def test_a_map_for_every_overpass(fields, samples, method):
    prediction = method.predict(fields, samples)
    assert samples.fine_history[0, 0] == MISSING  # the first date ever
    assert np.isfinite(prediction.mean).all() and prediction.mean.dtype == np.float32
    assert (prediction.mean >= 0).all()
    assert prediction.quality.dtype == np.uint8
    assert (prediction.quality[0] != QualityCode.OBSERVED_HISTORY).all()
    assert (prediction.quality == QualityCode.OBSERVED_HISTORY).any(axis=(1, 2))[8:].all()


def test_partial_history_and_none(fields, samples, method):
    row = samples.select(slice(20, 21))
    history = row.fine_history.copy()
    for k in range(3, -1, -1):
        history[0, k] = MISSING
        assert np.isfinite(method.predict(fields, replace(row, fine_history=history.copy())).mean).all()


def test_holes_of_the_coarse_field():
    fields = make_fields(n=30, shape=(36, 96))
    coarse = fields.coarse.copy()
    coarse[5, 1, 1] = np.nan  # rows 11 to 22, columns 2 to 13
    coarse[6, :, 3:] = np.nan  # from column 26
    coarse[7] = np.nan
    fields = replace(fields, coarse=coarse)
    samples = make_samples(fields)
    method = NetworkMethod(training=replace(QUICK, epochs=1))
    method.fit(fields, samples)
    prediction = method.predict(fields, samples)
    assert np.isfinite(prediction.mean[5]).all()
    assert (prediction.quality[5, 11:23, 2:14] == QualityCode.FILLED).all()
    assert np.isfinite(prediction.mean[6, :, :38]).all() and np.isnan(prediction.mean[6, :, 38:]).all()
    assert (prediction.quality[6, :, 38:] == QualityCode.NODATA).all()
    assert np.isnan(prediction.mean[7]).all()


def test_a_map_does_not_depend_on_the_others(fields, samples, method):
    whole = method.predict(fields, samples)
    alone = method.predict(fields, samples.select(slice(17, 18)))
    np.testing.assert_array_equal(alone.mean[0], whole.mean[17])


def test_fitting_looks_at_no_test_date(fields, samples, method):
    fine, coarse = fields.fine.copy(), fields.coarse.copy()
    later = samples.time[samples.split == TEST][0]
    fine[fields.fine_time >= later] = 0.9
    coarse[fields.coarse_time >= later] = 0.01
    other = NetworkMethod(training=QUICK)
    other.fit(replace(fields, fine=fine, coarse=coarse), samples)
    for name, value in method.fitted.network.state_dict().items():
        assert torch.equal(value, other.fitted.network.state_dict()[name]), name
    np.testing.assert_array_equal(method.fitted.climatology.total, other.fitted.climatology.total)
    assert method.fitted.climate == other.fitted.climate


def test_what_it_remembers(fields, samples, method):
    assert method.fitted.training_times.tolist() == samples.with_target(TRAIN).time.tolist()
    assert method.fitted.validation_times.tolist() == samples.with_target(VALIDATION).time.tolist()
    assert (
        method.fitted.climatology.count.sum()
        == np.isfinite(residuals_of(fields)[samples.with_target(TRAIN, VALIDATION).fine]).sum()
    )


def test_without_the_anchor_the_level_is_the_networks(fields, samples, method):
    raw = replace(method, level_matched=False).predict(fields, samples).mean
    shift = method.predict(fields, samples).mean - raw
    spread = shift.max(axis=(1, 2)) - shift.min(axis=(1, 2))
    assert (spread < 1e-5).all() and (np.abs(shift).max() > 1e-4)


def test_errors(fields, samples, method):
    with pytest.raises(DataError, match="not fitted"):
        NetworkMethod().predict(fields, samples)
    with pytest.raises(DataError, match="no half-orbit of the training period"):
        NetworkMethod(training=QUICK).fit(fields, samples.with_split(np.zeros(len(samples), np.uint8)))
    elsewhere = make_fields(origin=(1022, 2650))
    with pytest.raises(DataError, match="train it for this region"):
        method.predict(elsewhere, samples)
    with pytest.raises(DataError, match="2 earlier fields and the network takes 4"):
        NetworkMethod(training=QUICK).fit(fields, make_samples(fields, fine_history=2))


def test_a_region_without_validation_dates(fields, samples):
    only = samples.with_split(np.where(samples.split == VALIDATION, 0, samples.split).astype(np.uint8))
    method = NetworkMethod(training=replace(QUICK, epochs=2))
    method.fit(fields, only)
    assert len(method.epochs) == 2 and np.isfinite(method.predict(fields, only).mean).all()
