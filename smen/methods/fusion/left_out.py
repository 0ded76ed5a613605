"""Which dates and cells training leaves out of the pattern, so that it meets dates and cells as it will in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAME_WEATHER = np.timedelta64(15, "D")
"""Dates nearer than this share weather: none of them is in the pattern of a training date's features."""

GROUPS = 12
"""Groups of consecutive dates, at most, that share a pattern: one for each date would take as many fits."""

BLOCK = 12
"""Side of the blocks of cells that are left out beside those in the shape of the unseen ones, in cells."""

BLOCK_SHARE = 0.1
"""Share of the blocks that are left out."""


def groups_of(time: NDArray[np.datetime64]) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Group consecutive dates.

    Args:
        time: of the dates, rising, (n,).

    Returns:
        Of each group its dates, and those that its pattern leaves out: its own and those with the same weather.
    """
    parts = np.array_split(np.arange(len(time)), min(GROUPS, len(time)))
    return [
        (part, np.flatnonzero((time > time[part[0]] - SAME_WEATHER) & (time < time[part[-1]] + SAME_WEATHER)))
        for part in parts
    ]


def left_out_cells(seen: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Draw seen cells that are to be treated as never observed.

    They have the shapes of the cells that are truly unseen, moved to a random place, and beside them some square
    blocks: so the errors there are of the distances that occur in the region, and of some farther ones.

    Args:
        seen: cells with training dates, (H, W).
        rng: source of the draw.

    Returns:
        bool (H, W), a part of `seen`; never all of it.
    """
    height, width = seen.shape
    moved = np.roll(~seen, (int(rng.integers(height)), int(rng.integers(width))), (0, 1))
    rows, columns = -(-height // BLOCK), -(-width // BLOCK)
    blocks = np.kron(rng.random((rows, columns)) < BLOCK_SHARE, np.ones((BLOCK, BLOCK), bool))[:height, :width]
    hidden = (moved | blocks) & seen
    return hidden if (seen & ~hidden).any() else np.zeros_like(seen)
