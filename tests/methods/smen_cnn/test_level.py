import numpy as np
import pytest
import torch

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


def test_where_the_training_dates_never_saw_the_known_cells():
    count = np.where(np.isfinite(COARSE), 0, 1).astype(np.int32)
    # All six known cells: coarse 1.4, pattern 2.4, residuals .04 (a prior of 0 for one date adds nothing).
    expected = PATTERN + (1.4 + 0.04 - 2.4) / 6
    np.testing.assert_allclose(match_coarse_mean(PATTERN, COARSE, climatology(count)), expected, atol=1e-6)


def test_the_loss_is_blind_to_a_shift_and_the_anchor_takes_it_back():
    target = torch.tensor(PATTERN)[None]
    valid = torch.ones_like(target, dtype=torch.bool)
    estimate = target + 0.01 * torch.arange(8.0).reshape(1, 2, 4)
    dry = estimate - 0.24
    assert ubrmse_loss(dry, target, valid).item() == pytest.approx(
        ubrmse_loss(estimate, target, valid).item(), abs=1e-6
    )
    np.testing.assert_allclose(
        match_coarse_mean(dry[0].numpy(), COARSE, climatology()),
        match_coarse_mean(estimate[0].numpy(), COARSE, climatology()),
        atol=1e-6,
    )


def test_without_a_known_coarse_cell_there_is_no_level():
    assert np.isnan(match_coarse_mean(PATTERN, np.full_like(COARSE, np.nan), climatology())).all()
