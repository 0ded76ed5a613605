"""Errors of dates and cells held out: who is asked what, with networks that note what they saw."""

import numpy as np
import pytest

from smen.data.records import TRAIN, VALIDATION, Prediction
from smen.methods.smen_cnn.fold_errors import fold_errors
from smen.methods.smen_cnn.map_classes import MapClass
from smen.methods.smen_cnn.network_method import NetworkMethod
from smen.methods.smen_cnn.recipe import TrainingRecipe

RECIPE = TrainingRecipe(epochs=1, threads=1, precision="float32", device="cpu", patience=None)


@pytest.fixture(scope="module")
def calibrated(fields, samples):
    method = NetworkMethod(training=RECIPE)
    method.fit(fields, samples)
    return method


def test_no_date_is_judged_by_a_network_that_saw_it(fields, samples):
    method, seen = NetworkMethod(training=RECIPE, calibration_folds=0), []

    def fit(fields, part):
        learned = part.with_target(TRAIN)
        seen.append(learned)
        method.fit(fields, part)
        return method.fitted

    def predict(fitted, fields, part):
        method.fitted = fitted
        assert not np.isin(part.time, seen[-1].time).any()
        return method.predict(fields, part)

    errors = fold_errors(fit, predict, fields, samples, 3, seed=0)
    dates = samples.with_target(TRAIN, VALIDATION)
    assert len(seen) == 3 and sum(len(dates) - len(part) for part in seen) == len(dates)
    assert list(errors.ubrmse) == [str(time) for time in dates.time]
    assert len(errors.records) == 2 * len(dates)


def test_the_score_is_that_of_the_estimate(fields, samples):
    """With an estimate that is 0 everywhere, each date's ubRMSE is the standard deviation of its field."""
    dates = samples.with_target(TRAIN, VALIDATION)

    def fit(fields, part):
        network = NetworkMethod(training=RECIPE, calibration_folds=0)
        network.fit(fields, part)
        return network.fitted

    def predict(fitted, fields, part):
        return Prediction(np.zeros((len(part), *fields.window.shape), np.float32))

    errors = fold_errors(fit, predict, fields, samples, 2, seed=0)
    expected = [np.nanstd(fields.fine[index].astype(np.float64)) for index in dates.fine]
    np.testing.assert_allclose(list(errors.ubrmse.values()), expected, rtol=1e-5)
    blocks = [r for r in errors.records if (r.classes == MapClass.UNSEEN)[np.isfinite(r.errors)].any()]
    assert blocks
    for record in blocks:
        counted = np.isfinite(record.errors)
        recorded = record.classes[counted]
        assert (recorded == MapClass.UNSEEN).mean() > 0.5


def test_unseen_cells_have_a_deviation_of_their_own(calibrated):
    deviation = calibrated.fitted.deviation
    fields = [float(deviation.field(np.full(deviation.scale.shape, code, np.uint8)).mean()) for code in MapClass]
    assert fields[MapClass.UNSEEN] > fields[MapClass.SEEN] > 0


def test_scores_held_out_are_those_of_training_and_validation_dates(samples, calibrated):
    expected = {str(time) for time in samples.with_target(TRAIN, VALIDATION).time}
    assert set(calibrated.fitted.held_out) == expected
