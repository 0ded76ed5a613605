"""RandomFeatures units of the skip: a layer of random weights, of which only what it feeds is learnt, in closed form.

How the features work together (a pattern that fades in wet soil, news that count for more where it is dry) is not known
beforehand. Units tanh(w . x + b) with random w and b, fed into the same ridge regression, find much of it from thirty
dates without any descent: a random-feature network (Rahimi and Recht 2007, "Random features for large-scale kernel
machines"; Huang et al. 2006, "Extreme learning machine"). Several draws are fitted apart and averaged, so that little
hangs on any of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.methods.fusion.features import Example

DRAWS = 4
"""Sets of units that are fitted apart and averaged."""

UNITS = 64
"""Units in a set."""

GAIN = 0.7
"""Typical size of w . x: the units are bent, and not saturated."""

FURTHEST = 4.0
"""Standard deviations beyond which an input counts no more: what training has not seen must not be followed far."""


@dataclass(frozen=True)
class RandomFeatures:
    """The units.

    Attributes:
        weights: of the inputs, float32 (DRAWS * UNITS, X).
        bias: float32 (DRAWS * UNITS,).
        centre: mean of each input over the training dates, float32 (X,).
        scale: standard deviation of each, float32 (X,).
        size: what a saturated unit is worth, m3/m3.
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    centre: NDArray[np.float32]
    scale: NDArray[np.float32]
    size: float

    @classmethod
    def of(cls, examples: Sequence[Example], size: float, seed: int) -> RandomFeatures:
        """Draw the units, and learn the spread of their inputs.

        Args:
            examples: of the training dates.
            size: typical error that is to be explained, m3/m3.
            seed: of the draw.
        """
        number = len(_inputs(examples[0]))
        means = np.array([_inputs(e).mean(axis=(1, 2), dtype=np.float64) for e in examples])
        squares = np.array([np.square(_inputs(e), dtype=np.float64).mean(axis=(1, 2)) for e in examples])
        centre = means.mean(axis=0)
        scale = np.sqrt(np.maximum(squares.mean(axis=0) - centre**2, 1e-12))
        chance = np.random.default_rng(seed)
        weights = chance.normal(0, GAIN / np.sqrt(number), (DRAWS * UNITS, number))
        bias = chance.normal(0, 1, DRAWS * UNITS)
        single = np.float32
        return cls(
            weights.astype(single), bias.astype(single), centre.astype(single), scale.astype(single), float(size)
        )

    def units(self, example: Example, draw: int | None = None) -> NDArray[np.float32]:
        """The units of one draw, or of all, at each cell, m3/m3, (n, H, W)."""
        part = slice(None) if draw is None else slice(draw * UNITS, (draw + 1) * UNITS)
        inputs = _inputs(example)
        flat = (inputs.reshape(len(inputs), -1) - self.centre[:, None]) / self.scale[:, None]
        bent = np.tanh(self.weights[part] @ np.clip(flat, -FURTHEST, FURTHEST) + self.bias[part, None])
        return np.asarray(np.float32(self.size) * bent, np.float32).reshape(-1, *inputs.shape[1:])


def skip(example: Example, coefficients: NDArray[np.float64], hidden: RandomFeatures | None) -> NDArray[np.float32]:
    """What coefficients (F,), or (F + units,) with hidden units, add to an example's base, (H, W), m3/m3."""
    number = len(example.features)
    single = coefficients.astype(np.float32)  # in double precision the products would first copy all features
    total = np.tensordot(single[:number], example.features, 1)
    if hidden is not None:
        total = total + np.tensordot(single[number:], hidden.units(example), 1)
    return np.asarray(total, np.float32)


def _inputs(example: Example) -> NDArray[np.float32]:
    """What the units receive: features and masks, (X, H, W)."""
    return np.concatenate([example.features, example.masks])
