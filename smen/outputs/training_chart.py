"""Chart of a training: the loss over its epochs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator
from numpy.typing import ArrayLike, NDArray

from smen.outputs import figure_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH, _HEIGHT, _LEFT, _TOP = 6.2, 3.2, 0.75, 0.95
"""Size of the axes and room at their left and above them, inches."""


def training_figure(
    path: Path,
    curves: Mapping[str, ArrayLike],
    *,
    title: str,
    subtitle: str = "",
    label: str = "loss",
    best: int | None = None,
    simulated: bool = False,
) -> None:
    """Draw the loss over the epochs of a training, on a logarithmic scale where it falls tenfold or more.

    Args:
        path: the PNG to write.
        curves: name and loss of each epoch, (epochs,), the first being epoch 1; NaN is left out.
        title: e.g. the region.
        subtitle: a second line.
        label: of the vertical axis, with units.
        best: the epoch whose weights were kept.
        simulated: whether the data are simulated; the figure is then labelled.

    Raises:
        OutputError: the file cannot be written.
    """
    arrays = {name: np.asarray(values, np.float64) for name, values in curves.items()}
    single = all(values.size == 1 for values in arrays.values())
    with figure_style.style():
        right = _LEFT + max(_WIDTH, figure_style.head_width(title, subtitle, simulated=simulated))
        figure = figure_style.new_figure(right + 0.25, _TOP + _HEIGHT + 0.6)
        figure_style.head(figure, _LEFT, right, title, subtitle, simulated=simulated)
        axes = figure_style.place(figure, _LEFT, _TOP, _WIDTH, _HEIGHT)
        finite = _draw_curves(axes, arrays)
        if best is not None and not single:
            colour = figure_style.FAINT
            axes.axvline(best, color=colour, linewidth=0.9, linestyle=(0, (4, 3)), label=f"kept: epoch {best}")
        figure_style.plain_axes(axes, "y")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("epoch")
        if single:  # a fit in closed form has one result and no epochs
            axes.set_xticks([1], ["closed form"])
            axes.set_xlabel("")
            axes.set_ylim(0, 1.25 * finite.max() if finite.size else None)
        axes.set_ylabel(label)
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=4, frameon=False, borderaxespad=0.2)
        figure_style.save(figure, path)


def _draw_curves(axes: Axes, curves: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Draw the curves, choose the scale and return all finite losses."""
    for number, (name, values) in enumerate(curves.items()):
        colour = figure_style.PALETTE[number % len(figure_style.PALETTE)]
        marker = "o" if values.size == 1 else None  # a line of one point does not show
        axes.plot(np.arange(1, values.size + 1), values, color=colour, label=name, linewidth=1.4, marker=marker)
    finite = np.concatenate([values[np.isfinite(values)] for values in curves.values()] or [np.empty(0)])
    if finite.size and finite.min() > 0 and finite.max() >= 10 * finite.min():
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_locator(NullLocator())
    return finite
