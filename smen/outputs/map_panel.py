"""One map within a figure: a field in its own cells, its graticule and its colour bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.cm import ScalarMappable
from numpy.typing import NDArray

from smen.grid import Window
from smen.outputs.colours import MISSING, Ramp
from smen.outputs.graticule import graticule

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def ground_shape(window: Window) -> float:
    """Return height over width of a window on the ground, at its middle row; cells are not square there."""
    north_south, east_west = window.cell_lengths_km()
    middle = window.height // 2
    return float(window.height * north_south[middle] / (window.width * east_west[middle]))


def draw_field(axes: Axes, window: Window, field: NDArray[Any] | None, ramp: Ramp) -> None:
    """Draw a field in its own cells; missing cells are hatched.

    Args:
        axes: filled with the window, in metres of the projection.
        window: the region.
        field: (height, width), in the ramp's units, NaN where missing; None: all missing.
        ramp: the colours.

    Raises:
        ValueError: the field has another shape than the window.
    """
    left, bottom, right, top = window.bounds
    axes.set_facecolor(MISSING)
    axes.patch.set(hatch="////", edgecolor="#d8d8d8", linewidth=0)
    if field is not None:
        if field.shape != window.shape:
            raise ValueError(f"a field has shape {field.shape}, the window {window.shape}")
        axes.imshow(
            field,
            cmap=ramp.colormap(),
            norm=ramp.norm(),
            extent=(left, right, bottom, top),
            interpolation="nearest",
            aspect="auto",
        )
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)


def draw_graticule(axes: Axes, window: Window, *, bottom: bool = True, left: bool = True, ticks: int = 4) -> None:
    """Draw thin meridians and parallels at round degrees.

    Args:
        axes: in metres of the projection.
        window: the region that they show.
        bottom: label the meridians.
        left: label the parallels.
        ticks: about how many lines in each direction.
    """
    lines = graticule(window, ticks)
    west, _, east, _ = window.bounds
    inside = np.abs((lines.x - west) / (east - west) - 0.5) < 0.44  # a label at the edge would meet the next panel's
    axes.set_xticks(lines.x, [label if shown else "" for label, shown in zip(lines.longitudes, inside, strict=True)])
    axes.set_yticks(lines.y, lines.latitudes)
    axes.grid(color="black", alpha=0.22, linewidth=0.4)
    axes.set_axisbelow(False)
    axes.tick_params(length=2.5, width=0.6, pad=2, labelbottom=bottom, labelleft=left, bottom=bottom, left=left)


def colour_bar(axes: Axes, ramp: Ramp, label: str, *fields: NDArray[Any] | None) -> None:
    """Fill axes with a horizontal colour bar, pointed at an end where a field leaves the ramp's range.

    Args:
        axes: the place of the bar.
        ramp: its colours.
        label: the quantity with its units.
        *fields: the fields that are drawn in these colours, any shape; None is left out.
    """
    low = any(field is not None and bool((field < ramp.low).any()) for field in fields)
    high = any(field is not None and bool((field > ramp.high).any()) for field in fields)
    extend = {(False, False): "neither", (True, False): "min", (False, True): "max", (True, True): "both"}[low, high]
    bar = axes.figure.colorbar(
        ScalarMappable(ramp.norm(), ramp.colormap()), cax=axes, orientation="horizontal", extend=extend
    )
    bar.set_label(label, labelpad=2)
    bar.outline.set_linewidth(0.6)
    bar.ax.tick_params(length=2.5, width=0.6, pad=2)
