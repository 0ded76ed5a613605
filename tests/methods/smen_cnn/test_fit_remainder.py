"""A network of the remainder: which dates it learns from, and maps that are the base where it has nothing to say."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from made_batches import SMALL

from smen.data.records import TEST, TRAIN, VALIDATION
from smen.errors import DataError
from smen.methods.baselines.mean_residual import MeanResidual
from smen.methods.smen_cnn.fit_remainder import fit_remainder
from smen.methods.smen_cnn.interface import Network
from smen.methods.smen_cnn.network_method import NetworkMethod


class Nothing(Network):
    """Its estimate is 0, whatever it learns."""

    def __init__(self):
        super().__init__(history=4)
        self.weight = torch.nn.Parameter(torch.zeros(()))

    def forward(self, inputs):
        return 0 * self.weight * inputs.coarse


def test_without_an_early_stop_validation_dates_are_learned_from(fields, samples):
    dates = samples.with_target(TRAIN, VALIDATION).time
    never, _ = fit_remainder(fields, samples, replace(SMALL, patience=None), Nothing)
    np.testing.assert_array_equal(never.training_times, dates)
    assert not len(never.validation_times)
    stopped, rows = fit_remainder(fields, samples, replace(SMALL, patience=2), Nothing)
    np.testing.assert_array_equal(stopped.training_times, samples.with_target(TRAIN).time)
    assert np.isfinite([row["validation"] for row in rows]).all()


def test_where_the_network_says_nothing_the_map_is_the_base(fields, samples):
    fitted, _ = fit_remainder(fields, samples, replace(SMALL, patience=None), Nothing)
    test = samples.with_target(TEST)
    baseline = MeanResidual(interpolated=True)
    baseline.fit(fields, samples)
    maps = NetworkMethod(training=SMALL, fitted=fitted).predict(fields, test).mean
    np.testing.assert_allclose(maps, baseline.predict(fields, test).mean, atol=1e-5)


def test_without_a_training_date_it_is_refused(fields, samples):
    none = samples.with_split(np.full(len(samples), TEST, np.uint8))
    with pytest.raises(DataError, match="no half-orbit of the training period"):
        fit_remainder(fields, none, SMALL, Nothing)
