import math

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from smen.methods.smen_cnn.losses import ubrmse_loss

# Two images of 2 x 3. First: four valid cells with errors .1, .2, .3, .6; second: two with errors .2 and .4.
TARGET = torch.tensor([[[0.2, 0.1, float("nan")], [0.3, 0.1, float("nan")]], [[0.1, 0.1, 0.2], [0.3, 0.3, 0.3]]])
ERROR = torch.tensor([[[0.1, 0.2, 9.0], [0.3, 0.6, -9.0]], [[0.2, 0.4, 5.0], [5.0, 5.0, 5.0]]])
VALID = torch.tensor([[[True, True, False], [True, True, False]], [[True, True, False], [False, False, False]]])
ESTIMATE = torch.nan_to_num(TARGET) + ERROR
# First: mean .3, deviations -.2, -.1, 0, .3, squares .04 + .01 + 0 + .09 = .14, over 4 = .035. Second: deviation .1.
EXPECTED = (math.sqrt(0.035) + 0.1) / 2


def test_by_hand():
    assert abs(ubrmse_loss(ESTIMATE, TARGET, VALID).item() - EXPECTED) < 1e-6


def test_masked_cells_get_exactly_no_gradient():
    estimate = ESTIMATE.clone()
    estimate[0, 0, 2] = float("nan")
    estimate.requires_grad_()
    ubrmse_loss(estimate, TARGET, VALID).backward()
    assert (estimate.grad[~VALID] == 0).all()
    assert (estimate.grad[VALID].abs() > 1e-3).sum() == 5  # one deviation is zero
    assert torch.isfinite(estimate.grad).all()


def test_the_gradient_is_the_loss_s():
    estimate = ESTIMATE.double().requires_grad_()
    assert torch.autograd.gradcheck(lambda e: ubrmse_loss(e, TARGET.double(), VALID), (estimate,))


def test_a_constant_changes_nothing():
    shifted = ESTIMATE + torch.tensor([0.17, -0.4])[:, None, None]
    assert abs(ubrmse_loss(shifted, TARGET, VALID).item() - EXPECTED) < 1e-6


def test_images_with_fewer_than_two_cells_do_not_count():
    valid = VALID.clone()
    valid[1] = False
    valid[1, 0, 0] = True
    assert abs(ubrmse_loss(ESTIMATE, TARGET, valid).item() - math.sqrt(0.035)) < 1e-6
    estimate = ESTIMATE.clone().requires_grad_()
    nothing = ubrmse_loss(estimate, TARGET, torch.zeros_like(VALID))
    nothing.backward()
    assert nothing.item() == 0
    assert (estimate.grad == 0).all()


def test_a_perfect_estimate_has_a_gradient_without_nan():
    estimate = torch.nan_to_num(TARGET).requires_grad_()
    loss = ubrmse_loss(estimate, TARGET, VALID)
    loss.backward()
    assert loss.item() < 1e-6
    assert torch.isfinite(estimate.grad).all()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_agrees_with_numpy_on_any_mask(seed):
    rng = np.random.default_rng(seed)
    estimate, target = rng.uniform(0, 0.6, (2, 3, 4, 5))
    target[rng.random(target.shape) < rng.random()] = np.nan
    spread = [
        np.std((e - t)[np.isfinite(t)]) for e, t in zip(estimate, target, strict=True) if np.isfinite(t).sum() > 1
    ]
    loss = ubrmse_loss(torch.tensor(estimate), torch.tensor(target), torch.isfinite(torch.tensor(target)))
    assert abs(loss.item() - (np.mean(spread) if spread else 0)) < 1e-6
