"""What a fitted fusion knows of its region, and what it says of one overpass from that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from smen.data.quality import static_surface
from smen.methods.fusion.random_features import skip

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.quality import QualityCode
    from smen.data.records import Fields
    from smen.grid import Grid, Window
    from smen.methods.fusion.error_model import ErrorModel
    from smen.methods.fusion.features import Example
    from smen.methods.fusion.pattern import Pattern
    from smen.methods.fusion.random_features import RandomFeatures


@dataclass(frozen=True)
class FusionParameters:
    """All that a fitted method knows of its region; a checkpoint holds it.

    Attributes:
        window: the region.
        coarse_grid: of the coarse cells.
        pattern: of the training and validation dates.
        offset: descending minus ascending, (R, C).
        usual: mean of the coarse cells over the dates, (R, C).
        noise: relative variance of the product's noise, (H, W).
        warm: coefficients of the skip where a cell has dates, (folds, F), or with hidden units (folds, F + units).
        cold: the same where it has none.
        elsewhere: the same in another region, learnt from all regions alike, (1, F).
        hidden: the skip's hidden units, or None.
        unit: typical error, m3/m3.
        spread: of the errors where a cell has dates.
        cold_spread: where it has none.
        abroad_spread: of the errors in another region, in units of its coarse field's variability.
        variability: standard deviation of the coarse field over space and time, m3/m3.
        bounds: residual and saturated water content that maps keep within, m3/m3.
        climate: least and greatest coarse value of the dates, m3/m3.
        wetness: least and greatest wetness anomaly, m3/m3.
        surface: where the ground itself is water, ice, mountains, urban, dense vegetation.
        training_times: half-orbits of the dates learnt from.
        simulated: whether any of it comes from simulated fields.
        abroad: whether it was learnt in other regions alone.
    """

    window: Window
    coarse_grid: Grid
    pattern: Pattern
    offset: NDArray[np.float64]
    usual: NDArray[np.float64]
    noise: NDArray[np.float32]
    warm: NDArray[np.float64]
    cold: NDArray[np.float64]
    elsewhere: NDArray[np.float64]
    hidden: RandomFeatures | None
    unit: float
    spread: ErrorModel
    cold_spread: ErrorModel
    abroad_spread: ErrorModel
    variability: float
    bounds: tuple[float, float]
    climate: tuple[float, float]
    wetness: tuple[float, float]
    surface: dict[QualityCode, NDArray[np.bool_]]
    training_times: NDArray[np.datetime64]
    simulated: bool
    abroad: bool = False


def estimate_seen_cells(learnt: FusionParameters, example: Example) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Estimate and deviation where cells have dates, (H, W) each."""
    value = example.base + skip(example, learnt.warm.mean(axis=0), learnt.hidden)
    return value.astype(np.float32), learnt.spread.deviation(example.causes) * widened(example)


def estimate_unseen_cells(
    learnt: FusionParameters, example: Example, variability: float | None = None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Estimate and deviation where cells have no date, (H, W) each.

    Args:
        learnt: what the method knows.
        example: the overpass, without a pattern.
        variability: of the coarse field of another region than that of the training; None: it is the same one.
    """
    coefficients = learnt.cold if variability is None else learnt.elsewhere
    value = example.base + skip(example, coefficients.mean(axis=0), None)
    if variability is None:
        deviation = learnt.cold_spread.deviation(example.causes)
    else:
        deviation = learnt.abroad_spread.deviation(example.causes) * np.float32(variability)
    return value.astype(np.float32), deviation * widened(example)


def widened(example: Example) -> NDArray[np.float32]:
    """Factor on the deviation off the training climate: as the error of a regression grows beyond its data."""
    return np.sqrt(1 + example.beyond**2)


def bounded(value: NDArray[np.floating], bounds: tuple[float, float], unit: float) -> NDArray[np.float32]:
    """Bend estimates so that they stay between two bounds, smoothly: within a tenth of the typical error of either.

    Clipping would pull the mean of an image away from a bound by the share of cells beyond it, at once; a softplus
    of this width changes a value one width from the bound by a third of the width, and none far from it.
    """
    width = 0.1 * unit
    low, high = bounds
    above = low + width * np.logaddexp(0, (np.asarray(value, np.float64) - low) / width)
    return np.clip(high - width * np.logaddexp(0, (high - above) / width), low, high).astype(np.float32)


def abroad(learnt: FusionParameters, fields: Fields) -> FusionParameters:
    """What holds in another region: how patterns and errors vary, but no pattern, no bias, no level of its own."""
    shape, coarse_shape = fields.window.shape, fields.window.coarse_shape(fields.coarse_grid)
    return replace(
        learnt,
        window=fields.window,
        pattern=replace(learnt.pattern, sums=np.zeros((len(learnt.pattern.sums), *shape)), prior=0.0),
        offset=np.zeros(coarse_shape),
        usual=np.full(coarse_shape, np.nan),
        noise=np.ones(shape, np.float32),
        bounds=(0.0, learnt.bounds[1]),
        abroad=True,
        surface=static_surface(fields, np.arange(len(fields.coarse_time)), np.array([], np.int64)),
    )
