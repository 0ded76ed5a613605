"""What is wrong with a file that HDF5 cannot open or read, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smen.products.hdf5 import SIGNATURE, summary

if TYPE_CHECKING:
    from pathlib import Path

HEAD = 512
"""Bytes at the beginning of a file that tell its kind."""


def diagnose(path: Path, problem: Exception) -> str:
    """Return why a file cannot be opened, from its first bytes.

    Args:
        path: the file.
        problem: the exception of h5py.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD)
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"
    if not head:
        return "the file is empty"
    if head.startswith(SIGNATURE):
        return f"truncated or damaged HDF5 ({summary(problem)})"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return "a web page, not HDF5: the download was answered by a login or error page"
    return "not an HDF5 file"
