"""Parts of a validation's time: seasons, years, and before and after the end of Sentinel-1B."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SENTINEL1B_END = np.datetime64("2021-12-23", "s")
"""Sentinel-1B's last data (ESA, 3 August 2022: "Mission ends for Copernicus Sentinel-1B satellite")."""

WITH_SENTINEL1B, AFTER_SENTINEL1B = "with Sentinel-1B", "after Sentinel-1B"

SEASONS = {"DJF": (12, 1, 2), "MAM": (3, 4, 5), "JJA": (6, 7, 8), "SON": (9, 10, 11)}
"""Months of each season."""

DIVISIONS = ("all", "season", "year", "sentinel1b")
"""The ways to divide the time."""


def sub_periods(times: NDArray[np.datetime64], divisions: Sequence[str] = DIVISIONS) -> dict[str, NDArray[np.bool_]]:
    """Find the times of each part of a validation's time that has any.

    Args:
        times: datetime64 (N,).
        divisions: of `DIVISIONS`: `all` is one part; `season` DJF, MAM, JJA and SON; `year` the calendar years;
            `sentinel1b` before and after the end of Sentinel-1B, where there are times on both sides of it.

    Returns:
        Which times belong to each part, (N,); parts without a time are left out.

    Raises:
        ValueError: there is no such division.
    """
    if unknown := set(divisions) - set(DIVISIONS):
        raise ValueError(f"time cannot be divided by {', '.join(sorted(unknown))}: choose {', '.join(DIVISIONS)}")
    months = times.astype("datetime64[M]").astype(np.int64) % 12 + 1
    years = times.astype("datetime64[Y]").astype(np.int64) + 1970
    parts: dict[str, NDArray[np.bool_]] = {}
    if "all" in divisions:
        parts["all"] = np.ones(len(times), bool)
    if "season" in divisions:
        parts |= {name: np.isin(months, of_season) for name, of_season in SEASONS.items()}
    if "year" in divisions:
        parts |= {str(year): years == year for year in np.unique(years)}
    before = times < SENTINEL1B_END
    if "sentinel1b" in divisions and before.any() and not before.all():
        parts |= {WITH_SENTINEL1B: before, AFTER_SENTINEL1B: ~before}
    return {name: mask for name, mask in parts.items() if name == "all" or mask.any()}
