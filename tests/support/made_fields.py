"""Small made-up fields: a static pattern, a moving level, slanted strips with missing cells."""

import numpy as np

from smen.data.records import Fields
from smen.data.samples import Periods, samples_of
from smen.grid import M36, Window

DAY = np.timedelta64(1, "D")
START = np.datetime64("2016-01-01T12:00:00", "s")


def make_fields(n=40, shape=(24, 36), every=2, seed=0, origin=(1021, 2650), noise=0.01, grid=M36, **changes):
    """`n` coarse overpasses a day and a half apart, a fine field at every `every`-th, each over half of the window."""
    rng = np.random.default_rng(seed)
    window = Window(*origin, *shape)
    rows, cols = window.row + np.arange(shape[0]), window.column + np.arange(shape[1])
    pattern = 0.05 * np.sin(rows[:, None] / 3.0) * np.cos(cols[None, :] / 4.0)
    time = START + (np.arange(n) * 36 * 3600).astype("timedelta64[s]")
    level = 0.2 + 0.05 * np.sin(np.arange(n) / 3.0)
    cells = rng.normal(0, 0.02, window.coarse_shape(grid))
    coarse = (level[:, None, None] + cells).astype(np.float32)
    index = np.arange(0, n, every)
    fine = window.expand(coarse[index], grid) + pattern + rng.normal(0, noise, (len(index), *shape))
    for i in range(len(index)):
        strip = (np.arange(shape[1])[None, :] + np.arange(shape[0])[:, None] // 4 + i * 9) % shape[1]
        fine[i][strip > shape[1] // 2] = np.nan
    values = {
        "window": window,
        "coarse_grid": grid,
        "coarse": coarse,
        "coarse_time": time,
        "coarse_descending": np.arange(n) % 2 == 0,
        "coarse_flag": np.zeros(coarse.shape, np.uint16),
        "fine": fine.astype(np.float32),
        "fine_time": time[index],
        "fine_ready": time[index] + np.timedelta64(5, "h"),
        "fine_sentinel1": tuple(frozenset([t + np.timedelta64(5, "h")]) for t in time[index]),
    } | changes
    return Fields(**values)


def make_samples(fields, train=0.6, **options):
    """The first part to train on (its last fifth as validation), the rest to test on."""
    days = fields.coarse_time.astype("datetime64[D]")
    cut = days[int(train * len(days))]
    held = days[int(train * 0.8 * len(days))]
    periods = Periods(train=[(days[0], held - 1)], validation=[(held, cut - 1)], test=[(cut, days[-1])])
    return samples_of(fields, periods=periods, **options)
