"""Which granules each map was made from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from smen.data.series import Series


def granules_behind(
    times: Sequence[np.datetime64], scenes: Sequence[Sequence[np.datetime64]], coarse: Series, fine: Series
) -> dict[np.datetime64, list[str]]:
    """Name the granules of each overpass: its own coarse one, and the fine and coarse ones of the scenes behind it.

    Args:
        times: half-orbits that were mapped, N of them.
        scenes: half-orbits of the fine fields that each rests on, N lists.
        coarse: the coarse series.
        fine: the fine series.

    Returns:
        By half-orbit, names without repetition, the overpass's own first.
    """
    coarse_names = dict(zip(coarse.time, coarse.granules, strict=True))
    fine_names = dict(zip(fine.time, fine.granules, strict=True))
    names: dict[np.datetime64, list[str]] = {}
    for time, half_orbits in zip(times, scenes, strict=True):
        texts = [coarse_names.get(time, "")]
        for half_orbit in half_orbits:
            texts += [fine_names.get(half_orbit, ""), coarse_names.get(half_orbit, "")]
        names[time] = list(dict.fromkeys(name for text in texts for name in text.split()))
    return names
