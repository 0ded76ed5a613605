"""Map of stations, each coloured by what a product gains there over the coarse field."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from smen.outputs import figure_style
from smen.outputs.colours import GAIN, SOIL_MOISTURE
from smen.outputs.dot_names import write_names
from smen.outputs.map_panel import colour_bar, draw_field, draw_graticule, ground_shape
from smen.outputs.places_on_window import places_on

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from smen.grid import Window

_AREA = 15.0
"""Square inches of the map."""

_LEFT, _TOP, _MARGIN = 0.6, 0.85, 0.2
"""Inches left of the map, above it, and at the page's edges."""


def station_map(
    path: Path, window: Window, field: NDArray[Any], stations: pd.DataFrame, *, title: str, subtitle: str,
    simulated: bool,
) -> None:  # fmt: skip
    """Draw stations on a region's mean map.

    Args:
        path: the PNG to write.
        window: the region.
        field: mean of its maps, m3/m3, (H, W), NaN where missing.
        stations: columns station, longitude, latitude and gain (reference minus product, m3/m3; NaN for a station
            without scores, which is drawn hollow).
        title: the first line.
        subtitle: what the colour is.
        simulated: whether the data are simulated; the figure is then labelled.

    Raises:
        OutputError: the file cannot be written.
    """
    height = float(np.sqrt(_AREA * ground_shape(window)))
    width = _AREA / height
    page = max(_LEFT + width, _MARGIN + figure_style.head_width(title, subtitle, simulated=simulated)) + _MARGIN
    with figure_style.style():
        figure = figure_style.new_figure(page, _TOP + height + 1.1)
        figure_style.head(figure, _MARGIN, page - _MARGIN, title, subtitle, simulated=simulated)
        axes = figure_style.place(figure, _LEFT, _TOP, width, height)
        draw_field(axes, window, field, SOIL_MOISTURE)
        draw_graticule(axes, window)
        _draw_stations(axes, window, stations)
        bar = min(width / 2 - 0.2, 3.0)
        moisture = figure_style.place(figure, _LEFT, _TOP + height + 0.4, bar, 0.13)
        colour_bar(moisture, SOIL_MOISTURE, "mean of the maps (m³/m³)", field)
        gains = figure_style.place(figure, _LEFT + width - bar, _TOP + height + 0.4, bar, 0.13)
        colour_bar(gains, GAIN, "gain over 36 km (m³/m³)", stations["gain"].to_numpy(np.float64))
        gains.set_xticks([GAIN.low, 0.0, GAIN.high])  # more would touch each other below a narrow region
        figure_style.save(figure, path)


def _draw_stations(axes: Axes, window: Window, stations: pd.DataFrame) -> None:
    """Draw a dot for each station, and names where they are few enough to be read and have room."""
    x, y = places_on(window, stations["longitude"].to_numpy(np.float64), stations["latitude"].to_numpy(np.float64))
    gain = stations["gain"].to_numpy(np.float64)
    known = np.isfinite(gain)
    axes.scatter(x[~known], y[~known], s=26, facecolors="none", edgecolors="black", linewidths=0.9, zorder=3)
    axes.scatter(
        x[known], y[known], s=34, c=gain[known], cmap=GAIN.colormap(), norm=GAIN.norm(), edgecolors="black",
        linewidths=0.7, zorder=4,
    )  # fmt: skip
    if len(stations) <= _MOST_NAMES:
        write_names(axes, x, y, [str(name) for name in stations["station"]])


_MOST_NAMES = 40
"""More names than this would only cover each other."""
