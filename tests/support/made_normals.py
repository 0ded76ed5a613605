"""Made coarse records and climatologies: ten years with a season, memory and a known distribution."""

import numpy as np

from smen.grid import M36, Window
from smen.indices.region_normals import Normals
from smen.indices.wetness_transfer import WetnessTransfer

WINDOW = Window(1020, 2640, 24, 24)
"""Two by two coarse cells, just."""

SHAPE = WINDOW.coarse_shape(M36)

CELLS = np.ones(WINDOW.shape)

JULY = np.datetime64("2018-07-01T12:00:00", "s")


def record_times(years=10, every=3):
    """Return times every so many days from 2015-04-01 on, at 12:00."""
    days = np.arange(0, round(years * 365.25), every)
    return (np.datetime64("2015-04-01T12:00:00", "s") + days.astype("timedelta64[D]")).astype("datetime64[s]")


def seasonal_mean(times):
    """Return the mean of the made record at times, m3/m3."""
    days = (times.astype("datetime64[D]") - times.astype("datetime64[Y]")).astype(int)
    return 0.25 + 0.06 * np.cos(2 * np.pi * (days - 15) / 365.25)


def made_record(times, seed=3, spread=0.04, memory=20.0):
    """Return a record (T, R, C) of an autoregression about the seasonal mean, m3/m3."""
    rng = np.random.default_rng(seed)
    keep = np.exp(-3.0 / memory)
    value, departures = rng.standard_normal(SHAPE), []
    for _ in times:
        value = keep * value + np.sqrt(1 - keep**2) * rng.standard_normal(SHAPE)
        departures.append(value)
    return (seasonal_mean(times)[:, None, None] + spread * np.array(departures)).astype(np.float32)


def straight_transfer(gain=1.0, offset=0.0, agreement=0.9, staying=0.0):
    """Return a transfer in which a cell is `offset + gain * coarse`."""
    coarse = np.linspace(0.1, 0.4, 7)[:, None, None] * np.ones((1, *WINDOW.shape))
    flat = np.ones(WINDOW.shape)
    return WetnessTransfer(offset + gain * coarse, coarse, agreement * flat, staying * flat)


def made_normals(years=10, **transfer):
    """Return the climatology of a made record, and the record: fields and times."""
    times = record_times(years)
    record = made_record(times)
    return Normals.of_record(record, times, straight_transfer(**transfer), WINDOW, M36, simulated=True), record, times
