"""Chart of scores: a row for each method, a panel for each split of the dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.ticker import MaxNLocator

from smen.outputs import figure_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW, _GAP, _TOP = 0.3, 0.4, 1.0
"""Height of a row, room between panels (it holds half a number of each neighbour) and above them, inches."""


@dataclass(frozen=True)
class Score:
    """One dot of a chart of scores.

    Attributes:
        method: name of the method, a row of the chart.
        split: on which dates, a panel of the chart.
        value: the score; NaN where there is none.
        low: lower end of its interval, None where unknown.
        high: upper end of its interval, None where unknown.
        dates: number of dates that it is the mean of, None where unknown.
    """

    method: str
    split: str
    value: float
    low: float | None = None
    high: float | None = None
    dates: int | None = None


def scores_figure(
    path: Path,
    scores: Sequence[Score],
    *,
    title: str,
    label: str,
    subtitle: str = "",
    highlight: str | None = None,
    simulated: bool = False,
) -> None:
    """Draw scores as dots, with intervals where there are any.

    Args:
        path: the PNG to write.
        scores: at least one; methods and splits are shown in the order of their first appearance.
        title: e.g. the region.
        label: of the horizontal axis, with units, e.g. ``ubRMSE (m³/m³)``.
        subtitle: a second line.
        highlight: the method to set off from the others.
        simulated: whether the data are simulated; the figure is then labelled.

    Raises:
        OutputError: the file cannot be written.
        ValueError: no scores.
    """
    if not scores:
        raise ValueError("a chart of scores needs at least one score")
    methods = list(dict.fromkeys(score.method for score in scores))
    splits = list(dict.fromkeys(score.split for score in scores))
    left = 0.35 + 0.068 * max(len(method) for method in methods)
    height = _ROW * len(methods) + 0.2
    head = 0.2 + figure_style.head_width(title, subtitle, simulated=simulated)
    right = max(left + 2.9 * len(splits) - _GAP, head, 5.3)
    panel = (right - left + _GAP) / len(splits) - _GAP
    limits = _limits(scores)
    with figure_style.style():
        figure = figure_style.new_figure(right + 0.3, _TOP + height + 0.6)
        figure_style.head(figure, 0.2, right, title, subtitle, simulated=simulated)
        for number, split in enumerate(splits):
            axes = figure_style.place(figure, left + number * (panel + _GAP), _TOP, panel, height)
            rows = [score for score in scores if score.split == split]
            _draw_dots(axes, rows, methods, highlight)
            axes.set_xlim(*limits)
            axes.set_yticks(range(len(methods)), methods if number == 0 else [""] * len(methods))
            axes.set_title(_panel_title(split, rows), loc="left", pad=5)
            axes.set_xlabel(label)
        figure_style.save(figure, path)


def _draw_dots(axes: Axes, scores: Sequence[Score], methods: list[str], highlight: str | None) -> None:
    """Draw the scores of one split, the first method on top."""
    for score in scores:
        if not isfinite(score.value):
            continue
        y = methods.index(score.method)
        highlighted = score.method == highlight
        colour = figure_style.PALETTE[1] if highlighted else figure_style.PALETTE[0]
        end = score.value
        if score.low is not None and score.high is not None:
            axes.plot([score.low, score.high], [y, y], color=colour, linewidth=2.2, alpha=0.45, solid_capstyle="butt")
            end = score.high
        axes.plot(score.value, y, "o", color=colour, markersize=5.5)
        axes.annotate(
            f"{score.value:.3f}".replace("-", "−"),
            (end, y),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            weight="bold" if highlighted else "normal",
        )
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    axes.set_ylim(len(methods) - 0.4, -0.6)
    figure_style.plain_axes(axes, "x")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_axisbelow(True)
    axes.axvline(0, color=figure_style.FAINT, linewidth=0.8)


def _limits(scores: Sequence[Score]) -> tuple[float, float]:
    """Limits that hold zero, every dot and every interval, with room for the numbers at the right."""
    ends = [v for s in scores for v in (s.value, s.low, s.high) if v is not None and isfinite(v)] or [1.0]
    low, high = min(0.0, *ends), max(0.0, *ends)
    length = (high - low) or 1.0
    return low - (0.06 * length if low < 0 else 0), high + 0.3 * length


def _panel_title(split: str, scores: Sequence[Score]) -> str:
    counts = {score.dates for score in scores if score.dates is not None}
    return f"{split}, {counts.pop()} dates" if len(counts) == 1 else split
