"""How the errors of maps go together in space and time: what the error of a mean, a change or an area follows from.

The error of a cell at an overpass is a sum of independent parts, each a random field with a correlation in space (sums
of exponentials of the distance, in cells of 3 km) and a fading in time:

- `bias`: what the radiometer's retrieval errs at each overpass alike, smooth over coarse cells;
- `noise`: what it errs at one overpass, smoother still;
- `pattern`: what is not known of a cell's static pattern, which stays as well;
- `lasting`: detail that the estimate lacks for some days;
- `passing`: detail that it lacks at one overpass;
- `independent`: what is left, of each cell and overpass by itself.

The variances of the parts sum to the square of the standard deviation that the map states.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

LENGTHS = (0.0, 1.0, 3.0, 8.0, 25.0)
"""Lengths of the exponentials, in cells; 0: independent from cell to cell."""

BIAS_LENGTH, NOISE_LENGTH = 25.0, 50.0
"""Lengths of the retrieval's errors in cells: the semivariances of real 36 km retrievals leave no room for errors that
are independent between coarse cells, and errors common to a whole orbit are known."""

PARTS = ("bias", "noise", "pattern", "lasting", "passing", "independent")
"""The parts of an error, in the order of the arrays of amplitudes."""

LARGEST_SHARE = 0.95
"""Share of a variance, at most, that the parts other than the independent one take."""


@dataclass(frozen=True)
class SpatialCorrelation:
    """Sum over lengths of `share * exp(-distance / length)`.

    Attributes:
        shares: of each length in `lengths`, none negative, summing to 1.
        lengths: in cells; 0 for what is independent between cells.
    """

    shares: tuple[float, ...]
    lengths: tuple[float, ...] = LENGTHS

    def __call__(self, distance: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the correlation at some distances, in cells, of any shape."""
        total = np.zeros(np.shape(distance))
        for share, length in zip(self.shares, self.lengths, strict=True):
            total += share * ((distance == 0) if length == 0 else np.exp(-distance / length))
        return total


@dataclass(frozen=True)
class ErrorStructure:
    """What is the same in all cells of a region.

    Attributes:
        bias_variance: of the retrieval's lasting error, (m3/m3)^2.
        noise_variance: of its error at one overpass, (m3/m3)^2.
        pattern_shares: of the pattern's error by length, (L,), summing to 1.
        detail_shares: of the other variance, by length, (L,): what is correlated of it, or fades slowly; less than 1.
        lasting_share: share of this detail that fades slowly.
        lasting_days: in which the correlation of the slow part falls to 1/e.
    """

    bias_variance: float
    noise_variance: float
    pattern_shares: tuple[float, ...]
    detail_shares: tuple[float, ...]
    lasting_share: float
    lasting_days: float

    def to_header(self) -> dict[str, Any]:
        """Return the numbers by name, of JSON's types."""
        return {
            "bias_variance": self.bias_variance,
            "noise_variance": self.noise_variance,
            "pattern_shares": list(self.pattern_shares),
            "detail_shares": list(self.detail_shares),
            "lasting_share": self.lasting_share,
            "lasting_days": self.lasting_days,
        }

    @classmethod
    def from_header(cls, header: Mapping[str, Any]) -> ErrorStructure:
        """Make the structure of what `to_header` returned.

        Raises:
            KeyError: a number is missing.
            TypeError, ValueError: one is no number, or the shares are of other lengths.
        """
        pattern, detail = (tuple(float(v) for v in header[n]) for n in ("pattern_shares", "detail_shares"))
        if {len(pattern), len(detail)} != {len(LENGTHS)}:
            raise ValueError(f"its shares of the error are not of the lengths {LENGTHS}")
        rest = {n: float(header[n]) for n in ("bias_variance", "noise_variance", "lasting_share", "lasting_days")}
        return cls(pattern_shares=pattern, detail_shares=detail, **rest)


@dataclass(frozen=True)
class ErrorCorrelation:
    """The correlation of the errors of a region's maps.

    Attributes:
        structure: what all cells share.
        pattern_variance: of the error of each cell's static pattern, (H, W), (m3/m3)^2.
        bounds: least and greatest soil moisture of the maps, m3/m3.
    """

    structure: ErrorStructure
    pattern_variance: NDArray[np.float32]
    bounds: tuple[float, float]

    @property
    def days(self) -> tuple[float, ...]:
        """Days in which each part fades to 1/e; infinite for one that stays, 0 for one that each overpass has anew."""
        return (np.inf, 0.0, np.inf, self.structure.lasting_days, 0.0, 0.0)

    @property
    def correlations(self) -> tuple[SpatialCorrelation, ...]:
        """The correlation in space of each part."""
        s = self.structure
        detail = sum(s.detail_shares)
        of_detail = tuple(share / detail for share in s.detail_shares) if detail > 0 else (1.0, 0.0, 0.0, 0.0, 0.0)
        return (
            SpatialCorrelation((1.0,), (BIAS_LENGTH,)),
            SpatialCorrelation((1.0,), (NOISE_LENGTH,)),
            SpatialCorrelation(s.pattern_shares),
            SpatialCorrelation(of_detail),
            SpatialCorrelation(of_detail),
            SpatialCorrelation((1.0,), (0.0,)),
        )

    def fading(self, days: float) -> NDArray[np.float64]:
        """Return the correlation of each part between two overpasses some days apart, (6,)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.array([1.0 if days == 0 else float(np.exp(-abs(days) / d)) if d > 0 else 0.0 for d in self.days])

    def amplitudes(self, deviation: NDArray[np.floating], part: Any = ...) -> NDArray[np.float64]:  # noqa: ANN401
        """Return the standard deviation of each part of the error.

        Where the map states less than all parts together, they give way in proportion, the pattern last.

        Args:
            deviation: stated standard deviation of a map or of some of its cells, m3/m3, NaN where there is none.
            part: the index that takes these cells out of an array of the region; by default all.

        Returns:
            (6, ...) in the order of `PARTS`, m3/m3, 0 where there is no map; their squares sum to its own.
        """
        s = self.structure
        total = np.where(np.isfinite(deviation), deviation, 0.0).astype(np.float64) ** 2
        pattern = np.minimum(self.pattern_variance[part].astype(np.float64), LARGEST_SHARE * total)
        rest = total - pattern
        detail = sum(s.detail_shares) * rest
        wanted = np.array(
            [
                np.full(rest.shape, s.bias_variance),
                np.full(rest.shape, s.noise_variance),
                s.lasting_share * detail,
                (1 - s.lasting_share) * detail,
            ]
        )
        wanted *= np.minimum(1.0, LARGEST_SHARE * rest / np.maximum(wanted.sum(axis=0), 1e-12))
        bias, noise, lasting, passing = wanted
        independent = rest - wanted.sum(axis=0)
        return np.sqrt(np.maximum([bias, noise, pattern, lasting, passing, independent], 0.0))
