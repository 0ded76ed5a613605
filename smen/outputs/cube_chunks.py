"""Chunks of a cube that serve maps as well as series.

With a chunk for each map, the series of a point reads all of the file; with a chunk for each series, a map does. Chunks
of some dates on squares of cells are a compromise for both (Rew 2013, "Chunking data: choosing shapes", Unidata).
"""

from __future__ import annotations

from collections.abc import Iterator

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
