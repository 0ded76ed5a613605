"""Series in memory: years joined, and what does not belong together refused."""

from dataclasses import replace

import numpy as np
import pytest

from smen.data.series import Series, concatenate
from smen.errors import DataError
from smen.grid import M09, M36, Window

START = np.datetime64("2016-01-01T12:00:00", "s")
DAY = np.timedelta64(1, "D")
WINDOW = Window(1021, 2650, 20, 30)
SHAPE = WINDOW.coarse_shape(M36)


def year(first, count, *, deviation=False, simulated=False):
    """A series of `count` overpasses, a day apart, their values the number of the day."""
    days = first + np.arange(count)
    time = START + days * DAY
    moisture = days[:, None, None] / 1000 + np.zeros(SHAPE)
    return Series(
        product="SPL2SMP",
        window=WINDOW,
        grid=M36,
        time=time,
        descending=days % 2 == 0,
        overpass_time=time + np.timedelta64(600, "s"),
        soil_moisture=moisture.astype(np.float32),
        standard_deviation=np.full((count, *SHAPE), 0.02, np.float32) if deviation else None,
        surface_flag=np.full((count, *SHAPE), 3, np.uint16),
        granules=tuple(f"granule_{i}.h5" for i in days),
        sentinel1_times=tuple((t,) for t in time),
        simulated=simulated,
    )


def test_years_are_joined_in_order():
    joined = concatenate([year(0, 3), year(5, 2, simulated=True)])
    assert joined.time.tolist() == [START + i * DAY for i in (0, 1, 2, 5, 6)]
    np.testing.assert_array_equal(joined.soil_moisture[:, 0, 0], np.float32([0, 0.001, 0.002, 0.005, 0.006]))
    assert joined.descending.tolist() == [True, False, True, False, True]
    assert joined.granules[3] == "granule_5.h5" and joined.sentinel1_times[4] == (START + 6 * DAY,)
    assert joined.surface_flag.shape == (5, *SHAPE) and joined.overpass_time.shape == (5,)
    assert joined.simulated and joined.standard_deviation is None


def test_a_year_without_deviations_has_none_where_another_has():
    joined = concatenate([year(0, 2), year(2, 1, deviation=True)])
    assert np.isnan(joined.standard_deviation[:2]).all() and (joined.standard_deviation[2] == np.float32(0.02)).all()


def test_retrievals_that_are_not_recommended_are_joined():
    other = replace(year(2, 1), not_recommended=np.full((1, *SHAPE), 0.3, np.float32))
    joined = concatenate([year(0, 2), other])
    assert np.isnan(joined.not_recommended[:2]).all() and (joined.not_recommended[2] == np.float32(0.3)).all()
    assert concatenate([year(0, 2)]).not_recommended is None


def test_empty_years_do_not_matter():
    empty = year(0, 0)
    assert concatenate([empty, empty]) is empty
    joined = concatenate([empty, year(3, 2), empty])
    assert joined.time.size == 2 and joined.soil_moisture.shape == (2, *SHAPE)


@pytest.mark.parametrize("later", [year(2, 2), year(1, 1), year(-9, 2)])
def test_years_that_overlap_or_go_back_are_refused(later):
    with pytest.raises(DataError, match="overlap in time"):
        concatenate([year(0, 3), later])


@pytest.mark.parametrize("other", [{"grid": M09}, {"product": "SPL2SMP_E"}, {"window": Window(0, 0, 20, 30)}])
def test_series_of_different_places_are_not_joined(other):
    with pytest.raises(DataError, match="different windows or products"):
        concatenate([year(0, 3), replace(year(3, 1), **other)])


def test_nothing_to_join():
    with pytest.raises(DataError, match="run the stage align first"):
        concatenate([])
