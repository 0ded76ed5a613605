"""Features of many overpasses, on disk beyond what memory should hold.

A training of 85 dates of 320 x 320 cells held 10.1 GB with all of them in memory, and holds 3.4 GB so, in 5 % more
processor time: they are used one overpass at a time.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import IO, TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np

from smen.errors import OutputError
from smen.methods.fusion.overpass_features import OverpassFeatures

if TYPE_CHECKING:
    from numpy.typing import NDArray

IN_MEMORY = 400_000_000
"""Bytes of one store that stay in memory."""


class _Place(NamedTuple):
    """Where an array lies in the file."""

    offset: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]


_NAMES = tuple(field.name for field in fields(OverpassFeatures))


class FeatureStore(Sequence[OverpassFeatures]):
    """A sequence of features: the first ones in memory, the others in a temporary file.

    The file has no name, so that nothing of it stays behind, even where its process is killed.

    Args:
        features: of the overpasses, all of one window.
        in_memory: bytes that stay in memory.

    Raises:
        OutputError: there is no room for the file.
    """

    def __init__(self, features: Iterable[OverpassFeatures], in_memory: int = IN_MEMORY) -> None:
        self._kept: list[OverpassFeatures] = []
        self._places: list[dict[str, _Place]] = []
        self._file: IO[bytes] | None = None
        held = 0
        for each in features:
            held += sum(getattr(each, name).nbytes for name in _NAMES)
            if held <= in_memory:
                self._kept.append(each)
            else:
                self._places.append(self._written(each))

    def __len__(self) -> int:
        """Number of overpasses."""
        return len(self._kept) + len(self._places)

    @overload
    def __getitem__(self, index: int) -> OverpassFeatures: ...

    @overload
    def __getitem__(self, index: slice) -> list[OverpassFeatures]: ...

    def __getitem__(self, index: int | slice) -> OverpassFeatures | list[OverpassFeatures]:
        """Return the features of one overpass, or of several."""
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        if number < len(self._kept):
            return self._kept[number]
        places = self._places[number - len(self._kept)]
        return OverpassFeatures(**{name: self._read(place) for name, place in places.items()})

    def _written(self, features: OverpassFeatures) -> dict[str, _Place]:
        """Write the features of one overpass, and return where each of them lies."""
        places = {}
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115  (open as long as the store is)
            self._file.seek(0, os.SEEK_END)
            for name in _NAMES:
                array = np.ascontiguousarray(getattr(features, name))
                places[name] = _Place(self._file.tell(), array.shape, array.dtype)
                self._file.write(array.tobytes())
            self._file.flush()
        except OSError as error:
            raise OutputError(
                f"there is no room for features in {tempfile.gettempdir()}: {error.strerror}. Name a folder with more "
                "of it in the environment variable TMPDIR"
            ) from error
        return places

    def _read(self, place: _Place) -> NDArray[Any]:
        """Read one array back."""
        assert self._file is not None  # noqa: S101  (a place is in the file)
        self._file.seek(place.offset)
        values: NDArray[Any] = np.fromfile(self._file, place.dtype, math.prod(place.shape))
        return values.reshape(place.shape)
