"""Metrics of many bootstrap samples at once, from sums over dates.

Bias, RMSD, ubRMSD, Pearson's correlation and G_DOWN follow from the sums of x, y and their products. A bootstrap
sample weighs each date by how often it was drawn, so that one matrix product gives the sums of all samples.
Spearman's correlation is Pearson's of the ranks among all pairs, whose ranks stay as they are in each sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.scores.metrics import EPSILON

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class DateSums:
    """Sums over the pairs of each point and date, (P, D) each.

    Attributes:
        number: of pairs.
        x: of the product's values less the station's mean at the point.
        y: of the station's values less their mean.
        xx: of squares.
        yy: likewise.
        xy: of products.
    """

    number: Array
    x: Array
    y: Array
    xx: Array
    yy: Array
    xy: Array

    @classmethod
    def of_pairs(
        cls, point: NDArray[np.integer], date: NDArray[np.integer], x: Array, y: Array, shape: tuple[int, int]
    ) -> DateSums:
        """Sum pairs.

        Args:
            point: of each pair, (n,), below P.
            date: of each pair, (n,), below D.
            x: the product's values, (n,).
            y: the station's values, (n,).
            shape: (P, D).
        """
        count = np.maximum(np.bincount(point, minlength=shape[0]), 1)
        # Both lose the same constant, so that the bias stays and sums of squares keep their digits.
        centre = (np.bincount(point, y, shape[0]) / count)[point]
        u, v = x - centre, y - centre
        flat = point * shape[1] + date
        parts = (np.ones(len(u)), u, v, u * u, v * v, u * v)
        sums = [np.bincount(flat, p, shape[0] * shape[1]).reshape(shape).astype(np.float64) for p in parts]
        return cls(*sums)

    def resampled(self, counts: Array) -> Moments:
        """Return the moments of samples of dates.

        Args:
            counts: how often each date is in each sample, (B, D).
        """
        number = counts @ self.number.T
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = [(counts @ part.T) / number for part in (self.x, self.y, self.xx, self.yy, self.xy)]
        return Moments(number, *parts)

    def whole(self) -> Moments:
        """Return the moments of all pairs, (1, P)."""
        return self.resampled(np.ones((1, self.number.shape[1])))


@dataclass(frozen=True)
class Moments:
    """Means over the pairs of samples (B, P), NaN where a sample has no pair at a point.

    Attributes:
        number: of pairs.
        x: mean of the product less a constant of the point.
        y: mean of the station less the same constant.
        xx: mean of squares.
        yy: likewise.
        xy: mean of products.
    """

    number: Array
    x: Array
    y: Array
    xx: Array
    yy: Array
    xy: Array

    @property
    def bias(self) -> Array:
        """Mean of product minus station."""
        return self.x - self.y

    @property
    def rmsd(self) -> Array:
        """Root mean square difference."""
        return np.sqrt(np.maximum(self.xx - 2 * self.xy + self.yy, 0))

    @property
    def ubrmsd(self) -> Array:
        """Standard deviation of the difference."""
        return np.sqrt(np.maximum(self.xx - 2 * self.xy + self.yy - self.bias**2, 0))

    @property
    def correlation(self) -> Array:
        """Pearson's correlation; NaN where a side does not vary by more than rounding."""
        vx, vy = self.xx - self.x**2, self.yy - self.y**2
        varies = (vx > EPSILON * self.xx) & (vy > EPSILON * np.maximum(self.yy, self.xx))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(varies, np.clip((self.xy - self.x * self.y) / np.sqrt(vx * vy), -1, 1), np.nan)

    @property
    def slope(self) -> Array:
        """Slope of the least-squares line of product against station."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return (self.xy - self.x * self.y) / (self.yy - self.y**2)


def g_down_of(product: Moments, reference: Moments) -> Array:
    """Compute G_DOWN of a product over a coarse reference, as `smen.scores.gdown.g_down` does for one series.

    Args:
        product: its moments with the station, (B, P).
        reference: those of the coarse product at the same pairs.
    """
    parts = [
        _gain(1 - reference.slope, 1 - product.slope),
        _gain(1 - np.nan_to_num(reference.correlation), 1 - np.nan_to_num(product.correlation)),
        _gain(reference.bias, product.bias),
    ]
    return np.asarray(np.mean(parts, axis=0), np.float64)


def _gain(before: Array, after: Array) -> Array:
    """Decrease of an error's size as a share of both sizes together."""
    total = np.abs(before) + np.abs(after)
    change = np.abs(before) - np.abs(after)
    gain = np.divide(change, total, out=np.where(np.isnan(total), np.nan, 0.0), where=total > 0)
    return np.asarray(gain, np.float64)
