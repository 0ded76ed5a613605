"""What the figures share: a clean slate of style, a map panel with its graticule, and saving.

No use is made of pyplot or of any other state that a notebook could have set or would notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.cm import ScalarMappable
from numpy.typing import NDArray
from pyproj import Transformer

from smen.atomic import atomic
from smen.grid import CRS_CODE, LEFT, Window
from smen.outputs.colours import MISSING, Ramp
from smen.outputs.naming import DIRECTIONS, Direction, check_direction

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 120
"""Pixels per inch of all figures: text of 8 points is about 13 pixels high."""

INK = "#222222"
FAINT = "#767676"
WARNING = "#9a3412"
"""Colours of text: plain, secondary, and what must not be overlooked."""

_TITLE_SIZE = 12

_STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same picture on every machine
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.labelsize": 8,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "hatch.linewidth": 0.5,
    "figure.facecolor": "white",
    "figure.dpi": DPI,
}

_STEPS = (0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 45.0)
"""Spacings that a graticule may have, in degrees."""


@contextmanager
def style() -> Iterator[None]:
    """Set matplotlib's defaults and this package's style, whatever the user's own are; put back afterwards."""
    with mpl.rc_context():
        defaults = {key: value for key, value in mpl.rcParamsDefault.items() if not key.startswith("backend")}
        settings: Any = defaults | _STYLE  # the stubs know every key by name and want just these
        mpl.rcParams.update(settings)
        yield


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of a size in inches, drawn by Agg when it is saved."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DPI)


def place(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Axes at a place in inches, counted from the figure's upper left corner."""
    full_width, full_height = figure.get_size_inches()
    box = (left / full_width, 1 - (top + height) / full_height, width / full_width, height / full_height)
    return figure.add_axes(box)


def write(figure: Figure, left: float, top: float, text: str, **style: Any) -> None:  # noqa: ANN401
    """Text at a place in inches, counted from the figure's upper left corner; `style` as matplotlib's."""
    full_width, full_height = figure.get_size_inches()
    figure.text(left / full_width, 1 - top / full_height, text, **{"va": "top", "ha": "left", **style})


def head(figure: Figure, left: float, right: float, title: str, subtitle: str, *, simulated: bool) -> None:
    """Title, second line, and the words that keep simulated data from passing for measured ones."""
    write(figure, left, 0.18, title, fontsize=_TITLE_SIZE, weight="bold")
    write(figure, left, 0.45, subtitle, color=FAINT)
    if simulated:
        box = {"boxstyle": "round,pad=0.35", "facecolor": "#fff3e8", "edgecolor": WARNING, "linewidth": 0.8}
        write(figure, right, 0.22, "SIMULATED DATA", ha="right", color=WARNING, fontweight="bold", bbox=box)


def head_width(title: str, subtitle: str, *, simulated: bool) -> float:
    """Inches that a head needs, on the safe side: an average letter is .75 em wide in bold, .62 em otherwise."""
    first = 0.75 * _TITLE_SIZE / 72 * len(title) + (1.5 if simulated else 0)
    return max(first, 0.62 * 8 / 72 * len(subtitle))


def ground_shape(window: Window) -> float:
    """Height over width of a window on the ground, at its middle row; cells are not square there."""
    north_south, east_west = window.cell_lengths_km()
    middle = window.height // 2
    return float(window.height * north_south[middle] / (window.width * east_west[middle]))


def draw_field(axes: Axes, window: Window, field: NDArray[Any] | None, ramp: Ramp) -> None:
    """Draw a field in its own cells, (height, width), as wide and high as on the ground; None is all missing."""
    left, bottom, right, top = window.bounds
    axes.set_facecolor(MISSING)
    axes.patch.set(hatch="////", edgecolor="#d8d8d8", linewidth=0)
    if field is not None:
        if field.shape != window.shape:
            raise ValueError(f"a field has shape {field.shape}, the window {window.shape}")
        axes.imshow(
            field,
            cmap=ramp.colormap(),
            norm=ramp.norm(),
            extent=(left, right, bottom, top),
            interpolation="nearest",
            aspect="auto",
        )
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)


def draw_graticule(axes: Axes, window: Window, *, bottom: bool = True, left: bool = True, ticks: int = 4) -> None:
    """Thin meridians and parallels at round degrees, with labels below and at the left where wanted.

    The projection is cylindrical, so that both are straight lines, each at its true place.

    Args:
        axes: in metres of the projection.
        window: what they show.
        bottom: label the meridians.
        left: label the parallels.
        ticks: about how many lines in each direction.
    """
    west, south, east, north = window.bounds
    per_metre = 180 / -LEFT
    to_grid = Transformer.from_crs("EPSG:4326", CRS_CODE, always_xy=True)
    _, (low, high) = to_grid.transform([0, 0], [south, north], direction="INVERSE")
    meridians = round_degrees(west * per_metre, east * per_metre, ticks)
    parallels = round_degrees(low, high, ticks)
    x = meridians / per_metre
    inside = np.abs((x - west) / (east - west) - 0.5) < 0.44  # a label at the edge would meet the next panel's
    axes.set_xticks(
        x, [degrees(lon, "E", "W") if ok else "" for lon, ok in zip(_wrapped(meridians), inside, strict=True)]
    )
    axes.set_yticks(
        to_grid.transform(np.zeros(parallels.size), parallels)[1], [degrees(v, "N", "S") for v in parallels]
    )
    axes.grid(color="black", alpha=0.22, linewidth=0.4)
    axes.set_axisbelow(False)
    axes.tick_params(length=2.5, width=0.6, pad=2, labelbottom=bottom, labelleft=left, bottom=bottom, left=left)


def round_degrees(low: float, high: float, ticks: int) -> NDArray[np.float64]:
    """Multiples of a round step that lie within [low, high], at most `ticks` + 1 of them."""
    step = next((s for s in _STEPS if (high - low) / s <= ticks + 0.5), _STEPS[-1])
    return np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step


def colour_bar(axes: Axes, ramp: Ramp, label: str, beyond: str = "neither") -> None:
    """Fill `axes` with a horizontal colour bar; `beyond` (neither, min, max, both) is where values leave the range."""
    bar = axes.figure.colorbar(
        ScalarMappable(ramp.norm(), ramp.colormap()), cax=axes, orientation="horizontal", extend=beyond
    )
    bar.set_label(label, labelpad=2)
    bar.outline.set_linewidth(0.6)
    bar.ax.tick_params(length=2.5, width=0.6, pad=2)


def beyond(ramp: Ramp, *fields: NDArray[Any] | None) -> str:
    """On which sides fields leave a ramp's range, in matplotlib's words."""
    low = any(field is not None and bool((field < ramp.low).any()) for field in fields)
    high = any(field is not None and bool((field > ramp.high).any()) for field in fields)
    return {(False, False): "neither", (True, False): "min", (False, True): "max", (True, True): "both"}[low, high]


def overpass(time: np.datetime64, direction: Direction) -> tuple[str, str, str]:
    """An overpass in words: date, time of day, direction."""
    check_direction(direction)
    date, clock = str(time.astype("datetime64[m]")).split("T")
    return date, f"{clock} UTC", DIRECTIONS[direction]


def save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG, without anything that changes from run to run.

    Raises:
        OutputError: the file cannot be written; no part of it is left.
    """
    memory = BytesIO()
    figure.savefig(memory, format="png", dpi=DPI, metadata={"Software": None})
    with atomic(path) as part:
        part.write_bytes(memory.getvalue())


def _wrapped(longitudes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Longitudes between -180 and 180, whichever way round they were counted."""
    return (longitudes + 180) % 360 - 180


def degrees(value: float, positive: str, negative: str) -> str:
    """``97.5°W``; the equator and the two ends of longitude have no letter."""
    letter = "" if value == 0 or abs(value) == 180 else positive if value > 0 else negative
    return f"{abs(value):g}°{letter}"
