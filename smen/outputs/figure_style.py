"""Shared parts of all figures: style, sheet, title, placed text and saving.

Neither pyplot nor any other global state is used that a notebook could have set or would notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import matplotlib as mpl

from smen.atomic import atomic
from smen.outputs.labels import SIMULATED_BADGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 120
"""Pixels per inch of all figures: text of 8 points is about 13 pixels high."""

INK = "#222222"
FAINT = "#767676"
WARNING = "#9a3412"
"""Colours of text: plain, secondary, and what must not be overlooked."""

PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
"""Colours of lines and dots, safe for colour-blind eyes (Okabe and Ito 2008)."""

_TITLE_SIZE = 12

_STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same picture on every machine
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.labelsize": 8,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "hatch.linewidth": 0.5,
    "figure.facecolor": "white",
    "figure.dpi": DPI,
}


@contextmanager
def style() -> Iterator[None]:
    """Set matplotlib's defaults and this package's style whatever the user's own are, and restore those afterwards."""
    with mpl.rc_context():
        defaults = {key: value for key, value in mpl.rcParamsDefault.items() if not key.startswith("backend")}
        settings: Any = defaults | _STYLE  # the stubs list every key by name and accept only these
        mpl.rcParams.update(settings)
        yield


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure, drawn by Agg when it is saved.

    Args:
        width: inches.
        height: inches.
    """
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DPI)


def place(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Add axes at a place counted from the figure's upper left corner.

    Args:
        figure: the figure.
        left: inches from the left edge.
        top: inches from the upper edge.
        width: inches.
        height: inches.
    """
    full_width, full_height = figure.get_size_inches()
    box = (left / full_width, 1 - (top + height) / full_height, width / full_width, height / full_height)
    return figure.add_axes(box)


def write(figure: Figure, left: float, top: float, text: str, **style: Any) -> None:  # noqa: ANN401
    """Write text at a place counted from the figure's upper left corner.

    Args:
        figure: the figure.
        left: inches from the left edge.
        top: inches from the upper edge.
        text: one or more lines.
        **style: properties of matplotlib's text.
    """
    full_width, full_height = figure.get_size_inches()
    figure.text(left / full_width, 1 - top / full_height, text, **{"va": "top", "ha": "left", **style})


def head(figure: Figure, left: float, right: float, title: str, subtitle: str, *, simulated: bool) -> None:
    """Write title and subtitle, and a label that keeps simulated data from passing for measured ones.

    Args:
        figure: the figure.
        left: where the lines begin, inches from the left edge.
        right: where the label ends, inches from the left edge.
        title: the first line.
        subtitle: the second line.
        simulated: whether the data are simulated.
    """
    write(figure, left, 0.18, title, fontsize=_TITLE_SIZE, weight="bold")
    write(figure, left, 0.45, subtitle, color=FAINT)
    if simulated:
        box = {"boxstyle": "round,pad=0.35", "facecolor": "#fff3e8", "edgecolor": WARNING, "linewidth": 0.8}
        write(figure, right, 0.22, SIMULATED_BADGE, ha="right", color=WARNING, fontweight="bold", bbox=box)


def head_width(title: str, subtitle: str, *, simulated: bool) -> float:
    """Estimate the width of a head in inches, on the safe side: letters of .75 em in bold, of .62 em otherwise.

    Args:
        title: the first line.
        subtitle: the second line.
        simulated: whether the head has the label of simulated data.
    """
    first = 0.75 * _TITLE_SIZE / 72 * len(title) + (1.5 if simulated else 0)
    return max(first, 0.62 * 8 / 72 * len(subtitle))


def plain_axes(axes: Axes, grid: Literal["x", "y"]) -> None:
    """Draw the axes of a chart with two spines, short ticks and a faint grid.

    Args:
        axes: the axes of the chart.
        grid: the axis whose grid lines are drawn, ``x`` or ``y``.
    """
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=2.5, width=0.6)
    axes.grid(axis=grid, color="#e4e4e4", linewidth=0.6)


def save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG, without anything that changes from run to run.

    Args:
        figure: the figure.
        path: the PNG to write.

    Raises:
        OutputError: the file cannot be written; no part of it is left.
    """
    memory = BytesIO()
    figure.savefig(memory, format="png", dpi=DPI, metadata={"Software": None})
    with atomic(path) as part:
        part.write_bytes(memory.getvalue())
