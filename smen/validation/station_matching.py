"""Pairs of station and product values at the same places and times.

The protocol of QA4SM (Gruber et al. 2020, "Validation practices for satellite soil moisture retrievals: What are (the)
errors?", Remote Sens. Environ. 244, 111806): the station's value nearest to each overpass, within a window of 12 h in
all; only times at which every product has a value, so that all are judged by the same pairs; no scaling.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from smen.errors import DataError
from smen.validation.anomalies import KINDS, values_of_kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from smen.validation.point_products import PointProduct
    from smen.validation.station_points import StationPoint

WINDOW_HOURS = 12.0
"""Whole length of the window around an overpass: 6 h before and 6 h after."""

STATION = "station"
"""The column of the stations' values."""


@dataclass(frozen=True)
class StationPairs:
    """Values of stations and products at common times.

    Attributes:
        kind: of the values, one of `smen.validation.anomalies.KINDS`.
        points: of the stations, P.
        products: their names.
        table: columns point (index into `points`), time (of the overpass), station and one for each product, m3/m3;
            ordered by point and time; no value is missing.
        deviation: standard deviations that products state, m3/m3: one column for each such product, the rows those of
            `table`; without columns for anomalies.
        scaling: of the products to the stations, by its name in pytesmo.
    """

    kind: str
    points: tuple[StationPoint, ...]
    products: tuple[str, ...]
    table: pd.DataFrame
    deviation: pd.DataFrame
    scaling: str = "none"

    def of_point(self, point: int) -> pd.DataFrame:
        """Return the pairs of one point, by time."""
        return self.table[self.table["point"] == point]


def match_stations(
    points: Sequence[StationPoint],
    products: Sequence[PointProduct],
    hours: float = WINDOW_HOURS,
    kinds: Sequence[str] = KINDS,
) -> dict[str, StationPairs]:
    """Pair stations and products.

    The times are those of the first product. Another product with any of these times is of the same overpasses, and is
    taken at equal times alone; one with times of its own (a third data set) is taken nearest within the window.

    Args:
        points: of the stations.
        products: at these points, in their order. All have to have a value for a pair to count.
        hours: whole length of the window in time that a station's value may lie in, centred on the overpass.
        kinds: of values to compare.

    Returns:
        The pairs of each kind.

    Raises:
        DataError: there is no product, or one is of other points, or two have the same name.
    """
    import pandas as pd

    if not products:
        raise DataError("there is no product to compare with the stations")
    names = tuple(p.name for p in products)
    if len(set(names)) < len(names):
        raise DataError(f"two products have the same name: {', '.join(names)}")
    if any(p.value.shape[1] != len(points) for p in products):
        raise DataError("the products were not taken at these stations")
    stated = [p.name for p in products if p.standard_deviation is not None]
    parts: dict[str, list[pd.DataFrame]] = {kind: [] for kind in kinds}
    for index, point in enumerate(points):
        series = [pd.Series(point.value, pd.DatetimeIndex(point.time), name=STATION)]
        series += [_series(p, p.value, index) for p in products]
        for kind in kinds:
            pairs = _collocate([values_of_kind(s, kind) for s in series], hours)
            if kind == "absolute":
                for p in products:
                    if p.standard_deviation is not None:
                        pairs[f"{p.name} deviation"] = _nearest(_series(p, p.standard_deviation, index), pairs, hours)
            parts[kind].append(pairs.rename_axis("time").reset_index().assign(point=index))
    return {kind: _pairs(kind, tuple(points), names, stated, tables) for kind, tables in parts.items()}


def station_values(
    points: Sequence[StationPoint],
    times: NDArray[np.datetime64],
    hours: float = WINDOW_HOURS,
    *,
    only_before: bool = False,
) -> NDArray[np.float64]:
    """Take the stations' values at overpasses: what maps are conditioned on.

    Args:
        points: of the stations, P.
        times: of the overpasses, datetime64[s] (T,).
        hours: whole length of the window in time, centred on the overpass.
        only_before: use the latest value in the first half of the window, not the nearest one, as causal maps need.

    Returns:
        (T, P), m3/m3, NaN where there is none in the window.
    """
    import pandas as pd

    index, half = pd.DatetimeIndex(times), pd.Timedelta(hours=hours / 2)
    values = np.full((len(times), len(points)), np.nan)
    for column, point in enumerate(points):
        series = pd.Series(point.value, pd.DatetimeIndex(point.time))
        if len(series):
            method: Literal["ffill", "nearest"] = "ffill" if only_before else "nearest"
            values[:, column] = series.reindex(index, method=method, tolerance=half).to_numpy(np.float64)
    return values


def scale_pairs(pairs: StationPairs, method: str = "mean_std") -> StationPairs:
    """Scale each product to the station at each point, which takes bias and amplitude out of the comparison.

    Args:
        pairs: of any kind; a point's pairs have to vary for its products to be scaled.
        method: of `pytesmo.scaling`; mean_std gives a product the station's mean and standard deviation.

    Returns:
        The scaled pairs, without stated standard deviations.
    """
    from pytesmo.scaling import get_scaling_function

    scale = get_scaling_function(method)
    table = pairs.table.copy()
    for _, rows in table.groupby("point"):
        for product in pairs.products:
            values = rows[product].to_numpy(np.float64)
            if len(values) > 1 and np.ptp(values) > 0:
                table.loc[rows.index, product] = scale(values, rows[STATION].to_numpy(np.float64))
    return replace(pairs, table=table, deviation=pairs.deviation[[]], scaling=method)


def _series(product: PointProduct, values: NDArray[np.floating], point: int) -> pd.Series[float]:
    """A product's valid values at one point, by time."""
    import pandas as pd

    column = values[:, point].astype(np.float64)
    valid = np.isfinite(column)
    return pd.Series(column[valid], pd.DatetimeIndex(product.time[valid].astype("datetime64[s]")), name=product.name)


def _collocate(series: list[pd.Series[float]], hours: float) -> pd.DataFrame:
    """The values of the station (first) and all products at the times of the first product that all have."""
    import pandas as pd
    from pytesmo.temporal_matching import temporal_collocation

    station, first, *others = series
    half = pd.Timedelta(hours=hours / 2)
    columns = [temporal_collocation(first.index, station, half) if len(station) and len(first) else station[:0], first]
    columns += [_nearest(other, first, hours) for other in others]
    table: pd.DataFrame = pd.concat(columns, axis=1).reindex(first.index)
    return table.dropna(how="any")


def _nearest(other: pd.Series[float], reference: pd.Series[float] | pd.DataFrame, hours: float) -> pd.Series[float]:
    """A product's values at the reference's times: equal ones where they share any, else the nearest in the window."""
    import pandas as pd
    from pytesmo.temporal_matching import temporal_collocation

    index = reference.index
    if not len(other) or not len(index) or other.index.isin(index).any():
        return other.reindex(index)
    found: pd.Series[float] = temporal_collocation(index, other, pd.Timedelta(hours=hours / 2))
    return found


def _pairs(
    kind: str, points: tuple[StationPoint, ...], names: tuple[str, ...], stated: list[str], parts: list[pd.DataFrame]
) -> StationPairs:
    """The pairs of all points in one table."""
    import pandas as pd

    columns = ["point", "time", STATION, *names]
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    deviation = pd.DataFrame(index=whole.index)
    if kind == "absolute":
        deviation = whole.reindex(columns=[f"{name} deviation" for name in stated]).set_axis(stated, axis=1)
    return StationPairs(kind, points, names, whole[columns].astype({"point": np.int64}), deviation)
