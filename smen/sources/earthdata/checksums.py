"""Size and checksums of a granule's bytes, and their comparison with the archive's record."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from smen.sources.earthdata.transfer_errors import TransferError

if TYPE_CHECKING:
    from smen.sources.earthdata.umm import CmrGranule

_SHA2_BY_LENGTH = {40: "sha1", 64: "sha256", 96: "sha384", 128: "sha512"}
"""Algorithm of a checksum that the record calls SHA-2, by its hexadecimal digits."""

_EXTENDABLE = {"shake_128", "shake_256"}
"""Algorithms of hashlib that need a length, which records do not give."""


class Digest:
    """Size and checksums of bytes as they arrive: SHA-256 for the manifest, and the algorithm of the record.

    Args:
        checksum: algorithm and value of the record; None without one.
    """

    def __init__(self, checksum: tuple[str, str] | None) -> None:
        self.size = 0
        self._sha256 = hashlib.sha256()
        self._recorded = _algorithm(checksum)
        self._checksum = checksum

    def update(self, data: bytes) -> None:
        """Add bytes."""
        self.size += len(data)
        self._sha256.update(data)
        if self._recorded is not None:
            self._recorded.update(data)

    @property
    def verifiable(self) -> bool:
        """Whether the record gives a checksum of an algorithm that is available."""
        return self._recorded is not None

    @property
    def sha256(self) -> str:
        """SHA-256 of all bytes so far, hexadecimal."""
        return self._sha256.hexdigest()

    def mismatch(self, granule: CmrGranule) -> TransferError | None:
        """Compare size and checksum with the archive's record.

        Returns:
            The mismatch, or None if they agree or the record has neither.
        """
        if granule.exact and self.size != granule.size:
            reason = f"{self.size} bytes came where the record says {granule.size}"
            return TransferError(reason, "content", retryable=True)
        if self._recorded is not None and self._checksum is not None:
            (algorithm, expected), computed = self._checksum, self._recorded.hexdigest()
            if computed.lstrip("0") != expected.lstrip("0"):  # some records drop leading zeros
                reason = f"its {algorithm} is {computed} where the record says {expected}"
                return TransferError(reason, "content", retryable=True)
        return None


class _Checksum32:
    """A 32-bit checksum of zlib, with hashlib's methods."""

    def __init__(self, function: Callable[[bytes, int], int], value: int) -> None:
        self._function, self._value = function, value

    def update(self, data: bytes) -> None:
        self._value = self._function(data, self._value)

    def hexdigest(self) -> str:
        return f"{self._value:08x}"


def _algorithm(checksum: tuple[str, str] | None) -> hashlib._Hash | _Checksum32 | None:
    """Return the function of a name in UMM-G's list (MD5, SHA-1, SHA-2, Adler-32, ...); None for unknown ones."""
    if checksum is None:
        return None
    name = checksum[0].lower().replace("-", "").replace("_", "")
    if name == "sha2":
        name = _SHA2_BY_LENGTH.get(len(checksum[1]), "")
    if name == "adler32":
        return _Checksum32(zlib.adler32, 1)
    if name == "crc32":
        return _Checksum32(zlib.crc32, 0)
    return hashlib.new(name, usedforsecurity=False) if name in hashlib.algorithms_guaranteed - _EXTENDABLE else None
