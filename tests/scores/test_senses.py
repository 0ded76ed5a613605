import numpy as np
import pytest

from smen.scores.metrics import ubrmse
from smen.scores.senses import per_cell, per_image, score, urmse

TARGET = np.zeros((3, 1, 4))
ESTIMATE = np.array([[[0.1, 0.3, np.nan, np.nan]], [[0.5, 0.5, 0.5, 0.5]], [[0.2, np.nan, np.nan, np.nan]]])


def test_the_senses_differ_and_are_what_they_say():
    # Images: errors .1 and .3 (spread .1); all .5 (spread 0); a single cell (no spread).
    np.testing.assert_allclose(per_image(ubrmse, ESTIMATE, TARGET), [0.1, 0.0, np.nan], atol=1e-12)
    scores = score(ESTIMATE, TARGET)
    assert (scores.dates, scores.cells) == (2, 3)
    assert scores.urmse == scores.mean["ubrmse"] == pytest.approx(0.05)
    assert scores.median["ubrmse"] == pytest.approx(0.05)
    assert scores.mean["bias"] == pytest.approx((0.2 + 0.5) / 2)
    pooled = np.array([0.1, 0.3, 0.5, 0.5, 0.5, 0.5, 0.2])
    assert scores.pooled["ubrmse"] == pytest.approx(np.sqrt(np.mean((pooled - pooled.mean()) ** 2)))
    assert urmse(ESTIMATE, TARGET) == pytest.approx(0.05)


def test_over_time_at_a_place():
    over_time = per_cell(ubrmse, ESTIMATE, TARGET, minimum_dates=2)
    first = np.array([0.1, 0.5, 0.2])
    np.testing.assert_allclose(over_time, [[first.std(), 0.1, np.nan, np.nan]], atol=1e-12)
    assert np.isnan(score(ESTIMATE, TARGET).per_cell["ubrmse"])  # nowhere five dates


def test_no_dates_at_all():
    scores = score(np.empty((0, 2, 2)), np.empty((0, 2, 2)))
    assert scores.dates == 0
    assert np.isnan(scores.urmse)
