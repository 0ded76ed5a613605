"""What the probes of a region said at its overpasses, with the bias that each had shown before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.validation.station_conditioning import Probes, leave_one_station_out, probe_bias
from smen.validation.station_matching import station_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from smen.data.error_correlation import ErrorCorrelation
    from smen.validation.station_points import StationPoint

    Array = NDArray[np.float64]

PASSING_DEPARTURE = 0.025
"""What a probe differs from its cell by once its lasting offset is known, m3/m3: the part of a point's departure that
comes and goes. Points within an area differ by .036 to .071 (Famiglietti et al. 2008, Water Resour. Res. 44, W01423),
most of it lasting."""


@dataclass(frozen=True)
class ProbeSeries:
    """Probes at T overpasses.

    Attributes:
        row: of their cells in the window, (n,).
        column: likewise.
        value: m3/m3, (T, n), NaN where a probe says nothing near an overpass.
        bias: of each probe, from the overpasses before, m3/m3, (T, n).
        bias_deviation: what is not known of it, m3/m3, (T, n).
    """

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    value: Array
    bias: Array
    bias_deviation: Array

    @classmethod
    def of(
        cls,
        points: Sequence[StationPoint],
        times: NDArray[np.datetime64],
        hours: float,
        mean: NDArray[np.floating],
        deviation: NDArray[np.floating],
        *,
        only_before: bool,
    ) -> ProbeSeries:
        """Take what probes say at overpasses, and learn their bias against the estimate.

        Args:
            points: of the probes, n.
            times: of the overpasses over the region, datetime64[s] (T,), rising.
            hours: whole length of the window in time, centred on the overpass.
            mean: the estimate at the probes' cells, m3/m3, (T, n).
            deviation: stated by it, m3/m3, (T, n).
            only_before: whether only values before an overpass count, as for causal maps.
        """
        value = station_values(points, times, hours, only_before=only_before)
        bias, unknown = probe_bias(value, mean, deviation)
        row, column = (np.array([getattr(p, name) for p in points], np.int64) for name in ("row", "column"))
        return cls(row, column, value, bias, unknown)

    def at(self, overpass: int) -> Probes:
        """Return what the probes say at one overpass.

        Args:
            overpass: its number.
        """
        rest = np.full(self.row.shape, PASSING_DEPARTURE)
        return Probes(
            self.row, self.column, self.value[overpass], self.bias[overpass], self.bias_deviation[overpass], rest
        )


def leave_one_probe_out(
    points: Sequence[StationPoint],
    series: ProbeSeries,
    mean: NDArray[np.floating],
    deviation: NDArray[np.floating],
    correlation: ErrorCorrelation,
) -> pd.DataFrame:
    """Judge at each probe the estimate that is conditioned on all others.

    Args:
        points: of the probes, n.
        series: what they said.
        mean: the estimate before at their cells, m3/m3, (T, n).
        deviation: stated by it, m3/m3, (T, n).
        correlation: of its errors.

    Returns:
        The columns of `leave_one_station_out`, network and name of each probe in the place of its number; the last row
        is the mean over all.
    """
    bias = series.bias, series.bias_deviation
    table = leave_one_station_out(
        series.value, mean, deviation, series.row, series.column, correlation, PASSING_DEPARTURE, bias
    )
    names = {index: (point.station.network, point.name) for index, point in enumerate(points)}
    named = [names.get(int(index), ("all", "")) for index in table["station"]]
    table.insert(0, "network", [network for network, _ in named])
    table["station"] = [name for _, name in named]
    return table
