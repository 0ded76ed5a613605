"""What methods receive in place of missing values, decided here alone; the mask goes with it.

Residuals: a missing cell, and a missing frame, hold the climatology, the mean residual of the training dates at that
cell drawn towards the mean of all cells where dates are few (`missing="climatology"`); or 0, as implementations of
the paper have it (`missing="zero"`). While a network is trained, the climatology of a sample leaves the sample's own
target out: it must not find there what it is asked for.

Coarse field: a hole is filled by the mean of the valid cells around it. Within `REACH` of a valid cell that is a guess
worth a map's cell; beyond, only the network's convolutions see it and the map has no value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.ndimage import distance_transform_edt, uniform_filter

from smen.data.records import MISSING
from smen.data.samples import lookup

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields

Missing = Literal["climatology", "zero"]

REACH = 12
"""How far from a valid coarse cell a hole is still filled, in M03 cells: 36 km, one cell of the coarse product."""

OBSERVED, FILLED, UNKNOWN = 0, 1, 2
"""States of a filled coarse field's cells."""


def residuals_of(fields: Fields, index: NDArray[np.integer] | None = None) -> NDArray[np.float32]:
    """D = J - I of fine fields with the coarse field of their own half-orbit, float32 (n, H, W), NaN missing.

    Small holes of the coarse field are filled as in the input: where a coarse cell is never retrieved (a lake's
    shore, a mountain), the residual against its surroundings is what a map there needs to know.

    Args:
        fields: the region's arrays.
        index: which fine fields, (n,); None: all.
    """
    index = np.arange(len(fields.fine_time)) if index is None else index
    own = lookup(fields.coarse_time, fields.fine_time[index])
    residuals = np.full((len(index), *fields.window.shape), np.nan, np.float32)
    for row, (fine, coarse) in enumerate(zip(index, own, strict=True)):
        if coarse != MISSING:
            residuals[row] = fields.fine[fine] - known_coarse(fields.coarse_at(coarse))
    return residuals


def known_coarse(coarse: NDArray[np.float32]) -> NDArray[np.float32]:
    """A coarse field (H, W) with small holes filled, NaN in large ones."""
    values, state = fill_coarse(coarse, np.nan)
    return np.where(state == UNKNOWN, np.nan, values).astype(np.float32)


def fill_residuals(
    frames: NDArray[np.float32], climatology: NDArray[np.float32], missing: Missing
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Fill residual frames, and say where they were observed, (k, H, W) each.

    Args:
        frames: earlier residuals, (k, H, W), m3/m3, NaN where missing.
        climatology: the mean residual, (H, W), m3/m3.
        missing: what stands for a missing value: ``climatology`` or ``zero``.
    """
    valid = np.isfinite(frames)
    stand_in = climatology if missing == "climatology" else np.zeros_like(climatology)
    return np.where(valid, frames, stand_in[None]).astype(np.float32), valid


def fill_coarse(coarse: NDArray[np.float32], otherwise: float) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """A coarse field (H, W) without NaN, and the state of each cell: OBSERVED, FILLED or UNKNOWN.

    Args:
        coarse: one field, NaN where missing.
        otherwise: value of a field without any valid cell, m3/m3.
    """
    valid = np.isfinite(coarse)
    state = np.full(coarse.shape, OBSERVED, np.uint8)
    if valid.all():
        return coarse.astype(np.float32), state
    if not valid.any():
        return np.full(coarse.shape, otherwise, np.float32), np.full(coarse.shape, UNKNOWN, np.uint8)
    near = distance_transform_edt(~valid) <= REACH
    size = 2 * REACH + 1
    value = uniform_filter(np.where(valid, coarse, 0).astype(np.float64), size, mode="constant")
    weight = uniform_filter(valid.astype(np.float64), size, mode="constant")
    around = np.where(weight > 0.5 / size**2, value / np.maximum(weight, 0.5 / size**2), coarse[valid].mean())
    state[~valid] = np.where(near[~valid], FILLED, UNKNOWN)
    filled = np.where(valid, coarse, np.where(near, around, coarse[valid].mean(dtype=np.float64)))
    return filled.astype(np.float32), state
