"""The linear skip: ridge regression in closed form, from one small matrix per date.

The loss is that of the maps' use: the error within an image after its mean is taken off, plus a small share of the
squared error of the mean, which settles the level. Dates of other regions may take part: their matrices are added,
each worth a share of a date of the region's own that is chosen by what it does for the region's own dates held out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVEL = 0.1
"""Weight of the squared error of an image's mean."""

PENALTIES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""Penalties that are tried, in dates."""

SINGLE_PENALTY = 3.0
"""Penalty where there are too few dates to choose one."""

SHARES = (0.0, 0.03, 0.1, 0.3, 1.0)
"""What a date of another region is worth, as tried."""


@dataclass(frozen=True)
class NormalEquations:
    """The least squares problems of n dates.

    Attributes:
        matrices: (n, F, F).
        vectors: (n, F).
        squares: the targets' own squares, (n,).
    """

    matrices: NDArray[np.float64]
    vectors: NDArray[np.float64]
    squares: NDArray[np.float64]

    @classmethod
    def of(cls, features: Iterable[NDArray[np.floating]], targets: Iterable[NDArray[np.floating]]) -> NormalEquations:
        """From features (F, H, W), valid everywhere, and targets (H, W), NaN where missing, of each date."""
        found = [moments(x, y) for x, y in zip(features, targets, strict=True)]
        return cls(*(np.array(part) for part in zip(*found, strict=True)))

    @classmethod
    def joined(cls, parts: Sequence[NormalEquations]) -> NormalEquations:
        """All dates of several regions."""
        return cls(
            np.concatenate([p.matrices for p in parts]),
            np.concatenate([p.vectors for p in parts]),
            np.concatenate([p.squares for p in parts]),
        )

    def __len__(self) -> int:
        """Number of dates."""
        return len(self.vectors)

    def error(self, coefficients: NDArray[np.float64], date: int) -> float:
        """The loss of some coefficients on a date."""
        w = coefficients
        return float(self.squares[date] - 2 * w @ self.vectors[date] + w @ self.matrices[date] @ w)


def moments(
    features: NDArray[np.floating], target: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """One date's matrices of the least squares problem: (F, F), (F,), and the target's own square.

    Args:
        features: (F, H, W), valid everywhere.
        target: (H, W), NaN where missing; at least one valid cell.
    """
    valid = np.isfinite(target)
    x, y = features[:, valid].astype(np.float64), target[valid].astype(np.float64)
    mean_x, mean_y = x.mean(axis=1), float(y.mean())
    x -= mean_x[:, None]
    y = y - mean_y
    return (
        x @ x.T / y.size + LEVEL * np.outer(mean_x, mean_x),
        x @ y / y.size + LEVEL * mean_x * mean_y,
        float(y @ y / y.size + LEVEL * mean_y**2),
    )


def penalty_scale(dates: NormalEquations) -> NDArray[np.float64]:
    """The scale of each coefficient's penalty, (F,).

    Half of the penalty is the same for all: a feature that hardly ever differs from zero in training (the news of a
    residual two days old, where dates lie twelve days apart) must not get a coefficient of a thousand.
    """
    scale = np.einsum("dii->i", dates.matrices) / len(dates)
    return np.asarray(scale + scale.mean(), np.float64)


def solve(
    matrix: NDArray[np.float64], vector: NDArray[np.float64], penalty: float, scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Coefficients (F,) from sums of matrices (F, F) and vectors (F,); `scale`: of the penalties."""
    return np.asarray(np.linalg.solve(matrix + penalty * np.diag(scale + 1e-12), vector), np.float64)


def fit_folds(
    dates: NormalEquations, folds: Sequence[NDArray[np.int64]], others: NormalEquations | None = None
) -> NDArray[np.float64]:
    """Coefficients for each fold, learnt from the dates outside of it, (folds, F).

    The penalty, and what a date of another region is worth, are those with the least error on the dates held out.

    Args:
        dates: of the region.
        folds: which of them are held out in turn.
        others: dates of other regions.
    """
    scale = penalty_scale(dates)
    matrix, vector = dates.matrices.sum(axis=0), dates.vectors.sum(axis=0)
    held = [(dates.matrices[fold].sum(axis=0), dates.vectors[fold].sum(axis=0)) for fold in folds]
    more, much = (0.0, 0.0) if others is None else (others.matrices.sum(axis=0), others.vectors.sum(axis=0))

    def fitted(share: float, penalty: float) -> NDArray[np.float64]:
        return np.array([solve(matrix - m + share * more, vector - v + share * much, penalty, scale) for m, v in held])

    if not any(len(fold) for fold in folds):  # nothing to choose by: a single date
        return fitted(1.0, SINGLE_PENALTY)
    best = np.inf, fitted(0.0, SINGLE_PENALTY)
    for share in SHARES if others is not None else SHARES[:1]:
        for penalty in PENALTIES:
            found = fitted(share, penalty)
            error = sum(dates.error(w, int(i)) for w, fold in zip(found, folds, strict=True) for i in fold)
            if error < best[0]:
                best = error, found
    return best[1]


def folds_of(dates: int, number: int) -> list[NDArray[np.int64]]:
    """Blocks of consecutive dates to hold out in turn; a single one of no date where there are too few."""
    if dates < 2:
        return [np.array([], np.int64)]
    return [np.asarray(part, np.int64) for part in np.array_split(np.arange(dates), min(number, dates))]
