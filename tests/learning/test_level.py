import numpy as np
import pytest
import torch

from smen.learning.level import anchor
from smen.learning.losses import urmse_loss

COARSE = np.array([[0.2, 0.2, np.nan], [0.3, 0.3, np.nan]], np.float32)
CLIMATOLOGY = np.array([[0.05, -0.01, 0.4], [0.0, 0.0, 0.4]], np.float32)
PATTERN = np.array([[0.1, 0.0, -0.2], [0.3, 0.2, 0.5]], np.float32)


def test_by_hand():
    # Expected mean where the coarse field is valid: (1.0 + .04) / 4 = .26; the pattern's there: .6 / 4 = .15.
    np.testing.assert_allclose(anchor(PATTERN, COARSE, CLIMATOLOGY), PATTERN + 0.11, atol=1e-6)


def test_the_loss_is_blind_to_a_shift_and_the_anchor_takes_it_back():
    target = torch.tensor(PATTERN)[None]
    valid = torch.ones_like(target, dtype=torch.bool)
    estimate = target + 0.01 * torch.arange(6.0).reshape(1, 2, 3)
    dry = estimate - 0.24
    assert urmse_loss(dry, target, valid).item() == pytest.approx(urmse_loss(estimate, target, valid).item(), abs=1e-6)
    np.testing.assert_allclose(
        anchor(dry[0].numpy(), COARSE, CLIMATOLOGY), anchor(estimate[0].numpy(), COARSE, CLIMATOLOGY), atol=1e-6
    )


def test_without_a_coarse_observation_there_is_no_level():
    assert np.isnan(anchor(PATTERN, np.full_like(COARSE, np.nan), CLIMATOLOGY)).all()
