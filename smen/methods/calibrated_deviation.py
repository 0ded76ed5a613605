"""Standard deviation of a method's errors from dates, and blocks of cells, that it did not learn from.

Split-conformal calibration (Papadopoulos et al. 2002; normalised, Lei et al. 2018, section 5.2), for any method: it
needs the errors of estimates by parameters that were fitted without the judged date, and a class for each cell that
says what the estimate there rests on. Each cell has a scale, the root mean square of its errors drawn to that of all
cells where dates are few; each class has a factor, which makes the 90 % quantile of |error| / scale that of a normal
distribution. Cells that were never observed have no errors: theirs come from blocks of cells that were left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.special import ndtri

from smen.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVEL = 0.9
"""Level of the interval that is calibrated."""

Z = float(ndtri((1 + LEVEL) / 2))
"""Half the width of this interval in standard deviations of a normal distribution, 1.645."""

PRIOR_DATES = (1.0, 3.0, 10.0, 30.0, 100.0, 1000.0)
"""How many dates the scale of all cells may be worth as a prior of a cell's own."""

LEAST_DATES = 5
"""Dates that a class needs for a factor of its own."""

LEAST_SCALE = 1e-4
"""Least scale, m3/m3."""

SCALE = "deviation.scale"
"""Name of the tensor."""


@dataclass(frozen=True)
class HeldOut:
    """Errors of one date that the estimate did not learn from; of a date with blocks left out a record of its own.

    Attributes:
        errors: estimate less observation, (H, W), m3/m3, NaN where there is none or it is not to count.
        classes: what the estimate of each cell rests on, uint8 (H, W), below the number of classes.
    """

    errors: NDArray[np.floating]
    classes: NDArray[np.uint8]


@dataclass(frozen=True)
class CalibratedDeviation:
    """The fitted deviation of a region.

    Attributes:
        scale: of each cell, float32 (H, W), m3/m3.
        overall: scale of all cells together, m3/m3, for classes that have no errors of their own cells.
        factors: of each class, by the conformal method.
        local: of each class, whether it uses the scale of the cell or the overall one.
    """

    scale: NDArray[np.float32]
    overall: float
    factors: tuple[float, ...]
    local: tuple[bool, ...]

    @classmethod
    def fit(cls, records: Sequence[HeldOut], local: Sequence[bool]) -> Self:
        """Calibrate by errors held out; every record has the same weight, however many cells it covers.

        Args:
            records: of dates held out, and of dates with blocks of cells left out.
            local: of each class, whether its cells have errors of their own to scale by: not of cells that were
                never observed. Classes rise in uncertainty: one with fewer than `LEAST_DATES` records has the
                greatest factor of those before it, or, if there is none, the least of all.

        Raises:
            DataError: no error is a number.
        """
        errors = np.array([record.errors for record in records], np.float64)
        classes = np.array([record.classes for record in records], np.uint8)
        valid = np.isfinite(errors)
        if not valid.any():
            raise DataError("no date held out has an error to calibrate the standard deviation by")
        of_own_cell = valid & np.asarray(local, bool)[classes]
        squares = np.where(of_own_cell, np.nan_to_num(errors) ** 2, 0)
        counted = of_own_cell if of_own_cell.any() else valid
        overall = max(float(np.sqrt(np.mean(errors[counted] ** 2))), LEAST_SCALE)
        total, count = squares.sum(axis=0), of_own_cell.sum(axis=0)
        prior = min(PRIOR_DATES, key=lambda dates: _log_loss(squares, of_own_cell, total, count, dates, overall))
        without_own = _shrunk(total - squares, count - of_own_cell, prior, overall)
        ratios = np.abs(errors) / np.where(np.asarray(local, bool)[classes], without_own, overall)
        factors = _filled([_factor(ratios, valid & (classes == code)) for code in range(len(local))])
        return cls(_shrunk(total, count, prior, overall).astype(np.float32), overall, factors, tuple(local))

    def field(self, classes: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the standard deviation of the error of each cell, m3/m3, float32 (..., H, W).

        Args:
            classes: what each cell rests on, (..., H, W).
        """
        scale = np.where(np.asarray(self.local, bool)[classes], self.scale, self.overall)
        return np.asarray(np.asarray(self.factors)[classes] * scale, np.float32)

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return the arrays of a checkpoint by name."""
        return {SCALE: self.scale}

    def header(self) -> dict[str, Any]:
        """Return all else for a checkpoint, of JSON's types."""
        return {"overall": self.overall, "factors": list(self.factors), "local": list(self.local)}

    @classmethod
    def restore(cls, tensors: Mapping[str, NDArray[Any]], header: Mapping[str, Any]) -> Self:
        """Make it from what `tensors` and `header` returned.

        Raises:
            KeyError: something is missing.
        """
        return cls(tensors[SCALE], header["overall"], tuple(header["factors"]), tuple(header["local"]))


def _shrunk(
    total: NDArray[np.floating], count: NDArray[np.integer], prior: float, overall: float
) -> NDArray[np.float64]:
    """Root mean square of errors whose squares sum to `total`, drawn to the overall one as by `prior` dates."""
    mean_square = np.maximum(total + prior * overall**2, 0) / (count + prior)
    return np.asarray(np.maximum(np.sqrt(mean_square), LEAST_SCALE), np.float64)


def _log_loss(
    squares: NDArray[np.float64],
    valid: NDArray[np.bool_],
    total: NDArray[np.float64],
    count: NDArray[np.integer],
    prior: float,
    overall: float,
) -> float:
    """Mean negative log likelihood of each error by a normal distribution of the scale that the other dates give."""
    if not valid.any():
        return 0.0
    scale = _shrunk(total - squares, count - valid, prior, overall)
    return float(np.mean((np.log(scale) + 0.5 * squares / scale**2)[valid]))


def _factor(ratios: NDArray[np.float64], chosen: NDArray[np.bool_]) -> float | None:
    """Quantile of a class's ratios at the level over that of a normal distribution; None with too few records.

    No finite-sample correction: per cell it is negligible, and per date it takes the cells of a date for one error.
    """
    per_record = chosen.sum(axis=(1, 2))
    if np.count_nonzero(per_record) < LEAST_DATES:
        return None
    value = ratios[chosen]
    weight = np.repeat(1 / per_record[per_record > 0], per_record[per_record > 0])
    order = np.argsort(value, kind="stable")
    share = np.cumsum(weight[order]) / weight.sum()
    place = min(int(np.searchsorted(share, LEVEL)), len(order) - 1)
    return max(float(value[order[place]]) / Z, 1e-3)


def _filled(factors: Sequence[float | None]) -> tuple[float, ...]:
    """Give classes without a factor the greatest of those before them; the first ones the least of all, or 1."""
    known = [factor for factor in factors if factor is not None]
    result: list[float] = []
    for factor in factors:
        if factor is None:
            before = [f for f in factors[: len(result)] if f is not None]
            factor = max(before) if before else min(known, default=1.0)
        result.append(factor)
    return tuple(result)
