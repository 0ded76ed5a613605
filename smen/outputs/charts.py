"""Charts of numbers: the course of a training, and scores of methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator
from numpy.typing import ArrayLike

from smen.outputs import drawing

# Okabe and Ito's palette (2008), which colour-blind eyes tell apart.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")


@dataclass(frozen=True)
class Score:
    """One dot of a chart of scores.

    Attributes:
        method: what is scored, a row of the chart.
        split: on which dates, a panel of the chart.
        value: the score; NaN where there is none.
        low: lower end of its interval, None where not known.
        high: upper end of its interval, None where not known.
        dates: number of dates behind it, None where not known.
    """

    method: str
    split: str
    value: float
    low: float | None = None
    high: float | None = None
    dates: int | None = None


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
    """The loss over the epochs of a training, on a logarithmic scale where it falls tenfold or more.

    Args:
        path: the PNG to write.
        curves: name and loss of each epoch, the first being epoch 1; NaN is left out.
        title: e.g. the region.
        subtitle: a second line.
        label: of the vertical axis, with units.
        best: the epoch whose weights were kept.
        simulated: whether the data are; the figure then says so.

    Raises:
        OutputError: the file cannot be written.
    """
    width, height, left, top = 6.2, 3.2, 0.75, 0.95
    with drawing.style():
        right = left + max(width, drawing.head_width(title, subtitle, simulated=simulated))
        figure = drawing.new_figure(right + 0.25, top + height + 0.6)
        drawing.head(figure, left, right, title, subtitle, simulated=simulated)
        axes = drawing.place(figure, left, top, width, height)
        arrays = {name: np.asarray(values, np.float64) for name, values in curves.items()}
        for (name, values), colour in zip(arrays.items(), _cycle(len(arrays)), strict=True):
            marker = "o" if values.size == 1 else None  # a line of one point does not show
            axes.plot(np.arange(1, values.size + 1), values, color=colour, label=name, linewidth=1.4, marker=marker)
        known = np.concatenate([values[np.isfinite(values)] for values in arrays.values()] or [np.empty(0)])
        if known.size and known.min() > 0 and known.max() >= 10 * known.min():
            _logarithmic(axes)
        single = all(values.size == 1 for values in arrays.values())
        if best is not None and not single:
            axes.axvline(best, color=drawing.FAINT, linewidth=0.9, linestyle=(0, (4, 3)), label=f"kept: epoch {best}")
        _plain(axes)
        axes.grid(axis="y", color="#e4e4e4", linewidth=0.6)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("epoch")
        if single:  # a fit in closed form: one result, no course
            axes.set_xticks([1], ["fitted at once"])
            axes.set_xlabel("")
            axes.set_ylim(0, 1.25 * known.max() if known.size else None)
        axes.set_ylabel(label)
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=4, frameon=False, borderaxespad=0.2)
        drawing.save(figure, path)


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
    """Scores as dots, a row for each method and a panel for each split, with intervals where given.

    Args:
        path: the PNG to write.
        scores: at least one; methods and splits are shown in the order of their first appearance.
        title: e.g. the region.
        label: of the horizontal axis, with units, e.g. ``ubRMSE (m³/m³)``.
        subtitle: a second line.
        highlight: the method to set off from the others.
        simulated: whether the data are; the figure then says so.

    Raises:
        OutputError: the file cannot be written.
        ValueError: no scores.
    """
    if not scores:
        raise ValueError("a chart of scores needs at least one score")
    methods = list(dict.fromkeys(score.method for score in scores))
    splits = list(dict.fromkeys(score.split for score in scores))
    row, gap, top = 0.3, 0.4, 1.0  # the gap holds half a number of each neighbour
    left = 0.35 + 0.068 * max(len(method) for method in methods)
    height = row * len(methods) + 0.2
    right = max(left + 2.9 * len(splits) - gap, 0.2 + drawing.head_width(title, subtitle, simulated=simulated), 5.3)
    panel = (right - left + gap) / len(splits) - gap
    with drawing.style():
        figure = drawing.new_figure(right + 0.3, top + height + 0.6)
        drawing.head(figure, 0.2, right, title, subtitle, simulated=simulated)
        for number, split in enumerate(splits):
            axes = drawing.place(figure, left + number * (panel + gap), top, panel, height)
            rows = [score for score in scores if score.split == split]
            _dots(axes, rows, methods, highlight)
            axes.set_xlim(*_range(scores))
            axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
            axes.set_ylim(len(methods) - 0.4, -0.6)
            axes.set_yticks(range(len(methods)), methods if number == 0 else [""] * len(methods))
            axes.set_title(_panel_title(split, rows), loc="left", pad=5)
            axes.set_xlabel(label)
            _plain(axes)
            axes.spines["left"].set_visible(False)
            axes.tick_params(axis="y", length=0)
            axes.grid(axis="x", color="#e4e4e4", linewidth=0.6)
            axes.set_axisbelow(True)
            axes.axvline(0, color=drawing.FAINT, linewidth=0.8)
        drawing.save(figure, path)


def _dots(axes: Any, scores: Sequence[Score], methods: list[str], highlight: str | None) -> None:  # noqa: ANN401
    for score in scores:
        if not isfinite(score.value):
            continue
        y = methods.index(score.method)
        chosen = score.method == highlight
        colour = _COLOURS[1] if chosen else _COLOURS[0]
        end = score.value
        if score.low is not None and score.high is not None:
            axes.plot([score.low, score.high], [y, y], color=colour, linewidth=2.2, alpha=0.45, solid_capstyle="butt")
            end = score.high
        axes.plot(score.value, y, "o", color=colour, markersize=5.5)
        weight = "bold" if chosen else "normal"
        axes.annotate(
            f"{score.value:.3f}".replace("-", "−"),
            (end, y),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            weight=weight,
        )


def _range(scores: Sequence[Score]) -> tuple[float, float]:
    """Limits that hold zero, every dot and every interval, with room for the numbers at the right."""
    ends = [v for s in scores for v in (s.value, s.low, s.high) if v is not None and isfinite(v)] or [1.0]
    low, high = min(0.0, *ends), max(0.0, *ends)
    span = (high - low) or 1.0
    return low - (0.06 * span if low < 0 else 0), high + 0.3 * span


def _panel_title(split: str, scores: Sequence[Score]) -> str:
    counts = {score.dates for score in scores if score.dates is not None}
    return f"{split}, {counts.pop()} dates" if len(counts) == 1 else split


def _logarithmic(axes: Any) -> None:  # noqa: ANN401
    """A logarithmic scale with plain numbers."""
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_locator(NullLocator())


def _plain(axes: Any) -> None:  # noqa: ANN401
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=2.5, width=0.6)


def _cycle(count: int) -> list[str]:
    return [_COLOURS[number % len(_COLOURS)] for number in range(count)]
