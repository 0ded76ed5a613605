"""The coarse field at one overpass, in relation to its history and to what is usual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.methods.fusion.coarse_history import BASE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.methods.fusion.pattern import Pattern

    Field = NDArray[np.float32]

LIMIT = np.float32(2.0)
"""Standard deviations of wetness beyond which its influence on the pattern does not grow: a wetter region than that of
the training is not a reason for a stronger pattern."""


@dataclass(frozen=True)
class CoarseState:
    """The coarse field at one overpass; fields (H, W) are float32, m3/m3 but for `relative` and `surprise`.

    Attributes:
        index: of the overpass in the coarse series.
        averages: causal averages by time constant, (K, R, C), m3/m3.
        layers: the same, interpolated, (K, H, W), m3/m3.
        base: the average that residuals are taken against.
        mean: mean coarse field around the overpass.
        wetness: base minus mean, the wetness anomaly.
        innovation: the coarse field less its base: what the filter has not followed yet.
        deviation: standard deviation of the training dates' wetness, m3/m3.
        relative: wetness in these deviations, limited.
        surprise: innovation in standard deviations of a cell's residual, limited.
    """

    index: int
    averages: Field
    layers: Field
    base: Field
    mean: Field
    wetness: Field
    innovation: Field
    deviation: np.float32
    relative: Field
    surprise: Field

    @classmethod
    def of(cls, index: int, averages: Field, layers: Field, mean: Field, pattern: Pattern) -> CoarseState:
        """Relate the averages at an overpass to the usual.

        Args:
            index: of the overpass in the coarse series.
            averages: causal averages by time constant, (K, R, C), m3/m3.
            layers: the same, interpolated, (K, H, W), m3/m3.
            mean: mean coarse field around the overpass, (H, W), m3/m3.
            pattern: the region's static pattern, for its variances.
        """
        base = layers[BASE]
        wetness, innovation = base - mean, layers[0] - base
        deviation = np.float32(np.sqrt(pattern.wetness_variance))
        return cls(
            index=index,
            averages=averages,
            layers=layers,
            base=base,
            mean=mean,
            wetness=wetness,
            innovation=innovation,
            deviation=deviation,
            relative=np.clip(wetness / deviation, -LIMIT, LIMIT),
            surprise=np.clip(innovation / np.float32(np.sqrt(pattern.within)), -LIMIT, LIMIT),
        )

    def extrapolation(self, wetness_range: tuple[float, float]) -> Field:
        """Compute how far the wetness lies outside of a range, in standard deviations, (H, W); 0 inside.

        Args:
            wetness_range: least and greatest wetness anomaly, m3/m3.
        """
        low, high = wetness_range
        outside = np.maximum(np.maximum(low - self.wetness, self.wetness - high), 0)
        return np.asarray(outside / self.deviation, np.float32)
