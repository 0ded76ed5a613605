"""A large area mapped by one network tile by tile, as if it had been mapped at once.

Each tile is computed from a window that reaches further on every side than the network looks, and only its inside is
kept, so that no cell depends on where the tiles lie. Where the area ends the window ends with it, and the network pads
as at the edge of the whole; an area all around the Earth has no such edge in the east and west. Memory is that of
a few tiles, however large the area: what is read and written is up to the caller.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from smen.errors import GridError
from smen.grid import M03, Window
from smen.methods.smen_cnn.fast.allocator import keep_freed_memory
from smen.methods.smen_cnn.normalisation import denormalised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from smen.methods.smen_cnn.interface import Inputs, Network
    from smen.methods.smen_cnn.normalisation import Normalisation

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


def tiles_of(area: Window, side: int, reach: int, wanted: NDArray[np.bool_] | None = None) -> Iterator[Tile]:
    """Split an area into tiles from north to south and west to east; each of its cells is inside exactly one.

    Args:
        area: what is to be mapped; of the grid's whole width, it has no edge in the east and west.
        side: of a tile in cells; those at the end of a row or column are smaller.
        reach: cells that the network looks to each side (`PAPER_REACH`).
        wanted: which of the area's cells matter, bool (height, width): tiles are cut down to those, and there is none
            where there are none. Without it all do.

    Raises:
        GridError: a tile would have no cell, the reach is negative, a tile of an area all around the Earth would
            meet itself from behind, or `wanted` has another shape.
    """
    if wanted is not None and wanted.shape != area.shape:
        raise GridError(f"cells wanted of shape {wanted.shape} do not fit an area of {area.shape}")
    if side < 1 or reach < 0:
        raise GridError(
            f"tiles of {side} cells with a reach of {reach}: give a side of at least 1, a reach of at least 0"
        )
    around = area.width == M03.columns
    if around and side + 3 + 2 * reach > M03.columns:
        raise GridError(
            f"a tile of {side} columns and twice a reach of {reach} is wider than the grid's {M03.columns}: "
            "give smaller tiles"
        )
    for top in range(0, area.height, side):
        for left in range(0, area.width, side):
            kept = _kept(top, left, min(side, area.height - top), min(side, area.width - left), wanted)
            if kept is None:
                continue
            north, west, height, width = kept
            row, rows = _outer(north, height, area.height, side, reach)
            column, columns = _outer(west, width, area.width, side, reach, around=around)
            yield Tile(
                Window(area.row + north, (area.column + west) % M03.columns, height, width),
                Window(area.row + row, (area.column + column) % M03.columns, rows, columns),
            )


def _kept(
    top: int, left: int, height: int, width: int, wanted: NDArray[np.bool_] | None
) -> tuple[int, int, int, int] | None:
    """A part of an area cut down to the wanted cells: top, left, height, width; None without any."""
    if wanted is None:
        return top, left, height, width
    part = wanted[top : top + height, left : left + width]
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    if not len(rows):
        return None
    return top + int(rows[0]), left + int(columns[0]), int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def _outer(start: int, length: int, whole: int, side: int, reach: int, *, around: bool = False) -> tuple[int, int]:
    """Start and length of what the network is shown of the rows or columns, for an inner part.

    It reaches beyond the inner part on either side, or to the area's end. Lengths are few, a quarter of a tile apart:
    oneDNN prepares its convolutions anew for each shape of window, which takes as long as a tile.
    """
    quarter = -(-side // 4)
    length = -(-length // quarter) * quarter + 2 * reach
    if around:
        return start - reach, length
    length = min(length, whole)
    return min(max(start - reach, 0), whole - length), length


def map_tiles(
    network: Network,
    normalisation: Normalisation,
    tiles: Iterable[Tile],
    read: Callable[[Window], Inputs | None],
    dtype: torch.dtype = torch.float32,
) -> Iterator[tuple[Window, NDArray[np.float32]]]:
    """Map tile after tile, as many at once as torch has threads: one thread each wastes less than all on one tile.

    Args:
        network: in evaluation mode, on the CPU.
        normalisation: how its output becomes m3/m3.
        tiles: as `tiles_of` yields them.
        read: the inputs of a window, a batch of one; None where there is nothing to map. It is called in the caller's
            thread.
        dtype: of the convolutions: float32, or bfloat16 where the processor is faster in it.

    Yields:
        A tile's cells and their soil moisture, float32 (height, width), m3/m3, in the order of the tiles.
    """
    keep_freed_memory()
    for_inference = network.for_inference(dtype)

    def mapped(tile: Tile, inputs: Inputs) -> NDArray[np.float32]:
        with torch.inference_mode():
            estimate: NDArray[np.float32] = denormalised(for_inference, normalisation, inputs)[0][tile.kept].numpy()
        return estimate

    threads = torch.get_num_threads()
    waiting: deque[tuple[Window, Future[NDArray[np.float32]]]] = deque()
    with one_thread_each(), ThreadPoolExecutor(threads) as workers:
        for tile in tiles:
            inputs = read(tile.outer)
            if inputs is None:
                continue
            waiting.append((tile.inner, workers.submit(mapped, tile, inputs)))
            if len(waiting) > 2 * threads:
                window, values = waiting.popleft()
                yield window, values.result()
        for window, values in waiting:
            yield window, values.result()


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Let torch take one thread for each caller; as many as before afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
