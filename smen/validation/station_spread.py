"""Correlation and relative spread of products at stations: what a Taylor diagram is drawn of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smen.validation.point_metrics import LEAST_PAIRS, point_metric
from smen.validation.station_matching import STATION

if TYPE_CHECKING:
    import pandas as pd

    from smen.validation.station_matching import StationPairs


def station_spread(pairs: StationPairs, minimum: int = LEAST_PAIRS) -> pd.DataFrame:
    """Compute Pearson's correlation and the ratio of standard deviations of each product at each station.

    Args:
        pairs: of stations and products.
        minimum: pairs that a station needs.

    Returns:
        Columns point, product, correlation (NaN where a side does not vary) and spread (standard deviation of the
        product over that of the station, NaN where the station's is 0).
    """
    import pandas as pd

    rows = []
    for point, group in pairs.table.groupby("point"):
        if len(group) < minimum:
            continue
        station = group[STATION].to_numpy(np.float64)
        for name in pairs.products:
            product = group[name].to_numpy(np.float64)
            correlation = point_metric("pearson_r", product, station)[0]
            spread = product.std() / station.std() if station.std() > 0 else np.nan
            rows.append((point, name, correlation, spread))
    return pd.DataFrame(rows, columns=["point", "product", "correlation", "spread"])
