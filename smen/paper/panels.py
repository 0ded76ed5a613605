"""Figure 2 of the paper: coarse field, 3 km product and estimate of each region, in one colour scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from smen.outputs import figure_style
from smen.outputs.colours import SOIL_MOISTURE
from smen.outputs.labels import PRODUCT
from smen.outputs.map_panel import colour_bar, draw_field, draw_graticule, ground_shape

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from smen.grid import Window

    Field = NDArray[Any]

_WIDTH, _LEFT, _TOP, _BETWEEN, _BELOW, _MARGIN = 2.7, 1.7, 0.95, 0.12, 0.3, 0.2
"""Widths of a panel and of the names, height of the head, gaps between columns, below a row, at edges: inches."""

_COLUMNS = ("Coarse field", PRODUCT, "Estimate")


@dataclass(frozen=True)
class Panel:
    """One date of one region, a row of the figure.

    Attributes:
        region: its name.
        time: of the half-orbit, UTC, as ISO 8601.
        window: where the fields lie.
        coarse: the coarse field on the window's 3 km cells, (height, width), m3/m3, NaN where missing.
        target: the 3 km product, likewise.
        estimate: the network's field, likewise.
        simulated: whether the data are simulated.
    """

    region: str
    time: str
    window: Window
    coarse: Field
    target: Field
    estimate: Field
    simulated: bool


def figure2(path: Path, panels: Sequence[Panel], *, simulated: bool) -> None:
    """Draw the regions one below the other, each in its true shape.

    Args:
        path: the PNG to write.
        panels: at least one.
        simulated: whether any of the data are simulated; the figure then says so.

    Raises:
        OutputError: the file cannot be written.
        ValueError: no panels, or a field is not of its window's shape.
    """
    if not panels:
        raise ValueError("Figure 2 needs at least one region")
    heights = [_WIDTH * ground_shape(panel.window) for panel in panels]
    right = _LEFT + len(_COLUMNS) * (_WIDTH + _BETWEEN)
    bottom = _TOP + sum(height + _BELOW for height in heights)
    title = "Figure 2: low resolution, product and estimate"
    subtitle = "The test date of each region with most cells in common, all in one colour scale. Hatched: no data."
    page = max(right, _MARGIN + figure_style.head_width(title, subtitle, simulated=simulated)) + _MARGIN
    with figure_style.style():
        figure = figure_style.new_figure(page, bottom + 0.75)
        figure_style.head(figure, _MARGIN, page - _MARGIN, title, subtitle, simulated=simulated)
        top = _TOP
        for number, (panel, height) in enumerate(zip(panels, heights, strict=True)):
            _row(figure, panel, top, height, titled=number == 0)
            top += height + _BELOW
        length = min(4.2, right - _LEFT)
        axes = figure_style.place(figure, _LEFT + (right - _LEFT - _BETWEEN - length) / 2, bottom + 0.08, length, 0.13)
        shown = [field for panel in panels for field in (panel.coarse, panel.target, panel.estimate)]
        colour_bar(axes, SOIL_MOISTURE, f"Soil moisture ({SOIL_MOISTURE.units})", *shown)
        figure_style.save(figure, path)


def _row(figure: Figure, panel: Panel, top: float, height: float, *, titled: bool) -> None:
    """One region: its name and date, and its three fields with a graticule."""
    date, clock = str(np.datetime64(panel.time, "m")).split("T")
    figure_style.write(figure, _MARGIN, top + 0.05, panel.region.replace("_", " ").title(), fontsize=9, weight="bold")
    words = f"{date}\n{clock} UTC\n{np.isfinite(panel.target).mean():.0%} covered"
    figure_style.write(figure, _MARGIN, top + 0.26, words, color=figure_style.FAINT, linespacing=1.35)
    for column, field in enumerate((panel.coarse, panel.target, panel.estimate)):
        axes = figure_style.place(figure, _LEFT + column * (_WIDTH + _BETWEEN), top, _WIDTH, height)
        draw_field(axes, panel.window, field, SOIL_MOISTURE)
        draw_graticule(axes, panel.window, left=column == 0)
        if titled:
            axes.set_title(_COLUMNS[column], pad=4)
