"""Soil moisture as numbers near one, and back."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from made_batches import batch

from smen.methods.smen_cnn.normalisation import LEAST_STD, Normalisation, denormalised


def test_by_hand():
    coarse = np.array([[0.1, 0.3, np.nan], [0.2, 0.2, np.nan]], np.float32)  # mean .2, squares .01 + .01 over 4
    residuals = np.array([-0.03, 0.01, np.nan, 0.05], np.float32)  # mean .01, squares .0016 + 0 + .0016 over 3
    normalisation = Normalisation.of(coarse, residuals)
    assert normalisation.coarse_mean == pytest.approx(0.2)
    assert normalisation.coarse_std == pytest.approx(0.005**0.5)
    assert normalisation.residual_std == pytest.approx((0.0032 / 3) ** 0.5)


def test_fields_that_do_not_vary_are_not_blown_up():
    normalisation = Normalisation.of(np.full((2, 3), 0.25, np.float32), np.zeros(4, np.float32))
    assert normalisation == Normalisation(0.25, LEAST_STD, LEAST_STD)


@given(mean=st.floats(0.05, 0.5), std=st.floats(0.01, 0.1), seed=st.integers(0, 1000))
def test_normalised_fields_have_mean_zero_and_deviation_one(mean, std, seed):
    coarse = np.random.default_rng(seed).normal(mean, std, (5, 6, 7)).astype(np.float32)
    normalisation = Normalisation.of(coarse, coarse)
    normalised = (coarse.astype(np.float64) - normalisation.coarse_mean) / normalisation.coarse_std
    assert normalised.mean() == pytest.approx(0, abs=1e-5)
    assert normalised.std() == pytest.approx(1, abs=1e-5)


def test_without_arguments_nothing_changes():
    inputs = batch(n=2).inputs
    assert torch.equal(denormalised(lambda i: i.coarse, Normalisation(), inputs), inputs.coarse)


def test_estimates_are_in_the_units_of_the_coarse_field_and_float32():
    inputs = batch(n=2).inputs
    estimate = denormalised(lambda i: i.coarse.to(torch.bfloat16), Normalisation(0.3, 0.1, 7.0), inputs)
    assert estimate.dtype == torch.float32
    torch.testing.assert_close(estimate, 0.3 + 0.1 * inputs.coarse.bfloat16().float())
