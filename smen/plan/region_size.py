"""How large a region is and where it lies, in kilometres and degrees, and what speaks against that."""

from __future__ import annotations

from smen.grid import LEFT, Window

FINE_LATITUDES = 60.0
"""SPL2SMAP_S reaches from 60 degrees south to 60 degrees north."""

SMALL = 12
"""Cells of 3 km; a narrower region may lie within one cell of 36 km."""

TRIED = 100 * 100
"""Cells of the regions for which the need of memory is stated, under 3 GB."""

LARGE = 25 * TRIED
"""Cells from which the need of memory is worth a hint."""


def described(window: Window) -> str:
    """Return size and bounding box of a window, on one line."""
    north_south, east_west = window.cell_lengths_km()
    middle = window.height // 2
    left, _, right, _ = (edge * 180 / -LEFT for edge in window.bounds)  # the projection is cylindrical
    west, east = left, right if right <= 180 + 1e-9 else right - 360
    south, north = window.polygon().bounds[1::2]
    return (
        f"{window.width * east_west[middle]:.0f} km wide, {north_south.sum():.0f} km high "
        f"({window.height} x {window.width} cells), {_degrees(west, 'EW')} to {_degrees(east, 'EW')}, "
        f"{_degrees(south, 'NS')} to {_degrees(north, 'NS')}"
    )


def hints(window: Window) -> list[str]:
    """Return what a user should know of a window before it is used: a place or a size that is hardly meant."""
    found = []
    if warning := beyond_the_product(window):
        found.append(warning)
    if min(window.shape) < SMALL:
        found.append(
            f"very small, less than {SMALL} cells of 3 km high or wide, so that there may be little to learn "
            "from; `size` counts cells, not kilometres"
        )
    if window.height * window.width >= LARGE:
        times = window.height * window.width / TRIED
        found.append(
            f"{times:.0f} times as many cells as a region of 100 x 100, and memory, disk and time in "
            "proportion (under 3 GB of memory for 100 x 100); `size` counts cells, not kilometres"
        )
    return found


def beyond_the_product(window: Window) -> str | None:
    """Return a warning where no 3 km product exists, as where latitude and longitude were swapped; else None."""
    south, north = window.polygon().bounds[1::2]
    if south < FINE_LATITUDES and north > -FINE_LATITUDES:
        return None
    return (
        f"lies wholly beyond {FINE_LATITUDES:.0f} degrees {'north' if north > 0 else 'south'}, where there is "
        "no 3 km product to learn from; are latitude and longitude swapped?"
    )


def _degrees(value: float, signs: str) -> str:
    """An angle with the letter of its side, of two for positive and negative."""
    return f"{abs(value):.2f} {signs[value < 0]}"
