"""Combine the scenes of one half-orbit into its fine field.

Where scenes overlap, the cell takes the plain mean of their valid values, and the mean of their standard deviations:
the scenes disaggregate the same radiometer measurement, so their errors are largely one error, which averaging does
not make smaller; weighting by inverse variance would wrongly assume that it does. Surface flags are joined bit by bit,
those of the scenes that gave the value, or of all scenes where none did. The result does not depend on their order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.products.conventions import FLAG_FILL
from smen.products.read import NOT_A_TIME, Scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class FineField:
    """Fine field of one half-orbit on a window.

    Attributes:
        names: file names of the scenes, sorted.
        soil_moisture: m3/m3, (height, width) float32, NaN where no scene has a valid value.
        standard_deviation: m3/m3, same shape, NaN where unknown; None where no scene has any.
        surface_flag: (height, width) uint16, 65534 where no scene has any.
        overpass_time: mean time over the window, datetime64[s], weighted by the scenes' cells; NaT where unknown.
        sentinel1_time: the Sentinel-1 times of the scenes, sorted, each once.
        cells: number of the scenes' cells in the window, overlaps counted as often as they occur.
        simulated: whether any of the scenes is marked as simulated.
    """

    names: list[str]
    soil_moisture: NDArray[np.float32]
    standard_deviation: NDArray[np.float32] | None
    surface_flag: NDArray[np.uint16]
    overpass_time: np.datetime64
    sentinel1_time: list[np.datetime64]
    cells: int
    simulated: bool


def mosaic(scenes: Sequence[Scene]) -> FineField:
    """Combine the scenes of one half-orbit, all read on the same window.

    Raises:
        ValueError: no scene, or scenes on different windows.
    """
    if not scenes or len({scene.soil_moisture.shape for scene in scenes}) != 1:
        raise ValueError("mosaic needs scenes, all on the same window")
    scenes = sorted(scenes, key=lambda scene: scene.name.filename)
    values = np.stack([scene.soil_moisture for scene in scenes])
    deviations = [s.standard_deviation for s in scenes if s.standard_deviation is not None]
    times = {s.name.sentinel1_time for s in scenes if s.name.sentinel1_time is not None}
    return FineField(
        names=[scene.name.filename for scene in scenes],
        soil_moisture=_mean(values),
        standard_deviation=_mean(np.stack(deviations)) if deviations else None,
        surface_flag=_join(np.stack([scene.surface_flag for scene in scenes]), np.isfinite(values)),
        overpass_time=_time(scenes),
        sentinel1_time=sorted(times),
        cells=sum(scene.cells for scene in scenes),
        simulated=any(scene.simulated for scene in scenes),
    )


def _mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean over the first axis of the finite values, NaN where there are none; summed in float64."""
    valid = np.isfinite(values)
    count = valid.sum(axis=0)
    total = np.where(valid, values, 0.0).sum(axis=0, dtype=np.float64)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)


def _join(flags: NDArray[np.uint16], valid: NDArray[np.bool_]) -> NDArray[np.uint16]:
    """Join flags bit by bit, those of valid cells where there are any; fill where all are fill."""
    present = flags != FLAG_FILL
    preferred = present & valid
    used = np.where(preferred.any(axis=0), preferred, present)
    joined = np.bitwise_or.reduce(np.where(used, flags, np.uint16(0)), axis=0)
    return np.where(used.any(axis=0), joined, np.uint16(FLAG_FILL)).astype(np.uint16)


def _time(scenes: Sequence[Scene]) -> np.datetime64:
    """Return the mean of the scenes' overpass times, weighted by their cells; NaT where none has one."""
    timed = [scene for scene in scenes if not np.isnat(scene.overpass_time)]
    weight = sum(scene.cells for scene in timed)
    if not weight:
        return NOT_A_TIME
    seconds = [int(scene.overpass_time.astype("datetime64[s]").astype(np.int64)) for scene in timed]
    mean = sum(second * scene.cells for second, scene in zip(seconds, timed, strict=True)) / weight
    return np.datetime64(round(mean), "s")
