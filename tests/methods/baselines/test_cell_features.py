"""Features of cells, by hand."""

from dataclasses import replace

import numpy as np
import pytest
from made_fields import make_fields, make_samples

from smen.data.climatology import Climatology
from smen.data.fill import residuals_of
from smen.data.records import TRAIN
from smen.methods.baselines.cell_features import UNSEEN, cell_features
from smen.methods.interpolation import smooth
from smen.methods.residual_history import ResidualHistory


@pytest.fixture(scope="module")
def world():
    fields = make_fields(n=50, shape=(36, 48), noise=0.003)
    return fields, make_samples(fields)


def history_of(fields, samples):
    return ResidualHistory(fields, samples, Climatology.of(residuals_of(fields, samples.with_target(TRAIN).fine)))


def test_features_by_hand(world):
    fields, samples = world
    row = 20
    features = cell_features(history_of(fields, samples), row)
    assert features.shape == (6 + 4 + 4 + 1 + 5, 36, 48) and np.isfinite(features).all()
    between = smooth(fields.coarse[row], fields)
    coarse = fields.coarse_at(row)
    np.testing.assert_array_equal(features[0], coarse)
    np.testing.assert_allclose(features[1], between - coarse, atol=1e-7)
    np.testing.assert_allclose(features[2, 5, 7], (between[6, 7] - between[4, 7]) / 2, atol=1e-7)
    residual = fields.fine[9] - fields.coarse_at(18)
    seen = np.isfinite(residual)
    np.testing.assert_allclose(features[6][seen], residual[seen], atol=1e-7)
    np.testing.assert_array_equal(features[6][~seen], features[4][~seen])
    np.testing.assert_array_equal(features[10], np.where(seen, 3.0, UNSEEN))
    angle = 2 * np.pi * (20 * 1.5 + 0.5) / 365.2425  # days since 1 January 2016; the first overpass is at noon
    np.testing.assert_allclose(features[15:17, 0, 0], [np.sin(angle), np.cos(angle)], rtol=1e-5)
    assert (features[17] == 1).all()  # every second overpass descends
    # The window begins in row 1 and column 10 of a coarse cell.
    np.testing.assert_array_equal(features[18, :13, 0], [*range(1, 12), 0, 1])
    np.testing.assert_array_equal(features[19, 0, :4], [10, 11, 0, 1])


def test_features_of_a_training_date_leave_its_target_out(world):
    fields, samples = world
    known = samples.with_target(TRAIN)
    fine = fields.fine.copy()
    fine[known.fine[3]] += 0.3
    count = np.isfinite(np.delete(fields.fine[known.fine], 3, axis=0)).sum(axis=0)
    totals = []
    for changed in (fields, replace(fields, fine=fine)):
        history = history_of(changed, known)
        mean = cell_features(history, 3, leave_out=True)[4]
        prior, weight = history.climatology.prior, history.climatology.prior_dates
        totals.append(mean * (count + weight) - weight * prior)  # what all cells share still has it, the cell has not
    np.testing.assert_allclose(*totals, atol=2e-5)
