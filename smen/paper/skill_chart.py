"""All methods side by side: their error with its interval, and the difference to the paper's network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from smen.outputs import figure_style
from smen.outputs.labels import NO_VALUE
from smen.paper.wording import signed, width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette (2008), which colour-blind eyes tell apart; each verdict has a mark of its own as well.
_BETTER, _WORSE, _EVEN, _REFERENCE = ("#0072b2", "o"), ("#d55e00", "s"), ("#767676", "D"), ("#000000", "*")
_VERDICTS = {
    "better than the paper's network": _BETTER,
    "not told apart": _EVEN,
    "worse": _WORSE,
    "the paper's network": _REFERENCE,
}

_ROW, _TOP, _PANEL, _GAP, _MARGIN = 0.3, 0.95, 2.7, 0.35, 0.2
"""A row's height, the head's, a panel's width, between the numbers and the next panel, at the edges; inches."""

_NUMBERS = 7.5
"""Size of the numbers beside a panel, points."""


@dataclass(frozen=True)
class Skill:
    """One method.

    Attributes:
        method: its name.
        value: its error.
        low: lower end of the error's interval.
        high: upper end.
        difference: its error minus that of the paper's network, below 0 where it is better.
        difference_low: lower end of the difference's interval.
        difference_high: upper end.
        dates: number of dates that it is of.
    """

    method: str
    value: float
    low: float
    high: float
    difference: float
    difference_low: float
    difference_high: float
    dates: int


def comparison_figure(
    path: Path,
    skills: Sequence[Skill],
    *,
    title: str,
    label: str,
    subtitle: str = "",
    simulated: bool,
    reference: str = "smen",
) -> None:
    """Draw the methods as rows, the best on top: error at the left, difference to the paper's network at the right.

    Args:
        path: the PNG to write.
        skills: at least one, in any order.
        title: what is compared.
        label: of the error, with units.
        subtitle: a second line.
        simulated: whether the data are; the figure then says so.
        reference: name of the paper's network among the methods.

    Raises:
        OutputError: the file cannot be written.
        ValueError: no skills.
    """
    if not skills:
        raise ValueError("a comparison needs at least one method")
    rows = sorted(skills, key=lambda skill: (not isfinite(skill.value), skill.value))
    counts = {skill.dates for skill in rows}
    names = [skill.method.replace("_", " ") for skill in rows]
    if len(counts) == 1:
        subtitle = f"{subtitle} ({_dates(counts.pop())})".lstrip()
    else:
        names = [f"{name} ({_dates(skill.dates)})" for name, skill in zip(names, rows, strict=True)]
    errors = [(skill.value, skill.low, skill.high) for skill in rows]
    gaps = [(skill.difference, skill.difference_low, skill.difference_high) for skill in rows]
    own = [skill.method == reference for skill in rows]
    values = [_interval(*row, "{:.4f}".format) for row in errors]
    differences = ["" if same else _interval(*row, signed) for row, same in zip(gaps, own, strict=True)]
    left = _MARGIN + max(width(name, 8, bold=True) for name in names) + 0.15
    second = left + _PANEL + _room(values) + _GAP
    right = max(
        second + _PANEL + _room(differences), _MARGIN + figure_style.head_width(title, subtitle, simulated=simulated)
    )
    height = _ROW * len(rows)
    with figure_style.style():
        figure = figure_style.new_figure(right + _MARGIN, _TOP + height + 0.95)
        figure_style.head(figure, _MARGIN, right, title, subtitle, simulated=simulated)
        styles = [_verdict(skill, reference) for skill in rows]
        axes = figure_style.place(figure, left, _TOP, _PANEL, height)
        _panel(axes, errors, styles, label, "Error", from_zero=False)
        axes.set_yticks(range(len(rows)), names)
        for tick, same in zip(axes.get_yticklabels(), own, strict=True):
            tick.set_fontweight("bold" if same else "normal")
        _numbers(figure, left + _PANEL, values)
        axes = figure_style.place(figure, second, _TOP, _PANEL, height)
        _panel(axes, gaps, styles, label, "Difference to the paper's network", from_zero=True)
        axes.set_yticks([])
        _numbers(figure, second + _PANEL, differences)
        used = [name for name, style in _VERDICTS.items() if style in styles]
        marks = [Line2D([], [], color=_VERDICTS[n][0], marker=_VERDICTS[n][1], linestyle="", label=n) for n in used]
        wide, high = figure.get_size_inches()
        anchor = (_MARGIN / wide, 1 - (_TOP + height + 0.55) / high)
        figure.legend(handles=marks, loc="upper left", bbox_to_anchor=anchor, ncols=len(used), frameon=False)
        figure_style.save(figure, path)


def _verdict(skill: Skill, reference: str) -> tuple[str, str]:
    """Colour and mark of a method, by the interval of its difference."""
    if skill.method == reference:
        return _REFERENCE
    if skill.difference_high < 0:
        return _BETTER
    return _WORSE if skill.difference_low > 0 else _EVEN


def _panel(
    axes: Axes,
    rows: list[tuple[float, float, float]],
    styles: list[tuple[str, str]],
    label: str,
    title: str,
    *,
    from_zero: bool,
) -> None:
    """Dots with bars, the first row on top; NaN is left out."""
    for y, ((value, low, high), (colour, mark)) in enumerate(zip(rows, styles, strict=True)):
        axes.plot([low, high], [y, y], color=colour, linewidth=2.4, alpha=0.45, solid_capstyle="butt")
        axes.plot(value, y, mark, color=colour, markersize=9 if mark == "*" else 5.5)
    ends = [end for row in rows for end in row if isfinite(end)] or [0.0, 1.0]
    if from_zero:
        ends.append(0.0)
        axes.axvline(0, color=figure_style.FAINT, linewidth=0.8, zorder=1)
    room = max(0.08 * (max(ends) - min(ends)), 0.02 * max(map(abs, ends)), 1e-3)
    axes.set_xlim(min(ends) - room, max(ends) + room)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    axes.ticklabel_format(axis="x", style="plain", useOffset=False)
    axes.set_xlabel(label)
    axes.set_title(title, loc="left", pad=6)
    axes.grid(axis="x", color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", length=2.5, width=0.6)


def _numbers(figure: Figure, left: float, texts: list[str]) -> None:
    """The rows' numbers, in a column at the right of a panel."""
    for row, text in enumerate(texts):
        figure_style.write(figure, left + 0.1, _TOP + (row + 0.5) * _ROW, text, va="center", fontsize=_NUMBERS)


def _room(texts: list[str]) -> float:
    """Inches that the numbers beside a panel take."""
    return 0.1 + max(width(text, _NUMBERS) for text in texts)


def _dates(number: int) -> str:
    return f"{number} date{'s' * (number != 1)}"


def _interval(value: float, low: float, high: float, written: Callable[[float], str]) -> str:
    """A value with its interval, as far as they are known."""
    if not isfinite(value):
        return NO_VALUE
    return f"{written(value)} ({written(low)}, {written(high)})" if isfinite(low) else written(value)
