"""When SMAP passed over a region: the time of its cells' own seconds, where a series knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.series import Series


def overpass_times(coarse: Series, starts: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """Return when SMAP passed over the region in some half-orbits.

    A half-orbit is named by its start, which may be 49 minutes before it comes over the region.

    Args:
        coarse: the region's coarse series.
        starts: starts of half-orbits, datetime64[s] (N,), strictly rising.

    Returns:
        Their times over the region, datetime64[s] (N,), strictly rising. The start stands for a time that is not known;
        all starts stand where the times do not rise, which only damaged seconds can bring about.
    """
    over = dict(zip(coarse.time, coarse.overpass_time, strict=True))
    known = np.array([over.get(start, np.datetime64("NaT")) for start in starts], "datetime64[s]")
    times = np.where(np.isnat(known), starts, known)
    return starts if (np.diff(times) <= np.timedelta64(0, "s")).any() else times
