"""Panels of time series: each station beside the map's value and its uncertainty, and the coarse field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.dates import ConciseDateFormatter

from smen.outputs import figure_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

_WIDTH, _HEIGHT, _GAP, _TOP, _LEFT = 6.6, 1.15, 0.42, 1.12, 0.6
"""Size of a panel, room between panels, above them and left of them, inches."""

_TITLE = 0.18
"""Height of a panel's title, inches."""

_LEAST_TOP = 0.05
"""Upper end of the values' axis where nothing is wetter, m3/m3."""

BAND = 1.6449
"""Standard deviations on either side that hold 90 % of a normal distribution."""


@dataclass(frozen=True)
class StationPanel:
    """One station's series.

    Attributes:
        title: name of the station and its scores.
        time: of the station's own values, datetime64, (n,).
        value: of the station, m3/m3, (n,).
        map_time: of the overpasses, (m,).
        map_value: of the map at the station's cell, m3/m3, (m,), NaN where missing.
        map_deviation: its standard deviation, (m,), or None.
        coarse_value: of the 36 km field at these overpasses, (m,).
    """

    title: str
    time: NDArray[np.datetime64]
    value: NDArray[np.float64]
    map_time: NDArray[np.datetime64]
    map_value: NDArray[np.float64]
    map_deviation: NDArray[np.float64] | None
    coarse_value: NDArray[np.float64]


def station_series(path: Path, panels: Sequence[StationPanel], *, title: str, subtitle: str, simulated: bool) -> None:
    """Draw the panels one below the other, all with the same axes.

    Args:
        path: the PNG to write.
        panels: of the stations; without any the figure says so.
        title: the first line.
        subtitle: the second line.
        simulated: whether the data are simulated; the figure is then labelled.

    Raises:
        OutputError: the file cannot be written.
    """
    page = max(_LEFT + _WIDTH, 0.2 + figure_style.head_width(title, subtitle, simulated=simulated)) + 0.2
    height = _TOP + max(1, len(panels)) * (_HEIGHT + _GAP) + 0.3
    with figure_style.style():
        figure = figure_style.new_figure(page, height)
        figure_style.head(figure, 0.2, page - 0.2, title, subtitle, simulated=simulated)
        if not panels:
            figure_style.write(figure, _LEFT, _TOP, "No station has a value at an overpass.")
        limits = _limits(panels)
        for number, panel in enumerate(panels):
            axes = figure_style.place(figure, _LEFT, _TOP + number * (_HEIGHT + _GAP), _WIDTH, _HEIGHT)
            _draw(axes, panel)
            axes.set(xlim=limits[0], ylim=limits[1])
            axes.set_ylabel("m³/m³")
            axes.set_title(panel.title, loc="left", pad=3)
            axes.xaxis.set_major_formatter(ConciseDateFormatter(axes.xaxis.get_major_locator()))  # type: ignore[no-untyped-call]
            if number == 0:
                above = 1 + _TITLE / _HEIGHT
                axes.legend(loc="lower right", bbox_to_anchor=(1, above), ncols=4, frameon=False, fontsize=7)
        figure_style.save(figure, path)


def _draw(axes: Axes, panel: StationPanel) -> None:
    """Draw one station: its own values, the map with the band of its 90 % interval, and the coarse field."""
    station, ours, coarse = "#555555", figure_style.PALETTE[0], figure_style.PALETTE[1]
    axes.plot(*_with_gaps(panel.time, panel.value), color=station, linewidth=0.6, label="station")
    if panel.map_deviation is not None:
        low, high = (panel.map_value + side * BAND * panel.map_deviation for side in (-1, 1))
        axes.fill_between(
            panel.map_time, low, high, color=ours, alpha=0.18, linewidth=0, label="90 % interval of the map"
        )  # fmt: skip
    axes.plot(panel.map_time, panel.coarse_value, ".", color=coarse, markersize=2.6, label="36 km")
    axes.plot(panel.map_time, panel.map_value, ".", color=ours, markersize=3.4, label="map")
    figure_style.plain_axes(axes, "y")


def _with_gaps(
    time: NDArray[np.datetime64], value: NDArray[np.float64]
) -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
    """A series with a missing value in each gap, over which no line is drawn: more than a day, and than three steps."""
    steps = np.diff(time.astype("datetime64[s]"))
    if not steps.size:
        return time, value
    after = np.flatnonzero(steps > max(np.timedelta64(1, "D"), 3 * np.median(steps))) + 1
    return np.insert(time, after, time[after - 1]), np.insert(value, after, np.nan)


def _limits(panels: Sequence[StationPanel]) -> tuple[tuple[np.datetime64, np.datetime64], tuple[float, float]]:
    """Period and range of values that all panels share."""
    times = [panel.map_time for panel in panels if panel.map_time.size]
    if not times:
        day = np.datetime64("2000-01-01")
        return (day, day + 1), (0.0, 0.5)
    whole = np.concatenate(times)
    values = np.concatenate([part for p in panels for part in (p.value, p.map_value, p.coarse_value)])
    top = float(np.nanmax(values)) if np.isfinite(values).any() else 0.5
    half_a_day = np.timedelta64(12, "h")
    return (whole.min() - half_a_day, whole.max() + half_a_day), (0.0, max(1.08 * top, _LEAST_TOP))
