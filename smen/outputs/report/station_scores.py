"""Stations as the report shows them: their places, scores and values at the overpasses, and the region's tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from smen.outputs.places_on_window import places_on
from smen.outputs.tables import read_table
from smen.outputs.validation_files import FIGURES, PAGE, VERDICT
from smen.outputs.validation_verdict import read_verdict
from smen.outputs.validation_words import METRIC_TITLES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from smen.grid import Window
    from smen.outputs.map_files import MapFile

NAMES = ("network", "station", "station name")
"""Columns of names: a station may be called 001, 1.10 or NA."""

DIGITS = 4
"""Decimals of the values, m3/m3."""


@dataclass(frozen=True)
class StationScores:
    """What a validation says of a region.

    Attributes:
        verdict: whether the maps beat the coarse field, a sentence.
        stations: one row a station: network, station, longitude, latitude, row, column, pairs, reason, rmsd_gain
            (m3/m3) and its metrics.
        summary: columns pairs, kind, period, group, product, metric, value, low and high.
        pairs: network, station name, time (of the overpass) and station (its value, m3/m3).
        folder: of the validation's files, relative to the page.
    """

    verdict: str
    stations: pd.DataFrame
    summary: pd.DataFrame
    pairs: pd.DataFrame
    folder: str


def read_station_scores(folder: Path, relative: str) -> StationScores:
    """Read the tables of a validation.

    Args:
        folder: of the region's validation.
        relative: the same, relative to the page.

    Raises:
        DataError: the verdict is missing or damaged.
        OSError: a table is missing.
    """
    verdict = read_verdict(folder / VERDICT)
    stations, summary, pairs = (read_table(folder / f"{name}.csv", NAMES) for name in ("stations", "summary", "pairs"))
    return StationScores(verdict.sentence(), stations, summary, pairs, relative)


def station_content(scores: StationScores, maps: Sequence[MapFile], window: Window, every: int) -> dict[str, Any]:
    """Return what the page shows of a region's stations.

    Args:
        scores: of the region's validation.
        maps: of the region, by rising time.
        window: of the region.
        every: side of the squares of cells that are shown as one.
    """
    left, bottom, right, top = window.bounds
    table = scores.stations
    x, y = places_on(window, table["longitude"].to_numpy(np.float64), table["latitude"].to_numpy(np.float64))
    width = -(-window.width // every)
    starts = np.array([file.time for file in maps], "datetime64[s]")
    values = dict(list(scores.pairs.groupby(["network", "station name"])))
    stations = []
    for index, row in enumerate(table.to_dict("records")):
        stations.append(
            {
                "name": str(row["station"]),
                "network": str(row["network"]),
                "x": round(float((x[index] - left) / (right - left)), 5),
                "y": round(float((top - y[index]) / (top - bottom)), 5),
                "cell": int(row["row"]) // every * width + int(row["column"]) // every,
                "pairs": int(row["pairs"]),
                "gain": _number(row["rmsd_gain"]),
                "scores": {title: _number(row[key]) for key, title in METRIC_TITLES.items() if key in row},
                "reason": str(row["reason"]) if isinstance(row["reason"], str) else "",
                "values": _at_maps(values.get((row["network"], row["station"])), starts),
            }
        )
    return {
        "verdict": scores.verdict,
        "stations": stations,
        "products": _products(scores.summary),
        "figures": {title: f"{scores.folder}/{name}" for name, title in FIGURES.items()},
        "page": f"{scores.folder}/{PAGE}",
    }


def _at_maps(pairs: pd.DataFrame | None, starts: np.ndarray[Any, np.dtype[np.datetime64]]) -> list[list[float]]:
    """Number of the map and the station's value of each pair."""
    if pairs is None or not starts.size:
        return []
    times = pairs["time"].to_numpy().astype("datetime64[s]")
    # An overpass over the region comes within the half-orbit that began before it.
    numbers = np.searchsorted(starts, times, side="right") - 1
    rounded = pairs["station"].to_numpy(np.float64).round(DIGITS)
    return [[int(number), float(value)] for number, value in zip(numbers, rounded, strict=True) if number >= 0]


def _products(summary: pd.DataFrame) -> list[dict[str, Any]]:
    """Means over all stations of the absolute values of all overpasses: a row for each product."""
    whole = summary[(summary["group"] == "all") & (summary["period"] == "all") & (summary["kind"] == "absolute")]
    if whole.empty:
        return []
    whole = whole[whole["pairs"] == whole["pairs"].iloc[0]]
    return [
        {
            "product": str(product),
            **{METRIC_TITLES[row["metric"]]: [_number(row[key]) for key in ("value", "low", "high")]
               for row in group.to_dict("records")},
        }
        for product, group in whole.groupby("product", sort=False)
    ]  # fmt: skip


def _number(value: object) -> float | None:
    """A number for JSON; None where there is none."""
    return round(float(value), DIGITS) if isinstance(value, int | float) and np.isfinite(value) else None
