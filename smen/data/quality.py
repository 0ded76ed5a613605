"""Quality codes of a map's cells, and the age of their last fine observation."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from smen.data.coarse_support import CoarseSupport, SupportState
from smen.data.records import MISSING
from smen.products.conventions import FLAG_FILL
from smen.products.flags import SurfaceFlag

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples


class QualityCode(IntEnum):
    """Codes of the quality raster. `quality_codes` defines which one is set where several hold."""

    NODATA = 0
    OBSERVED_HISTORY = 1
    CLIMATOLOGY_ONLY = 2
    COARSE_ONLY = 3
    FILLED = 4
    EXTRAPOLATED = 5
    NOT_RECOMMENDED = 6
    COMPLETED = 7
    OBSERVED_SCENE = 8
    WATER = 10
    PERMANENT_ICE = 11
    FROZEN = 12
    SNOW = 13
    MOUNTAINS = 14
    URBAN = 15
    DENSE_VEGETATION = 16


MEANING = {
    QualityCode.NODATA: "no data: no valid coarse observation near",
    QualityCode.OBSERVED_HISTORY: "observed history: a recent fine observation of this cell was used",
    QualityCode.CLIMATOLOGY_ONLY: "climatology only: fine detail from the training dates' mean",
    QualityCode.COARSE_ONLY: "coarse only: this cell was never observed at 3 km before",
    QualityCode.FILLED: "filled: the coarse observation was interpolated into a small hole",
    QualityCode.EXTRAPOLATED: "extrapolated: wetter or drier than any training date here",
    QualityCode.NOT_RECOMMENDED: "not recommended: from a coarse retrieval that SMAP flags as doubtful, bias removed",
    QualityCode.COMPLETED: "completed: no coarse retrieval near; from the cell's history and its neighbours",
    QualityCode.OBSERVED_SCENE: "observed scene: the 3 km observation of this overpass was used (retrospective maps)",
    QualityCode.WATER: "water",
    QualityCode.PERMANENT_ICE: "permanent snow or ice",
    QualityCode.FROZEN: "frozen ground",
    QualityCode.SNOW: "snow or ice",
    QualityCode.MOUNTAINS: "mountains",
    QualityCode.URBAN: "urban",
    QualityCode.DENSE_VEGETATION: "dense vegetation",
}
"""Meaning of each code, for legends."""

COLOURS = {
    QualityCode.NODATA: "#ffffff",
    QualityCode.OBSERVED_HISTORY: "#1a9850",
    QualityCode.CLIMATOLOGY_ONLY: "#a6d96a",
    QualityCode.COARSE_ONLY: "#fee08b",
    QualityCode.FILLED: "#fdae61",
    QualityCode.EXTRAPOLATED: "#d73027",
    QualityCode.NOT_RECOMMENDED: "#c2a5cf",
    QualityCode.COMPLETED: "#762a83",
    QualityCode.OBSERVED_SCENE: "#006837",
    QualityCode.WATER: "#2b83ba",
    QualityCode.PERMANENT_ICE: "#c6dbef",
    QualityCode.FROZEN: "#6baed6",
    QualityCode.SNOW: "#deebf7",
    QualityCode.MOUNTAINS: "#8c510a",
    QualityCode.URBAN: "#737373",
    QualityCode.DENSE_VEGETATION: "#00441b",
}
"""A colour for each code, for legends."""

NO_VALUE: tuple[QualityCode, ...] = (QualityCode.NODATA, QualityCode.WATER, QualityCode.PERMANENT_ICE)
"""Codes of cells that never hold a value."""

_BITS = {
    QualityCode.DENSE_VEGETATION: SurfaceFlag.DENSE_VEGETATION,
    QualityCode.URBAN: SurfaceFlag.URBAN,
    QualityCode.MOUNTAINS: SurfaceFlag.MOUNTAINS,
    QualityCode.SNOW: SurfaceFlag.SNOW,
    QualityCode.FROZEN: SurfaceFlag.FROZEN,
    QualityCode.PERMANENT_ICE: SurfaceFlag.PERMANENT_ICE,
    QualityCode.WATER: SurfaceFlag.STATIC_WATER,
}
"""Bits of the products' surface flag that set a code, in rising order of precedence."""

_STATES = {
    SupportState.NOT_RECOMMENDED: QualityCode.NOT_RECOMMENDED,
    SupportState.FILLED: QualityCode.FILLED,
    SupportState.COMPLETED: QualityCode.COMPLETED,
    SupportState.UNKNOWN: QualityCode.NODATA,
}
"""States of the coarse field that set a code."""

ALWAYS: tuple[QualityCode, ...] = (
    QualityCode.DENSE_VEGETATION,
    QualityCode.URBAN,
    QualityCode.MOUNTAINS,
    QualityCode.WATER,
    QualityCode.PERMANENT_ICE,
)
"""Codes of the surface itself: the same on all dates, by the fine product's flags cell by cell."""


def flagged(flag: NDArray[np.uint16], code: QualityCode) -> NDArray[np.bool_]:
    """Decide where a surface flag is set for a code; where the flag is fill, it is not.

    Args:
        flag: bits of either product's surface flag, uint16 of any shape, 65534 where there is none.
        code: a code that flags tell of.
    """
    bits = np.uint16(_BITS[code])
    return np.asarray(((flag & bits) != 0) & (flag != FLAG_FILL), np.bool_)


def static_surface(
    fields: Fields, coarse: NDArray[np.integer], fine: NDArray[np.integer]
) -> dict[QualityCode, NDArray[np.bool_]]:
    """Return where the surface itself is water, ice, mountains, urban or dense vegetation, bool (H, W) for each code.

    From the fine product's flags where it gives any (more than half of a cell's flags must say so), else from the
    coarse product's. A cell with a valid fine retrieval is neither water nor ice.

    Args:
        fields: the region's arrays.
        coarse: which coarse fields to look at, those of the training dates.
        fine: which fine fields to look at.
    """
    no_flags = np.full((0, *fields.window.shape), FLAG_FILL, np.uint16)
    fine_flag = fields.fine_flag[fine] if fields.fine_flag is not None else no_flags
    coarse_flag = fields.coarse_flag[coarse]
    told, coarse_told = ((flag != FLAG_FILL).sum(axis=0) for flag in (fine_flag, coarse_flag))
    never_retrieved = ~np.isfinite(fields.coarse[coarse]).any(axis=0)
    observed = np.isfinite(fields.fine[fine]).any(axis=0)
    surface: dict[QualityCode, NDArray[np.bool_]] = {}
    for code in ALWAYS:
        by_fine = flagged(fine_flag, code).sum(axis=0) * 2 > told
        by_cells = (flagged(coarse_flag, code).sum(axis=0) * 2 > coarse_told) & (coarse_told > 0)
        if code in NO_VALUE:
            by_cells &= never_retrieved
        by_coarse = fields.window.expand(by_cells, fields.coarse_grid)
        if code in NO_VALUE:
            # A 36 km cell is flagged for a share of water that still allows a retrieval: water is what never has one.
            surface[code] = np.where(told > 0, by_fine, by_coarse) & ~observed
        else:
            surface[code] = np.where(told > 0, by_fine, by_coarse)
    return surface


def condition(
    fields: Fields, samples: Samples, row: int, surface: dict[QualityCode, NDArray[np.bool_]], code: QualityCode
) -> NDArray[np.bool_]:
    """Return where a condition holds on one overpass, bool (H, W): of the surface itself, or by that day's flags.

    `quality_codes` sets one code where several hold; this returns all places of one condition.

    Args:
        fields: the region's arrays.
        samples: the overpasses.
        row: which of them.
        surface: as `static_surface` gives it.
        code: the condition.
    """
    if code in ALWAYS:
        return surface[code]
    return flagged(fields.coarse_flag_at(samples.coarse[row]), code)


def quality_codes(
    fields: Fields,
    samples: Samples,
    row: int,
    surface: dict[QualityCode, NDArray[np.bool_]],
    climatology_count: NDArray[np.integer],
    climate: tuple[float, float],
    support: CoarseSupport | None = None,
    *,
    own_scene: bool = False,
) -> NDArray[np.uint8]:
    """The codes of one overpass, uint8 (H, W).

    Where several hold, the last of this order shows: coarse only, climatology only, observed history, observed scene,
    dense vegetation, urban, mountains, extrapolated, not recommended, filled, completed, no data, snow, frozen,
    permanent ice, water. So the code of a cell without a value is the reason, where the product's flags give one.

    Args:
        fields: the region's arrays.
        samples: the overpasses.
        row: which of them.
        surface: as `static_surface` gives it.
        climatology_count: how many training residuals each cell has, (H, W).
        climate: least and greatest coarse value of the training dates in m3/m3.
        support: what the coarse field rests on; None: recommended retrievals, small holes filled.
        own_scene: whether the map rests on the overpass's own fine field as well.
    """
    flag = fields.coarse_flag_at(samples.coarse[row])
    support = CoarseSupport.filled(fields.coarse_at(samples.coarse[row])) if support is None else support
    code = np.full(support.values.shape, QualityCode.COARSE_ONLY, np.uint8)
    code[climatology_count > 0] = QualityCode.CLIMATOLOGY_ONLY
    used = [j for j in samples.fine_history[row] if j != MISSING]
    code[np.isfinite(fields.fine[used]).any(axis=0)] = QualityCode.OBSERVED_HISTORY
    if own_scene and samples.fine[row] != MISSING:
        code[np.isfinite(fields.fine[samples.fine[row]])] = QualityCode.OBSERVED_SCENE
    for surface_code in (QualityCode.DENSE_VEGETATION, QualityCode.URBAN, QualityCode.MOUNTAINS):
        code[surface[surface_code]] = surface_code
    code[(support.values < climate[0]) | (support.values > climate[1])] = QualityCode.EXTRAPOLATED
    for state, quality_code in _STATES.items():
        code[support.state == state] = quality_code
    for surface_code in (QualityCode.SNOW, QualityCode.FROZEN):
        code[flagged(flag, surface_code)] = surface_code
    for surface_code in (QualityCode.PERMANENT_ICE, QualityCode.WATER):
        code[surface[surface_code]] = surface_code
    return code


def cell_age(fields: Fields, samples: Samples, *, own_scene: bool = False) -> NDArray[np.float32]:
    """Days from each cell's last fine observation to each overpass, float32 (N, H, W), NaN where there was none.

    All fine fields count whose SMAP and Sentinel-1 times lie before the overpass, not only the k of the history;
    the day is that of the SMAP half-orbit.

    Args:
        fields: the region's arrays.
        samples: the overpasses, N of them.
        own_scene: whether the fine field of the overpass itself counts, with an age of 0.
    """
    age = np.full((len(samples), *fields.window.shape), np.nan, np.float32)
    last = np.full(fields.window.shape, np.datetime64("NaT"), "datetime64[s]")
    ready = np.argsort(fields.fine_ready, kind="stable")
    done = 0
    for row in np.argsort(samples.time, kind="stable"):
        t = samples.time[row]
        while done < len(ready) and fields.fine_ready[ready[done]] < t:
            index = ready[done]
            last = np.where(np.isfinite(fields.fine[index]), np.fmax(last, fields.fine_time[index]), last)
            done += 1
        seconds = (t - last) / np.timedelta64(1, "s")
        age[row] = np.asarray(seconds, np.float64) / 86400
        if own_scene and samples.fine[row] != MISSING:
            age[row][np.isfinite(fields.fine[samples.fine[row]])] = 0
    return age
