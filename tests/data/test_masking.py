import numpy as np
import pytest
from made_fields import make_fields, make_samples

from smen.data.masking import mask_conditions
from smen.data.quality import QualityCode
from smen.data.records import Prediction

MOUNTAIN, FROZEN = 1 << 9, 1 << 7


@pytest.fixture
def case():
    """Fields of which the third overpass is frozen, mountains in the first rows, and a prediction without gaps."""
    flags = np.zeros(make_fields(n=4).coarse_flag.shape, np.uint16)
    flags[2] = FROZEN
    fields = make_fields(n=4, coarse_flag=flags)
    samples = make_samples(fields)
    shape = (4, *fields.window.shape)
    prediction = Prediction(np.full(shape, 0.2, np.float32), np.full(shape, 0.03, np.float32), np.ones(shape, np.uint8))
    mountains = np.zeros(fields.window.shape, bool)
    mountains[:5] = True
    return prediction, fields, samples, {QualityCode.MOUNTAINS: mountains}


def test_a_condition_of_a_day_hides_the_cells_of_that_day(case):
    prediction, fields, samples, surface = case
    mask_conditions(prediction, fields, samples, surface, [QualityCode.FROZEN])
    assert np.isnan(prediction.mean[2]).all() and np.isnan(prediction.standard_deviation[2]).all()
    assert (prediction.quality[2] == QualityCode.FROZEN).all()
    others = [0, 1, 3]
    assert np.isfinite(prediction.mean[others]).all() and (prediction.quality[others] == 1).all()


def test_a_lasting_condition_hides_its_cells_on_all_days(case):
    prediction, fields, samples, surface = case
    mask_conditions(prediction, fields, samples, surface, [QualityCode.MOUNTAINS])
    assert np.isnan(prediction.mean[:, :5]).all() and np.isfinite(prediction.mean[:, 5:]).all()
    assert (prediction.quality[:, :5] == QualityCode.MOUNTAINS).all() and (prediction.quality[:, 5:] == 1).all()


def test_of_two_conditions_the_last_one_gives_the_code(case):
    prediction, fields, samples, surface = case
    mask_conditions(prediction, fields, samples, surface, [QualityCode.FROZEN, QualityCode.MOUNTAINS])
    assert (prediction.quality[2, :5] == QualityCode.MOUNTAINS).all()
    assert (prediction.quality[2, 5:] == QualityCode.FROZEN).all()


def test_without_conditions_or_deviations_nothing_else_happens(case):
    prediction, fields, samples, surface = case
    mask_conditions(prediction, fields, samples, surface, [])
    assert np.isfinite(prediction.mean).all()
    bare = Prediction(prediction.mean.copy())
    mask_conditions(bare, fields, samples, surface, [QualityCode.MOUNTAINS])
    assert np.isnan(bare.mean[:, :5]).all()
