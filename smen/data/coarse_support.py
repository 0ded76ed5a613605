"""What the coarse field of one overpass rests on, cell by cell of the window."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import distance_transform_edt

from smen.data.fill import FILLED, OBSERVED, REACH, UNKNOWN, fill_coarse
from smen.products.conventions import FLAG_FILL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields


class SupportState(IntEnum):
    """States of the cells of a coarse field without holes; the first three as `smen.data.fill` has them."""

    OBSERVED = OBSERVED
    FILLED = FILLED
    UNKNOWN = UNKNOWN
    NOT_RECOMMENDED = 3
    COMPLETED = 4


@dataclass(frozen=True)
class CoarseSupport:
    """The coarse field of one overpass over the window.

    Attributes:
        values: without holes, float32 (H, W), m3/m3.
        state: `SupportState` of each cell, uint8 (H, W).
    """

    values: NDArray[np.float32]
    state: NDArray[np.uint8]

    @classmethod
    def filled(cls, coarse: NDArray[np.float32]) -> CoarseSupport:
        """Fill holes by the mean of the cells around, as methods do that use recommended retrievals alone.

        Args:
            coarse: recommended retrievals, (H, W), m3/m3, NaN elsewhere.
        """
        return cls(*fill_coarse(coarse, 0.0))

    @classmethod
    def of_overpass(
        cls, fields: Fields, index: int, cells: NDArray[np.floating], second: NDArray[np.bool_]
    ) -> CoarseSupport:
        """Say what the completed coarse cells of one overpass rest on, as `completed` does.

        Args:
            fields: the region's arrays.
            index: of the overpass in the coarse series.
            cells: completed, (R, C), m3/m3.
            second: where retrievals of the second tier were used, (R, C).
        """
        layers = (np.asarray(cells, np.float32), np.isfinite(fields.coarse[index]), second)
        values, recommended, used = (fields.window.expand(layer, fields.coarse_grid) for layer in layers)
        return cls.completed(values, recommended, used, fields.coarse_flag_at(index) != FLAG_FILL)

    @classmethod
    def completed(
        cls,
        values: NDArray[np.float32],
        recommended: NDArray[np.bool_],
        second: NDArray[np.bool_],
        swath: NDArray[np.bool_],
    ) -> CoarseSupport:
        """Say what a completed field rests on.

        A hole is small within `REACH` of a retrieval of either tier; farther away a cell is known from its history
        and its neighbours where the swath lay over it, and unknown beyond the swath.

        Args:
            values: completed, (H, W), m3/m3.
            recommended: where recommended retrievals are, (H, W).
            second: where retrievals of the second tier were used, (H, W).
            swath: where the overpass looked, (H, W).
        """
        used = recommended | second
        if not used.any():
            return cls(values, np.full(used.shape, SupportState.UNKNOWN, np.uint8))
        near = distance_transform_edt(~used) <= REACH
        state = np.where(swath, SupportState.COMPLETED, SupportState.UNKNOWN)
        for where, code in (
            (near, SupportState.FILLED),
            (second, SupportState.NOT_RECOMMENDED),
            (recommended, SupportState.OBSERVED),
        ):
            state = np.where(where, code, state)
        return cls(values, state.astype(np.uint8))
