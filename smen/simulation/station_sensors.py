"""What a sensor in the ground says of its 3 km cell: the point's own departure, the sensor's errors, gaps and flags.

Sizes, m3/m3. A point differs from the mean around it: Famiglietti et al. 2008 (Water Resour. Res. 44, W01423) found
standard deviations over an extent from about .036 at 2.5 m to .071 at 50 km, which grow with the logarithm of the
extent; people put stations where they stand for more than themselves, so that .04 is taken, most of it lasting, as
networks find (of the order of what Gruber et al. 2013, Vadose Zone J. 12, and Chen et al. 2017, J. Hydrometeorol. 18,
estimate of stations against coarser cells). A capacitance or impedance probe in its factory's calibration is good to
about .03 at most, and repeats itself to .003 (specification of the Stevens HydraProbe); .03 counts here as two standard
deviations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.simulation.random_fields import Stream, random_stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

LASTING_DEPARTURE, SLOW_DEPARTURE = 0.034, 0.021
"""Of the point from its cell: what stays, and what comes and goes; together .04."""

SLOW_DAYS, SLOW_REACH = 20.0, 60
"""Days over which the slow departure forgets, and after which nothing of it is left."""

GAIN_SPREAD = 0.1
"""Spread of the point's amplitude around that of its cell, 1: other soil, other roots."""

CALIBRATION_BIAS, NOISE = 0.015, 0.003
"""Of the sensor."""

DRIFT = 0.004
"""Spread of a sensor's drift, m3/m3 a year."""

OUTAGES, OUTAGE_DAYS = 2.0, 8.0
"""Mean number of outages a year, and their mean length."""

MISSING_HOURS, SPIKES, UNSEEN_SPIKES = 0.01, 0.001, 0.0002
"""Shares of hours that are missing, that are flagged as spikes, and spikes that no flag names."""

SPIKE = 0.12
"""Height of a spike."""

HOURS = 366 * 24
"""Hours that a year may have."""

FROZEN_SHARE = 0.35
"""Of the water in frozen soil that a probe still sees: ice has the permittivity of dry soil."""

DAMPED = 0.5
"""Amplitude at 20 cm, around the region's level, as a share of that of the surface."""

GOOD, FROZEN, OUT_OF_RANGE, SPIKE_FLAG, MISSING = "G", "D01", "C01", "D06", "M"
"""ISMN's flags (Dorigo et al. 2013, Vadose Zone J. 12): D01 soil below 0 degrees C, C01 below 0, D06 a spike."""

LIMITS = (0.0, 0.6)
"""Values that a probe reports."""


@dataclass(frozen=True)
class StationTruth:
    """The truth of a station's cell by the hour, over one year or a part of it.

    Attributes:
        time: full hours, UTC, datetime64[s] (N,), of one calendar year.
        moisture: of the cell, m3/m3, (N,).
        temperature: of its soil, degrees Celsius, (N,).
        level: of the region, m3/m3, around which a point's amplitude is another than its cell's.
    """

    time: NDArray[np.datetime64]
    moisture: Array
    temperature: Array
    level: float


@dataclass(frozen=True)
class SensorReading:
    """What a sensor reported: those hours that are not missing.

    Attributes:
        time: UTC, datetime64[s] (n,).
        value: m3/m3, (n,).
        flag: ISMN's flag of each value, (n,).
    """

    time: NDArray[np.datetime64]
    value: Array
    flag: NDArray[np.str_]


def read_sensor_at(
    truth: StationTruth, seed: int, region: str, station: int, sensor: int, *, deep: bool = False
) -> SensorReading:
    """Make a sensor's readings.

    The draws belong to the sensor and the calendar year: other years and stations change nothing.

    Args:
        truth: of the station's cell.
        seed: of the world.
        region: its name.
        station: number of the station.
        sensor: number of its sensor.
        deep: whether it lies below the surface layer, where the course of the soil moisture is damped.
    """
    if not truth.time.size:
        return SensorReading(truth.time, truth.moisture, np.empty(0, "U3"))
    point = _point(truth, seed, region, station)
    if deep:
        point = DAMPED * point + (1 - DAMPED) * truth.level
    year = _year(truth.time)
    lasting = random_stream(seed, region, Stream.STATION, station + 1, sensor + 2, 1)
    bias, drift = lasting.normal(0.0, [CALIBRATION_BIAS, DRIFT])
    years = (truth.time - np.datetime64("2015-01-01")) / np.timedelta64(1, "D") / 365.25
    of_year = random_stream(seed, region, Stream.STATION, station + 1, sensor + 2, year)
    # Drawn for all hours that a year may have, so that a longer period adds hours and changes none.
    hour = ((truth.time - truth.time[0].astype("datetime64[Y]")) / np.timedelta64(1, "h")).astype(np.int64)
    value = point + bias + drift * years + of_year.normal(0.0, NOISE, HOURS)[hour]
    return _with_faults(truth, value, hour, of_year)


def _year(time: NDArray[np.datetime64]) -> int:
    return int(time[0].astype("datetime64[Y]").astype(np.int64)) + 1970


def _point(truth: StationTruth, seed: int, region: str, station: int) -> Array:
    """Soil moisture at the point: the cell's, and the departure of the point, lasting and slow; ice is not seen."""
    lasting = random_stream(seed, region, Stream.STATION, station + 1, 1, 1)
    offset, gain = lasting.normal([0.0, 1.0], [LASTING_DEPARTURE, GAIN_SPREAD])
    point: Array = truth.level + gain * (truth.moisture - truth.level) + offset
    point += _slow(truth.time, seed, region, station)
    point[truth.temperature < 0] *= FROZEN_SHARE
    return point


def _slow(time: NDArray[np.datetime64], seed: int, region: str, station: int) -> Array:
    """The slow departure: daily noise that is forgotten over `SLOW_DAYS`, interpolated to the hours."""
    first, last = (t.astype("datetime64[D]") for t in (time[0], time[-1]))
    begin, end = first - SLOW_REACH, last + 1
    years = range(int(str(begin)[:4]), int(str(end)[:4]) + 1)
    noise = np.concatenate([
        random_stream(seed, region, Stream.STATION, station + 1, 1, year).standard_normal(366)[: _days_of(year)]
        for year in years
    ])  # fmt: skip
    skipped = int((begin - np.datetime64(f"{years[0]}-01-01")) / np.timedelta64(1, "D"))
    days = int((end - begin) / np.timedelta64(1, "D")) + 1
    weights = np.exp(-np.arange(SLOW_REACH + 1) / SLOW_DAYS)
    weights /= np.sqrt((weights**2).sum())
    daily = np.convolve(noise[skipped : skipped + days], weights, mode="valid")
    hours = (time - first) / np.timedelta64(1, "D")
    return np.asarray(SLOW_DEPARTURE * np.interp(hours, np.arange(daily.size), daily), np.float64)


def _days_of(year: int) -> int:
    return int((np.datetime64(f"{year + 1}-01-01") - np.datetime64(f"{year}-01-01")) / np.timedelta64(1, "D"))


def _with_faults(truth: StationTruth, value: Array, hour: NDArray[np.int64], rng: np.random.Generator) -> SensorReading:
    """Spikes, flags and gaps; `hour` counts from the beginning of the year."""
    flag = np.full(value.size, GOOD, "U3")
    flagged, unseen = (rng.random(HOURS)[hour] < share for share in (SPIKES, UNSEEN_SPIKES))
    value = value + SPIKE * rng.choice([-1.0, 1.0], HOURS)[hour] * (flagged | unseen)
    flag[flagged] = SPIKE_FLAG
    flag[truth.temperature < 0] = FROZEN
    flag[value < LIMITS[0]] = OUT_OF_RANGE
    there = rng.random(HOURS)[hour] >= MISSING_HOURS
    for _ in range(rng.poisson(OUTAGES)):  # of a whole year; those beyond the end of a part of one fall away
        start, days = rng.uniform(0, 366), rng.exponential(OUTAGE_DAYS)
        there &= (hour / 24 < start) | (hour / 24 > start + days)
    return SensorReading(truth.time[there], np.clip(value, -0.05, LIMITS[1])[there], flag[there])
