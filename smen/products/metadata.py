"""The group /Metadata of a granule: texts, period, and whether it is simulated."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import h5py

from smen.products.hdf5 import open_object, read_text
from smen.products.times import parse_time

if TYPE_CHECKING:
    import numpy as np

    from smen.errors import GranuleError

SIMULATED = "simulated"
"""Attribute of /Metadata that marks a granule as simulated; its text names the simulation."""


class GranuleMetadata:
    """The metadata of an open granule.

    Args:
        h5: the open file, a `h5py.h5f.FileID`.
        error: makes an error about the file.
    """

    def __init__(self, h5: Any, error: Callable[[str], GranuleError]) -> None:  # noqa: ANN401  (h5py has no types)
        self._h5, self._error = h5, error
        self._groups: dict[str, Any] = {}

    def text(self, group: str, name: str) -> str | None:
        """Return a text of /Metadata/`group`, an attribute or a dataset; None where there is none or it is empty.

        Args:
            group: name of a group in /Metadata.
            name: of the attribute or dataset.
        """
        owner = self._group(group)
        return None if owner is None else read_text(owner, name)

    def period(self) -> tuple[np.datetime64, np.datetime64]:
        """Return beginning and end of the granule by /Metadata/Extent, datetime64[ms], UTC.

        Raises:
            GranuleError: they are missing, no times, or the wrong way round.
        """
        times = []
        for name in ("rangeBeginningDateTime", "rangeEndingDateTime"):
            text = self.text("Extent", name)
            if text is None:
                raise self._error(f"/Metadata/Extent has no {name}")
            try:
                times.append(parse_time(text))
            except ValueError as problem:
                raise self._error(f"{name} in /Metadata/Extent is no time: {text!r}") from problem
        begin, end = times
        if not begin <= end:
            raise self._error(f"it begins at {begin} and ends before, at {end}")
        return begin, end

    @property
    def simulated(self) -> bool:
        """Whether the granule is marked as simulated."""
        group = self._group()
        return group is not None and h5py.h5a.exists(group, SIMULATED.encode())

    def close(self) -> None:
        """Close the groups."""
        self._groups.clear()

    def _group(self, name: str = "") -> Any | None:  # noqa: ANN401  (h5py has no types)
        """Return the group /Metadata/`name`, open; None where there is none."""
        if name not in self._groups:
            opened = open_object(self._h5, f"Metadata/{name}".rstrip("/"))
            self._groups[name] = opened if isinstance(opened, h5py.h5g.GroupID) else None
        return self._groups[name]
