"""Numbers and words as figures and pictures of tables show them, and the room that they need."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import floor, isfinite, log10
from numbers import Integral, Real
from typing import Any

NONE = "–"
"""Stands for a number that is not there."""


def signed(value: float) -> str:
    """A difference: four decimals, always with its sign."""
    return f"{value:+.4f}".replace("-", "−")


def units_as_read(units: str) -> str:
    """Units as a person reads them: ``m³/m³``."""
    return units.replace("m3", "m³")


def is_number(value: object) -> bool:
    """Whether a cell of a table holds a number or nothing."""
    return value is None or (isinstance(value, Real) and not isinstance(value, bool))


def column(values: Sequence[Any], digits: int) -> list[str]:
    """The texts of a column: fractions with the same decimals throughout, as many as its largest needs.

    Args:
        values: numbers, words, or None and NaN for what is missing.
        digits: decimals of a column below 1; from 1 on one fewer for each digit before the point.

    Returns:
        As many texts; decimals that are 0 in all rows are left out.
    """
    fractions = [float(v) for v in values if isinstance(v, Real) and not isinstance(v, Integral) and isfinite(v)]
    largest = max((abs(v) for v in fractions), default=0.0)
    places = max(0, digits - (floor(log10(largest)) + 1 if largest >= 1 else 0))
    while places and all(f"{v:.{places}f}".endswith("0") for v in fractions):
        places -= 1
    return [_text(value, places) for value in values]


def _text(value: Any, places: int) -> str:  # noqa: ANN401
    if value is None or value != value:
        return NONE
    if isinstance(value, Real) and not isinstance(value, Integral):
        return f"{round(float(value), places) + 0:.{places}f}".replace("-", "−")  # + 0: no sign before a zero
    return str(value)


@cache
def width(text: str, size: float, *, bold: bool = False) -> float:
    """Inches that a line of text takes, in the figures' font, on the safe side: pixels round letters up.

    Args:
        text: one line.
        size: of the font, points.
        bold: whether it is set in bold.
    """
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    points, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return 1.03 * float(points) / 72


def wrapped(text: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    """A text in lines that are no wider than `room` inches; a longer word stands alone."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size, bold=bold) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
