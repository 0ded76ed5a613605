"""The losses against numpy, and their gradients."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from smen.methods.smen_cnn.losses import rmse_loss, ubrmse_loss

# Two images of 2 x 3. First: four valid cells with errors .1, .2, .3, .6; second: two with errors .2 and .4.
TARGET = torch.tensor([[[0.2, 0.1, float("nan")], [0.3, 0.1, float("nan")]], [[0.1, 0.1, 0.2], [0.3, 0.3, 0.3]]])
ERROR = torch.tensor([[[0.1, 0.2, 9.0], [0.3, 0.6, -9.0]], [[0.2, 0.4, 5.0], [5.0, 5.0, 5.0]]])
VALID = torch.tensor([[[True, True, False], [True, True, False]], [[True, True, False], [False, False, False]]])
ESTIMATE = torch.nan_to_num(TARGET) + ERROR
# First: mean .3, deviations -.2, -.1, 0, .3, squares .04 + .01 + 0 + .09 = .14, over 4 = .035. Second: deviation .1.
UBRMSE = (math.sqrt(0.035) + 0.1) / 2
# First: squares .01 + .04 + .09 + .36 = .5, over 4; second: .04 + .16 = .2, over 2.
RMSE = (math.sqrt(0.125) + math.sqrt(0.1)) / 2

LOSSES = pytest.mark.parametrize("loss", [ubrmse_loss, rmse_loss])


@pytest.mark.parametrize(("loss", "expected"), [(ubrmse_loss, UBRMSE), (rmse_loss, RMSE)])
def test_by_hand(loss, expected):
    assert loss(ESTIMATE, TARGET, VALID).item() == pytest.approx(expected, abs=1e-6)


@LOSSES
def test_masked_cells_get_exactly_no_gradient(loss):
    estimate = ESTIMATE.clone().requires_grad_()
    loss(estimate, TARGET, VALID).backward()
    assert (estimate.grad[~VALID] == 0).all()
    # One deviation from the image's mean error is zero: for the ubRMSE that cell has no gradient.
    assert (estimate.grad[VALID].abs() > 1e-3).sum() == (5 if loss is ubrmse_loss else 6)
    assert torch.isfinite(estimate.grad).all()


@LOSSES
def test_an_estimate_that_is_nan_where_masked_changes_nothing(loss):
    estimate = ESTIMATE.clone()
    estimate[0, 0, 2] = float("nan")
    estimate.requires_grad_()
    value = loss(estimate, TARGET, VALID)
    value.backward()
    assert value.item() == loss(ESTIMATE, TARGET, VALID).item()
    assert torch.isfinite(estimate.grad[VALID]).all()


@LOSSES
def test_the_gradient_is_that_of_the_loss(loss):
    estimate = ESTIMATE.double().requires_grad_()
    assert torch.autograd.gradcheck(lambda e: loss(e, TARGET.double(), VALID), (estimate,))


def test_a_constant_changes_the_rmse_alone():
    shifted = ESTIMATE + torch.tensor([0.17, -0.4])[:, None, None]
    assert ubrmse_loss(shifted, TARGET, VALID).item() == pytest.approx(UBRMSE, abs=1e-6)
    assert abs(rmse_loss(shifted, TARGET, VALID).item() - RMSE) > 0.01


def test_images_with_too_few_cells_do_not_count():
    valid = VALID.clone()
    valid[1] = False
    assert ubrmse_loss(ESTIMATE, TARGET, valid).item() == pytest.approx(math.sqrt(0.035), abs=1e-6)
    assert rmse_loss(ESTIMATE, TARGET, valid).item() == pytest.approx(math.sqrt(0.125), abs=1e-6)
    valid[1, 0, 0] = True  # one cell, error .2: no deviation from its mean, but an error
    assert ubrmse_loss(ESTIMATE, TARGET, valid).item() == pytest.approx(math.sqrt(0.035), abs=1e-6)
    assert rmse_loss(ESTIMATE, TARGET, valid).item() == pytest.approx((math.sqrt(0.125) + 0.2) / 2, abs=1e-6)


@LOSSES
def test_without_any_cell_loss_and_gradient_are_zero(loss):
    estimate = ESTIMATE.clone().requires_grad_()
    nothing = loss(estimate, TARGET, torch.zeros_like(VALID))
    nothing.backward()
    assert nothing.item() == 0
    assert (estimate.grad == 0).all()


@LOSSES
def test_a_perfect_estimate_has_a_gradient_without_nan(loss):
    estimate = torch.nan_to_num(TARGET).requires_grad_()
    value = loss(estimate, TARGET, VALID)
    value.backward()
    assert value.item() < 1e-6
    assert torch.isfinite(estimate.grad).all()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_agrees_with_numpy_on_any_mask(seed):
    rng = np.random.default_rng(seed)
    estimate, target = rng.uniform(0, 0.6, (2, 3, 4, 5))
    target[rng.random(target.shape) < rng.random()] = np.nan
    errors = [(e - t)[np.isfinite(t)] for e, t in zip(estimate, target, strict=True)]
    tensors = torch.tensor(estimate), torch.tensor(target), torch.isfinite(torch.tensor(target))
    deviations = [e.std() for e in errors if len(e) > 1]
    assert ubrmse_loss(*tensors).item() == pytest.approx(np.mean(deviations) if deviations else 0, abs=1e-6)
    roots = [np.sqrt((e**2).mean()) for e in errors if len(e)]
    assert rmse_loss(*tensors).item() == pytest.approx(np.mean(roots) if roots else 0, abs=1e-6)


@LOSSES
def test_the_loss_has_the_units_of_the_estimate(loss):
    tenfold = loss(10 * torch.nan_to_num(ESTIMATE), 10 * TARGET, VALID)
    assert tenfold.item() == pytest.approx(10 * loss(ESTIMATE, TARGET, VALID).item(), rel=1e-6)
