"""The parts of an error: their variances, their correlations, their fading."""

import json

import numpy as np
import pytest
from made_errors import STRUCTURE, deviations, made_correlation

from smen.data.error_correlation import PARTS, ErrorCorrelation, ErrorStructure, SpatialCorrelation


def test_the_variances_of_the_parts_sum_to_the_stated_one():
    stated = deviations()
    stated[0, 0] = np.nan
    parts = made_correlation().amplitudes(stated)
    assert parts.shape == (len(PARTS), 12, 14)
    np.testing.assert_allclose((parts**2).sum(axis=0), np.nan_to_num(stated) ** 2, rtol=1e-9)
    assert not parts[:, 0, 0].any()


def test_each_part_has_its_own_variance():
    bias, noise, pattern, lasting, passing, independent = made_correlation().amplitudes(np.full((12, 14), 0.05)) ** 2
    np.testing.assert_allclose(bias, 1e-4)
    np.testing.assert_allclose(noise, 0.64e-4)
    np.testing.assert_allclose(pattern[0, [0, -1]], [0, 9e-4], rtol=1e-6)
    np.testing.assert_allclose(lasting[0, [0, -1]], [0.36 * 25e-4, 0.36 * 16e-4], rtol=1e-6)
    np.testing.assert_allclose(passing[0, [0, -1]], [0.24 * 25e-4, 0.24 * 16e-4], rtol=1e-6)
    np.testing.assert_allclose(independent[0, 0], 0.4 * 25e-4 - 1.64e-4)


def test_parts_give_way_where_less_is_stated():
    stated = np.full((12, 14), 0.01)
    parts = made_correlation().amplitudes(stated)
    np.testing.assert_allclose((parts**2).sum(axis=0), 1e-4)
    assert (parts >= 0).all()
    assert parts[PARTS.index("pattern"), 0, -1] ** 2 == pytest.approx(0.95e-4)


def test_some_cells_have_what_they_have_among_all():
    stated, index = deviations(), (np.array([0, 3, 3]), np.array([1, 0, 13]))
    model = made_correlation()
    np.testing.assert_array_equal(model.amplitudes(stated[index], index), model.amplitudes(stated)[:, *index])


def test_a_sum_of_exponentials_and_a_nugget():
    model = SpatialCorrelation((0.2, 0.0, 0.8, 0.0, 0.0))
    np.testing.assert_allclose(model(np.array([0.0, 3.0, 6.0])), [1, 0.8 * np.exp(-1), 0.8 * np.exp(-2)])


def test_parts_fade_in_their_own_time():
    model = made_correlation()
    assert model.fading(0).tolist() == [1] * 6
    np.testing.assert_allclose(model.fading(8), [1, 0, 1, np.exp(-1), 0, 0])
    np.testing.assert_allclose(model.fading(-8), model.fading(8))


def test_without_detail_the_rest_is_independent():
    structure = ErrorStructure(0.0, 0.0, STRUCTURE.pattern_shares, (0.0,) * 5, 0.6, 8.0)
    model = ErrorCorrelation(structure, np.zeros((2, 2), np.float32), (0, 1))
    parts = model.amplitudes(np.full((2, 2), 0.04))
    np.testing.assert_allclose(parts[PARTS.index("independent")], 0.04)
    assert all(np.isfinite(c(np.arange(3.0))).all() for c in model.correlations)


def test_a_structure_comes_back_from_json():
    assert ErrorStructure.from_header(json.loads(json.dumps(STRUCTURE.to_header()))) == STRUCTURE
    with pytest.raises(ValueError, match="lengths"):
        ErrorStructure.from_header(STRUCTURE.to_header() | {"detail_shares": [1.0]})
    with pytest.raises(KeyError):
        ErrorStructure.from_header({})
