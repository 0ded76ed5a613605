"""What everything that is written of a world's states has in common: the period, the time of a state, the end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from smen.simulation.world import World, WorldState


class StateWriter(ABC):
    """Collect the states of a world and write what they come to.

    A context manager: what is left is written on leaving, unless an error ended the block.

    Args:
        world: the world.
        first_day: first UTC day to write.
        last_day: last one, included.
        root: folder of the files.
        simulated: text that marks the files.

    Raises:
        OutputError: a file cannot be written.
    """

    def __init__(
        self, world: World, first_day: np.datetime64, last_day: np.datetime64, root: Path, simulated: str
    ) -> None:
        self.world, self.root, self.simulated = world, root, simulated
        self.first, self.last = first_day, last_day
        window = world.window
        self.longitude = float(window.longitudes[window.width // 2])
        self.times: list[np.datetime64] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._finish()

    def time_of(self, state: WorldState) -> np.datetime64:
        """Return the time of a state, 6 am or 6 pm local solar time of the window's middle, in UTC, datetime64[s].

        Args:
            state: of the world.
        """
        hours = np.timedelta64(18 if state.evening else 6, "h")
        time: np.datetime64 = state.day.astype("datetime64[s]") + hours
        return time - np.timedelta64(round(self.longitude * 240), "s")

    @abstractmethod
    def add(self, state: WorldState) -> None:
        """Take a state; they come in order of time.

        Args:
            state: of the world.
        """

    @abstractmethod
    def _finish(self) -> None:
        """Write what is left."""
