"""A panel of dots with intervals, one row for each method, and their numbers beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from matplotlib.ticker import MaxNLocator

from smen.outputs import figure_style
from smen.outputs.labels import NO_VALUE
from smen.paper.wording import width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from smen.scores.intervals import Interval

Mark = tuple[str, str]
"""Colour and marker of a dot."""

_NUMBERS = 7.5
"""Size of the numbers beside a panel, points."""

_INDENT = 0.1
"""From a panel to its numbers, inches."""


@dataclass(frozen=True)
class IntervalPanel:
    """Intervals of one quantity, the first row on top.

    Attributes:
        title: what the quantity is.
        label: of the horizontal axis, with units.
        intervals: one for each row; NaN is left out.
        texts: the numbers beside each row.
        from_zero: whether 0 is shown and marked.
    """

    title: str
    label: str
    intervals: Sequence[Interval]
    texts: Sequence[str]
    from_zero: bool

    @property
    def text_width(self) -> float:
        """Width of the numbers beside the panel, inches."""
        return _INDENT + max(width(text, _NUMBERS) for text in self.texts)

    def draw(self, axes: Axes, marks: Sequence[Mark]) -> None:
        """Draw dots with bars.

        Args:
            axes: where to draw.
            marks: colour and marker of each row.
        """
        for y, (interval, (colour, mark)) in enumerate(zip(self.intervals, marks, strict=True)):
            ends = [interval.low, interval.high]
            axes.plot(ends, [y, y], color=colour, linewidth=2.4, alpha=0.45, solid_capstyle="butt")
            axes.plot(interval.value, y, mark, color=colour, markersize=9 if mark == "*" else 5.5)
        if self.from_zero:
            axes.axvline(0, color=figure_style.FAINT, linewidth=0.8, zorder=1)
        axes.set_xlim(*self._limits())
        axes.set_ylim(len(self.intervals) - 0.5, -0.5)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
        axes.ticklabel_format(axis="x", style="plain", useOffset=False)
        axes.set_xlabel(self.label)
        axes.set_title(self.title, loc="left", pad=6)
        axes.grid(axis="x", color="#e4e4e4", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.tick_params(axis="x", length=2.5, width=0.6)

    def write_texts(self, figure: Figure, left: float, top: float, row: float) -> None:
        """Write the numbers in a column beside the panel.

        Args:
            figure: where to write.
            left: right edge of the panel, inches from the left.
            top: upper edge of the panel, inches from the top.
            row: height of a row, inches.
        """
        for number, text in enumerate(self.texts):
            y = top + (number + 0.5) * row
            figure_style.write(figure, left + _INDENT, y, text, va="center", fontsize=_NUMBERS)

    def _limits(self) -> tuple[float, float]:
        """Limits of the horizontal axis: all that is known, with some room."""
        values = [end for i in self.intervals for end in (i.value, i.low, i.high) if isfinite(end)] or [0.0, 1.0]
        if self.from_zero:
            values.append(0.0)
        room = max(0.08 * (max(values) - min(values)), 0.02 * max(map(abs, values)), 1e-3)
        return min(values) - room, max(values) + room


def interval_text(interval: Interval, written: Callable[[float], str]) -> str:
    """Format a value with its interval, as far as they are known: ``0.0298 (0.0278, 0.0328)``.

    Args:
        interval: NaN where unknown.
        written: formats one number.
    """
    if not isfinite(interval.value):
        return NO_VALUE
    if not isfinite(interval.low):
        return written(interval.value)
    return f"{written(interval.value)} ({written(interval.low)}, {written(interval.high)})"
