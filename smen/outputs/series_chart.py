"""Chart of extracted series: soil moisture of each feature over time, with its 90 % interval."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num

from smen.outputs import figure_style
from smen.outputs.daily_series import FILLED
from smen.outputs.labels import TITLE, yes_or_no

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 12
"""Features that a chart shows; the table has them all."""

WITHIN_90 = 1.645
"""Half the width of a 90 % interval of a normal distribution, in standard deviations."""

_WIDTH, _LEFT, _TOP, _GAP = 7.4, 0.7, 1.0, 0.32
"""Width of the panels, room at their left and above them, and between them, inches."""


def series_figure(path: Path, values: pd.DataFrame) -> int:
    """Draw a panel for each feature that has a value, the first `MOST` of them.

    Args:
        path: the PNG to write.
        values: a table of `smen.outputs.extraction.extract`, daily or not.

    Returns:
        How many features were left out because there are too many.

    Raises:
        OutputError: the file cannot be written.
    """
    keys = ["feature", "region"]
    series = [(key, rows) for key, rows in values.groupby(keys, sort=False) if rows["soil_moisture"].notna().any()]
    shown = series[:MOST]
    simulated = bool((values["simulated"] == yes_or_no(True)).any())
    daily = FILLED in values.columns
    subtitle = "Shaded: 90 % interval. Dots: "
    subtitle += "days with a map; line: every day, filled between them" if daily else "overpasses"
    several = values["region"].nunique() > 1
    height = 2.6 if len(shown) < 2 else 1.25
    times = pd.to_datetime(values["time"], utc=True)
    with figure_style.style():
        figure = figure_style.new_figure(_LEFT + _WIDTH + 0.25, _TOP + max(len(shown), 1) * (height + _GAP) + 0.35)
        figure_style.head(figure, _LEFT, _LEFT + _WIDTH, TITLE, subtitle, simulated=simulated)
        for number, ((feature, region), rows) in enumerate(shown):
            axes = figure_style.place(figure, _LEFT, _TOP + number * (height + _GAP), _WIDTH, height)
            _panel(axes, rows, daily=daily)
            axes.set_title(f"{feature}, {region}" if several else str(feature), loc="left", pad=3)
            axes.set_xlim(*date2num([times.min(), times.max()]))  # type: ignore[no-untyped-call]
            axes.set_ylabel("m³/m³")
            if number < len(shown) - 1:
                axes.tick_params(labelbottom=False)
        if not shown:
            figure_style.write(figure, _LEFT, _TOP, "No feature has a value.")
        figure_style.save(figure, path)
    return len(series) - len(shown)


def _panel(axes: Axes, rows: pd.DataFrame, *, daily: bool) -> None:
    """Draw the series of one feature."""
    known = rows[rows["soil_moisture"].notna()]
    time = pd.to_datetime(known["time"], utc=True).to_numpy()
    moisture, deviation = (known[name].to_numpy(np.float64) for name in ("soil_moisture", "standard_deviation"))
    colour = figure_style.PALETTE[0]
    low, high = moisture - WITHIN_90 * deviation, moisture + WITHIN_90 * deviation
    axes.fill_between(time, np.maximum(low, 0), high, color=colour, alpha=0.18, linewidth=0)
    axes.plot(time, moisture, color=colour, linewidth=0.8)
    seen = (known[FILLED] == yes_or_no(False)).to_numpy() if daily else np.ones(len(known), bool)
    axes.plot(time[seen], moisture[seen], ".", color=colour, markersize=3)
    axes.set_ylim(bottom=0)
    locator = AutoDateLocator()  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    figure_style.plain_axes(axes, "y")
