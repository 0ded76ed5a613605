"""The figures of a region's validation: map of stations, their series, Taylor diagram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from smen.outputs import validation_files as files
from smen.outputs.station_map import station_map
from smen.outputs.station_series import StationPanel, station_series
from smen.outputs.taylor_diagram import TaylorPoints, taylor_diagram

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from smen.grid import Window

PANELS = 12
"""Stations in the figure of series: those with the most pairs of each network in turn."""


@dataclass(frozen=True)
class StationSeriesData:
    """Series at P stations.

    Attributes:
        station: times and values (m3/m3) of each station, (P,).
        time: of the overpasses, datetime64[s] (T,).
        value: of the maps at the stations, m3/m3, (T, P), NaN where missing.
        deviation: their standard deviation, (T, P), or None.
        coarse: of the coarse field, (T, P).
    """

    station: Sequence[tuple[NDArray[np.datetime64], NDArray[np.float64]]]
    time: NDArray[np.datetime64]
    value: NDArray[np.floating]
    deviation: NDArray[np.floating] | None
    coarse: NDArray[np.floating]

    def panel(self, index: int, title: str) -> StationPanel:
        """Return the panel of one station.

        Args:
            index: of the station.
            title: of the panel.
        """
        deviation = None if self.deviation is None else self.deviation[:, index].astype(np.float64)
        ours, coarse = (values[:, index].astype(np.float64) for values in (self.value, self.coarse))
        return StationPanel(title, *self.station[index], self.time, ours, deviation, coarse)


@dataclass(frozen=True)
class ValidationFigures:
    """What the figures of a region show.

    Attributes:
        region: its name.
        window: its cells.
        stations: one row a station: network, station, longitude, latitude, pairs, rmsd_gain (m3/m3), and, where they
            were asked for, ubrmsd and pearson_r.
        mean: of the maps over time, m3/m3, (H, W), NaN where missing.
        series: of the stations and at them.
        spread: columns product, correlation and spread, one row a product and station.
        simulated: whether maps or stations are.
    """

    region: str
    window: Window
    stations: pd.DataFrame
    mean: NDArray[np.float64]
    series: StationSeriesData
    spread: pd.DataFrame
    simulated: bool

    def write(self, folder: Path) -> None:
        """Draw all figures.

        Args:
            folder: of the region's validation.

        Raises:
            OutputError: a figure cannot be written.
        """
        title, simulated = f"{self.region}: maps against stations", self.simulated
        dots = self.stations.rename(columns={"rmsd_gain": "gain"})
        subtitle = "Dots: RMSD of 36 km minus RMSD of the map, on the same pairs; hollow: not compared."
        station_map(folder / files.MAP, self.window, self.mean, dots, title=title, subtitle=subtitle,
                    simulated=simulated)  # fmt: skip
        panels = [self.series.panel(index, _panel_title(self.stations.iloc[index].to_dict())) for index in self.shown()]
        subtitle = f"{len(panels)} of {len(self.stations)} stations, those with the most pairs of each network."
        station_series(folder / files.SERIES, panels, title=title, subtitle=subtitle, simulated=simulated)
        subtitle = "Small dots: single stations; large ones: their mean; dotted circles: centred error."
        taylor_diagram(folder / files.TAYLOR, self.taylor_points(), title=title, subtitle=subtitle,
                       simulated=simulated)  # fmt: skip

    def shown(self) -> list[int]:
        """Return the stations of the figure of series: those with the most pairs of each network in turn."""
        usable = self.stations[self.stations["pairs"] > 0].sort_values("pairs", ascending=False, kind="stable")
        turn = usable.groupby("network").cumcount().sort_values(kind="stable")
        return [int(index) for index in turn.index[:PANELS]]

    def taylor_points(self) -> list[TaylorPoints]:
        """Return the products of the Taylor diagram, in the order of the table."""
        return [
            TaylorPoints(str(name), rows["correlation"].to_numpy(np.float64), rows["spread"].to_numpy(np.float64))
            for name, rows in self.spread.groupby("product", sort=False)
        ]


def _panel_title(row: dict[Any, Any]) -> str:
    """Name of a station, its pairs and scores."""
    shown = (("ubrmsd", "ubRMSD"), ("pearson_r", "R"))
    scores = [f"{name} {row[key]:.3f}" for key, name in shown if np.isfinite(row.get(key, np.nan))]
    return f"{row['network']} {row['station']}: " + ", ".join([f"{row['pairs']} pairs", *scores])
