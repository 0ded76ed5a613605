"""Pictures of maps: example dates of a region beside what they were made from, and a single field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smen.grid import LEFT, M03, Window
from smen.outputs import drawing
from smen.outputs.colours import ERROR, SOIL_MOISTURE, Ramp
from smen.outputs.naming import Direction

Field = NDArray[Any]
"""Soil moisture in m3/m3, (height, width), NaN where nothing is known."""

_AREA = 3.9
"""Of a panel, square inches, whatever its shape."""

_LEFT, _TOP, _GAP, _MARGIN = 1.5, 0.95, 0.1, 0.2
"""Room for the dates and the titles, between panels, and at the edges, in inches."""


@dataclass(frozen=True)
class Example:
    """One overpass to show.

    Attributes:
        time: time of the half-orbit, UTC.
        direction: ``A`` or ``D``.
        coarse: what the radiometer saw, on the window's 3 km cells.
        target: the 3 km product, None where there is none on this date.
        estimate: the 3 km map.
        truth: the simulated truth, where there is one.
        note: a line or two on this date, e.g. its scores.
    """

    time: np.datetime64
    direction: Direction
    coarse: Field
    target: Field | None
    estimate: Field
    truth: Field | None = None
    note: str = ""


def region_figure(
    path: Path,
    window: Window,
    examples: Sequence[Example],
    *,
    region: str,
    simulated: bool,
    coarse_name: str = "SMAP 36 km",
    target_name: str = "3 km product",
    estimate_name: str = "Estimate",
) -> None:
    """Example dates in the manner of the paper's Figure 2: a row each, from the coarse field to the errors.

    Args:
        path: the PNG to write.
        window: the region.
        examples: at least one; the columns of the truth are drawn where any has one.
        region: its name, for the title.
        simulated: whether the data are; the figure then says so.
        coarse_name: title of the coarse field.
        target_name: title of the 3 km product.
        estimate_name: title of the 3 km map.

    Raises:
        OutputError: the file cannot be written.
        ValueError: no examples, or a field is not of the window's shape.
    """
    if not examples:
        raise ValueError("a figure of a region needs at least one example")
    with_truth = any(example.truth is not None for example in examples)
    names = [coarse_name, target_name, estimate_name] + ["Simulated truth"] * with_truth
    errors = [f"{estimate_name} − product"] + [f"{estimate_name} − truth"] * with_truth
    rows = [_panels(example, with_truth) for example in examples]
    height = float(np.sqrt(_AREA * drawing.ground_shape(window)))
    width = _AREA / height
    split = len(names)
    right = _LEFT + (split + len(errors)) * (width + _GAP) + _GAP
    title, subtitle = f"{region}: soil moisture at 3 km", _what(window, examples)
    page = max(right, _MARGIN + drawing.head_width(title, subtitle, simulated=simulated)) + _MARGIN
    bottom = _TOP + len(rows) * (height + _GAP) + 0.35
    with drawing.style():
        figure = drawing.new_figure(page, bottom + 0.75)
        drawing.head(figure, _MARGIN, page - _MARGIN, title, subtitle, simulated=simulated)
        for r, (example, fields) in enumerate(zip(examples, rows, strict=True)):
            top = _TOP + r * (height + _GAP)
            _row_title(figure, example, top)
            for c, (field, name) in enumerate(zip(fields, names + errors, strict=True)):
                is_error = c >= split
                left = _LEFT + c * (width + _GAP) + _GAP * is_error
                axes = drawing.place(figure, left, top, width, height)
                drawing.draw_field(axes, window, field, ERROR if is_error else SOIL_MOISTURE)
                drawing.draw_graticule(axes, window, bottom=r == len(rows) - 1, left=c == 0, ticks=3)
                if field is None:
                    axes.text(0.5, 0.5, "none on\nthis date", transform=axes.transAxes, ha="center", va="center")
                if r == 0:
                    axes.set_title(name, pad=4)
        for first, last, ramp, label in [
            (0, split, SOIL_MOISTURE, f"Soil moisture ({SOIL_MOISTURE.units})"),
            (split, split + len(errors), ERROR, f"Error ({ERROR.units})\nnegative: too dry"),
        ]:
            span = (last - first) * (width + _GAP) - _GAP
            left = _LEFT + first * (width + _GAP) + _GAP * (first > 0)
            length = min(span, 4.2)
            axes = drawing.place(figure, left + (span - length) / 2, bottom, length, 0.13)
            shown = [field for fields in rows for field in fields[first:last]]
            drawing.colour_bar(axes, ramp, label, drawing.beyond(ramp, *shown))
        drawing.save(figure, path)


def field_figure(
    path: Path,
    window: Window,
    field: Field,
    *,
    title: str,
    subtitle: str = "",
    ramp: Ramp = SOIL_MOISTURE,
    label: str = "Soil moisture",
    simulated: bool = False,
    places: Mapping[str, tuple[float, float]] | None = None,
) -> None:
    """One field as a map with graticule and colour bar.

    Args:
        path: the PNG to write.
        window: where the field lies.
        field: (height, width), in the ramp's units, NaN where nothing is known.
        title: what it shows.
        subtitle: a second line, e.g. the granule.
        ramp: its colours.
        label: of the colour bar, the units are added.
        simulated: whether the data are; the figure then says so.
        places: names with longitude and latitude, marked where they lie within the window.

    Raises:
        OutputError: the file cannot be written.
        ValueError: the field is not of the window's shape.
    """
    height = float(np.sqrt(34 * drawing.ground_shape(window)))
    width = 34 / height
    top, left = 0.85, 0.6
    with drawing.style():
        right = left + max(width, drawing.head_width(title, subtitle, simulated=simulated))
        figure = drawing.new_figure(right + 0.3, top + height + 1.0)
        drawing.head(figure, left, right, title, subtitle, simulated=simulated)
        axes = drawing.place(figure, left, top, width, height)
        drawing.draw_field(axes, window, field, ramp)
        drawing.draw_graticule(axes, window, ticks=7)
        _mark_places(axes, window, places or {})
        bar = drawing.place(figure, left + width * 0.2, top + height + 0.42, width * 0.6, 0.14)
        drawing.colour_bar(bar, ramp, f"{label} ({ramp.units})", drawing.beyond(ramp, field))
        drawing.save(figure, path)


def _panels(example: Example, with_truth: bool) -> list[Field | None]:
    """The fields of a row, in the order of the columns."""
    fields: list[Field | None] = [example.coarse, example.target, example.estimate]
    errors = [_difference(example.estimate, example.target)]
    if with_truth:
        fields.append(example.truth)
        errors.append(_difference(example.estimate, example.truth))
    return fields + errors


def _difference(estimate: Field, reference: Field | None) -> Field | None:
    return None if reference is None else estimate - reference


def _what(window: Window, examples: Sequence[Example]) -> str:
    """The second line of the title: size on the ground and dates."""
    north_south, east_west = window.cell_lengths_km()
    middle = window.height // 2
    size = f"{window.width * east_west[middle]:.0f} × {window.height * north_south[middle]:.0f} km"
    dates = sorted(drawing.overpass(example.time, example.direction)[0] for example in examples)
    period = dates[0] if dates[0] == dates[-1] else f"{dates[0]} to {dates[-1]}"
    return f"{size} (east-west × north-south), {window.width} × {window.height} cells, {period}. Hatched: no data."


def _row_title(figure: Any, example: Example, top: float) -> None:  # noqa: ANN401
    date, clock, direction = drawing.overpass(example.time, example.direction)
    drawing.write(figure, _MARGIN, top + 0.05, date, fontsize=9, weight="bold")
    drawing.write(figure, _MARGIN, top + 0.24, f"{clock}\n{direction}", linespacing=1.35)
    drawing.write(figure, _MARGIN, top + 0.62, example.note, color=drawing.FAINT, linespacing=1.35, fontsize=7.5)


def _mark_places(axes: Any, window: Window, places: Mapping[str, tuple[float, float]]) -> None:  # noqa: ANN401
    left, bottom, right, top = window.bounds
    for name, (longitude, latitude) in sorted(places.items()):
        row, column = (float(v) for v in M03.coordinates(longitude, latitude))
        x = LEFT + (window.column + (column - window.column) % M03.columns) * M03.cell
        y = top - (row - window.row) * M03.cell
        if not (left < x < right and bottom < y < top):
            continue
        axes.plot(x, y, marker="o", markersize=4, color="white", markeredgecolor="black", markeredgewidth=0.8)
        flip = x > left + 0.75 * (right - left)  # the name would run over the edge
        axes.annotate(
            name,
            (x, y),
            xytext=(-5, 4) if flip else (5, 4),
            ha="right" if flip else "left",
            textcoords="offset points",
            fontsize=7.5,
            bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1},
        )
