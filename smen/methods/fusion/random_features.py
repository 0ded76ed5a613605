"""Random features: tanh units with random weights, whose coefficients a ridge regression fits in closed form.

How the features interact (a pattern that weakens in wet soil, an innovation that counts for more where it is dry) is
not known beforehand. Units tanh(w . x + b) with random w and b, added to the features of the same ridge regression,
find much of it from thirty dates without gradient descent: a random-feature network (Rahimi and Recht 2007, "Random
features for large-scale kernel machines"; Huang et al. 2006, "Extreme learning machine"). Several draws are fitted
separately and averaged, so that the result depends little on any of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.methods.fusion.overpass_features import OverpassFeatures

DRAWS = 4
"""Sets of units that are fitted separately and averaged."""

UNITS = 64
"""Units in a set."""

GAIN = 0.7
"""Standard deviation of w . x: the units are nonlinear there, and not saturated."""

INPUT_LIMIT = 4.0
"""Standard deviations at which an input is clipped: no extrapolation far beyond what training has seen."""


@dataclass(frozen=True)
class RandomFeatures:
    """The units.

    Attributes:
        weights: of the inputs, float32 (DRAWS * UNITS, X).
        bias: float32 (DRAWS * UNITS,).
        centre: mean of each input over the training dates, float32 (X,).
        scale: standard deviation of each, float32 (X,).
        amplitude: value of a saturated unit, m3/m3.
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    centre: NDArray[np.float32]
    scale: NDArray[np.float32]
    amplitude: float

    @classmethod
    def of(cls, dates: Sequence[OverpassFeatures], amplitude: float, seed: int) -> RandomFeatures:
        """Draw the units, and estimate mean and standard deviation of their inputs.

        Args:
            dates: features of the training dates.
            amplitude: typical size of the errors that are to be explained, m3/m3.
            seed: of the draw.
        """
        number = len(_inputs(dates[0]))
        means = np.array([_inputs(d).mean(axis=(1, 2), dtype=np.float64) for d in dates])
        squares = np.array([np.square(_inputs(d), dtype=np.float64).mean(axis=(1, 2)) for d in dates])
        centre = means.mean(axis=0)
        scale = np.sqrt(np.maximum(squares.mean(axis=0) - centre**2, 1e-12))
        rng = np.random.default_rng(seed)
        weights = rng.normal(0, GAIN / np.sqrt(number), (DRAWS * UNITS, number))
        bias = rng.normal(0, 1, DRAWS * UNITS)
        arrays = [array.astype(np.float32) for array in (weights, bias, centre, scale)]
        return cls(arrays[0], arrays[1], arrays[2], arrays[3], float(amplitude))

    def units(self, overpass: OverpassFeatures, draw: int | None = None) -> NDArray[np.float32]:
        """Compute the units at each cell.

        Args:
            overpass: its features.
            draw: number of the set; None: all sets in turn.

        Returns:
            float32 (U, H, W), m3/m3.
        """
        part = slice(None) if draw is None else slice(draw * UNITS, (draw + 1) * UNITS)
        inputs = _inputs(overpass)
        flat = (inputs.reshape(len(inputs), -1) - self.centre[:, None]) / self.scale[:, None]
        activation = np.tanh(self.weights[part] @ np.clip(flat, -INPUT_LIMIT, INPUT_LIMIT) + self.bias[part, None])
        return np.asarray(np.float32(self.amplitude) * activation, np.float32).reshape(
            len(activation), *inputs.shape[1:]
        )


def ridge_correction(
    overpass: OverpassFeatures, coefficients: NDArray[np.float64], random_features: RandomFeatures | None = None
) -> NDArray[np.float32]:
    """Compute what the ridge regression adds to an overpass's base.

    Args:
        overpass: its features.
        coefficients: of the features, (F,), or of the features and all random ones, (F + U,).
        random_features: the random ones, or None.

    Returns:
        float32 (H, W), m3/m3.
    """
    number = len(overpass.features)
    single = coefficients.astype(np.float32)  # in double precision the products would first copy all features
    total = np.tensordot(single[:number], overpass.features, 1)
    if random_features is not None:
        total = total + np.tensordot(single[number:], random_features.units(overpass), 1)
    return np.asarray(total, np.float32)


def _inputs(overpass: OverpassFeatures) -> NDArray[np.float32]:
    """Inputs of the units: features and masks, (X, H, W)."""
    return np.concatenate([overpass.features, overpass.masks])
