"""The linear skip: ridge regression in closed form, from one small matrix per date.

The loss is that of the maps' use: the error within an image after its mean is taken off, plus a small share of the
squared error of the mean, which settles the level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LEVEL = 0.1
"""Weight of the squared error of an image's mean."""

PENALTIES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""Penalties that are tried, in dates."""


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


def solve(
    matrices: NDArray[np.float64], vectors: NDArray[np.float64], penalty: float, scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Coefficients (F,) from the matrices (n, F, F) and vectors (n, F) of n dates; `scale`: mean diagonal."""
    return np.linalg.solve(matrices.sum(axis=0) + penalty * np.diag(scale + 1e-12), vectors.sum(axis=0))


def fit_folds(
    dates: Sequence[tuple[NDArray[np.float64], NDArray[np.float64], float]], folds: Sequence[NDArray[np.int64]]
) -> NDArray[np.float64]:
    """Coefficients for each fold, learnt from the dates outside of it, (folds, F).

    The penalty is the one with the least error on the dates held out.
    """
    matrices, vectors = np.array([d[0] for d in dates]), np.array([d[1] for d in dates])
    scale = np.einsum("dii->i", matrices) / len(dates)
    # Half of the penalty is the same for all: a feature that hardly ever differs from zero in training (the news of a
    # residual two days old, where dates lie twelve days apart) must not get a coefficient of a thousand.
    scale = scale + scale.mean()
    everything = np.arange(len(dates))
    best: tuple[float, NDArray[np.float64]] | None = None
    for penalty in PENALTIES:
        error, found = 0.0, []
        for fold in folds:
            rest = np.setdiff1d(everything, fold)
            w = solve(matrices[rest], vectors[rest], penalty, scale)
            found.append(w)
            error += sum(dates[i][2] - 2 * float(w @ vectors[i]) + float(w @ matrices[i] @ w) for i in fold)
        if best is None or error < best[0]:
            best = error, np.array(found)
    assert best is not None  # noqa: S101  (there is at least one penalty)
    return best[1]


def folds_of(dates: int, number: int) -> list[NDArray[np.int64]]:
    """Blocks of consecutive dates to hold out in turn; a single one of no date where there are too few."""
    if dates < 2:
        return [np.array([], np.int64)]
    return [np.asarray(part, np.int64) for part in np.array_split(np.arange(dates), min(number, dates))]
