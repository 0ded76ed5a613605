"""The paper's tables as files: for programs, for people, and as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.lines import Line2D

from smen.outputs import drawing
from smen.outputs.tables import write_table
from smen.paper.wording import column, is_number, units_as_read, width, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SIZE, _SMALL = 8.0, 7.5
"""Of the text and of notes and units, points."""

_LINE, _PAD, _HEADER, _MARGIN = 0.2, 0.28, 0.75, 0.2
"""A row's height, room between columns, of a column's name before it is broken, at the edges; inches."""

_LONGEST = 12.0
"""Of a line of the note, inches: a longer one is hard to follow."""


def write_paper_table(
    path: Path,
    rows: Sequence[Mapping[str, Any]],
    *,
    title: str,
    note: str = "",
    units: Mapping[str, str] | None = None,
    simulated: bool,
    digits: int = 4,
) -> None:
    """Write ``<path>.csv``, ``<path>.md`` and ``<path>.png``, each whole or not at all.

    CSV and Markdown are those of `smen.outputs.tables.write_table`, with the note below the Markdown's heading.

    Args:
        path: where to write, without a suffix.
        rows: one mapping a row, columns in the order of their first appearance.
        title: a heading.
        note: what one has to know to read it, a paragraph.
        units: of the columns that have any.
        simulated: whether the data are; all three files then say so.
        digits: decimals of the Markdown; of the picture for columns below 1.

    Raises:
        OutputError: a file cannot be written.
        ValueError: there are no rows, or `units` names a column that is not there.
    """
    if not rows:
        raise ValueError(f"the table {title!r} has no rows")
    heading = f"{title}\n\n{note}" if note else title
    # As objects, for a count beside a missing one would else become a fraction.
    frame = pd.DataFrame(list(rows), dtype=object)
    write_table(path, frame, units=units, simulated=simulated, title=heading, digits=digits)
    columns = _columns(rows, units or {}, digits)
    _picture(path.with_suffix(".png"), columns, title=title, note=note, simulated=simulated)


@dataclass(frozen=True)
class _Column:
    """A column of the picture.

    Attributes:
        head: its name, in lines.
        units: as a person reads them, or nothing.
        texts: of its rows, where they are drawn.
        numeric: whether they are numbers, which stand at the right.
        begins: rows at which a group begins, if it is one of the leading columns of words.
    """

    head: list[str]
    units: str
    texts: list[str]
    numeric: bool
    begins: frozenset[int]

    @property
    def width(self) -> float:
        """Inches."""
        heads = [width(line, _SIZE, bold=True) for line in self.head]
        return max([*heads, width(self.units, _SMALL), *(width(text, _SIZE) for text in self.texts)])


def _columns(rows: Sequence[Mapping[str, Any]], units: Mapping[str, str], digits: int) -> list[_Column]:
    """The columns, the words of the leading ones said once for each group of rows that share them."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    values = {name: [row.get(name) for row in rows] for name in names}
    words = [name for name in names if not all(is_number(value) for value in values[name])]
    leading = list(takewhile(lambda name: name in words, names))[:-1]
    changed: set[int] = {0}
    columns = []
    for name in names:
        texts = column(values[name], digits)
        numeric = name not in words
        begins: set[int] = set()
        if name in leading:
            changed |= {i for i in range(1, len(rows)) if values[name][i] != values[name][i - 1]}
            begins = set(changed)
            texts = [text if i in changed else "" for i, text in enumerate(texts)]
        head = wrapped(name.replace("_", " "), _HEADER, _SIZE, bold=True)
        columns.append(_Column(head, units_as_read(units.get(name, "")), texts, numeric, frozenset(begins)))
    return columns


def _picture(path: Path, columns: list[_Column], *, title: str, note: str, simulated: bool) -> None:
    """Draw the table as a picture.

    Raises:
        OutputError: the file cannot be written.
    """
    table = sum(one.width for one in columns) + _PAD * (len(columns) - 1)
    right = _MARGIN + max(table, drawing.head_width(title, "", simulated=simulated), 5.0)
    lines = wrapped(note, min(right - _MARGIN, _LONGEST), _SMALL)
    top = 0.62
    first = top + max(len(one.head) for one in columns) * 0.15 + 0.26
    end = first + len(columns[0].texts) * _LINE
    with drawing.style():
        figure = drawing.new_figure(right + _MARGIN, end + 0.2 + 0.16 * len(lines) + 0.1)
        drawing.head(figure, _MARGIN, right, title, "", simulated=simulated)
        left = _MARGIN
        for one in columns:
            _draw(figure, one, left, first)
            for row in one.begins - {0}:
                _rule(figure, left, _MARGIN + table, first + row * _LINE, 0.5)
            left += one.width + _PAD
        for y, weight in ((top - 0.06, 1.0), (first - 0.05, 0.6), (end + 0.05, 1.0)):
            _rule(figure, _MARGIN, _MARGIN + table, y, weight)
        for number, line in enumerate(lines):
            y = end + 0.15 + 0.16 * number
            drawing.write(figure, _MARGIN, y, line, color=drawing.FAINT, fontsize=_SMALL, parse_math=False)
        drawing.save(figure, path)


def _draw(figure: Figure, one: _Column, left: float, first: float) -> None:
    """A column: name and units above `first`, rows below."""
    x, side = (left + one.width, "right") if one.numeric else (left, "left")
    for number, line in enumerate(reversed(one.head)):
        y = first - 0.39 - 0.15 * number
        drawing.write(figure, x, y, line, ha=side, fontsize=_SIZE, weight="bold", parse_math=False)
    drawing.write(figure, x, first - 0.23, one.units, ha=side, fontsize=_SMALL, color=drawing.FAINT)
    for number, text in enumerate(one.texts):
        y = first + (number + 0.5) * _LINE
        drawing.write(figure, x, y, text, ha=side, va="center_baseline", fontsize=_SIZE, parse_math=False)


def _rule(figure: Figure, left: float, right: float, y: float, weight: float) -> None:
    """A line across, at a place in inches from the top."""
    wide, high = figure.get_size_inches()
    ends = [left / wide, right / wide], [1 - y / high] * 2
    figure.add_artist(Line2D(*ends, color=drawing.INK, linewidth=weight, transform=figure.transFigure))
