"""What was derived from a map, or from several, kept from run to run: is it still of them?

Each thing lies in a file named by the digest of all that it is made of (digests of its maps, what else goes in, the
code). So another input is another name, there is no record that could be wrong, and the order of runs does not matter:
what is taken is byte for byte what would be made. Snakemake removes the outputs of a job before it runs; these files
are no outputs of any rule. A file that is damaged or gone is made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from smen.atomic import atomic, keep_only
from smen.data.digests import add_to_digest

Parts = dict[str, NDArray[Any]]
"""A derived thing: arrays by name, of types that safetensors has."""

LENGTH = 32
"""Characters of a digest in a file's name."""

_CHECKSUM = hashlib.sha256().digest_size


class Kept:
    """Derived things in a folder.

    Args:
        folder: to keep them in, which need not be there; None: nothing is kept, all is made.
        code: digest of the code that makes them.
    """

    def __init__(self, folder: Path | None, code: str = "") -> None:
        self._folder = folder
        self._code = code
        self._used: set[str] = set()

    def take(self, kind: str, of: Sequence[object], make: Callable[[], Mapping[str, NDArray[Any]]]) -> Parts:
        """Return a thing as it is kept, or make it and keep it.

        Args:
            kind: what it is, a word for its file's name.
            of: all that it is made of beside the code: arrays, or what has a telling text, such as digests of maps.
            make: makes it.

        Raises:
            OutputError: it cannot be written.
        """
        if self._folder is None:
            return _in_order(make())
        name = self._name(kind, of)
        self._used.add(name)
        path = self._folder / f"{name}.kept"
        there = _read(path)
        if there is not None:
            return there
        made = _in_order(make())
        content = save(made)
        with atomic(path) as part, part.open("wb") as file:
            file.write(hashlib.sha256(content).digest())
            file.write(content)
        return made

    def drop_others(self) -> None:
        """Remove what was not asked for since this object was made: it is of maps that there are no longer.

        Raises:
            OutputError: something cannot be removed.
        """
        if self._folder is not None:
            keep_only(self._folder, self._used)

    def _name(self, kind: str, of: Sequence[object]) -> str:
        digest = hashlib.sha256(f"{self._code} {kind}".encode())
        for number, value in enumerate(of):
            add_to_digest(digest, str(number), value)
        return f"{kind}_{digest.hexdigest()[:LENGTH]}"


NOTHING_KEPT = Kept(None)
"""Makes all anew."""


def as_array(content: bytes) -> NDArray[np.uint8]:
    """Return bytes as an array, to be kept; its `tobytes` gives them back.

    Args:
        content: the bytes.
    """
    return np.frombuffer(content, np.uint8)


def _read(path: Path) -> Parts | None:
    """What a file holds; None where it is not there or not whole."""
    with suppress(OSError, SafetensorError):
        content = path.read_bytes()
        body = content[_CHECKSUM:]
        if hashlib.sha256(body).digest() == content[:_CHECKSUM]:
            return _in_order(load(body))
    return None


def _in_order(parts: Mapping[str, NDArray[Any]]) -> Parts:
    """Arrays in the order of their names: what is written of them shall not depend on whether they were kept."""
    return {name: np.ascontiguousarray(parts[name]) for name in sorted(parts)}
