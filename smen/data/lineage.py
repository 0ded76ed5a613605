"""Which granules each map was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.series import Series


def granules_behind(
    times: NDArray[np.datetime64], fine_history: NDArray[np.datetime64], coarse: Series, fine: Series
) -> dict[np.datetime64, list[str]]:
    """Name the granules of each overpass: its own coarse one, and the fine and coarse ones of its history.

    Args:
        times: half-orbits that were mapped, (N,).
        fine_history: half-orbits of the earlier fine fields of each, (N, k), NaT where there is none.
        coarse: the coarse series.
        fine: the fine series.

    Returns:
        By half-orbit, names without repetition, the overpass's own first.
    """
    coarse_names = dict(zip(coarse.time, coarse.granules, strict=True))
    fine_names = dict(zip(fine.time, fine.granules, strict=True))
    names: dict[np.datetime64, list[str]] = {}
    for time, history in zip(times, fine_history, strict=True):
        texts = [coarse_names.get(time, "")]
        for earlier in history[~np.isnat(history)]:
            texts += [fine_names.get(earlier, ""), coarse_names.get(earlier, "")]
        names[time] = list(dict.fromkeys(name for text in texts for name in text.split()))
    return names
