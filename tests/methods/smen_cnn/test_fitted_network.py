"""Maps by a fitted network, and the fields that it can be used for."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from made_fields import make_fields

from smen.data.climatology import Climatology
from smen.data.fill import residuals_of
from smen.data.records import MISSING
from smen.errors import DataError
from smen.grid import M09
from smen.methods.smen_cnn.fitted_network import FittedNetwork, fitted_for
from smen.methods.smen_cnn.inputs import InputBuilder
from smen.methods.smen_cnn.interface import Network
from smen.methods.smen_cnn.normalisation import Normalisation


class Echo(Network):
    """Its estimate is the coarse field, one hundredth wetter."""

    def __init__(self):
        super().__init__(history=4)

    def forward(self, inputs):
        return inputs.coarse + 0.1


@pytest.fixture(scope="module")
def fitted(fields, samples):
    return FittedNetwork(
        window=fields.window,
        network=Echo(),
        normalisation=Normalisation(0.2, 0.1, 0.05),
        climatology=Climatology.of(residuals_of(fields)),
        climate=(0.1, 0.4),
        surface={},
        coarse_grid=fields.coarse_grid,
        training_times=samples.time[:3],
        validation_times=samples.time[3:4],
        simulated=False,
    )


def inputs_of(fitted, fields, samples):
    return InputBuilder(fields, samples, fitted.climatology, fitted.normalisation).inputs


def test_estimates_are_denormalised(fitted, fields, samples):
    maps = fitted.estimate(fields, samples, inputs_of(fitted, fields, samples), threads=1)
    assert maps.dtype == np.float32
    np.testing.assert_allclose(maps, fields.coarse_at(samples.coarse) + 0.1 * 0.1, atol=1e-6)


def test_what_finishes_a_map_sees_row_output_and_coarse_field(fitted, fields, samples):
    def coarse_again(row, estimate, coarse):
        seen.append(row)
        np.testing.assert_allclose(estimate - coarse, 0.01, atol=1e-6)
        return coarse

    inputs, seen = inputs_of(fitted, fields, samples), []
    maps = fitted.estimate(fields, samples, inputs, threads=1, finish=coarse_again)
    np.testing.assert_array_equal(maps, fields.coarse_at(samples.coarse))
    assert seen == list(range(len(samples)))


def test_without_a_coarse_field_there_is_no_map(fitted, fields, samples):
    coarse = fields.coarse.copy()
    coarse[2] = np.nan
    holed = replace(fields, coarse=coarse)
    rows = samples.select(slice(0, 5))
    rows = replace(rows, coarse=np.where(np.arange(5) == 3, MISSING, rows.coarse))
    asked = []

    def inputs(row):
        asked.append(row)
        return inputs_of(fitted, holed, rows)(row)

    maps = fitted.estimate(holed, rows, inputs, threads=1)
    assert asked == [0, 1, 4]
    assert np.isnan(maps[[2, 3]]).all() and np.isfinite(maps[[0, 1, 4]]).all()


def test_large_holes_stay_and_small_ones_are_mapped(fitted, samples):
    fields = make_fields(shape=(24, 96))
    fitted = replace(fitted, window=fields.window, climatology=Climatology.of(residuals_of(fields)))
    coarse = fields.coarse.copy()
    coarse[0, :, 3:] = np.nan
    holed = replace(fields, coarse=coarse)
    rows = samples.select(slice(0, 1))
    (estimate,) = fitted.estimate(holed, rows, inputs_of(fitted, holed, rows), threads=1)
    edge = int(np.flatnonzero(np.isnan(holed.coarse_at(0)[0]))[0])
    assert np.isfinite(estimate[:, : edge + 12]).all()  # within one coarse cell of a valid one
    assert np.isnan(estimate[:, edge + 12 :]).all()


def test_no_overpass_is_no_map(fitted, fields, samples):
    none = samples.select(slice(0, 0))
    assert fitted.estimate(fields, none, inputs_of(fitted, fields, none), threads=1).shape == (0, 24, 36)


def test_threads_are_as_before_afterwards(fitted, fields, samples):
    before, seen = torch.get_num_threads(), []

    def inputs(row):
        seen.append(torch.get_num_threads())
        return inputs_of(fitted, fields, samples)(row)

    fitted.estimate(fields, samples.select(slice(0, 2)), inputs, threads=3)
    assert seen == [3, 3] and torch.get_num_threads() == before


def test_it_is_used_for_its_own_region(fitted, fields):
    assert fitted_for(fitted, "smen", fields) is fitted


def test_other_fields_are_refused(fitted, fields):
    with pytest.raises(DataError, match=r"'smen' was trained for Window\(row=1021.*lie on Window\(row=1022"):
        fitted_for(fitted, "smen", make_fields(origin=(1022, 2650)))
    with pytest.raises(DataError, match=r"coarse cells of M36, .* with those of M09: train it for this region"):
        fitted_for(fitted, "smen", make_fields(grid=M09))


def test_before_the_fit_it_is_refused(fields):
    with pytest.raises(DataError, match="the method 'lstm' is not fitted: fit it on the training dates"):
        fitted_for(None, "lstm", fields)
