"""Aligned series: one product's fields on one window, overpass after overpass.

The fields lie on the cells of the product's own grid that the window touches: R x C coarse cells of a radiometer
product, the H x W cells of the window for the fine one. Nothing is repeated; `Window.expand` does it where needed.
Files of them are read and written by `smen.data.series_file`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from smen.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from smen.grid import Grid, Window


@dataclass(frozen=True)
class AlignedField:
    """One overpass of a series.

    Attributes:
        time: time in the half-orbit's own name, datetime64[s].
        descending: direction of the half-orbit.
        overpass_time: time over the window, datetime64[s], NaT where no cell says it.
        soil_moisture: (R, C) float32, m3/m3, NaN where there is no valid retrieval.
        standard_deviation: (R, C) float32, m3/m3, as the product says; None for products without it.
        surface_flag: (R, C) uint16, 65534 where there is none.
        granules: names of the granules, space-separated.
        sentinel1_times: Sentinel-1 times of the scenes in it; none for a radiometer product.
        not_recommended: (R, C) float32, m3/m3, successful retrievals that are not recommended, NaN elsewhere; None for
            products of which they are not kept.
    """

    time: np.datetime64
    descending: bool
    overpass_time: np.datetime64
    soil_moisture: NDArray[np.float32]
    standard_deviation: NDArray[np.float32] | None
    surface_flag: NDArray[np.uint16]
    granules: str
    sentinel1_times: tuple[np.datetime64, ...] = ()
    not_recommended: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Series:
    """T overpasses of one product on one window, by rising time.

    Attributes:
        product: short name of the product.
        window: where the fields lie.
        grid: of the fields' cells: M36 or M09 for a radiometer product, M03 for the fine one.
        time: (T,) datetime64[s], the half-orbits' own times, by which all else refers to them.
        descending: (T,) bool.
        overpass_time: (T,) datetime64[s], time over the window, NaT where none is known.
        soil_moisture: (T, R, C) float32, m3/m3, NaN where missing.
        standard_deviation: (T, R, C) float32 or None.
        surface_flag: (T, R, C) uint16, 65534 where missing.
        granules: (T,) names of the granules, space-separated.
        sentinel1_times: (T,) tuples of datetime64[s]; empty for a radiometer product.
        simulated: whether the granules said that they are simulated.
        not_recommended: (T, R, C) float32, m3/m3, successful retrievals that are not recommended, NaN elsewhere; or
            None.
    """

    product: str
    window: Window
    grid: Grid
    time: NDArray[np.datetime64]
    descending: NDArray[np.bool_]
    overpass_time: NDArray[np.datetime64]
    soil_moisture: NDArray[np.float32]
    standard_deviation: NDArray[np.float32] | None
    surface_flag: NDArray[np.uint16]
    granules: tuple[str, ...]
    sentinel1_times: tuple[tuple[np.datetime64, ...], ...]
    simulated: bool
    not_recommended: NDArray[np.float32] | None = None


def concatenate(parts: Sequence[Series]) -> Series:
    """Join the years of one product into one series.

    Raises:
        DataError: there is nothing to join, or products, windows or the order of time do not fit.
    """
    if not parts:
        raise DataError("there is no aligned series to read: run the stage align first")
    first, filled = parts[0], [p for p in parts if p.time.size]
    if any((p.window, p.grid, p.product) != (first.window, first.grid, first.product) for p in parts):
        raise DataError("aligned series of different windows or products cannot be joined: align them again")
    if not filled:
        return first
    time = np.concatenate([p.time for p in filled])
    if (np.diff(time) <= np.timedelta64(0, "s")).any():
        raise DataError("aligned series overlap in time: align them again")
    return replace(
        filled[0],
        time=time,
        descending=np.concatenate([p.descending for p in filled]),
        overpass_time=np.concatenate([p.overpass_time for p in filled]),
        soil_moisture=np.concatenate([p.soil_moisture for p in filled]),
        standard_deviation=_joined(filled, [p.standard_deviation for p in filled]),
        surface_flag=np.concatenate([p.surface_flag for p in filled]),
        granules=tuple(name for p in filled for name in p.granules),
        sentinel1_times=tuple(times for p in filled for times in p.sentinel1_times),
        simulated=any(p.simulated for p in filled),
        not_recommended=_joined(filled, [p.not_recommended for p in filled]),
    )


def _joined(parts: Sequence[Series], stacks: Sequence[NDArray[np.float32] | None]) -> NDArray[np.float32] | None:
    """Join one stack of several series, NaN for those without it; None where none of them has it."""
    if all(stack is None for stack in stacks):
        return None
    return np.concatenate(
        [np.full_like(p.soil_moisture, np.nan) if s is None else s for p, s in zip(parts, stacks, strict=True)]
    )
