"""Features of an overpass, from a region's coarse history, its static pattern and its earlier residuals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from smen.data.records import MISSING
from smen.data.samples import lookup
from smen.methods.fusion.coarse_history import BASE, CoarseHistory
from smen.methods.fusion.coarse_state import CoarseState
from smen.methods.fusion.feature_formulas import coarse_features, interactions, pattern_features, residual_features
from smen.methods.fusion.feature_names import DIFFERENCES, LAPLACIANS, features_of
from smen.methods.fusion.overpass_features import OverpassFeatures
from smen.methods.fusion.residual_departures import average_departures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples
    from smen.methods.fusion.pattern import Pattern

    Field = NDArray[np.float32]

AGE_DAYS = 10.0
"""Days after which a fine observation has lost most of its value, for the growth of the error's variance with age."""


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
        self,
        samples: Samples,
        row: int,
        pattern: Pattern,
        dropped: NDArray[np.bool_] | None = None,
        hidden: NDArray[np.bool_] | None = None,
    ) -> OverpassFeatures:
        """Build all features of one overpass.

        Args:
            samples: the overpasses.
            row: which of them.
            pattern: the static pattern; without the overpass's own target where that took part in it.
            dropped: fine fields of the history to leave out, (k,), as if they had never been observed.
            hidden: cells to leave out of all fine fields, (H, W), likewise.
        """
        index = int(samples.coarse[row])
        averages = self.history.averages[:, index]
        state = CoarseState.of(index, averages, self._interpolate(averages), self._mean_around(index), pattern)
        earlier = average_departures(self._history(samples, row, dropped, hidden), pattern)
        features = [
            *coarse_features(state),
            *pattern_features(state, pattern),
            *self._direction_features(state),
            *residual_features(state, earlier),
            *self._shape_features(state),
            *interactions(state, pattern, earlier),
        ]
        for group in self.excluded:
            for k in features_of(group):
                features[k] = np.zeros_like(state.base)
        age = np.where(np.isfinite(earlier.age), 1 - np.exp(-earlier.age / AGE_DAYS), 1).astype(np.float32)
        observed = [weight / (1 + weight) for weight in earlier.weights[1:3]]
        return OverpassFeatures(
            base=(state.base + pattern.mean).astype(np.float32),
            features=np.array(features, np.float32),
            masks=np.array([1 - pattern.unknown, age, *observed], np.float32),
            unknown=pattern.unknown,
            variance_predictors=np.array(self._variance_predictors(state, pattern, age), np.float32),
            extrapolation=state.extrapolation(self.wetness_range),
        )

    def _direction_features(self, state: CoarseState) -> list[Field]:
        """The bias between the directions of overpass, by the overpass's own."""
        sign = np.float32(1.0 if self.fields.coarse_descending[state.index] else -1.0)
        return [self._interpolate(self.history.direction_bias) * sign]

    def _shape_features(self, state: CoarseState) -> list[Field]:
        """How coarse cells stand out from their neighbours and from the interpolated field, beyond what is usual."""
        unusual = state.averages - (0 if self.mean_coarse is None else self.mean_coarse)
        laplacians = self.history.laplacian(unusual[list(LAPLACIANS)])
        return [*laplacians, *self.history.cell_minus_bilinear(unusual[list(DIFFERENCES)])]

    def _variance_predictors(self, state: CoarseState, pattern: Pattern, age: Field) -> list[Field]:
        """What makes the error of a cell's estimate larger, in the order of `VARIANCE_PREDICTORS`."""
        return [
            np.ones_like(state.base),
            pattern.unknown,
            age,
            state.relative**2,
            pattern.variance / np.float32(pattern.within),
            self.relative_noise,
            self._unobserved(state.index),
        ]

    def _unobserved(self, index: int) -> Field:
        """How little is known of the coarse field at an overpass, (H, W): 0 where it was observed, to 1."""
        completed = self.history.completed
        if completed is not None:
            return np.clip(self._interpolate(completed.unknown[index]), 0, 1)
        observed = self._interpolate(np.isfinite(self.history.cells[index]).astype(np.float64))
        return 1 - np.clip(observed, 0, 1)

    def _history(
        self, samples: Samples, row: int, dropped: NDArray[np.bool_] | None, hidden: NDArray[np.bool_] | None
    ) -> Iterator[tuple[Field, Field, float]]:
        """Residual, wetness and age of each earlier fine field that an overpass has, newest first."""
        for k, fine in enumerate(samples.fine_history[row]):
            if fine != MISSING and (dropped is None or not dropped[k]):
                residual, wetness = self.residual(int(fine))
                known = residual if hidden is None else np.where(hidden, np.float32(np.nan), residual)
                yield known, wetness, float(samples.age[row, k])

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
