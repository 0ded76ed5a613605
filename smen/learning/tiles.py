"""A large area mapped by one network tile by tile, as if it had been mapped at once.

Each tile is computed from a window that reaches further on every side than the network looks, and only its inside is
kept, so no cell knows where the tiles lie. Where the area ends the window ends with it, and the network pads as it
would at the edge of the whole; an area all around the Earth has no such edge in the east and west. Memory is that of
one tile, however large the area: what is read and written is up to the caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from smen.errors import GridError
from smen.grid import M03, Window
from smen.learning.memory import keep_freed_memory
from smen.learning.training import physical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from smen.learning.inputs import Normalisation
    from smen.learning.networks.interface import Inputs, Network

PAPER_REACH = 4
"""Cells that the paper's network looks to each side: one for each of the three convolutions of f, and one for h."""


@dataclass(frozen=True)
class Tile:
    """A part of an area.

    Attributes:
        inner: cells that are kept.
        outer: cells that the network is shown.
    """

    inner: Window
    outer: Window

    @property
    def kept(self) -> tuple[slice, slice]:
        """Rows and columns of the inner window in arrays of the outer one."""
        top = self.inner.row - self.outer.row
        left = (self.inner.column - self.outer.column) % M03.columns
        return slice(top, top + self.inner.height), slice(left, left + self.inner.width)


def tiles_of(area: Window, side: int, reach: int) -> Iterator[Tile]:
    """Split an area into tiles from north to south and west to east; each of its cells is inside exactly one.

    Args:
        area: what is to be mapped; of the grid's whole width, it has no edge in the east and west.
        side: of a tile in cells; those at the end of a row or column are smaller.
        reach: cells that the network looks to each side (`PAPER_REACH`).

    Raises:
        GridError: a tile would have no cell, the reach is negative, or a tile of an area all around the Earth would
            meet itself from behind.
    """
    if side < 1 or reach < 0:
        raise GridError(
            f"tiles of {side} cells with a reach of {reach}: give a side of at least 1, a reach of at least 0"
        )
    around = area.width == M03.columns
    if around and min(side, area.width) + 2 * reach > M03.columns:
        raise GridError(
            f"a tile of {side} columns and twice a reach of {reach} is wider than the grid's {M03.columns}: "
            "give smaller tiles"
        )
    for top in range(0, area.height, side):
        height = min(side, area.height - top)
        north, south = min(reach, top), min(reach, area.height - top - height)
        for left in range(0, area.width, side):
            width = min(side, area.width - left)
            west, east = (reach, reach) if around else (min(reach, left), min(reach, area.width - left - width))
            row, column = area.row + top, area.column + left
            yield Tile(
                Window(row, column % M03.columns, height, width),
                Window(row - north, (column - west) % M03.columns, north + height + south, west + width + east),
            )


def map_tiles(
    network: Network,
    normalisation: Normalisation,
    tiles: Iterable[Tile],
    read: Callable[[Window], Inputs | None],
    number_format: torch.dtype = torch.float32,
) -> Iterator[tuple[Window, NDArray[np.float32]]]:
    """Map tile after tile.

    Args:
        network: in evaluation mode, on the CPU.
        normalisation: how its output becomes m3/m3.
        tiles: as `tiles_of` gives them.
        read: the inputs of a window, a batch of one; None where there is nothing to map.
        number_format: of the convolutions: float32, or bfloat16 where the processor is quicker in it.

    Yields:
        A tile's cells and their soil moisture, float32 (height, width), m3/m3.
    """
    keep_freed_memory()
    half = number_format == torch.bfloat16
    for tile in tiles:
        inputs = read(tile.outer)
        if inputs is None:
            continue
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=half):
            estimate = physical(network, normalisation, inputs)
        yield tile.inner, estimate[0][tile.kept].numpy()
