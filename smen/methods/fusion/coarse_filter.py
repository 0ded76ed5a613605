"""A causal filter of the coarse cells in space and time: what is known of each of them at each overpass.

The departures of soil moisture from each cell's mean are a random field, correlated between cells (Matern, and a part
that all cells share) and fading in time. At every overpass the filter takes what was known before, and corrects it by
what is observed there (the Kalman filter: Kalman 1960, J. Basic Eng. 82, 35-45; in space and time as of Cressie and
Wikle 2011, "Statistics for Spatio-Temporal Data", chapter 8).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg.lapack import dtrtrs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Stack = NDArray[np.float64]

TILE, HALO = 10, 2
"""Cells along a side that are filtered together, and how many more around them take part: a filter's time grows with
the third power of the number of cells."""

UNSCORED = 20
"""Overpasses at the beginning that take no part in the score: the filter knows nothing yet."""


@dataclass(frozen=True)
class SpaceTimeModel:
    """Covariance of the departures in space and time.

    Attributes:
        variance: of the departures, (m3/m3)^2.
        common: share of it that all cells have in common.
        length: scale of the Matern covariance (smoothness 3/2) of the rest, in coarse cells.
        days: time constant by which departures fade.
        noise: variance of a recommended retrieval's own error, (m3/m3)^2.
    """

    variance: float
    common: float
    length: float
    days: float
    noise: float

    def covariance(self, row: NDArray[np.integer], column: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return the covariance between cells, (n, n), (m3/m3)^2.

        Args:
            row: of the cells, (n,).
            column: of the cells, (n,).
        """
        apart = np.hypot(row[:, None] - row, column[:, None] - column) * np.sqrt(3) / self.length
        return np.asarray(self.variance * (self.common + (1 - self.common) * (1 + apart) * np.exp(-apart)))


@dataclass(frozen=True)
class Observations:
    """What overpasses tell of the departures, float64 (T, R, C) but for `cause`, m3/m3 or its square.

    Attributes:
        recommended: departures by recommended retrievals, NaN elsewhere.
        second: departures by retrievals of the second tier, bias removed, NaN elsewhere.
        noise: variance of the errors of the second tier that each retrieval has for itself.
        shared: variance of those that all retrievals of one cause have in common on an overpass.
        cause: what made them not recommended, int8.
        shift: mean departure that flags tell of where nothing is recommended, beyond what was known before.
        shift_variance: of the departure around that.
    """

    recommended: Stack
    second: Stack
    noise: Stack
    shared: Stack
    cause: NDArray[np.int8]
    shift: Stack
    shift_variance: Stack

    @classmethod
    def of_recommended(cls, values: Stack) -> Observations:
        """Observe by recommended retrievals alone.

        Args:
            values: departures, (T, R, C), m3/m3, NaN where missing.
        """
        none, zero = np.full_like(values, np.nan), np.zeros_like(values)
        return cls(values, none, zero, zero, np.zeros(values.shape, np.int8), zero, zero)

    def part(self, *index: slice) -> Observations:
        """Return some overpasses, rows or columns.

        Args:
            index: slices of the axes.
        """
        return replace(self, **{f.name: getattr(self, f.name)[index] for f in fields(self)})


@dataclass(frozen=True)
class Filtered:
    """What the filter knows after each overpass.

    Attributes:
        mean: departures, (T, R, C), m3/m3.
        variance: of their errors, (T, R, C), (m3/m3)^2.
        loss: minus two log-likelihoods of the recommended retrievals, each predicted from all that came before, without
            a constant.
        number: how many retrievals that is of.
    """

    mean: Stack
    variance: Stack
    loss: float
    number: int


def filter_cells(observations: Observations, model: SpaceTimeModel, days: NDArray[np.float64]) -> Filtered:
    """Filter T overpasses.

    Args:
        observations: of R x C cells.
        model: covariance of the departures.
        days: times of the overpasses, rising, (T,).
    """
    shape = observations.recommended.shape
    mean, variance = np.empty(shape), np.empty(shape)
    loss, number = 0.0, 0
    for rows, outer_rows in tiles(shape[1]):
        for columns, outer_columns in tiles(shape[2]):
            part = _filter_tile(observations.part(slice(None), outer_rows, outer_columns), model, days)
            inner = (
                slice(None),
                slice(rows.start - outer_rows.start, rows.stop - outer_rows.start),
                slice(columns.start - outer_columns.start, columns.stop - outer_columns.start),
            )
            mean[:, rows, columns], variance[:, rows, columns] = part.mean[inner], part.variance[inner]
            loss, number = loss + part.loss, number + part.number
    return Filtered(mean, variance, loss, number)


def tiles(length: int) -> Iterator[tuple[slice, slice]]:
    """Divide an axis of R or C cells into parts of `TILE` or fewer; yield each alone and with its halo.

    Args:
        length: of the axis.
    """
    edges = np.linspace(0, length, -(-length // TILE) + 1).round().astype(int)
    for start, stop in pairwise(edges.tolist()):
        yield slice(start, stop), slice(max(start - HALO, 0), min(stop + HALO, length))


def _filter_tile(observations: Observations, model: SpaceTimeModel, days: NDArray[np.float64]) -> Filtered:
    """Filter the cells of one tile together."""
    shape = observations.recommended.shape
    flat = Observations(
        *(getattr(observations, f.name).reshape(shape[0], shape[1] * shape[2]) for f in fields(observations))
    )
    row, column = np.divmod(np.arange(shape[1] * shape[2]), shape[2])
    prior = model.covariance(row, column)
    state, error = np.zeros(len(row)), prior.copy()
    mean, variance = np.empty((shape[0], len(row))), np.empty((shape[0], len(row)))
    loss, number = 0.0, 0
    for t in range(shape[0]):
        if t:
            kept = np.exp(-(days[t] - days[t - 1]) / model.days)
            state, error = kept * state, kept**2 * error + (1 - kept**2) * prior
        first = np.flatnonzero(np.isfinite(flat.recommended[t]))
        if len(first):
            noise = np.diag(np.full(len(first), model.noise))
            state, error, score = _update(state, error, first, flat.recommended[t, first], noise)
            if t >= UNSCORED:
                loss, number = loss + score, number + len(first)
        state, error = state + flat.shift[t], error + np.diag(flat.shift_variance[t])
        second = np.flatnonzero(np.isfinite(flat.second[t]))
        if len(second):
            same = flat.cause[t, second][:, None] == flat.cause[t, second]
            noise = np.diag(flat.noise[t, second]) + np.where(same, flat.shared[t, second], 0)
            state, error, _ = _update(state, error, second, flat.second[t, second], noise)
        mean[t], variance[t] = state, np.diag(error)
    return Filtered(mean.reshape(shape), np.maximum(variance, 0).reshape(shape), loss, number)


def _update(
    state: Stack, error: Stack, where: NDArray[np.intp], values: Stack, noise: Stack
) -> tuple[Stack, Stack, float]:
    """Correct the state by observations; return it, the covariance of its errors, and the observations' score."""
    gain_of = error[where]
    # One Cholesky factor L of the observations' covariance gives gain, remaining covariance and likelihood.
    factor = np.linalg.cholesky(gain_of[:, where] + noise)
    right = np.column_stack([gain_of, values - state[where]])
    solved = dtrtrs(factor, right, lower=True)[0]
    gain, innovation = solved[:, :-1], solved[:, -1]
    score = float(2 * np.log(np.diag(factor)).sum() + innovation @ innovation)
    return state + innovation @ gain, error - gain.T @ gain, score
