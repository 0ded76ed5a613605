"""The coarse field filtered in time plus the shrunk mean residual: the strongest simple method found so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.data.climatology import Climatology
from smen.data.fill import known_coarse
from smen.data.records import MISSING, TEST, TRAIN, VALIDATION, Prediction
from smen.errors import DataError
from smen.methods.directions import direction_bias, pairs_in_history
from smen.methods.interpolation import smooth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples

MEMORIES = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0)
"""Time constants that are tried, days; 0 is no filter."""


@dataclass
class FilteredMeanResidual:
    """Causal exponential filter over the latest overpasses of both directions, plus the shrunk mean residual.

    An observation counts exp(-age / memory) against the present one's 1 (Wagner et al. 1999, used causally, as the
    recursive filter of Albergel et al. 2008). Overpasses of the other direction are first corrected for the mean
    difference of the two at each cell. The memory, and whether the field is then interpolated, are those with the
    least ubRMSE on the training dates, each date's own residual left out of the mean.

    Attributes:
        memory: time constant in days; None: chosen by `fit`.
        interpolated: None: chosen by `fit`.
        offset: mean of descending minus mean of ascending overpasses at each coarse cell, (R, C), m3/m3, fitted.
        climatology: mean residual against the filtered field, fitted.
    """

    memory: float | None = None
    interpolated: bool | None = None
    offset: NDArray[np.float32] | None = None
    climatology: Climatology | None = None
    name: str = "filtered_residual"

    def fit(self, fields: Fields, samples: Samples) -> None:
        """Learn the bias between the directions, the memory and the mean residual from the training period.

        Args:
            fields: the region's arrays.
            samples: its overpasses, of which those of the training period are used.

        Raises:
            DataError: no date of it has a fine field.
        """
        period = samples.select(np.isin(samples.split, (TRAIN, VALIDATION)))
        self.offset = direction_offset(fields, period)
        training = samples.with_target(TRAIN, VALIDATION)
        target = fields.fine[training.fine]
        best = np.inf
        for memory in MEMORIES if self.memory is None else (self.memory,):
            base = self._base(fields, training, memory)
            for interpolated in (False, True) if self.interpolated is None else (self.interpolated,):
                shown = _shown(base, fields, interpolated)
                residual = target - shown
                climatology = Climatology.of(residual)
                score = _left_out_score(residual, climatology)
                if score < best or self.climatology is None:
                    best, choice = score, (memory, interpolated)
                    self.climatology = climatology
        self.memory, self.interpolated = choice

    def predict(self, fields: Fields, samples: Samples) -> Prediction:
        """Filter each overpass's coarse field, fill small holes, add the fitted pattern.

        Args:
            fields: the region's arrays.
            samples: the overpasses, N of them.

        Raises:
            DataError: it is not fitted.
        """
        if self.climatology is None or self.memory is None or self.interpolated is None:
            raise DataError(f"the baseline {self.name} is not fitted: fit it on the training dates")
        base = self._base(fields, samples, self.memory)
        return Prediction(_shown(base, fields, self.interpolated) + self.climatology.mean)

    def _base(self, fields: Fields, samples: Samples, memory: float) -> NDArray[np.float32]:
        """The filtered coarse field of each overpass, (N, R, C), NaN where it has no observation of its own."""
        assert self.offset is not None  # noqa: S101  (fit has set it)
        return np.stack([filter_in_time(fields, samples, row, memory, self.offset) for row in range(len(samples))])


def filter_in_time(
    fields: Fields, samples: Samples, row: int, memory: float, offset: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Weighted mean of an overpass's coarse field and the earlier ones, (R, C), NaN where it has none of its own.

    Args:
        fields: the region's arrays.
        samples: the overpasses, with their earlier ones.
        row: which of them.
        memory: time constant in days, 0 for no filter.
        offset: descending minus ascending, (R, C), m3/m3.
    """
    now = int(samples.coarse[row])
    present: NDArray[np.float32] = fields.coarse[now]
    if memory <= 0:
        return present
    total = np.where(np.isfinite(present), present, 0).astype(np.float64)
    weight = np.isfinite(present).astype(np.float64)
    for index in samples.coarse_history[row]:
        if index == MISSING:
            continue
        days = (fields.coarse_time[now] - fields.coarse_time[index]) / np.timedelta64(1, "D")
        value = fields.coarse[index]
        sign = float(fields.coarse_descending[now]) - float(fields.coarse_descending[index])
        share = np.exp(-float(days) / memory) * np.isfinite(value)
        total += share * np.nan_to_num(value + sign * offset)
        weight += share
    return np.asarray(np.where(np.isfinite(present), total / np.maximum(weight, 1e-12), np.nan), np.float32)


def direction_offset(fields: Fields, samples: Samples) -> NDArray[np.float32]:
    """Mean of descending minus mean of ascending overpasses at each coarse cell, drawn to 0 where they are few, (R, C).

    Args:
        fields: the region's arrays.
        samples: overpasses of the training period, none of the test's.
    """
    assert not (samples.split == TEST).any()  # noqa: S101  (statistics come from training dates alone)
    pairs = pairs_in_history(samples, fields.coarse_descending)
    return np.asarray(direction_bias(fields.coarse, fields.coarse_descending, pairs), np.float32)


def _shown(base: NDArray[np.float32], fields: Fields, interpolated: bool) -> NDArray[np.float32]:
    """Filtered coarse fields (N, R, C) on the window with small holes filled, interpolated if wanted, (N, H, W)."""

    def shown(cells: NDArray[np.float32]) -> NDArray[np.float32]:
        return smooth(cells, fields) if interpolated else known_coarse(fields.window.expand(cells, fields.coarse_grid))

    return np.stack([shown(cells) for cells in base])


def _left_out_score(residual: NDArray[np.float32], climatology: Climatology) -> float:
    """Mean over dates of the ubRMSE of (base + mean residual of the other dates)."""
    scores = []
    for date in residual:
        errors = date - climatology.without(date[None]).mean
        if np.isfinite(errors).sum() >= 2:
            scores.append(float(np.nanstd(errors, dtype=np.float64)))
    return float(np.mean(scores)) if scores else np.inf
