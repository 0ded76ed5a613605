"""Chunks of a cube that serve maps as well as series.

With a chunk for each map, the series of a point reads all of the file; with a chunk for each series, a map does. Chunks
of some dates on squares of cells are a compromise for both (Rew 2013, "Chunking data: choosing shapes", Unidata).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

COMPRESSION = 4
"""Level of gzip: higher ones take much more time for little."""

DATES = 32
"""Dates in a chunk: a map decompresses 32 times what it shows, a series reads a 32nd of the chunks."""

FEWEST_DATES, MOST_VALUES = 8, 20_000_000
"""On large regions fewer dates are in a chunk, so that what is written together stays in memory: so many values."""

SIDE = 50
"""About the side of a chunk in cells: 80,000 values, 0.3 MB before compression."""


def chunk_shape(dates: int, height: int, width: int) -> tuple[int, int, int]:
    """Return the chunks of fields over time: (dates, rows, columns), those of a field all about as large.

    Args:
        dates: how many fields there are; at least one.
        height: of a field, cells.
        width: of a field, cells.
    """
    rows, columns = (-(-side // max(round(side / SIDE), 1)) for side in (height, width))
    together = min(DATES, max(FEWEST_DATES, MOST_VALUES // (height * width)))
    return min(dates, together), rows, columns


def blocks(dates: int, height: int, width: int) -> Iterator[slice]:
    """Yield the dates that are written together, so that each chunk is compressed once.

    Args:
        dates: how many fields there are; at least one.
        height: of a field, cells.
        width: of a field, cells.
    """
    step = chunk_shape(dates, height, width)[0]
    for start in range(0, dates, step):
        yield slice(start, min(start + step, dates))


def compressed_chunks(
    values: NDArray[Any], shape: tuple[int, int, int], fill: float
) -> dict[tuple[int, int], NDArray[np.uint8]]:
    """Compress the chunks of fields as HDF5's filters shuffle and gzip do, so that they can be written as they are.

    Shuffled, the first bytes of all values of a chunk come first, then their second bytes, and so on (HDF5 File Format
    Specification 3.0, IV.A.2.l).

    Args:
        values: (n, height, width), those that are written together: n is at most the dates of a chunk.
        shape: of a chunk: dates, rows, columns.
        fill: value of the cells of a chunk that lie beyond the fields.

    Returns:
        The bytes of each chunk by its first row and column.
    """
    _, height, width = values.shape
    chunks = {}
    for row in range(0, height, shape[1]):
        for column in range(0, width, shape[2]):
            inside = values[:, row : row + shape[1], column : column + shape[2]]
            whole = np.full(shape, fill, values.dtype)
            whole[tuple(slice(size) for size in inside.shape)] = inside
            shuffled = np.ascontiguousarray(whole.view(np.uint8).reshape(-1, whole.itemsize).T)
            chunks[row, column] = np.frombuffer(zlib.compress(shuffled.tobytes(), COMPRESSION), np.uint8)
    return chunks
