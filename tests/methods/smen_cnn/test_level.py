"""The level of a map is that of the coarse field plus the climatology."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from smen.data.climatology import Climatology
from smen.methods.smen_cnn.level import match_coarse_mean
from smen.methods.smen_cnn.losses import ubrmse_loss

COARSE = np.array([[0.2, 0.2, np.nan, 0.2], [0.3, 0.3, np.nan, 0.2]], np.float32)
PATTERN = np.array([[0.1, 0.0, -0.2, 0.9], [0.3, 0.2, 0.5, 0.9]], np.float32)
COUNT = np.array([[1, 1, 1, 0], [1, 1, 1, 0]], np.int32)


def climatology(count=COUNT):
    total = np.array([[0.05, -0.01, 0.4, 0.0], [0.0, 0.0, 0.4, 0.0]])
    return Climatology(total, count, prior=0.0, prior_dates=1.0)


def test_by_hand():
    # Where coarse and climatology are known: coarse 1.0, shrunk residuals .02 (half of .04), so .255 on average of
    # four cells; the pattern's there: .6 / 4 = .15.
    np.testing.assert_allclose(match_coarse_mean(PATTERN, COARSE, climatology()), PATTERN + 0.105, atol=1e-6)


def test_where_the_training_dates_have_no_residual_in_the_valid_cells():
    count = np.where(np.isfinite(COARSE), 0, 1).astype(np.int32)
    # All six valid cells: coarse 1.4, pattern 2.4, residuals .04 (a prior of 0 for one date adds nothing).
    expected = PATTERN + (1.4 + 0.04 - 2.4) / 6
    np.testing.assert_allclose(match_coarse_mean(PATTERN, COARSE, climatology(count)), expected, atol=1e-6)


def test_the_loss_ignores_a_shift_and_the_match_removes_it():
    target = torch.tensor(PATTERN)[None]
    valid = torch.ones_like(target, dtype=torch.bool)
    estimate = target + 0.01 * torch.arange(8.0).reshape(1, 2, 4)
    dry = estimate - 0.24
    losses = [ubrmse_loss(each, target, valid).item() for each in (dry, estimate)]
    assert losses[0] == pytest.approx(losses[1], abs=1e-6)
    np.testing.assert_allclose(
        match_coarse_mean(dry[0].numpy(), COARSE, climatology()),
        match_coarse_mean(estimate[0].numpy(), COARSE, climatology()),
        atol=1e-6,
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_afterwards_the_means_agree_and_the_pattern_is_the_same(seed):
    rng = np.random.default_rng(seed)
    estimate, coarse = rng.normal(0.2, 0.1, (2, 6, 7)).astype(np.float32)
    coarse[rng.random(coarse.shape) < 0.3] = np.nan
    dates = Climatology(rng.normal(0, 0.1, (6, 7)), rng.integers(0, 3, (6, 7)).astype(np.int32), 0.01, 2.0)
    matched = match_coarse_mean(estimate, coarse, dates)
    assert matched.dtype == np.float32
    if not np.isfinite(coarse).any():
        assert np.isnan(matched).all()
        return
    np.testing.assert_allclose(matched - matched.mean(), estimate - estimate.mean(), atol=1e-5)
    cells = np.isfinite(coarse) & (dates.count > 0)
    cells = cells if cells.any() else np.isfinite(coarse)
    assert matched[cells].mean() == pytest.approx((coarse + dates.mean)[cells].mean(), abs=1e-5)
    np.testing.assert_allclose(match_coarse_mean(matched, coarse, dates), matched, atol=1e-5)


def test_cells_without_an_estimate_take_no_part():
    holed = PATTERN.copy()
    holed[0, 0] = np.nan
    matched = match_coarse_mean(holed, COARSE, climatology())
    # Three cells left: coarse .8, shrunk residuals -.005, pattern .5.
    np.testing.assert_allclose(matched, holed + (0.8 - 0.005 - 0.5) / 3, atol=1e-6)


def test_without_a_valid_coarse_cell_there_is_no_level():
    matched = match_coarse_mean(PATTERN, np.full_like(COARSE, np.nan), climatology())
    assert np.isnan(matched).all() and matched.shape == PATTERN.shape and matched.dtype == np.float32
