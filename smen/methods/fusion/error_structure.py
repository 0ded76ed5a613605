"""Fit how errors go together in space and time to the errors of dates and of blocks of cells left out of training.

These are errors against the 3 km product, and so hold its noise, which maps have not, and lack what the product errs
together with the coarse field, which maps have:

- the product's noise is independent between scenes: covariances of two dates are free of it. Within a date its stated
  variance is taken off, from what is independent between cells first and then from the shortest lengths;
- the noise of the retrieval shows in the coarse series, as what an overpass differs from those before and after it;
- a bias of the retrieval that stays shows nowhere: it is assumed (`ASSUMED_BIAS`).

What the pattern lacks at cells never observed is seen at cells left out, between dates, where nothing else lasts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import fft
from scipy.optimize import nnls

from smen.data.coarse_tiers import half_bias
from smen.data.error_correlation import LENGTHS, ErrorStructure
from smen.grid.torus import means_by_ring, torus_distance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from smen.methods.fusion.error_model import ErrorModel
    from smen.methods.fusion.training_set import TrainingSet

ASSUMED_BIAS = 0.012
"""Standard deviation of the retrieval's lasting error, m3/m3. Neither series nor product can show it."""

SEEN = 0.15
"""Cells of which less than this share of the pattern is unknown show the errors of detail."""

LASTING_DAYS = 8.0
"""Days in which detail that the estimate lacks fades to 1/e."""

LASTING_SHARE, LASTING_PAIRS = 0.6, 10.0
"""Share of the detail that lasts where dates show nothing of it, and the pairs of dates that this weighs as much as."""

NEAREST_RINGS = 4
"""Rings of distance that show what lasts: farther cells have little in common."""

PAIRS_OF_DAYS = ((2.0, 4.0), (4.0, 8.0), (8.0, 16.0), (16.0, 32.0))
"""Days between two dates whose errors are compared; nearer ones may share a scene."""

PATTERN_DAYS = (12.0, 400.0)
"""Days between two dates whose errors at left-out cells have only the pattern in common."""

FARTHEST = 40
"""Distance up to which cells are compared, in cells."""

RINGS = np.concatenate([np.arange(0.5, 8), np.arange(8, FARTHEST + 1, 3)])
"""Edges of the rings of distance; the first one holds a cell with itself."""

NEAR_CELLS = 10.0
"""Distance over which the weight of a ring halves."""

PATTERN_PRIOR = (0.1, 0.15, 0.35, 0.25, 0.15)
"""Shares of the pattern's error by length where no left-out cells show them."""

WITHIN = np.timedelta64(4, "D")
"""Three overpasses within this time show the noise of the middle one."""

MAD = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""

LEAST_TRIPLES = 50
"""Fewest overpasses that the noise of the retrieval is taken from."""


def fit_error_structure(
    region: TrainingSet, model: ErrorModel, errors: NDArray[np.floating], left_out_errors: NDArray[np.floating]
) -> ErrorStructure:
    """Fit the structure of a region's errors.

    Args:
        region: its training dates.
        model: gives the standard deviations.
        errors: of the dates held out, (n, H, W), m3/m3, NaN where there is no target.
        left_out_errors: of cells left out as well, (n, H, W), NaN elsewhere.
    """
    deviation, of_left_out = (
        np.array([model.standard_deviation(f.variance_predictors) for f in features])
        for features in (region.with_pattern, region.left_out)
    )
    seen = np.array([f.unknown < SEEN for f in region.with_pattern])
    days = (region.dates.time - region.dates.time[0]) / np.timedelta64(1, "D")
    ratio = np.where(seen, errors / deviation, np.nan)
    noise = None if region.fields.fine_noise is None else region.fields.fine_noise[region.dates.fine]
    shares = detail_shares(ratio, None if noise is None else noise / deviation)
    until = int(region.dates.coarse.max()) + 1
    history, fields = region.builder.history, region.fields
    coarse = (history.cells - half_bias(fields, history.direction_bias))[:until]
    return ErrorStructure(
        bias_variance=ASSUMED_BIAS**2,
        noise_variance=retrieval_noise(coarse, fields.coarse_time[:until]) ** 2,
        pattern_shares=pattern_shares(left_out_errors / of_left_out, days),
        detail_shares=shares,
        lasting_share=lasting_share(ratio, days, shares),
        lasting_days=LASTING_DAYS,
    )


def detail_shares(ratio: NDArray[np.floating], noise: NDArray[np.floating] | None) -> tuple[float, ...]:
    """Fit what is correlated of the errors within a date, as shares of their stated variance by length.

    Args:
        ratio: errors over their standard deviation, (n, H, W), NaN where there is none.
        noise: the product's over the same, (n, H, W), NaN where it is not stated; None: all that is independent
            between cells is taken to be the product's.

    Returns:
        (L,), none negative, with a sum of at most 1; all 0 where there is nothing to compare.
    """
    transforms = _Transforms.of(ratio)
    distance, covariance, pairs = transforms.between([(i, i) for i in range(len(ratio))])
    if distance.size < 2:
        return (0.0,) * len(LENGTHS)
    shares = _nested(distance, covariance, pairs)
    stated = np.array([]) if noise is None else np.square(noise)[np.isfinite(noise) & np.isfinite(ratio)]
    taken = float(stated.mean()) if stated.size else float(shares[0])
    for k in range(len(LENGTHS) - 1):  # the longest one is never the product's noise
        part = min(taken, float(shares[k]))
        shares[k] -= part
        taken -= part
    return tuple(float(share) for share in shares / max(shares.sum(), 1.0))


def lasting_share(ratio: NDArray[np.floating], days: NDArray[np.floating], shares: Sequence[float]) -> float:
    """Fit the share of the detail that fades slowly to errors on pairs of dates.

    Args:
        ratio: errors over their standard deviation, (n, H, W), NaN where there is none.
        days: of the dates, (n,).
        shares: of the detail, by length, as `detail_shares` returned them.
    """
    transforms = _Transforms.of(ratio)
    apart = days[None] - days[:, None]
    product = square = 0.0
    for low, high in PAIRS_OF_DAYS:
        chosen = np.argwhere((apart >= low) & (apart < high))
        distance, covariance, pairs = (part[:NEAREST_RINGS] for part in transforms.between(chosen))
        if not distance.size:
            continue
        mean = float(np.mean([apart[i, j] for i, j in chosen]))
        model = _models(distance) @ np.array(shares)
        weight = pairs / pairs.sum() * len(chosen)
        faded = model * np.exp(-mean / LASTING_DAYS)
        product += float((weight * faded * covariance).sum())
        square += float((weight * faded**2).sum())
    prior = LASTING_PAIRS * float(((_models(RINGS[:NEAREST_RINGS] - 0.5) @ np.array(shares)) ** 2).mean()) + 1e-12
    return float(np.clip((product + prior * LASTING_SHARE) / (square + prior), 0.0, 1.0))


def pattern_shares(ratio: NDArray[np.floating], days: NDArray[np.floating]) -> tuple[float, ...]:
    """Fit the correlation in space of the pattern's error to pairs of dates at cells left out of both.

    Args:
        ratio: errors over their standard deviation at left-out cells, (n, H, W), NaN elsewhere.
        days: of the dates, (n,).

    Returns:
        Shares by length, (L,), summing to 1.
    """
    apart = days[None] - days[:, None]
    chosen = np.argwhere((apart >= PATTERN_DAYS[0]) & (apart < PATTERN_DAYS[1]))
    distance, covariance, pairs = _Transforms.of(ratio).between(chosen)
    if distance.size < 2:
        return PATTERN_PRIOR
    shares = _nested(distance, covariance, pairs)
    return tuple(float(v) for v in shares / shares.sum()) if shares.sum() > 0 else PATTERN_PRIOR


def retrieval_noise(coarse: NDArray[np.floating], time: NDArray[np.datetime64]) -> float:
    """Estimate the standard deviation of the noise of a retrieval from the series of coarse cells, m3/m3.

    It is what an overpass differs from a line through those before and after it. Rain makes few of these differences
    large and hardly changes their median.

    Args:
        coarse: (T, R, C), m3/m3, NaN where missing, without the mean difference between the directions of overpass.
        time: of the overpasses, (T,).

    Returns:
        0 where there are hardly three overpasses within some days.
    """
    differences = []
    for series in coarse.reshape(len(coarse), -1).T:
        valid = np.isfinite(series)
        x, t = series[valid], time[valid]
        if len(x) < 3:
            continue
        before, around = (t[1:-1] - t[:-2]) / np.timedelta64(1, "s"), (t[2:] - t[:-2]) / np.timedelta64(1, "s")
        weight = before / around
        line = (1 - weight) * x[:-2] + weight * x[2:]
        scaled = (x[1:-1] - line) / np.sqrt(1 + weight**2 + (1 - weight) ** 2)
        differences.append(scaled[t[2:] - t[:-2] <= WITHIN])
    values = np.concatenate(differences) if differences else np.array([])
    if values.size < LEAST_TRIPLES:
        return 0.0
    return float(MAD * np.median(np.abs(values - np.median(values))))


@dataclass(frozen=True)
class _Transforms:
    """Fourier transforms of fields and of where they are known, for covariances between pairs of them."""

    values: NDArray[np.complexfloating]
    known: NDArray[np.complexfloating]
    shape: tuple[int, int]

    @classmethod
    def of(cls, fields: NDArray[np.floating]) -> _Transforms:
        """Transform fields (n, H, W), NaN where missing."""
        height, width = (fft.next_fast_len(size + FARTHEST + 1, real=True) for size in fields.shape[1:])
        known = np.isfinite(fields)
        values = np.where(known, fields, 0).astype(np.float32)
        transformed = fft.rfft2(values, (height, width)), fft.rfft2(known.astype(np.float32), (height, width))
        return cls(*transformed, (height, width))

    def between(
        self, pairs: Sequence[tuple[int, int]] | NDArray[np.integer]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Mean distance, covariance and number of pairs of cells in rings of distance, over pairs of fields."""
        if not len(pairs):
            return np.zeros(0), np.zeros(0), np.zeros(0)
        product, number = (np.zeros(self.values.shape[1:], np.complex128) for _ in range(2))
        table = np.asarray(pairs)
        for i in np.unique(table[:, 0]):
            others = table[table[:, 0] == i, 1]
            product += self.values[i] * np.conj(self.values[others].sum(axis=0))
            number += self.known[i] * np.conj(self.known[others].sum(axis=0))
        sums, count = (fft.irfft2(part, self.shape) for part in (product, number))
        distance = torus_distance(self.shape)
        return means_by_ring(sums, count, (distance <= FARTHEST) & (count > 0.5), RINGS)


def _models(distance: NDArray[np.floating]) -> NDArray[np.float64]:
    """The exponentials of all lengths at some distances, (n, L)."""
    columns = [(distance < RINGS[0]) if length == 0 else np.exp(-distance / length) for length in LENGTHS]
    return np.asarray(columns, np.float64).T


def _nested(
    distance: NDArray[np.float64], covariance: NDArray[np.float64], pairs: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Fit variances by length to covariances in rings of distance; near rings weigh more."""
    importance = np.sqrt(pairs) / (1 + distance / NEAR_CELLS)
    shares, _ = nnls(_models(distance) * importance[:, None], covariance * importance)
    return np.asarray(shares, np.float64)
