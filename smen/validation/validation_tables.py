"""All tables of a validation, made from the pairs of stations and products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from smen.validation.point_claims import station_bias_spread, within_cell_correlation
from smen.validation.point_metrics import LEAST_PAIRS, POINT_METRICS, station_metrics
from smen.validation.representativeness import interval_check
from smen.validation.station_bootstrap import RESAMPLES
from smen.validation.station_matching import scale_pairs
from smen.validation.station_summary import G_DOWN, paired_differences, station_gains, summary_metrics

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from smen.validation.station_matching import StationPairs
    from smen.validation.station_samples import Grouping

ALL_OVERPASSES = "all overpasses"
AT_PRODUCT_DATES = "dates of the 3 km product"
MAPS_ALONE = "maps alone"
"""The sets of pairs: times that all products have in common; those of the rare overpasses that have the 3 km product as
well; and all that the maps have, also where no other product has a value: it says how good the maps are everywhere."""

PERIODS = ("all", "season", "year", "sentinel1b")
"""Divisions of the time in the tables of absolute values; years where there are several."""

GROUPINGS: tuple[Grouping, ...] = ("network", "climate", "land_cover", "representativeness")
"""What stations are grouped by in the tables, beside all together."""

ACROSS, SPREAD = "R across stations in a 36 km cell", "spread of station bias"
"""What points can say of detail."""

Tables = dict[str, "pd.DataFrame"]


@dataclass(frozen=True)
class ValidationProtocol:
    """How tables are made of pairs.

    Attributes:
        reference: name of the product that the others are compared with.
        metrics: of `smen.validation.point_metrics.POINT_METRICS`.
        minimum: pairs that a station needs.
        scaling: of the products to the stations: none, or a name of `pytesmo.scaling`.
        resamples: of each bootstrap.
        seed: of the random draws.
    """

    reference: str
    metrics: tuple[str, ...] = POINT_METRICS
    minimum: int = LEAST_PAIRS
    scaling: str = "none"
    resamples: int = RESAMPLES
    seed: int = 0


def make_tables(sets: Mapping[str, Mapping[str, StationPairs]], protocol: ValidationProtocol) -> Tables:
    """Make all tables of a validation.

    Args:
        sets: pairs by kind of values, for each set of pairs: `ALL_OVERPASSES`, `MAPS_ALONE`, and `AT_PRODUCT_DATES`
            where there are any. Nothing is compared with the reference in a set without it.
        protocol: how.

    Returns:
        By name: metrics (each station), summary (networks, classes and all), differences (from the reference on the
        same pairs), gains (each station's), claims (what points can say of detail) and intervals (whether stated ones
        hold the stations). Their first column, `pairs`, names the set; tables of claims and intervals are of the
        unscaled pairs.
    """
    parts: dict[str, list[pd.DataFrame]] = {}
    for name, pairs_by_kind in sets.items():
        for table, frame in _of_set(name, pairs_by_kind, protocol):
            parts.setdefault(table, []).append(frame)
    return {table: _joined(frames) for table, frames in parts.items()}


def _of_set(
    name: str, pairs_by_kind: Mapping[str, StationPairs], protocol: ValidationProtocol
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the name and a part of each table for one set of pairs."""
    least, resamples, seed = protocol.minimum, protocol.resamples, protocol.seed
    for pairs in pairs_by_kind.values():
        scaled = pairs if protocol.scaling == "none" else scale_pairs(pairs, protocol.scaling)
        compared = protocol.reference in pairs.products
        periods = _periods(pairs) if name == ALL_OVERPASSES else ("all",)
        metrics, against = list(protocol.metrics), [*protocol.metrics, G_DOWN]
        yield "metrics", _of(name, station_metrics(scaled, metrics, least, periods, resamples=resamples, seed=seed))
        for by in _groupings(pairs) if name == ALL_OVERPASSES else GROUPINGS[:1]:
            first = by == "network"
            here = periods if first else ("all",)
            frames = {"summary": summary_metrics(scaled, metrics, least, here, by, resamples, seed)}
            if compared:
                frames["differences"] = paired_differences(
                    scaled, protocol.reference, against, least, here, by, resamples, seed
                )
            for table, frame in frames.items():
                kept = frame if first else frame[frame["group"] != "all"]
                yield table, _of(name, kept.assign(by=by))
        yield "claims", _of(name, _claims(pairs, protocol))
        if pairs.kind == "absolute":
            if compared:
                yield "gains", _of(name, station_gains(scaled, protocol.reference, protocol.minimum))
            yield "intervals", _of(name, interval_check(pairs, minimum=least, resamples=resamples, seed=seed))


def _periods(pairs: StationPairs) -> tuple[str, ...]:
    """Divisions of the time: of absolute values those that say more than the whole, of anomalies the whole alone."""
    if pairs.kind != "absolute":
        return ("all",)
    years = pairs.table["time"].dt.year.nunique() if len(pairs.table) else 0
    return tuple(period for period in PERIODS if period != "year" or years > 1)


def _groupings(pairs: StationPairs) -> tuple[Grouping, ...]:
    """What the stations can be grouped by: their network, and what some of them say of themselves."""
    return tuple(by for by in GROUPINGS if by == "network" or any(getattr(p.station, by) for p in pairs.points))


def _claims(pairs: StationPairs, protocol: ValidationProtocol) -> pd.DataFrame:
    """What points can say of detail: R across the stations of a coarse cell, and the spread of the stations' bias."""
    import pandas as pd

    least, resamples, seed = protocol.minimum, protocol.resamples, protocol.seed
    across = within_cell_correlation(pairs, least, resamples=resamples, seed=seed).assign(
        claim="R across stations in a 36 km cell"
    )
    if pairs.kind != "absolute":
        return across
    reference = protocol.reference if protocol.reference in pairs.products else None
    spread = station_bias_spread(pairs, reference, least, resamples, seed).assign(claim="spread of station bias")
    return pd.concat([across, spread], ignore_index=True)


def _of(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A table with the set of pairs in its first column."""
    frame = frame.copy()
    frame.insert(0, "pairs", name)
    return frame


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Parts of a table one below the other; those without rows give their columns alone."""
    import pandas as pd

    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]
