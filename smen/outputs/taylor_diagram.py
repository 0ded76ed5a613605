"""Taylor's diagram: correlation, spread and centred error of products against stations in one picture.

Taylor 2001, "Summarizing multiple aspects of model performance in a single diagram", J. Geophys. Res. 106, 7183-7192:
the angle is the arc cosine of the correlation, the radius the product's standard deviation over the station's; the
distance to the point (1, 0) is the centred error in the same units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from smen.outputs import figure_style

if TYPE_CHECKING:
    from matplotlib.projections.polar import PolarAxes
    from numpy.typing import NDArray

_TICKS = np.array([0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0])
"""Correlations that the arc names."""

_MOST = 2.0
"""Radius of the diagram; spreads beyond it are drawn on its edge."""


@dataclass(frozen=True)
class TaylorPoints:
    """One product at all stations.

    Attributes:
        name: of the product.
        correlation: Pearson's, (n,), NaN where there is none.
        spread: standard deviation of the product over that of the station, (n,).
    """

    name: str
    correlation: NDArray[np.float64]
    spread: NDArray[np.float64]


def taylor_diagram(path: Path, products: Sequence[TaylorPoints], *, title: str, subtitle: str, simulated: bool) -> None:
    """Draw each product's stations as small dots and their mean as a large one.

    Args:
        path: the PNG to write.
        products: in the order of the legend.
        title: the first line.
        subtitle: the second line.
        simulated: whether the data are simulated; the figure is then labelled.

    Raises:
        OutputError: the file cannot be written.
    """
    page = max(6.4, 0.4 + figure_style.head_width(title, subtitle, simulated=simulated))
    with figure_style.style():
        figure = figure_style.new_figure(page, 5.3)
        figure_style.head(figure, 0.2, page - 0.2, title, subtitle, simulated=simulated)
        axes = cast("PolarAxes", figure.add_axes((0.07, 0.09, 0.70, 0.72), projection="polar"))
        _draw_frame(axes)
        for number, product in enumerate(products):
            known = np.isfinite(product.correlation) & np.isfinite(product.spread)
            if not known.any():
                continue
            angle, radius = _place(product.correlation[known], product.spread[known])
            colour = figure_style.PALETTE[number % len(figure_style.PALETTE)]
            axes.plot(angle, radius, ".", color=colour, alpha=0.45, markersize=4)
            mean = _place(np.array([product.correlation[known].mean()]), np.array([product.spread[known].mean()]))
            size = max(11.0 - 1.5 * number, 4.0)  # the first stay seen behind those that are drawn over them
            axes.plot(*mean, "o", color=colour, markersize=size, markeredgecolor="black", label=product.name)
        axes.legend(loc="upper left", bbox_to_anchor=(0.93, 1.0), frameon=False)
        figure_style.save(figure, path)


def _place(
    correlation: NDArray[np.float64], spread: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Angle and radius of stations; negative correlations lie on the left edge, and far spreads on the rim."""
    return np.arccos(np.clip(correlation, 0.0, 1.0)), np.clip(spread, 0.0, _MOST)


def _draw_frame(axes: PolarAxes) -> None:
    """Draw a quarter circle with its correlations, the station's own spread and circles of centred error around it."""
    axes.set_thetamin(0)
    axes.set_thetamax(90)
    axes.set_rlim(0, _MOST)
    axes.set_thetagrids(np.degrees(np.arccos(_TICKS)), [f"{tick:g}" for tick in _TICKS])
    axes.set_rgrids([0.5, 1.0, 1.5, 2.0])
    axes.grid(color="#e4e4e4", linewidth=0.6)
    axes.set_xlabel("spread over the station's", labelpad=14)
    axes.text(np.radians(45), 1.17 * _MOST, "correlation", rotation=-45, ha="center", va="center")
    arc = np.linspace(0, np.pi / 2, 100)
    axes.plot(arc, np.ones_like(arc), color=figure_style.FAINT, linewidth=0.8, linestyle="--")
    axes.plot(0, 1, "*", color="black", markersize=10, clip_on=False, label="station")
    for error in (0.5, 1.0):
        x, y = 1 + error * np.cos(2 * arc * 2), error * np.sin(2 * arc * 2)
        inside = (x >= 0) & (y >= 0) & (np.hypot(x, y) <= _MOST)
        axes.plot(
            np.where(inside, np.arctan2(y, x), np.nan), np.hypot(x, y), color="#9a9a9a", linewidth=0.6, linestyle=":"
        )  # fmt: skip
