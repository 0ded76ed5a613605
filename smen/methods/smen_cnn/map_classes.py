"""What the estimate of each cell rests on, in classes of rising uncertainty, for its standard deviation."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from smen.data.coarse_support import CoarseSupport, SupportState
from smen.data.records import MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.climatology import Climatology
    from smen.data.records import Fields, Samples


class MapClass(IntEnum):
    """Classes of cells; the last that holds counts."""

    RECENT = 0
    SEEN = 1
    FILLED = 2
    EXTRAPOLATED = 3
    UNSEEN = 4


LOCAL = tuple(code != MapClass.UNSEEN for code in MapClass)
"""Of each class whether its cells have errors of their own: those that were never observed have none."""


def map_classes(
    fields: Fields, samples: Samples, row: int, climatology: Climatology, climate: tuple[float, float]
) -> NDArray[np.uint8]:
    """Return the class of each cell of one overpass, uint8 (H, W).

    Recent: observed in one of the earlier fields of its history. Seen: on a training date. Filled: seen, the coarse
    field interpolated into a hole. Extrapolated: seen, wetter or drier than any training date. Unseen: never observed.

    Args:
        fields: the region's arrays.
        samples: the overpasses.
        row: which of them.
        climatology: mean residual of the training dates.
        climate: least and greatest coarse value of these dates, m3/m3.
    """
    support = CoarseSupport.filled(fields.coarse_at(samples.coarse[row]))
    classes = np.full(fields.window.shape, MapClass.SEEN, np.uint8)
    used = [index for index in samples.fine_history[row] if index != MISSING]
    observed = np.isfinite(fields.fine[used]).any(axis=0)
    classes[observed] = MapClass.RECENT
    classes[support.state != SupportState.OBSERVED] = MapClass.FILLED
    classes[(support.values < climate[0]) | (support.values > climate[1])] = MapClass.EXTRAPOLATED
    classes[(climatology.count == 0) & ~observed] = MapClass.UNSEEN
    return classes
