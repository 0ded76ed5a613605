"""Names of metrics and of kinds of values, and numbers with their intervals, as a validation shows them to people."""

from __future__ import annotations

import numpy as np

from smen.outputs.labels import NO_VALUE

METRIC_TITLES = {
    "bias": "bias",
    "rmsd": "RMSD",
    "ubrmsd": "ubRMSD",
    "pearson_r": "R",
    "spearman_r": "Spearman's R",
    "g_down": "G_DOWN",
}
"""Metrics by the names that people know them by."""

KIND_TITLES = {
    "absolute": "Absolute values",
    "moving_mean_anomaly": "Anomalies from a moving mean of 35 days",
    "climatology_anomaly": "Anomalies from a climatology",
}


def with_interval(value: float, low: float, high: float, *, signed: bool = False) -> str:
    """Write a value with three decimals and its interval in brackets, as far as they are known.

    Args:
        value: NaN: a dash is shown.
        low: of the interval; NaN: the value stands alone.
        high: likewise.
        signed: whether a plus is written as well.
    """
    if not np.isfinite(value):
        return NO_VALUE
    form = "+.3f" if signed else ".3f"
    if not (np.isfinite(low) and np.isfinite(high)):
        return format(value, form)
    return f"{value:{form}} [{low:{form}}, {high:{form}}]"
