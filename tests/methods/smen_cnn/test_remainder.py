"""Departures in, remainders out: by hand, and without what a date is asked for."""

from dataclasses import replace

import numpy as np
import pytest

from smen.data.records import TRAIN
from smen.methods.baselines.mean_residual import MeanResidual
from smen.methods.interpolation import Bilinear
from smen.methods.smen_cnn.remainder import remainder_builder


@pytest.fixture(scope="module")
def dates(samples):
    return samples.with_target(TRAIN)


@pytest.fixture(scope="module")
def builder(fields, dates):
    return remainder_builder(fields, dates)


def test_the_base_is_the_smooth_mean_residual(fields, dates, builder):
    baseline = MeanResidual(interpolated=True)
    baseline.fit(fields, dates)
    expected = baseline.predict(fields, dates).mean
    for row in (0, 3):
        np.testing.assert_allclose(builder.base(row), expected[row], atol=1e-6)
        np.testing.assert_array_equal(builder.interpolated(row), Bilinear().predict(fields, dates).mean[row])


def test_base_and_target_add_up_to_the_fine_field(fields, dates, builder):
    for leave_out in (False, True):
        total = builder.base(2, leave_out=leave_out) + builder.target(2, leave_out=leave_out)[0].numpy()
        np.testing.assert_allclose(total, fields.fine[dates.fine[2]], atol=1e-6)


def test_a_dates_own_target_is_not_in_its_base(fields, dates, builder):
    fine = fields.fine.copy()
    fine[dates.fine[2]] += 0.2
    other = replace(builder, fields=replace(fields, fine=fine), climatology=remainder_builder(
        replace(fields, fine=fine), dates).climatology)  # fmt: skip
    prior = other.climatology.prior - builder.climatology.prior
    assert prior > 0
    kept = replace(other.climatology, prior=builder.climatology.prior, prior_dates=builder.climatology.prior_dates)
    np.testing.assert_allclose(
        replace(other, climatology=kept).base(2, leave_out=True), builder.base(2, leave_out=True), atol=1e-6
    )


def test_inputs_are_departures_in_units_of_the_remainder(fields, dates, builder):
    inputs = builder.inputs(5)
    left = np.concatenate([builder.target(row, leave_out=True).numpy() for row in range(len(dates))])
    assert builder.unit == pytest.approx(np.nanstd(left), rel=1e-5)
    missing = ~inputs.residual_valid.numpy()
    assert missing.any() and (inputs.residual.numpy()[missing] == 0).all()
    mean = Bilinear().predict(replace(fields, coarse=np.broadcast_to(builder.coarse_mean, fields.coarse.shape)), dates)
    departure = (builder.interpolated(5) - mean.mean[5]) / builder.unit
    np.testing.assert_allclose(inputs.coarse[0].numpy(), departure, atol=1e-4)
