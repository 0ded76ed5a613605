"""Estimates at single cells are those of the whole fields."""

import numpy as np
import pytest
from made_fusion import FIELDS, SAMPLES, retrospective_method

from smen.methods import cell_estimates
from smen.methods.baselines.mean_residual import MeanResidual
from smen.methods.cell_estimates import estimates_at
from smen.methods.map_mode import predict_in_mode

PART = SAMPLES.select(slice(30, 50))
CELLS = np.array([0, 4, 0]), np.array([5, 2, 6])


@pytest.mark.parametrize("mode", ["causal", "retrospective"])
def test_they_are_those_of_the_whole_fields_in_batches(mode, monkeypatch):
    monkeypatch.setattr(cell_estimates, "AT_ONCE", 7)
    method = retrospective_method()
    whole = predict_in_mode(method, mode, FIELDS, PART, SAMPLES.fine)
    mean, deviation = estimates_at(method, mode, FIELDS, PART, SAMPLES.fine, CELLS)
    assert np.isfinite(mean).all() and mean.shape == deviation.shape == (20, 3)
    np.testing.assert_allclose(mean, whole.mean[:, *CELLS], rtol=0, atol=2e-6)
    np.testing.assert_allclose(deviation, whole.standard_deviation[:, *CELLS], rtol=2e-5)


def test_other_cells_are_not_estimated():
    wanted = np.zeros(FIELDS.window.shape, bool)
    wanted[CELLS] = True
    made = retrospective_method().at_cells(wanted).predict_retrospective(FIELDS, PART, SAMPLES.fine)
    np.testing.assert_array_equal(np.isfinite(made.mean).all(axis=0), wanted)
    np.testing.assert_array_equal(np.isfinite(made.standard_deviation).all(axis=0), wanted)


def test_a_method_that_makes_whole_maps_alone():
    baseline = MeanResidual()
    baseline.fit(FIELDS, SAMPLES)
    mean, deviation = estimates_at(baseline, "causal", FIELDS, PART, SAMPLES.fine, CELLS)
    np.testing.assert_array_equal(mean, baseline.predict(FIELDS, PART).mean[:, *CELLS])
    assert deviation is None


def test_no_overpass_gives_no_row():
    none = SAMPLES.select(slice(0, 0))
    mean, deviation = estimates_at(retrospective_method(), "causal", FIELDS, none, SAMPLES.fine, CELLS)
    assert mean.shape == (0, 3) and deviation is None
