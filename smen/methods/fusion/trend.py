"""The mean of a random field as a linear function of static rasters, by generalised least squares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.methods.fusion.kriging import Kriging

PRIOR_DEVIATION = 0.3
"""Standard deviation of a covariate's effect before it was seen, in standard deviations of the field: it draws effects
to 0 that few cells tell of."""

OBSERVED_RANGE = (0.005, 0.995)
"""Quantiles of a covariate at observed cells beyond which it counts as they do: a line is not drawn further."""


@dataclass(frozen=True)
class Trend:
    """A fitted mean.

    Attributes:
        constant: where all covariates have their mean, m3/m3.
        effects: of one standard deviation of each covariate, (C,), m3/m3.
        values: the mean at each cell, (H, W), m3/m3.
    """

    constant: float
    effects: NDArray[np.float64]
    values: NDArray[np.float64]

    @classmethod
    def fit(
        cls,
        values: NDArray[np.floating],
        noise: NDArray[np.floating],
        observed: NDArray[np.bool_],
        covariates: NDArray[np.floating] | None,
        kriging: Kriging | None = None,
    ) -> Trend:
        """Fit the mean to noisy values at some cells.

        Args:
            values: (H, W), m3/m3, anything where it is not observed.
            noise: variance of their errors, (H, W).
            observed: where there are values, (H, W).
            covariates: (C, H, W), each with mean 0 and standard deviation 1, or None.
            kriging: of the departures from the mean; None: they are taken to be independent of each other.
        """
        shape = values.shape
        number = 0 if covariates is None else len(covariates)
        if not observed.any():
            return cls(0.0, np.zeros(number), np.zeros(shape))
        columns = [np.ones(shape)]
        for covariate in [] if covariates is None else covariates:
            low, high = np.quantile(covariate[observed], OBSERVED_RANGE)
            columns.append(np.clip(covariate, low, high).astype(np.float64))
        if kriging is None:
            weight = 1 / (noise[observed] + values[observed].var() + 1e-8)
            weighted = [np.where(observed, 0.0, 0.0) for _ in columns]
            for target, column in zip(weighted, columns, strict=True):
                target[observed] = weight * column[observed]
        else:
            weighted = [kriging.solve(column, noise, observed) for column in columns]
        matrix = np.array([[(w * c)[observed].sum() for c in columns] for w in weighted])
        vector = np.array([(w * np.where(observed, values, 0.0)).sum() for w in weighted])
        penalty = np.full(len(columns), 1 / max(PRIOR_DEVIATION**2 * float(values[observed].var()), 1e-12))
        penalty[0] = 0.0
        found = np.linalg.solve((matrix + matrix.T) / 2 + np.diag(penalty), vector)
        mean = np.tensordot(found, np.array(columns), 1)
        return cls(float(found[0]), found[1:], mean)
