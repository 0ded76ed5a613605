"""Ridge regression in closed form, from one small matrix per date (Hoerl and Kennard 1970).

The loss is that of the maps' use: the squared error within an image after its mean is taken off, plus a small share of
the squared error of the mean, which settles the level. Dates of other regions may take part: their matrices are added,
each weighted by a share that is chosen by the error on the region's own dates held out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVEL_WEIGHT = 0.1
"""Weight of the squared error of an image's mean."""

PENALTIES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""Penalties to choose from, in dates."""

SINGLE_PENALTY = 3.0
"""Penalty where there are too few dates to choose one."""

DONOR_WEIGHTS = (0.0, 0.03, 0.1, 0.3, 1.0)
"""Weights of a date of another region to choose from."""


@dataclass(frozen=True)
class NormalEquations:
    """The least-squares problems of n dates with F features.

    Attributes:
        matrices: (n, F, F), (m3/m3)^2.
        vectors: (n, F), (m3/m3)^2.
        squares: the loss of a target of each date against 0, (n,), (m3/m3)^2.
    """

    matrices: NDArray[np.float64]
    vectors: NDArray[np.float64]
    squares: NDArray[np.float64]

    @classmethod
    def of(cls, features: Iterable[NDArray[np.floating]], targets: Iterable[NDArray[np.floating]]) -> NormalEquations:
        """Set up the problems of some dates.

        Args:
            features: (F, H, W) of each date, valid everywhere.
            targets: (H, W) of each date, NaN where missing.
        """
        problems = [normal_equations(x, y) for x, y in zip(features, targets, strict=True)]
        return cls(*(np.array(part) for part in zip(*problems, strict=True)))

    @classmethod
    def joined(cls, parts: Sequence[NormalEquations]) -> NormalEquations:
        """Join the dates of several regions."""
        return cls(
            np.concatenate([p.matrices for p in parts]),
            np.concatenate([p.vectors for p in parts]),
            np.concatenate([p.squares for p in parts]),
        )

    def __len__(self) -> int:
        """Number of dates."""
        return len(self.vectors)

    def error(self, coefficients: NDArray[np.float64], date: int) -> float:
        """Compute the loss of coefficients on a date, (m3/m3)^2.

        Args:
            coefficients: (F,).
            date: its index.
        """
        w = coefficients
        return float(self.squares[date] - 2 * w @ self.vectors[date] + w @ self.matrices[date] @ w)


def normal_equations(
    features: NDArray[np.floating], target: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Set up one date's least-squares problem.

    Args:
        features: (F, H, W), valid everywhere.
        target: (H, W), NaN where missing; without any valid cell the problem is empty.

    Returns:
        Matrix (F, F), vector (F,), and the loss of the target against 0.
    """
    valid = np.isfinite(target)
    if not valid.any():
        number = len(features)
        return np.zeros((number, number)), np.zeros(number), 0.0
    x, y = features[:, valid].astype(np.float64), target[valid].astype(np.float64)
    mean_x, mean_y = x.mean(axis=1), float(y.mean())
    x -= mean_x[:, None]
    y = y - mean_y
    return (
        x @ x.T / y.size + LEVEL_WEIGHT * np.outer(mean_x, mean_x),
        x @ y / y.size + LEVEL_WEIGHT * mean_x * mean_y,
        float(y @ y / y.size + LEVEL_WEIGHT * mean_y**2),
    )


def penalty_scale(dates: NormalEquations) -> NDArray[np.float64]:
    """Return the scale of each coefficient's penalty, (F,).

    Half of the penalty is the same for all: a feature that hardly ever differs from zero in training (a residual two
    days old, where dates lie twelve days apart) must not get a coefficient of a thousand.
    """
    scale = np.einsum("dii->i", dates.matrices) / len(dates)
    return np.asarray(scale + scale.mean(), np.float64)


def solve(
    matrix: NDArray[np.float64], vector: NDArray[np.float64], penalty: float, scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Solve the penalised normal equations.

    Args:
        matrix: sum over dates, (F, F).
        vector: sum over dates, (F,).
        penalty: in dates.
        scale: of each coefficient's penalty, (F,).

    Returns:
        Coefficients (F,).
    """
    return np.asarray(np.linalg.solve(matrix + penalty * np.diag(scale + 1e-12), vector), np.float64)


def fit_folds(
    dates: NormalEquations,
    folds: Sequence[NDArray[np.int64]],
    donors: NormalEquations | None = None,
    scale: NDArray[np.float64] | None = None,
    towards: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Fit coefficients for each fold, from the dates outside of it.

    The penalty, and the weight of a donor's date, are those with the least error on the dates held out.

    Args:
        dates: of the region.
        folds: indices of the dates that are held out in turn.
        donors: dates of other regions.
        scale: of each coefficient's penalty, (F,); None: that of these dates.
        towards: coefficients that the penalty draws to, of each fold, (folds, F); None: 0.

    Returns:
        (folds, F).
    """
    scale = penalty_scale(dates) if scale is None else scale
    matrix, vector = dates.matrices.sum(axis=0), dates.vectors.sum(axis=0)
    held_out = [(dates.matrices[fold].sum(axis=0), dates.vectors[fold].sum(axis=0)) for fold in folds]
    more_m, more_v = (0.0, 0.0) if donors is None else (donors.matrices.sum(axis=0), donors.vectors.sum(axis=0))

    prior = np.zeros((len(folds), len(scale))) if towards is None else towards

    def fitted(weight: float, penalty: float) -> NDArray[np.float64]:
        parts = [(matrix - m + weight * more_m, vector - v + weight * more_v) for m, v in held_out]
        return np.array([w + solve(m, v - m @ w, penalty, scale) for (m, v), w in zip(parts, prior, strict=True)])

    if not any(len(fold) for fold in folds):  # a single date: no error to choose by
        return fitted(1.0, SINGLE_PENALTY)
    best = np.inf, fitted(0.0, SINGLE_PENALTY)
    for weight in DONOR_WEIGHTS if donors is not None else DONOR_WEIGHTS[:1]:
        for penalty in PENALTIES:
            coefficients = fitted(weight, penalty)
            error = sum(dates.error(w, int(i)) for w, fold in zip(coefficients, folds, strict=True) for i in fold)
            if error < best[0]:
                best = error, coefficients
    return best[1]


def folds_of(dates: int, number: int) -> list[NDArray[np.int64]]:
    """Divide dates into blocks of consecutive ones, to be held out in turn.

    Args:
        dates: how many there are.
        number: of blocks, at most.

    Returns:
        Indices of each block's dates; a single block without any where there are fewer than two dates.
    """
    if dates < 2:
        return [np.array([], np.int64)]
    return [np.asarray(part, np.int64) for part in np.array_split(np.arange(dates), min(number, dates))]
