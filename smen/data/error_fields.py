"""Draws of the errors of a region's maps: fields with their covariance in space, and fading from pass to pass.

White noise is drawn for a region, a member, a part of the error and a step of time, and nothing else, so that any one
overpass can be made by itself and comes out the same. What lasts for days is a weighted sum over the steps before the
overpass, which gives the exponential fading of an autoregressive process of first order. The correlation in space is a
filter in Fourier space (circulant embedding; Dietrich and Newsam 1997, SIAM J. Sci. Comput. 18, 1088-1107), once for
each part.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy import fft

from smen.data.error_correlation import PARTS, ErrorCorrelation
from smen.grid.torus import torus_distance

if TYPE_CHECKING:
    from numpy.typing import NDArray

EPOCH = np.datetime64("2000-01-01T00:00:00", "s")
"""From which steps of time are counted."""

STEPS = 8
"""Steps of time in which the part that lasts fades to 1/e."""

REACH = 4 * STEPS
"""Steps before an overpass of which the noise counts: what is older has faded to a thousandth of the variance."""

MARGIN = 3.0
"""Lengths of a correlation between opposite edges of the transform, at most the size of the region."""

KEPT_BYTES = 400e6
"""Memory for noise that the next overpass uses again."""


@dataclass
class ErrorFields:
    """Draws the errors of a region's maps.

    Attributes:
        correlation: of the errors.
        region: name of the region: others have other draws.
        seed: of the draws.
    """

    correlation: ErrorCorrelation
    region: str
    seed: int = 0
    _shape: tuple[int, int] = field(init=False, repr=False)
    _filters: list[NDArray[np.float32]] = field(init=False, repr=False)
    _kept: OrderedDict[tuple[int, ...], NDArray[np.float32]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        longest = max(max(c.lengths) for c in self.correlation.correlations)
        size = self.correlation.pattern_variance.shape
        height, width = (fft.next_fast_len(n + min(n, int(MARGIN * longest)), real=True) for n in size)
        self._shape = height, width
        distance = torus_distance(self._shape)
        self._filters = [_filter(c(distance), self._shape) for c in self.correlation.correlations]
        self._kept = OrderedDict()

    def draw(self, member: int, time: np.datetime64, deviation: NDArray[np.floating]) -> NDArray[np.float32]:
        """Draw the error of one map.

        Args:
            member: number of the draw.
            time: of the overpass.
            deviation: standard deviation of the map, (H, W), m3/m3, NaN where there is none.

        Returns:
            float32 (H, W), m3/m3, 0 where there is no standard deviation.
        """
        seconds = int((time.astype("datetime64[s]") - EPOCH).astype(np.int64))
        amplitudes = self.correlation.amplitudes(deviation).astype(np.float32)
        height, width = deviation.shape
        error = np.zeros(deviation.shape, np.float32)
        for part, (amplitude, days) in enumerate(zip(amplitudes, self.correlation.days, strict=True)):
            if amplitude.any():
                unit = self._field(part, member, seconds, days)[:height, :width]
                error += amplitude * unit
        return error

    def members(
        self, number: int, time: np.datetime64, value: NDArray[np.floating], deviation: NDArray[np.floating]
    ) -> NDArray[np.float32]:
        """Draw members of a map: the map plus errors, within the bounds of the maps.

        Args:
            number: of members.
            time: of the overpass.
            value: the map, (H, W), m3/m3, NaN where there is no value.
            deviation: its standard deviation, (H, W), m3/m3.

        Returns:
            float32 (number, H, W), m3/m3, NaN where the map is.
        """
        drawn = np.array([value + self.draw(m, time, deviation) for m in range(number)], np.float32)
        low, high = self.correlation.bounds
        return np.clip(drawn.reshape(number, *value.shape), np.float32(low), np.float32(high))

    def _field(self, part: int, member: int, seconds: int, days: float) -> NDArray[np.float32]:
        """One part's field of standard deviation 1 at a time, on the grid of the transform."""
        if np.isinf(days):
            return self._kept_noise((part, member), filtered=True)
        if days == 0:
            return self._filtered(part, self._noise((part, member, seconds)))
        step = int(seconds // (days * 86400 / STEPS))
        fade = np.exp(-1 / STEPS)
        weights = (fade ** np.arange(REACH)).astype(np.float32)
        weights /= np.sqrt((weights**2).sum())
        noise = np.zeros(self._shape, np.float32)
        for back, weight in enumerate(weights):
            noise += weight * self._kept_noise((part, member, step - back))
        return self._filtered(part, noise)

    def _filtered(self, part: int, noise: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give white noise the correlation of a part."""
        if part == PARTS.index("independent"):
            return noise
        return np.asarray(fft.irfft2(fft.rfft2(noise) * self._filters[part], self._shape), np.float32)

    def _noise(self, key: tuple[int, ...]) -> NDArray[np.float32]:
        """White noise that depends on region, seed and key alone."""
        words = [self.seed, zlib.crc32(self.region.encode()), len(key), *key]
        rng = np.random.Generator(np.random.SFC64(np.random.SeedSequence(words)))
        return rng.standard_normal(self._shape, np.float32)

    def _kept_noise(self, key: tuple[int, ...], *, filtered: bool = False) -> NDArray[np.float32]:
        """Noise, or a field made of it, that is kept while there is memory for it."""
        if key not in self._kept:
            noise = self._noise(key)
            self._kept[key] = self._filtered(key[0], noise) if filtered else noise
            while len(self._kept) * noise.nbytes > KEPT_BYTES:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def _filter(correlation: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Square root of a correlation's spectrum, what is negative of it left out and the variance kept at 1."""
    spectrum = np.maximum(fft.rfft2(correlation).real, 0.0)
    variance = float(fft.irfft2(spectrum, shape)[0, 0])
    return np.asarray(np.sqrt(spectrum / variance), np.float32)
