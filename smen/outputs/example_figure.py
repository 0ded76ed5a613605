"""Figure of example dates of a region: the 3 km maps beside what they were made from, and their errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from smen.grid import Window
from smen.outputs import figure_style
from smen.outputs.colours import ERROR, SOIL_MOISTURE, Ramp
from smen.outputs.labels import PRODUCT
from smen.outputs.map_names import DIRECTIONS, Direction, check_direction
from smen.outputs.map_panel import colour_bar, draw_field, draw_graticule, ground_shape

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_AREA = 3.9
"""Area of a panel, square inches, whatever its shape."""

_LEFT, _TOP, _GAP, _MARGIN = 1.5, 0.95, 0.1, 0.2
"""Room for the dates and for the titles, between panels, and at the edges, inches."""

_LABELS = {SOIL_MOISTURE: f"Soil moisture ({SOIL_MOISTURE.units})", ERROR: f"Error ({ERROR.units})\nnegative: too dry"}


@dataclass(frozen=True)
class ExampleDate:
    """One overpass to show; fields are (height, width), m3/m3, NaN where missing.

    Attributes:
        time: time of the half-orbit, UTC.
        direction: ``A`` or ``D``.
        coarse: the coarse field, on the window's 3 km cells.
        target: the 3 km product, None where there is none on this date.
        estimate: the 3 km map.
        truth: the simulated truth, where there is one.
        note: a line or two on this date, e.g. its scores.
    """

    time: np.datetime64
    direction: Direction
    coarse: NDArray[Any]
    target: NDArray[Any] | None
    estimate: NDArray[Any]
    truth: NDArray[Any] | None = None
    note: str = ""


@dataclass(frozen=True)
class _Column:
    """A column of panels: its title, its colours and its field of each date."""

    title: str
    ramp: Ramp
    fields: list[NDArray[Any] | None]


def region_figure(path: Path, window: Window, examples: Sequence[ExampleDate], *, region: str, simulated: bool) -> None:
    """Draw example dates like the paper's Figure 2: a row each, from the coarse field to the errors.

    Args:
        path: the PNG to write.
        window: the region.
        examples: at least one; the columns of the truth are drawn where any has one.
        region: its name, for the title.
        simulated: whether the data are simulated; the figure is then labelled.

    Raises:
        OutputError: the file cannot be written.
        ValueError: no examples, or a field is not of the window's shape.
    """
    if not examples:
        raise ValueError("a figure of a region needs at least one example")
    columns = _columns(examples)
    height = float(np.sqrt(_AREA * ground_shape(window)))
    width = _AREA / height
    right = _LEFT + len(columns) * (width + _GAP) + _GAP
    title, subtitle = f"{region}: soil moisture at 3 km", _subtitle(window, examples)
    page = max(right, _MARGIN + figure_style.head_width(title, subtitle, simulated=simulated)) + _MARGIN
    bottom = _TOP + len(examples) * (height + _GAP) + 0.35
    with figure_style.style():
        figure = figure_style.new_figure(page, bottom + 0.75)
        figure_style.head(figure, _MARGIN, page - _MARGIN, title, subtitle, simulated=simulated)
        for row, example in enumerate(examples):
            top = _TOP + row * (height + _GAP)
            _write_row_title(figure, example, top)
            _draw_row(figure, window, columns, row, top, (width, height))
        for ramp in (SOIL_MOISTURE, ERROR):
            _draw_bar(figure, columns, ramp, width, bottom)
        figure_style.save(figure, path)


def _columns(examples: Sequence[ExampleDate]) -> list[_Column]:
    """The fields and then the errors, from left to right."""
    estimates, targets = [e.estimate for e in examples], [e.target for e in examples]
    fields = [
        _Column("SMAP 36 km", SOIL_MOISTURE, [e.coarse for e in examples]),
        _Column(PRODUCT, SOIL_MOISTURE, list(targets)),
        _Column("Estimate", SOIL_MOISTURE, list(estimates)),
    ]
    errors = [_Column("Estimate − product", ERROR, _differences(estimates, targets))]
    truths = [e.truth for e in examples]
    if any(truth is not None for truth in truths):
        fields.append(_Column("Simulated truth", SOIL_MOISTURE, list(truths)))
        errors.append(_Column("Estimate − truth", ERROR, _differences(estimates, truths)))
    return fields + errors


def _differences(
    estimates: Sequence[NDArray[Any]], references: Sequence[NDArray[Any] | None]
) -> list[NDArray[Any] | None]:
    return [None if r is None else e - r for e, r in zip(estimates, references, strict=True)]


def _left(column: _Column, number: int, width: float) -> float:
    """Where a column begins, in inches; the errors stand apart from the fields."""
    return _LEFT + number * (width + _GAP) + _GAP * (column.ramp is ERROR)


def _draw_row(
    figure: Figure, window: Window, columns: list[_Column], row: int, top: float, size: tuple[float, float]
) -> None:
    """Draw the panels of one date; `size` is the width and height of each in inches."""
    for number, column in enumerate(columns):
        axes = figure_style.place(figure, _left(column, number, size[0]), top, *size)
        draw_field(axes, window, column.fields[row], column.ramp)
        draw_graticule(axes, window, bottom=row == len(column.fields) - 1, left=number == 0, ticks=3)
        if column.fields[row] is None:
            axes.text(0.5, 0.5, "none on\nthis date", transform=axes.transAxes, ha="center", va="center")
        if row == 0:
            axes.set_title(column.title, pad=4)


def _draw_bar(figure: Figure, columns: list[_Column], ramp: Ramp, width: float, top: float) -> None:
    """Draw the colour bar of a ramp below the columns that are drawn in it."""
    numbers = [number for number, column in enumerate(columns) if column.ramp is ramp]
    room = len(numbers) * (width + _GAP) - _GAP
    length = min(room, 4.2)
    left = _left(columns[numbers[0]], numbers[0], width) + (room - length) / 2
    axes = figure_style.place(figure, left, top, length, 0.13)
    colour_bar(axes, ramp, _LABELS[ramp], *(field for number in numbers for field in columns[number].fields))


def _subtitle(window: Window, examples: Sequence[ExampleDate]) -> str:
    """Size on the ground and dates."""
    north_south, east_west = window.cell_lengths_km()
    middle = window.height // 2
    size = f"{window.width * east_west[middle]:.0f} × {window.height * north_south[middle]:.0f} km"
    dates = sorted(str(example.time.astype("datetime64[D]")) for example in examples)
    period = dates[0] if dates[0] == dates[-1] else f"{dates[0]} to {dates[-1]}"
    return f"{size} (east-west × north-south), {window.width} × {window.height} cells, {period}. Hatched: no data."


def _write_row_title(figure: Figure, example: ExampleDate, top: float) -> None:
    check_direction(example.direction)
    date, clock = str(example.time.astype("datetime64[m]")).split("T")
    words = f"{clock} UTC\n{DIRECTIONS[example.direction]}"
    figure_style.write(figure, _MARGIN, top + 0.05, date, fontsize=9, weight="bold")
    figure_style.write(figure, _MARGIN, top + 0.24, words, linespacing=1.35)
    figure_style.write(
        figure, _MARGIN, top + 0.62, example.note, color=figure_style.FAINT, linespacing=1.35, fontsize=7.5
    )
