"""What is known of an overpass before its fine field is seen: the base estimate, features, and causes of error."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter

from smen.data.records import MISSING
from smen.data.samples import lookup
from smen.methods.fusion.coarse_history import BASE, MEMORIES, CoarseHistory
from smen.methods.fusion.pattern import Pattern

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples

    Field = NDArray[np.float32]

AGES = (2.0, 8.0, 30.0, 200.0)
"""Time constants by which earlier residuals fade, days; what each is worth is learnt."""

FADES = 10.0
"""Days after which most of a fine observation's news is old, for the growth of the spread with age."""

BENT, STEPPED = (0, 1, 2, 3), (0, 1)
"""Which of the coarse memories tell how a coarse cell stands out from its neighbours, and how it differs from the
interpolated field: what footprint and interpolation have blurred."""

FURTHEST = np.float32(2.0)
"""Standard deviations of wetness beyond which its influence on the pattern does not grow."""

FEATURES = (
    *(f"memory_{m:g}" for k, m in enumerate(MEMORIES) if k != BASE),
    "wetness", "wetness_smooth", "news_smooth", "level",
    "pattern", "pattern_1", "pattern_3", "pattern_wetness", "pattern_wetness2", "pattern_6_wetness",
    "slope", "slope_smooth", "direction",
    *(f"residual_{age:g}" for age in AGES),
    "residual_8_smooth_2", "residual_8_smooth_8", "residual_30_smooth_3", "residual_30_wetness",
    *(f"bend_{MEMORIES[k]:g}" for k in BENT), *(f"step_{MEMORIES[k]:g}" for k in STEPPED),
    "pattern_news", "pattern_wetness_10", "pattern_wetness_30", "wetness_absolute", "residual_8_news",
)  # fmt: skip
"""Names of the features, all in m3/m3: the linear skip's coefficients are numbers without a unit."""

INGREDIENTS = {
    "coarse history": ("memory_", "wetness", "news", "level"),
    "coarse shape": ("bend_", "step_"),
    "pattern by wetness": ("pattern_wetness", "pattern_news", "pattern_6_wetness", "slope"),
    "smoothed pattern": ("pattern_1", "pattern_3"),
    "recent residuals": ("residual_",),
}
"""What the features are made from, by the beginning of their names: what an ablation leaves out."""

MASKS = ("dates", "age", "recent", "late")
"""Names of what the network receives beside them, 0..1."""

CAUSES = ("constant", "few_dates", "age", "wetness", "unsteady", "noisy", "unseen")
"""Names of the causes of error, none negative."""


@dataclass(frozen=True)
class Example:
    """One overpass.

    Attributes:
        base: filtered coarse field plus pattern, (H, W), m3/m3.
        features: (F, H, W), m3/m3.
        masks: (M, H, W), 0..1.
        causes: (C, H, W).
        beyond: how far the wetness lies outside of the training dates' range, in their standard deviations, (H, W).
    """

    base: Field
    features: Field
    masks: Field
    causes: Field
    beyond: Field


@dataclass
class FeatureBuilder:
    """Makes examples. It reads no coarse field after an overpass, and no fine field but those of its history.

    Attributes:
        fields: the region's arrays.
        state: their coarse history.
        usual: mean of the coarse cells over the training dates, (R, C), m3/m3, or None: the mean of what each
            overpass finds before it, for a region without training.
        noise: mean variance that the product states, by cell, relative to the whole mean, (H, W).
        climate: least and greatest wetness anomaly of the training dates, m3/m3.
        without: ingredients whose features are 0 throughout, for an ablation.
    """

    fields: Fields
    state: CoarseHistory
    usual: NDArray[np.float64] | None
    noise: Field
    climate: tuple[float, float]
    without: tuple[str, ...] = ()
    _kept: dict[int, tuple[Field, Field]] = field(default_factory=dict, repr=False)
    _own: NDArray[np.int64] | None = field(default=None, repr=False)

    def residual(self, fine: int) -> tuple[Field, Field]:
        """Residual of a fine field against the base of its own half-orbit, and the wetness anomaly, (H, W) each."""
        if fine not in self._kept:
            if self._own is None:
                self._own = lookup(self.fields.coarse_time, self.fields.fine_time)
            coarse = int(self._own[fine])
            if coarse == MISSING:
                nothing = np.full(self.fields.window.shape, np.nan, np.float32)
                return nothing, np.zeros_like(nothing)
            base = self._spread_out(self.state.averages[BASE, coarse], coarse)
            wetness = base - self._usual(coarse)
            self._kept[fine] = self.fields.fine[fine] - base, wetness
        return self._kept[fine]

    def residuals(self, fine: NDArray[np.integer]) -> tuple[Field, Field]:
        """`residual` of several fields, (n, H, W) each."""
        shape = (len(fine), *self.fields.window.shape)
        both = [self.residual(int(i)) for i in fine]
        return np.array([b[0] for b in both]).reshape(shape), np.array([b[1] for b in both]).reshape(shape)

    def example(self, samples: Samples, row: int, pattern: Pattern, drop: NDArray[np.bool_] | None = None) -> Example:
        """Everything about one overpass.

        Args:
            samples: the overpasses.
            row: which of them.
            pattern: without the overpass's own target where it was made of it.
            drop: frames of the history to leave out, (k,), as if they had never been observed.
        """
        coarse = int(samples.coarse[row])
        averages = self.state.averages[:, coarse]
        layers = self._spread_out(averages, coarse)
        base, usual = layers[BASE], self._usual(coarse)
        wetness = base - usual
        sd = np.float32(np.sqrt(pattern.wetness_variance))
        mean, slope = pattern.mean, pattern.slope
        # Products with the wetness go no further than it did: a wetter region than that of the training is not a reason
        # for a stronger pattern.
        relative = np.clip(wetness / sd, -FURTHEST, FURTHEST)
        seen = (pattern.count > 0).astype(np.float32)
        detail = (mean - np.float32(pattern.prior)) * seen
        news = layers[0] - base
        moved = np.clip(wetness - pattern.centre, -FURTHEST * sd, FURTHEST * sd) * seen
        frames, weights, age = self._history(samples, row, pattern, drop)
        features = [layers[k] - base for k in range(len(MEMORIES)) if k != BASE]
        features += [wetness, _smooth(wetness, 12), _smooth(news, 12), np.full_like(base, wetness.mean())]
        features += [detail, _smooth(mean, 1) - mean, _smooth(mean, 3) - mean]
        features += [detail * relative, detail * relative**2, _smooth(detail, 6) * relative]
        features += [slope * moved, _smooth(slope, 2) * moved]
        sign = np.float32(1.0 if self.fields.coarse_descending[coarse] else -1.0)
        features += [self._spread_out(self.state.offset, coarse) * sign]
        features += [*frames, _smooth(frames[1], 2), _smooth(frames[1], 8), _smooth(frames[2], 3)]
        features += [frames[2] * relative]
        features += self._shapes(averages, coarse)
        surprise = np.clip(news / np.float32(np.sqrt(pattern.within)), -FURTHEST, FURTHEST)
        slow = [np.clip((layers[k] - usual) / sd, -FURTHEST, FURTHEST) for k in (-2, -1)]
        features += [detail * surprise, detail * slow[0], detail * slow[1], wetness * np.abs(relative)]
        features += [frames[1] * surprise]
        few = 1 / (pattern.count + 1).astype(np.float32)
        old = np.where(np.isfinite(age), 1 - np.exp(-age / FADES), 1).astype(np.float32)
        observed = self._spread_out(np.isfinite(self.state.cells[coarse]).astype(np.float64), coarse)
        for name in self.without:
            for k in (k for k, feature in enumerate(FEATURES) if feature.startswith(INGREDIENTS[name])):
                features[k] = np.zeros_like(base)
        masks = [1 - few, old, weights[1] / (1 + weights[1]), weights[2] / (1 + weights[2])]
        low, high = self.climate
        beyond = np.maximum(np.maximum(low - wetness, wetness - high), 0) / sd
        causes = [
            np.ones_like(base),
            few,
            old,
            relative**2,
            pattern.variance / np.float32(pattern.within),
        ]
        causes += [self.noise, 1 - np.clip(observed, 0, 1)]
        return Example(
            (base + mean).astype(np.float32),
            np.array(features, np.float32),
            np.array(masks, np.float32),
            np.array(causes, np.float32),
            beyond.astype(np.float32),
        )

    def _shapes(self, averages: NDArray[np.float32], coarse: int) -> list[Field]:
        """How coarse cells stand out from their neighbours and from the interpolated field, their usual way aside."""
        unusual = averages - (0 if self.usual is None else self.usual)
        return [*self.state.bend(unusual[list(BENT)]), *self.state.step(unusual[list(STEPPED)])]

    def _history(
        self, samples: Samples, row: int, pattern: Pattern, drop: NDArray[np.bool_] | None
    ) -> tuple[list[Field], list[Field], Field]:
        """Faded means of the earlier residuals' departures from the pattern, their weights, and the last one's age."""
        shape = self.fields.window.shape
        totals = [np.zeros(shape, np.float32) for _ in AGES]
        weights = [np.zeros(shape, np.float32) for _ in AGES]
        last = np.full(shape, np.inf, np.float32)
        mean, slope, centre = pattern.mean, pattern.slope, pattern.centre
        for k, fine in enumerate(samples.fine_history[row]):
            if fine == MISSING or (drop is not None and drop[k]):
                continue
            residual, wetness = self.residual(int(fine))
            departure = residual - mean - slope * (wetness - centre)
            valid = np.isfinite(departure)
            departure, age = np.where(valid, departure, 0), float(samples.age[row, k])
            for i, fade in enumerate(AGES):
                weight = np.float32(np.exp(-age / fade)) * valid
                totals[i] += weight * departure
                weights[i] += weight
            last = np.where(valid, np.minimum(last, age), last).astype(np.float32)
        return [t / (w + 1) for t, w in zip(totals, weights, strict=True)], weights, last

    def _usual(self, coarse: int) -> Field:
        """The usual coarse field around an overpass, (H, W)."""
        if self.usual is not None:
            return self._spread_out(self.usual, coarse)
        before = self.state.cells[: coarse + 1]
        count = np.isfinite(before).sum(axis=0)
        total = np.where(np.isfinite(before), before, 0).sum(axis=0)
        mean = np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
        return self._spread_out(mean, coarse)

    def _spread_out(self, cells: NDArray[np.floating], coarse: int) -> Field:
        """Interpolate; where nothing is within reach stands the mean of what is known, 0 where nothing is."""
        layers = self.state.spread_out(cells)
        if np.isfinite(layers).all():
            return layers
        known = np.where(np.isfinite(cells), cells, 0).sum(axis=(-2, -1), keepdims=True)
        number = np.maximum(np.isfinite(cells).sum(axis=(-2, -1), keepdims=True), 1)
        return np.where(np.isfinite(layers), layers, known / number).astype(np.float32)


def _smooth(values: Field, cells: float) -> Field:
    """Gaussian smoothing with a standard deviation of some cells."""
    return np.asarray(gaussian_filter(values, cells, mode="nearest", truncate=3.0), np.float32)
