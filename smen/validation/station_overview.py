"""All stations of a region in one table: where they stand, what the maps score there, and why some have no score."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smen.validation.station_points import point_table
from smen.validation.validation_tables import ALL_OVERPASSES, MAPS_ALONE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from smen.validation.station_matching import StationPairs
    from smen.validation.station_points import StationPoint


def station_table(
    points: Sequence[StationPoint],
    sets: Mapping[str, Mapping[str, StationPairs]],
    tables: Mapping[str, pd.DataFrame],
    name: str,
) -> pd.DataFrame:
    """Tabulate stations: place, scores of the maps alone, and the gain over the coarse field where there is one.

    Args:
        points: of the stations.
        sets: pairs by kind of values, for each set of pairs, `ALL_OVERPASSES` and `MAPS_ALONE` among them.
        tables: of `make_tables`.
        name: of the maps among the products.

    Returns:
        The columns of `point_table`, depth, pairs (of the maps), common pairs (of all products), metrics of the maps,
        the reason where there are none or no gain, and the gains of `station_gains`.
    """
    table = point_table(points)
    table["depth"] = [f"{p.depth_from:g}-{p.depth_to:g} m" for p in points]
    for column, set_of in (("pairs", MAPS_ALONE), ("common pairs", ALL_OVERPASSES)):
        owner = sets[set_of]["absolute"].table["point"].to_numpy(np.int64)
        table[column] = np.bincount(owner, minlength=len(points))
    metrics = tables["metrics"]
    ours = metrics[(metrics["kind"] == "absolute") & (metrics["period"] == "all") & (metrics["product"] == name)]
    alone, common = (ours[ours["pairs"] == set_of] for set_of in (MAPS_ALONE, ALL_OVERPASSES))
    for metric, rows in alone.groupby("metric", sort=False):
        table[str(metric)] = rows["value"].to_numpy(np.float64)
    first = ["network", "station", "reason"]
    reasons = [rows[first].drop_duplicates(first[:2]).set_index(first[:2])["reason"] for rows in (alone, common)]
    table["reason"] = [_reason(*(reason[p.station.network, p.name] for reason in reasons)) for p in points]
    gains = tables["gains"]
    gains = gains[(gains["pairs"] == ALL_OVERPASSES) & (gains["product"] == name)]
    wanted = ["network", "station", "rmsd_gain", "ubrmsd_gain", "bias_gain", "r_gain", "g_down"]
    return table.merge(gains[wanted], on=["network", "station"], how="left")


def _reason(alone: str, common: str) -> str:
    """Why a station has no scores, or no gain."""
    if alone or not common:
        return alone
    return f"not compared with other products: {common}"
