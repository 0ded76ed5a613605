"""Values that no good granule holds: what is read as something that it is not must not become a map.

A subsetter may change units or pack values and lose the attributes that say so. Such a granule is whole and fits
together; only its values tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from smen.products.flags import QUALITY_REJECTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from smen.products.granule_file import GranuleFile

MOST_WATER = 1.0
"""cm3/cm3: a volume holds at most itself. Real granules hold good retrievals up to 0.92, far above `valid_max`."""

LARGEST_FLAG = 65535
"""Flags have 16 bits."""

MOST_SECONDS = 4e9
"""Seconds since 2000 that no overpass can have: the year 2126."""


def require_plausible(file: GranuleFile, values: Mapping[str, NDArray[Any]]) -> None:
    """Refuse flags that are no flags, soil moisture that no soil has, and times of no overpass.

    Args:
        file: the granule.
        values: the numbers of its variables by their keys, flattened.

    Raises:
        GranuleError: such a value.
    """
    for retrieval in file.product.retrievals.values():
        flags = {key: values[key] for key in (retrieval.quality_flag, retrieval.surface_flag)}
        for key, flag in flags.items():
            off = file.present(key, flag) & ((flag < 0) | (flag > LARGEST_FLAG))
            if off.any():
                raise file.error(f"{file.place(key)} holds {flag[off][0]}, which is no flag of 16 bits")
        if retrieval.soil_moisture not in values:
            continue
        moisture, flag = values[retrieval.soil_moisture], flags[retrieval.quality_flag]
        rejects = np.asarray(QUALITY_REJECTS["successful"], flag.dtype)
        made = file.present(retrieval.soil_moisture, moisture) & file.present(retrieval.quality_flag, flag)
        off = made & ((flag & rejects) == 0) & (np.abs(moisture) > MOST_WATER)
        if off.any():
            raise file.error(
                f"{file.place(retrieval.soil_moisture)} holds {moisture[off][0]:g} where soil moisture in cm3/cm3 "
                f"is at most {MOST_WATER:g} ({np.count_nonzero(off)} retrievals): in other units, packed without the "
                "attributes that say so, or damaged"
            )
    if "seconds" in values:
        seconds = values["seconds"][file.present("seconds", values["seconds"])]
        if (off := np.abs(seconds) > MOST_SECONDS).any():
            raise file.error(f"{file.place('seconds')} holds {seconds[off][0]:g}, which are no seconds since 2000")
