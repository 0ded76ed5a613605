"""Tables of scores by date that are made by hand, so that every number can be worked out beside them."""

import numpy as np
import pandas as pd

TIMES = [f"2018-01-{day:02}T06:00:00" for day in range(1, 21)]
WEATHER = 0.04 + 0.02 * np.sin(np.arange(20))
"""An error that all methods share on each date: some dates are harder than others."""

OTHERS = [
    "bias",
    "RMSE",
    "R",
    "R_inside",
    "ubRMSE_inside",
    "ubRMSE_zeros",
    "deviation_ratio",
    "spectrum_ratio",
    "blockiness",
    "g_down",
]


def scores(method, values, seed=0, split="test", against="3 km product", times=TIMES, **more):
    """Rows of a table of scores by date; all other metrics are ten times the ubRMSE unless given."""
    other = {name: 10 * np.asarray(values) for name in OTHERS}
    key = {"method": method, "seed": seed, "split": split, "against": against, "time": times[: len(values)]}
    return pd.DataFrame({**key, "ubRMSE": values, **other, **more})


def aggregation(method, dates, pooled, per_cell, seed=0, against="3 km product"):
    """A row of a table of aggregations."""
    return {
        "method": method,
        "seed": seed,
        "split": "test",
        "against": against,
        "dates": dates,
        "ubRMSE_pooled": pooled,
        "ubRMSE_per_cell": per_cell,
    }
