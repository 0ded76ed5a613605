"""G_DOWN: gain of a downscaled field over the coarse field that it was made from, against a fine reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.scores.metrics import bias, is_constant, pearson_r

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Gain:
    """Gains of the downscaled data over the coarse ones, each from -1 to 1; above 0 downscaling helps.

    Attributes:
        effi: efficiency, from the slope of the linear fit to the reference.
        prec: precision, from the correlation with the reference.
        accu: accuracy, from the bias to the reference.
    """

    effi: float
    prec: float
    accu: float

    @property
    def g_down(self) -> float:
        """Mean of the three gains."""
        return (self.effi + self.prec + self.accu) / 3


def g_down(estimate: ArrayLike, coarse: ArrayLike, target: ArrayLike) -> Gain:
    """Compute G_DOWN and its parts over the cells where all three arrays are valid.

    Merlin et al. 2015, "Performance Metrics for Soil Moisture Downscaling Methods: Application to DISPATCH Data in
    Central Morocco", Remote Sens. 7(4), 3783-3807. With LR the coarse (low-resolution) data and HR the downscaled ones,
    S the slope of the linear fit of the data to the reference (ideally 1), R their correlation and B their bias::

        G_EFFI = (|1 - S_LR| - |1 - S_HR|) / (|1 - S_LR| + |1 - S_HR|)
        G_PREC = (|1 - R_LR| - |1 - R_HR|) / (|1 - R_LR| + |1 - R_HR|)
        G_ACCU = (|B_LR| - |B_HR|) / (|B_LR| + |B_HR|)
        G_DOWN = (G_EFFI + G_PREC + G_ACCU) / 3

    In that paper the reference is a station's series; here it may be an image. Cases that the formulas leave open: a
    constant field, such as a single coarse cell, has slope 0 and is given correlation 0; where both errors are 0, the
    gain is 0. A method that keeps the level of the coarse field has G_ACCU near 0, and where both biases are tiny the
    sign of G_ACCU is chance.

    Args:
        estimate: the downscaled data, any shape, m3/m3, NaN where missing.
        coarse: the coarse data at the same places and times, the same shape.
        target: the reference, the same shape.

    Returns:
        The gains; NaN where fewer than two cells are common or the reference does not vary.
    """
    arrays = np.broadcast_arrays(*(np.asarray(a, np.float64) for a in (estimate, coarse, target)))
    valid = np.all([np.isfinite(a) for a in arrays], axis=0)
    fine, low, reference = (a[valid] for a in arrays)
    if reference.size < 2 or is_constant(reference):
        return Gain(np.nan, np.nan, np.nan)
    return Gain(
        effi=_gain(1 - _slope(low, reference), 1 - _slope(fine, reference)),
        prec=_gain(1 - _correlation(low, reference), 1 - _correlation(fine, reference)),
        accu=_gain(bias(low, reference), bias(fine, reference)),
    )


def _gain(before: float, after: float) -> float:
    """Decrease of an error's size as a share of both sizes together."""
    total = abs(before) + abs(after)
    return (abs(before) - abs(after)) / total if total else 0.0


def _slope(data: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    """Slope of the least-squares line of data against reference."""
    centred = reference - reference.mean()
    return 0.0 if is_constant(data) else float(centred @ (data - data.mean()) / (centred @ centred))


def _correlation(data: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    """Pearson's correlation, 0 for a constant."""
    return 0.0 if is_constant(data) else pearson_r(data, reference)
