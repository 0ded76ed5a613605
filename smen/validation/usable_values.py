"""Which values of a sensor are used, whatever file they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smen.errors import GridError
from smen.grid import M03

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from smen.grid import Window
    from smen.validation.station_records import StationSelection


def lies_in(window: Window | None, longitude: float, latitude: float) -> bool:
    """Whether a place lies in a region's window.

    Args:
        window: of the region; None: the whole Earth.
        longitude: degrees.
        latitude: degrees.
    """
    if window is None:
        return True
    try:
        row, column = M03.cell_at(longitude, latitude)
    except GridError:
        return False
    return bool(window.locate(np.array(row), np.array(column))[0].any())


def usable_values(
    time: pd.DatetimeIndex, value: NDArray[np.floating], flag: NDArray[np.object_] | None, selection: StationSelection
) -> tuple[NDArray[np.datetime64], NDArray[np.float64], list[str]]:
    """Select the values of a sensor that have a good flag, lie in the period and are soil moisture.

    Times count in UTC; one without a time zone is taken to be UTC. Values of one time are averaged.

    Args:
        time: of each value, (N,), in any order.
        value: soil moisture in m3/m3, (N,).
        flag: of each value, (N,), missing as None or NaN; None where the file has no flags: all values are used.
        selection: flags and period.

    Returns:
        Times, datetime64[s], strictly rising, and their values, (n,), and what is to be said of those left out.
    """
    import pandas as pd

    remarks: list[str] = []
    naive = time.tz_convert("UTC").tz_localize(None) if time.tz is not None else time
    table = pd.DataFrame({"time": naive.to_numpy().astype("datetime64[s]"), "value": np.asarray(value, np.float64)})
    keep = table["time"].notna() & np.isfinite(table["value"])
    if flag is not None:
        flags = pd.Series(flag, dtype=object)
        text = flags.where(flags.notna(), "").astype(str).str.replace(" ", "")
        if missing := int(((text == "") & keep).sum()):
            remarks.append(f"{missing} of {len(table)} values have no flag: not used")
        good = {f: bool(f) and set(f.split(",")) <= set(selection.flags) for f in text.unique()}
        keep &= text.map(good).to_numpy(bool)
    first, last = selection.period
    if first is not None:
        keep &= table["time"] >= first
    if last is not None:
        keep &= table["time"] <= last
    table = table[keep]
    possible = table["value"].between(0, 1)
    if wrong := int((~possible).sum()):
        unit = ": are they in percent?" if table["value"].median() > 1 else ""
        remarks.append(f"{wrong} of {len(table)} values lie outside 0 to 1 m3/m3: not used{unit}")
        table = table[possible]
    if repeated := int(table["time"].duplicated().sum()):
        remarks.append(f"{repeated} times occur more than once: their values are averaged")
    mean = table.groupby("time", sort=True)["value"].mean()
    return mean.index.to_numpy().astype("datetime64[s]"), mean.to_numpy(np.float64), remarks
