"""What simulated sensors report: their departures from the truth have the sizes that are stated."""

import numpy as np
import pytest

from smen.simulation.station_sensors import (
    CALIBRATION_BIAS,
    FROZEN,
    GOOD,
    LASTING_DEPARTURE,
    NOISE,
    SLOW_DEPARTURE,
    SPIKE_FLAG,
    StationTruth,
    read_sensor_at,
)

HOUR = np.timedelta64(1, "h")


def truth(year=2018, moisture=0.25, temperature=15.0, days=365):
    time = np.datetime64(f"{year}-01-01", "s") + np.arange(24 * days) * HOUR
    return StationTruth(time, np.full(time.size, moisture), np.full(time.size, temperature), moisture)


def good(reading):
    return reading.value[reading.flag == GOOD]


@pytest.fixture(scope="module")
def many():
    """The departures of 300 stations from a truth that does not change."""
    return [read_sensor_at(truth(), 1, "here", station, 0) for station in range(300)]


def test_stations_lie_off_by_point_and_calibration_together(many):
    means = np.array([np.median(good(reading)) for reading in many]) - 0.25
    # Medians of a year hold a little of the slow departure as well: 20 of 365 days, twice, for both sides.
    expected = np.sqrt(LASTING_DEPARTURE**2 + CALIBRATION_BIAS**2 + SLOW_DEPARTURE**2 * 40 / 365)
    assert abs(means.mean()) < 3 * expected / np.sqrt(len(many))
    assert means.std() == pytest.approx(expected, rel=0.15)


def test_the_rest_comes_and_goes_over_weeks(many):
    whole = [reading for reading in many if reading.value.size > 8000][:100]
    spreads = [np.subtract(*np.quantile(good(reading), [0.75, 0.25])) / 1.349 for reading in whole]
    assert np.mean(spreads) == pytest.approx(np.hypot(SLOW_DEPARTURE, NOISE), rel=0.2)
    shifts = []
    for reading in whole:
        series = np.full(24 * 365, np.nan)
        series[((reading.time - reading.time[0].astype("datetime64[Y]")) / HOUR).astype(int)] = np.where(
            reading.flag == GOOD, reading.value, np.nan
        )
        daily = np.nanmedian(series.reshape(365, 24), axis=1)
        pair = np.isfinite(daily[:-20]) & np.isfinite(daily[20:])
        centred = daily - np.nanmean(daily)
        shifts.append(np.mean(centred[:-20][pair] * centred[20:][pair]) / np.nanvar(daily))
    # The kernel is exp(-d / 20): its correlation at 20 days is exp(-1), lowered by the mean that is taken off.
    assert 0.15 < np.mean(shifts) < 0.45


def test_gaps_and_flags_have_their_shares(many):
    there = np.array([reading.value.size / (24 * 365) for reading in many])
    assert 0.90 < there.mean() < 0.98
    assert there.min() < 0.93
    flags = np.concatenate([reading.flag for reading in many])
    assert np.mean(flags == SPIKE_FLAG) == pytest.approx(0.001, rel=0.2)
    assert not (flags == FROZEN).any()


def test_frozen_soil_is_flagged_and_its_ice_not_seen():
    frozen = read_sensor_at(truth(temperature=-1.0), 1, "here", 3, 0)
    assert set(frozen.flag.tolist()) <= {FROZEN, "C01"}
    thawed = read_sensor_at(truth(temperature=1.0), 1, "here", 3, 0)
    assert np.median(frozen.value) < 0.5 * np.median(thawed.value)


@pytest.mark.parametrize("days", [30, 200, 201])
def test_a_longer_period_adds_hours_and_changes_none(days):
    part, whole = (read_sensor_at(truth(days=number), 1, "here", 5, 0) for number in (days, 365))
    shared = whole.time <= part.time[-1]
    np.testing.assert_array_equal(whole.time[shared], part.time)
    np.testing.assert_allclose(whole.value[shared], part.value, atol=1e-12)
    np.testing.assert_array_equal(whole.flag[shared], part.flag)


def test_years_join_without_a_jump():
    ends = []
    for station in range(40):
        before, after = (read_sensor_at(truth(year), 1, "here", station, 0) for year in (2017, 2018))
        late = before.value[(before.time >= np.datetime64("2017-12-31")) & (before.flag == GOOD)]
        early = after.value[(after.time < np.datetime64("2018-01-02")) & (after.flag == GOOD)]
        if late.size and early.size:
            ends.append(np.median(early) - np.median(late))
    assert np.std(ends) < 0.012  # two medians a day apart; without the common noise of both years it would be .03


def test_a_deeper_sensor_moves_less():
    time = truth().time
    wave = 0.25 + 0.1 * np.sin(np.arange(time.size) / 500)
    moving = StationTruth(time, wave, np.full(time.size, 15.0), 0.25)
    upper, deep = (read_sensor_at(moving, 1, "here", 2, number, deep=number == 1) for number in (0, 1))
    assert good(deep).std() < 0.7 * good(upper).std()
