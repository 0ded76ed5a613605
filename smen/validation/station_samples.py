"""Pairs of groups of stations in parts of the time, with the sums and draws that a bootstrap of their metrics needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from smen.validation.station_bootstrap import Draws, date_numbers, draw
from smen.validation.station_matching import STATION
from smen.validation.sub_periods import sub_periods
from smen.validation.weighted_moments import DateSums, Moments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.validation.station_matching import StationPairs

    Array = NDArray[np.float64]

Grouping = Literal["network", "climate", "land_cover", "representativeness"]
"""Columns of stations' metadata that they can be grouped by."""

ALL = "all"
"""The group of all stations."""

_METRICS: dict[str, Callable[[Moments], Any]] = {
    "bias": lambda m: m.bias,
    "rmsd": lambda m: m.rmsd,
    "ubrmsd": lambda m: m.ubrmsd,
    "pearson_r": lambda m: m.correlation,
    "spearman_r": lambda m: m.correlation,
}


@dataclass(frozen=True)
class StationSample:
    """The pairs of one group of stations in one part of the time, ready for the bootstrap.

    Attributes:
        period: part of the time.
        group: of stations.
        sums: of each product's pairs with the stations.
        ranks: the same of their ranks at each station.
        draws: samples of dates and stations.
        stations: which points they are, (P,).
        pairs: number of pairs.
        moments: those made so far.
    """

    period: str
    group: str
    sums: dict[str, DateSums]
    ranks: dict[str, DateSums]
    draws: Draws
    stations: NDArray[np.int64]
    pairs: int
    moments: dict[tuple[bool, str], tuple[Moments, Moments]] = field(default_factory=dict)

    def metric(self, name: str, product: str) -> tuple[Array, Array]:
        """Return a product's metric at each station, (1, P), and in each sample of dates, (B, P).

        Args:
            name: of the metric.
            product: its name.
        """
        whole, resampled = self.moments_of(product, of_ranks=name == "spearman_r")
        return _METRICS[name](whole), _METRICS[name](resampled)

    def moments_of(self, product: str, *, of_ranks: bool = False) -> tuple[Moments, Moments]:
        """Return a product's moments of all pairs and of each sample, made once.

        Args:
            product: its name.
            of_ranks: those of ranks in the place of values.
        """
        key = of_ranks, product
        if key not in self.moments:
            sums = (self.ranks if of_ranks else self.sums)[product]
            self.moments[key] = sums.whole(), sums.resampled(self.draws.dates)
        return self.moments[key]


def station_samples(
    pairs: StationPairs, minimum: int, periods: Sequence[str], by: Grouping | None, resamples: int, seed: int
) -> Iterator[StationSample]:
    """Give each group of stations in each part of the time; all together come first.

    Args:
        pairs: of stations and products.
        minimum: pairs that a station needs to count; groups without one are left out.
        periods: divisions of the time, see `smen.validation.sub_periods`.
        by: what stations are grouped by; None: all together alone.
        resamples: bootstrap samples.
        seed: of the random draws.
    """
    names = [(getattr(point.station, by) if by else "") or "unknown" for point in pairs.points]
    # A network may bear the name of all together, such as sensors of one's own in all.csv.
    names = [f"{by} {ALL}" if name == ALL else name for name in names]
    groups = {ALL: np.ones(len(names), bool)}
    if by:
        groups |= {name: np.array([n == name for n in names]) for name in sorted(set(names))}
    times = pairs.table["time"].to_numpy()
    values = pairs.table[[STATION, *pairs.products]].to_numpy(np.float64)
    owner = pairs.table["point"].to_numpy(np.int64)
    for period, mask in sub_periods(times, periods).items():
        enough = np.bincount(owner[mask], minlength=len(names)) >= minimum
        whole: StationSample | None = None
        for group, members in groups.items():
            stations = np.flatnonzero(enough & members)
            rows = mask & np.isin(owner, stations)
            if not rows.any():
                continue
            if whole is not None and len(stations) == len(whole.stations):  # one network: the same once more
                yield replace(whole, group=group)
                continue
            point = np.searchsorted(stations, owner[rows])
            date, days = date_numbers(times[rows])
            shape = (len(stations), len(days))
            sums, ranks = ({} for _ in range(2))
            order = _ranks(point, values[rows])
            for number, product in enumerate(pairs.products, 1):
                y = values[rows, 0]
                sums[product] = DateSums.of_pairs(point, date, values[rows, number], y, shape)
                ranks[product] = DateSums.of_pairs(point, date, order[:, number], order[:, 0], shape)
            draws = draw(len(days), len(stations), resamples, seed)
            sample = StationSample(period, group, sums, ranks, draws, stations, int(rows.sum()))
            whole = sample if group == ALL else whole
            yield sample


def _ranks(point: NDArray[np.int64], values: Array) -> Array:
    """Ranks of the values of each column among those of the same point; equal values share their mean rank."""
    from scipy.stats import rankdata

    ranks = np.empty_like(values)
    for index in np.unique(point):
        ranks[point == index] = rankdata(values[point == index], axis=0)
    return ranks
