"""Chart of all methods: their error with its interval, and the difference to the paper's network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.lines import Line2D

from smen.outputs import figure_style
from smen.paper.interval_panel import IntervalPanel, Mark, interval_text
from smen.paper.wording import signed, width

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from smen.scores.intervals import Interval

# Okabe and Ito's palette (2008), safe for colour-blind eyes; each verdict has a marker of its own as well.
_BETTER, _WORSE, _EVEN, _REFERENCE = ("#0072b2", "o"), ("#d55e00", "s"), ("#767676", "D"), ("#000000", "*")
_VERDICTS = {
    "better than the paper's network": _BETTER,
    "not told apart": _EVEN,
    "worse": _WORSE,
    "the paper's network": _REFERENCE,
}

_ROW, _TOP, _PANEL, _GAP, _MARGIN = 0.3, 0.95, 2.7, 0.35, 0.2
"""Height of a row, height of the head, width of a panel, from numbers to the next panel, at the edges; inches."""


@dataclass(frozen=True)
class Skill:
    """Error of one method.

    Attributes:
        method: its name.
        error: its mean error over dates, with the interval.
        difference: its error minus that of the paper's network, below 0 where it is better.
    """

    method: str
    error: Interval
    difference: Interval


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
        simulated: whether the data are simulated; the figure then says so.
        reference: name of the paper's network among the methods.

    Raises:
        OutputError: the file cannot be written.
        ValueError: no skills.
    """
    if not skills:
        raise ValueError("a comparison needs at least one method")
    rows = sorted(skills, key=lambda skill: (not isfinite(skill.error.value), skill.error.value))
    subtitle = _with_dates(subtitle, rows)
    panels = _panels(rows, label, reference)
    marks = [_mark(skill, reference) for skill in rows]
    left = _MARGIN + max(width(name, 8, bold=True) for name in _names(rows)) + 0.15
    second = left + _PANEL + panels[0].text_width + _GAP
    right = max(
        second + _PANEL + panels[1].text_width,
        _MARGIN + figure_style.head_width(title, subtitle, simulated=simulated),
    )
    height = _ROW * len(rows)
    with figure_style.style():
        figure = figure_style.new_figure(right + _MARGIN, _TOP + height + 0.95)
        figure_style.head(figure, _MARGIN, right, title, subtitle, simulated=simulated)
        for panel, at in zip(panels, (left, second), strict=True):
            axes = figure_style.place(figure, at, _TOP, _PANEL, height)
            panel.draw(axes, marks)
            axes.set_yticks(range(len(rows)) if at == left else [], _names(rows) if at == left else [])
            for tick, skill in zip(axes.get_yticklabels(), rows, strict=False):
                tick.set_fontweight("bold" if skill.method == reference else "normal")
            panel.write_texts(figure, at + _PANEL, _TOP, _ROW)
        _legend(figure, marks, _TOP + height + 0.55)
        figure_style.save(figure, path)


def _panels(rows: Sequence[Skill], label: str, reference: str) -> tuple[IntervalPanel, IntervalPanel]:
    """The errors, and the differences to the reference, which has none to itself."""
    errors = [skill.error for skill in rows]
    differences = [skill.difference for skill in rows]
    return (
        IntervalPanel("Error", label, errors, [interval_text(error, "{:.4f}".format) for error in errors], False),
        IntervalPanel(
            "Difference to the paper's network",
            label,
            differences,
            ["" if skill.method == reference else interval_text(skill.difference, signed) for skill in rows],
            True,
        ),
    )


def _names(rows: Sequence[Skill]) -> list[str]:
    """Names of the methods, with their numbers of dates where these differ."""
    names = [skill.method.replace("_", " ") for skill in rows]
    if len({skill.error.dates for skill in rows}) == 1:
        return names
    return [f"{name} ({_dates(skill.error.dates)})" for name, skill in zip(names, rows, strict=True)]


def _with_dates(subtitle: str, rows: Sequence[Skill]) -> str:
    """The second line, with the number of dates where it is the same for all methods."""
    counts = {skill.error.dates for skill in rows}
    return f"{subtitle} ({_dates(counts.pop())})".lstrip() if len(counts) == 1 else subtitle


def _mark(skill: Skill, reference: str) -> Mark:
    """Colour and marker of a method, by the interval of its difference."""
    if skill.method == reference:
        return _REFERENCE
    if skill.difference.high < 0:
        return _BETTER
    return _WORSE if skill.difference.low > 0 else _EVEN


def _legend(figure: Figure, marks: Sequence[Mark], top: float) -> None:
    """What the marks mean, as far as they are used; `top` in inches from the top."""
    used = {name: mark for name, mark in _VERDICTS.items() if mark in marks}
    handles = [
        Line2D([], [], color=colour, marker=marker, linestyle="", label=name) for name, (colour, marker) in used.items()
    ]
    wide, high = figure.get_size_inches()
    anchor = (_MARGIN / wide, 1 - top / high)
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=anchor, ncols=len(used), frameon=False)


def _dates(number: int) -> str:
    return f"{number} date{'s' * (number != 1)}"
