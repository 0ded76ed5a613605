"""How large a region is and where it lies, in kilometres, degrees and land, and what speaks against that."""

from __future__ import annotations

from smen.errors import GridError, SettingsError
from smen.grid import LEFT, Window
from smen.plan.land_share import certainly_sea, land_share

FINE_LATITUDES = 60.0
"""SPL2SMAP_S reaches from 60 degrees south to 60 degrees north."""

SMALL = 12
"""Cells of 3 km; a narrower region may lie within one cell of 36 km."""

TRIED = 100 * 100
"""Cells of the regions for which the need of memory is stated, under 3 GB."""

LARGE = 25 * TRIED
"""Cells from which the need of memory is worth a hint."""


LITTLE_LAND = 0.05
"""Share of land below which a region is hardly meant."""

ON_LAND = 0.5
"""Share of land from which a region with latitude and longitude swapped is likely to be the one that is meant."""


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
        f"{_degrees(south, 'NS')} to {_degrees(north, 'NS')}, {100 * land_share(window):.0f} % land"
    )


def require_land(window: Window, centre: tuple[float, float], name: str) -> None:
    """Refuse a region in the open sea: there is no soil to map.

    Args:
        window: the region.
        centre: its longitude and latitude, degrees.
        name: of the region, with the file of settings, for the message.

    Raises:
        SettingsError: there is no land in it, nor within some 11 km.
    """
    if certainly_sea(window):
        raise SettingsError(
            f"{name} lies in the open sea, around {_place(*centre)}, and has no land: correct longitude and latitude"
            f"{_swapped(window, centre)}"
        )


def hints(window: Window, centre: tuple[float, float]) -> list[str]:
    """Return what a user should know of a region before it is used: a place or a size that is hardly meant.

    Args:
        window: the region.
        centre: its longitude and latitude, degrees.
    """
    found = []
    share = land_share(window)
    if share < LITTLE_LAND:
        found.append(f"{100 * (1 - share):.0f} % of it is sea, of which there are no maps{_swapped(window, centre)}")
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


def within_the_product(window: Window) -> str:
    """Return how much of a window lies within the latitudes of the 3 km product, in words."""
    south, north = window.polygon().bounds[1::2]
    limit = FINE_LATITUDES
    share = max(min(north, limit) - max(south, -limit), 0) / (north - south)
    there = "all of it" if share > 0.999 else "none of it" if share == 0 else f"{100 * share:.0f} % of it"
    return f"{there} within {limit:.0f} degrees north and south, where the 3 km product is"


def _swapped(window: Window, centre: tuple[float, float]) -> str:
    """A hint where the region would lie on land if latitude and longitude were swapped; empty where it would not."""
    latitude, longitude = centre
    try:
        other = Window.centred_on(longitude, latitude, *window.shape)
    except GridError:
        return ""
    if land_share(other) < ON_LAND:
        return ""
    return f"; with the two swapped it would lie on land, around {_place(longitude, latitude)}"


def _place(longitude: float, latitude: float) -> str:
    """A place in words, latitude first."""
    return f"{_degrees(latitude, 'NS')}, {_degrees(longitude, 'EW')}"


def _degrees(value: float, signs: str) -> str:
    """An angle with the letter of its side, of two for positive and negative."""
    return f"{abs(value):.2f} {signs[value < 0]}"
