"""A network fitted to a region: dates, statistics and refusals, whatever the network."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from made_batches import SMALL
from torch import nn

from smen.data.climatology import Climatology
from smen.data.fill import residuals_of
from smen.data.records import NONE, TEST, TRAIN, VALIDATION
from smen.errors import DataError
from smen.methods.smen_cnn.batches import gather
from smen.methods.smen_cnn.fit_network import fit_network
from smen.methods.smen_cnn.interface import Network
from smen.methods.smen_cnn.losses import rmse_loss
from smen.methods.smen_cnn.normalisation import Normalisation

QUICK = replace(SMALL, epochs=2)


class Sum(Network):
    """The coarse field plus weights times a random number and the mean residual."""

    def __init__(self):
        super().__init__(history=4)
        self.first = nn.Parameter(torch.randn(()))
        self.second = nn.Parameter(torch.zeros(()))

    def forward(self, inputs):
        return inputs.coarse + 0.001 * self.first + self.second * inputs.climatology


def own_inputs(builder, leave_out):
    return gather(builder, partial(builder.inputs, leave_out=leave_out))


def fit(fields, samples, recipe=QUICK, make_batch=own_inputs, **options):
    return fit_network(fields, samples, recipe, Sum, make_batch, **options)


def test_what_is_kept_of_the_region(fields, samples):
    fitted, epochs = fit(fields, samples)
    dates = samples.with_target(TRAIN, VALIDATION)
    assert len(epochs) == 2 and not fitted.network.training
    assert fitted.window == fields.window and fitted.coarse_grid == fields.coarse_grid and not fitted.simulated
    assert fitted.training_times.tolist() == samples.with_target(TRAIN).time.tolist()
    assert fitted.validation_times.tolist() == samples.with_target(VALIDATION).time.tolist()
    coarse = fields.coarse[dates.coarse]
    assert fitted.climate == (float(coarse.min()), float(coarse.max()))
    expected = Climatology.of(residuals_of(fields, dates.fine))
    np.testing.assert_array_equal(fitted.climatology.total, expected.total)
    assert not any(mask.any() for mask in fitted.surface.values())  # no flag is set


def test_statistics_while_training_are_those_of_the_training_dates(fields, samples):
    seen = []

    def spying(builder, leave_out):
        seen.append((len(builder.samples), leave_out, builder.climatology.count.max(), builder.normalisation))
        return own_inputs(builder, leave_out)

    fitted, _ = fit(fields, samples, make_batch=spying)
    training, validation = samples.with_target(TRAIN), samples.with_target(VALIDATION)
    assert [(n, leave_out) for n, leave_out, _, _ in seen] == [(len(training), True), (len(validation), False)]
    residuals = residuals_of(fields, training.fine)
    assert seen[0][2] == seen[1][2] == np.isfinite(residuals).sum(axis=0).max()
    expected = Normalisation.of(fields.coarse_at(training.coarse), residuals)
    assert seen[0][3] == seen[1][3] == fitted.normalisation == expected


def test_without_normalisation(fields, samples):
    assert fit(fields, samples, normalise=False)[0].normalisation == Normalisation()


def test_the_seed_decides_the_first_weights_and_torchs_own_is_left(fields, samples):
    torch.manual_seed(7)
    state = torch.random.get_rng_state()
    still = replace(QUICK, epochs=1, learning_rate=1e-12)
    first, again, other = (fit(fields, samples, replace(still, seed=seed))[0] for seed in (1, 1, 2))
    assert torch.equal(torch.random.get_rng_state(), state)
    assert first.network.first == again.network.first != other.network.first


def test_another_loss(fields, samples):
    levels = [fit(fields, samples, loss=loss)[1][0]["train"] for loss in (rmse_loss, lambda e, t, v: 0 * e.sum() + 0.5)]
    assert 0 < levels[0] < 0.2 and levels[1] == pytest.approx(0.5)


def test_without_validation_dates_all_epochs_are_run(fields, samples):
    only = samples.with_split(np.where(samples.split == VALIDATION, NONE, samples.split).astype(np.uint8))
    fitted, epochs = fit(fields, only, replace(QUICK, epochs=4, patience=1))
    assert len(epochs) == 4 and not len(fitted.validation_times)
    assert all(np.isnan(row["validation"]) for row in epochs)


def test_test_dates_are_not_looked_at(fields, samples):
    fine, coarse = fields.fine.copy(), fields.coarse.copy()
    later = samples.time[samples.split == TEST][0]
    fine[fields.fine_time >= later] = 0.9
    coarse[fields.coarse_time >= later] = 0.01
    first, rows = fit(fields, samples)
    second, rows_again = fit(replace(fields, fine=fine, coarse=coarse), samples)
    assert rows == rows_again and first.climate == second.climate
    assert first.network.second == second.network.second
    np.testing.assert_array_equal(first.climatology.total, second.climatology.total)


def test_without_a_training_date_it_is_refused(fields, samples):
    none = samples.with_split(np.full(len(samples), TEST, np.uint8))
    with pytest.raises(DataError, match="no half-orbit of the training period"):
        fit(fields, none)


def test_without_a_coarse_cell_it_is_refused(fields, samples):
    holed = replace(fields, coarse=np.full_like(fields.coarse, np.nan))
    with pytest.raises(DataError, match=r"half-orbits 0 have a coarse retrieval .*products\.quality: successful"):
        fit(holed, samples)
