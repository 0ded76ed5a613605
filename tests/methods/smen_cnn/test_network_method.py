"""The paper's network as a method: maps, quality codes, what it remembers, and what it refuses."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from made_fields import make_fields, make_samples

from smen.data.quality import QualityCode
from smen.data.records import MISSING, TEST, TRAIN, VALIDATION
from smen.errors import DataError, SettingsError
from smen.methods.interpolation import Bilinear, NearestNeighbour
from smen.methods.smen_cnn.network_method import NetworkMethod
from smen.methods.smen_cnn.recipe import TrainingRecipe

QUICK = TrainingRecipe(epochs=8, threads=1, precision="float32", device="cpu")


@pytest.fixture(scope="module")
def method(fields, samples):
    method = NetworkMethod(training=QUICK)
    method.fit(fields, samples)
    return method


def ubrmse_and_bias(estimate, fields, samples):
    error = estimate - fields.fine[samples.fine]
    return np.nanstd(error, axis=(1, 2)).mean(), np.nanmean(error)


def test_better_than_the_coarse_field_and_at_its_level(fields, samples, method):
    test = samples.with_target(TEST)
    ubrmse, bias = ubrmse_and_bias(method.predict(fields, test).mean, fields, test)
    for baseline in (NearestNeighbour(), Bilinear()):
        assert ubrmse < 0.8 * ubrmse_and_bias(baseline.predict(fields, test).mean, fields, test)[0]
    assert abs(bias) < 0.01


def test_a_map_for_every_overpass(fields, samples, method):
    prediction = method.predict(fields, samples)
    assert samples.fine_history[0, 0] == MISSING  # the first date ever
    assert np.isfinite(prediction.mean).all() and prediction.mean.dtype == np.float32
    assert (prediction.mean >= 0).all()
    assert prediction.quality.dtype == np.uint8 and (prediction.standard_deviation > 0).all()
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
    # The window begins in row 1 and column 10 of a coarse cell: column 3 of the cells begins at column 26.
    coarse[5, 1, 1] = np.nan
    coarse[6, :, 3:] = np.nan
    coarse[7] = np.nan
    fields = replace(fields, coarse=coarse)
    samples = make_samples(fields)
    method = NetworkMethod(training=replace(QUICK, epochs=1))
    method.fit(fields, samples)
    prediction = method.predict(fields, samples)
    hole = np.isnan(fields.coarse_at(5))
    assert np.isfinite(prediction.mean[5]).all()
    assert (prediction.quality[5][hole] == QualityCode.FILLED).all()
    assert np.isfinite(prediction.mean[6, :, :38]).all() and np.isnan(prediction.mean[6, :, 38:]).all()
    assert (prediction.quality[6, :, 38:] == QualityCode.NODATA).all()
    assert np.isnan(prediction.mean[7]).all()


def test_cells_of_water_have_no_value(fields, samples, method):
    water = np.zeros(fields.window.shape, bool)
    water[3:5, 7] = True
    wet = replace(method, fitted=replace(method.fitted, surface={**method.fitted.surface, QualityCode.WATER: water}))
    row = samples.select(slice(20, 21))
    prediction = wet.predict(fields, row)
    np.testing.assert_array_equal(np.isnan(prediction.mean[0]), water)
    assert (prediction.quality[0][water] == QualityCode.WATER).all()
    np.testing.assert_array_equal(prediction.mean[0][~water], method.predict(fields, row).mean[0][~water])
    assert wet.surface(fields)[QualityCode.WATER] is water


def test_a_map_does_not_depend_on_the_others(fields, samples, method):
    whole = method.predict(fields, samples)
    alone = method.predict(fields, samples.select(slice(17, 18)))
    np.testing.assert_array_equal(alone.mean[0], whole.mean[17])
    np.testing.assert_array_equal(alone.quality[0], whole.quality[17])


def test_fitting_looks_at_no_test_date(fields, samples, method):
    fine, coarse = fields.fine.copy(), fields.coarse.copy()
    later = samples.time[samples.split == TEST][0]
    fine[fields.fine_time >= later] = 0.9
    coarse[fields.coarse_time >= later] = 0.01
    other = NetworkMethod(training=QUICK)
    other.fit(replace(fields, fine=fine, coarse=coarse), samples)
    for name, value in method.fitted.network.state_dict().items():
        assert torch.equal(value, other.fitted.network.state_dict()[name]), name


def test_without_level_matching_the_level_is_the_networks(fields, samples, method):
    raw = replace(method, level_matched=False).predict(fields, samples).mean
    shift = method.predict(fields, samples).mean - raw
    ranges = shift.max(axis=(1, 2)) - shift.min(axis=(1, 2))
    assert (ranges < 1e-5).all() and (np.abs(shift).max() > 1e-4)


def test_matched_maps_are_not_negative(fields, samples, method):
    coarse = (fields.coarse - fields.coarse.min()) * 0.02  # nearly dry: the pattern's depth exceeds the level
    dry = replace(fields, coarse=coarse.astype(np.float32))
    row = samples.select(slice(20, 21))
    matched, raw = (each.predict(dry, row).mean for each in (method, replace(method, level_matched=False)))
    wet = matched > 0
    shift = (matched - raw)[wet]
    assert wet.any() and (~wet).any() and (matched[~wet] == 0).all()
    assert np.ptp(shift) < 1e-6 and (raw[~wet] + shift.mean() < 1e-6).all()


def test_options_reach_the_network(fields, samples):
    spatial = NetworkMethod(training=replace(QUICK, epochs=1), options={"streams": "spatial"})
    spatial.fit(fields, samples)
    assert spatial.fitted.network.weights == 609
    with pytest.raises(SettingsError, match="is not one of"):
        NetworkMethod(training=QUICK, options={"streams": "none"}).fit(fields, samples)


def test_the_label_names_it():
    assert NetworkMethod().name == "smen" and NetworkMethod(label="without level").name == "without level"


def test_from_settings():
    settings = {
        "epochs": 5, "batch_size": 3, "learning_rate": 0.01, "schedule": "constant", "patience": None,
        "augment_flips": True, "seed": 7, "threads": 2, "precision": "float32", "device": "cpu",
        "missing_residual": "zero", "learns": "field", "calibration_folds": 2,
    }  # fmt: skip
    method = NetworkMethod.from_settings(4, settings)
    expected = TrainingRecipe(
        epochs=5, batch=3, learning_rate=0.01, schedule="constant", patience=None, augment_flips=True, seed=7,
        threads=2, precision="float32", device="cpu",
    )  # fmt: skip
    assert method.training == expected and method.missing == "zero" and method.learns == "field" and method.history == 4
    assert settings["batch_size"] == 3  # what was passed is left as it was


def test_the_recipe_is_recorded_without_auto(fields, samples):
    method = NetworkMethod(training=TrainingRecipe(epochs=1, threads=1, device="cpu"))
    method.fit(fields, samples)
    assert method.training.precision in ("float32", "bfloat16") and method.training.kernels in ("plain", "fused")


def test_a_state_restores_the_method(fields, samples, method):
    state = method.save()
    again = NetworkMethod.load(state, fields.window)
    ours, restored = method.predict(fields, samples), again.predict(fields, samples)
    np.testing.assert_array_equal(ours.mean, restored.mean)
    np.testing.assert_array_equal(ours.quality, restored.quality)
    np.testing.assert_array_equal(ours.standard_deviation, restored.standard_deviation)
    assert again.fitted.held_out == method.fitted.held_out and len(again.fitted.held_out) > 8
    assert (again.training, again.epochs, again.name) == (method.training, method.epochs, method.name)
    with pytest.raises(DataError, match=r"trained for Window.*, not for Window"):
        NetworkMethod.load(state, make_fields(origin=(1000, 2650)).window)


def test_the_summary_is_of_the_best_epoch(method):
    summary = method.training_summary()
    best = min(method.epochs, key=lambda row: row["validation"])
    assert (summary.train, summary.validation, summary.best_epoch) == (best["train"], best["validation"], best["epoch"])


def test_before_the_fit(fields, samples):
    with pytest.raises(DataError, match="not fitted"):
        NetworkMethod().predict(fields, samples)
    with pytest.raises(DataError, match="not fitted"):
        NetworkMethod().surface(fields)
    with pytest.raises(DataError, match="no history of a training"):
        NetworkMethod().training_summary()
    with pytest.raises(DataError, match="nothing to save"):
        NetworkMethod().save()


def test_what_it_cannot_be_fitted_on(fields, samples):
    with pytest.raises(DataError, match="no half-orbit of the training period"):
        NetworkMethod(training=QUICK).fit(fields, samples.with_split(np.zeros(len(samples), np.uint8)))
    with pytest.raises(DataError, match="2 earlier fields and the network takes 4"):
        NetworkMethod(training=QUICK).fit(fields, make_samples(fields, fine_history=2))
    with pytest.raises(DataError, match="its own region alone"):
        NetworkMethod(training=QUICK).fit(fields, samples, [(fields, samples)])


def test_what_it_cannot_map(fields, samples, method):
    with pytest.raises(DataError, match="train it for this region"):
        method.predict(make_fields(origin=(1022, 2650)), samples)
    with pytest.raises(DataError, match="2 earlier fields and the network takes 4"):
        method.predict(fields, make_samples(fields, fine_history=2))


def test_a_region_without_validation_dates(fields, samples):
    only = samples.with_split(np.where(samples.split == VALIDATION, 0, samples.split).astype(np.uint8))
    method = NetworkMethod(training=replace(QUICK, epochs=2))
    method.fit(fields, only)
    assert len(method.epochs) == 2 and np.isfinite(method.predict(fields, only).mean).all()
    assert len(method.fitted.training_times) == len(only.with_target(TRAIN))


def test_how_the_errors_go_together_is_not_known(fields, method):
    assert method.error_correlation(fields) is None
