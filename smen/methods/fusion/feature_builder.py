"""Features of an overpass, from a region's coarse history, its static pattern and its earlier residuals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter

from smen.data.records import MISSING
from smen.data.samples import lookup
from smen.methods.fusion.coarse_history import BASE, TIME_CONSTANTS_DAYS, CoarseHistory
from smen.methods.fusion.earlier_residuals import EarlierResiduals, average_residuals
from smen.methods.fusion.feature_names import DIFFERENCES, LAPLACIANS, features_of
from smen.methods.fusion.overpass_features import OverpassFeatures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples
    from smen.methods.fusion.pattern import Pattern

    Field = NDArray[np.float32]

AGE_DAYS = 10.0
"""Days after which a fine observation has lost most of its value, for the growth of the error's variance with age."""

LIMIT = np.float32(2.0)
"""Standard deviations of wetness beyond which its influence on the pattern does not grow: a wetter region than that of
the training is not a reason for a stronger pattern."""


@dataclass(frozen=True)
class _CoarseState:
    """The coarse field at an overpass, as its features need it; fields (H, W), m3/m3 but for `relative`, `surprise`.

    Attributes:
        index: of the overpass in the coarse series.
        averages: causal averages by time constant, (K, R, C).
        layers: the same, interpolated, (K, H, W).
        base: the average that residuals are taken against.
        mean: mean coarse field around the overpass.
        wetness: base minus mean, the wetness anomaly.
        innovation: the coarse field less its base: what the filter has not followed yet.
        deviation: standard deviation of the training dates' wetness.
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


@dataclass
class FeatureBuilder:
    """Builds features. It reads no coarse field after an overpass, and no fine field but those of its history.

    Attributes:
        fields: the region's arrays.
        history: their coarse history.
        mean_coarse: mean of the coarse cells over the training dates, (R, C), m3/m3, or None: the mean of what precedes
            each overpass, for a region without training.
        relative_noise: mean variance that the product states, by cell, relative to the mean over all cells, (H, W).
        wetness_range: least and greatest wetness anomaly of the training dates, m3/m3.
        excluded: groups of features that are 0 throughout, for an ablation.
    """

    fields: Fields
    history: CoarseHistory
    mean_coarse: NDArray[np.float64] | None
    relative_noise: Field
    wetness_range: tuple[float, float]
    excluded: tuple[str, ...] = ()
    _residuals: dict[int, tuple[Field, Field]] = field(default_factory=dict, repr=False)
    _coarse_of_fine: NDArray[np.int64] | None = field(default=None, repr=False)

    def residual(self, fine: int) -> tuple[Field, Field]:
        """Return the residual of a fine field from the base of its own half-orbit, and the wetness anomaly.

        Args:
            fine: index of the fine field.

        Returns:
            Both float32 (H, W), m3/m3; the residual NaN where the fine field is, or throughout, with an anomaly of 0,
            where its half-orbit has no coarse field.
        """
        if fine not in self._residuals:
            if self._coarse_of_fine is None:
                self._coarse_of_fine = lookup(self.fields.coarse_time, self.fields.fine_time)
            coarse = int(self._coarse_of_fine[fine])
            if coarse == MISSING:
                missing = np.full(self.fields.window.shape, np.nan, np.float32)
                return missing, np.zeros_like(missing)
            base = self._interpolate(self.history.averages[BASE, coarse])
            wetness = base - self._mean_around(coarse)
            self._residuals[fine] = self.fields.fine[fine] - base, wetness
        return self._residuals[fine]

    def residuals(self, fine: NDArray[np.integer]) -> tuple[Field, Field]:
        """Return `residual` of several fine fields, (n, H, W) each.

        Args:
            fine: their indices, (n,).
        """
        shape = (len(fine), *self.fields.window.shape)
        both = [self.residual(int(i)) for i in fine]
        return np.array([b[0] for b in both]).reshape(shape), np.array([b[1] for b in both]).reshape(shape)

    def build(
        self, samples: Samples, row: int, pattern: Pattern, dropped: NDArray[np.bool_] | None = None
    ) -> OverpassFeatures:
        """Build all features of one overpass.

        Args:
            samples: the overpasses.
            row: which of them.
            pattern: the static pattern; without the overpass's own target where that took part in it.
            dropped: fine fields of the history to leave out, (k,), as if they had never been observed.
        """
        state = self._coarse_state(int(samples.coarse[row]), pattern)
        earlier = average_residuals(self._history(samples, row, dropped), pattern)
        detail = (pattern.mean - np.float32(pattern.prior)) * (pattern.count > 0).astype(np.float32)
        features = [
            *self._coarse_features(state),
            *self._pattern_features(state, pattern, detail),
            *self._direction_features(state),
            *self._residual_features(state, earlier),
            *self._shape_features(state),
            *self._interactions(state, earlier, detail),
        ]
        for group in self.excluded:
            for k in features_of(group):
                features[k] = np.zeros_like(state.base)
        few_dates = np.float32(1) / (pattern.count + 1).astype(np.float32)
        age = np.where(np.isfinite(earlier.age), 1 - np.exp(-earlier.age / AGE_DAYS), 1).astype(np.float32)
        return OverpassFeatures(
            base=(state.base + pattern.mean).astype(np.float32),
            features=np.array(features, np.float32),
            masks=np.array(_masks(few_dates, age, earlier), np.float32),
            variance_predictors=np.array(self._variance_predictors(state, pattern, few_dates, age), np.float32),
            extrapolation=self._extrapolation(state),
        )

    def _coarse_state(self, index: int, pattern: Pattern) -> _CoarseState:
        """Interpolate the coarse history at an overpass, and set it in relation to the usual."""
        averages = self.history.averages[:, index]
        layers = self._interpolate(averages)
        base, mean = layers[BASE], self._mean_around(index)
        wetness, innovation = base - mean, layers[0] - base
        deviation = np.float32(np.sqrt(pattern.wetness_variance))
        return _CoarseState(
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

    def _coarse_features(self, state: _CoarseState) -> list[Field]:
        """How the coarse field differs from its filtered values, and how wet it is."""
        filters = [state.layers[k] - state.base for k in range(len(TIME_CONSTANTS_DAYS)) if k != BASE]
        wetness = state.wetness
        smooth = [_smooth(wetness, 12), _smooth(state.innovation, 12)]
        return [*filters, wetness, *smooth, np.full_like(state.base, wetness.mean())]

    def _pattern_features(self, state: _CoarseState, pattern: Pattern, detail: Field) -> list[Field]:
        """The static pattern, smoothed and scaled by wetness, and its change with wetness."""
        mean, slope = pattern.mean, pattern.slope
        limit = LIMIT * state.deviation
        seen = (pattern.count > 0).astype(np.float32)
        moved = np.clip(state.wetness - pattern.centre, -limit, limit) * seen
        return [
            detail,
            _smooth(mean, 1) - mean,
            _smooth(mean, 3) - mean,
            detail * state.relative,
            detail * state.relative**2,
            _smooth(detail, 6) * state.relative,
            slope * moved,
            _smooth(slope, 2) * moved,
        ]

    def _direction_features(self, state: _CoarseState) -> list[Field]:
        """The bias between the directions of overpass, by the overpass's own."""
        sign = np.float32(1.0 if self.fields.coarse_descending[state.index] else -1.0)
        return [self._interpolate(self.history.direction_bias) * sign]

    def _residual_features(self, state: _CoarseState, earlier: EarlierResiduals) -> list[Field]:
        """Earlier departures from the pattern, smoothed and scaled by wetness."""
        departures = earlier.departures
        smooth = [_smooth(departures[1], 2), _smooth(departures[1], 8), _smooth(departures[2], 3)]
        return [*departures, *smooth, departures[2] * state.relative]

    def _shape_features(self, state: _CoarseState) -> list[Field]:
        """How coarse cells stand out from their neighbours and from the interpolated field, beyond what is usual."""
        unusual = state.averages - (0 if self.mean_coarse is None else self.mean_coarse)
        laplacians = self.history.laplacian(unusual[list(LAPLACIANS)])
        return [*laplacians, *self.history.cell_minus_bilinear(unusual[list(DIFFERENCES)])]

    def _interactions(self, state: _CoarseState, earlier: EarlierResiduals, detail: Field) -> list[Field]:
        """Pattern and residuals scaled by the innovation and by slowly varying wetness."""
        slow = [np.clip((state.layers[k] - state.mean) / state.deviation, -LIMIT, LIMIT) for k in (-2, -1)]
        return [
            detail * state.surprise,
            detail * slow[0],
            detail * slow[1],
            state.wetness * np.abs(state.relative),
            earlier.departures[1] * state.surprise,
        ]

    def _variance_predictors(self, state: _CoarseState, pattern: Pattern, few_dates: Field, age: Field) -> list[Field]:
        """What makes the error of a cell's estimate larger, in the order of `VARIANCE_PREDICTORS`."""
        observed = self._interpolate(np.isfinite(self.history.cells[state.index]).astype(np.float64))
        return [
            np.ones_like(state.base),
            few_dates,
            age,
            state.relative**2,
            pattern.variance / np.float32(pattern.within),
            self.relative_noise,
            1 - np.clip(observed, 0, 1),
        ]

    def _extrapolation(self, state: _CoarseState) -> Field:
        """How far the wetness lies outside of the training dates' range, in standard deviations."""
        low, high = self.wetness_range
        outside = np.maximum(np.maximum(low - state.wetness, state.wetness - high), 0)
        return np.asarray(outside / state.deviation, np.float32)

    def _history(
        self, samples: Samples, row: int, dropped: NDArray[np.bool_] | None
    ) -> Iterator[tuple[Field, Field, float]]:
        """Residual, wetness and age of each earlier fine field that an overpass has, newest first."""
        for k, fine in enumerate(samples.fine_history[row]):
            if fine != MISSING and (dropped is None or not dropped[k]):
                yield *self.residual(int(fine)), float(samples.age[row, k])

    def _mean_around(self, coarse: int) -> Field:
        """The mean coarse field at an overpass, (H, W)."""
        if self.mean_coarse is not None:
            return self._interpolate(self.mean_coarse)
        before = self.history.cells[: coarse + 1]
        count = np.isfinite(before).sum(axis=0)
        total = np.where(np.isfinite(before), before, 0).sum(axis=0)
        return self._interpolate(np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0))

    def _interpolate(self, cells: NDArray[np.floating]) -> Field:
        """Interpolate coarse cells; beyond the reach of valid ones take their mean, or 0 where there are none."""
        layers = self.history.bilinear(cells)
        if np.isfinite(layers).all():
            return layers
        total = np.where(np.isfinite(cells), cells, 0).sum(axis=(-2, -1), keepdims=True)
        number = np.maximum(np.isfinite(cells).sum(axis=(-2, -1), keepdims=True), 1)
        return np.where(np.isfinite(layers), layers, total / number).astype(np.float32)


def _masks(few_dates: Field, age: Field, earlier: EarlierResiduals) -> list[Field]:
    """What the random features receive beside the features, in the order of `MASKS`."""
    observed = [weight / (1 + weight) for weight in earlier.weights[1:3]]
    return [1 - few_dates, age, *observed]


def _smooth(values: Field, cells: float) -> Field:
    """Gaussian smoothing with a standard deviation of some cells."""
    return np.asarray(gaussian_filter(values, cells, mode="nearest", truncate=3.0), np.float32)
