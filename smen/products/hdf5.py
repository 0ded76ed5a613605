"""Small pieces of HDF5 by h5py's low-level interface: attributes and texts.

The low-level interface, because every granule is asked for ten attributes and as many small datasets, and h5py's own
takes half as long again for an attribute and twice as long for a small dataset.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIGNATURE = b"\x89HDF\r\n\x1a\n"
"""First bytes of every HDF5 file (HDF5 file format specification, version 3, section II.A)."""

LARGEST_ATTRIBUTE = 1 << 20
"""Bytes beyond which an attribute or text is not read. Those of granules have some hundred; only damage claims more."""

MOST_WORDS = 160
"""Characters of an exception's text that are repeated."""

FAILURES = (OSError, RuntimeError, ValueError, TypeError, KeyError)
"""What h5py raises where HDF5 fails, and for data types that numpy lacks (TypeError, ValueError)."""


class UnreadableError(Exception):
    """An attribute or dataset cannot be read; the text says which and why, and whoever opened the file names it."""


def object_name(owner: Any) -> str:  # noqa: ANN401  (h5py has no types)
    """Return the path of an open dataset or group in its file, without the first slash."""
    return (h5py.h5i.get_name(owner) or b"").decode("utf-8", "replace").lstrip("/")


def open_object(owner: Any, name: str) -> Any | None:  # noqa: ANN401  (h5py has no types)
    """Return a dataset or group, open; None where there is none.

    Args:
        owner: an open group or file, `h5py.h5g.GroupID` or `h5py.h5f.FileID`.
        name: its path below the owner.

    Raises:
        UnreadableError: HDF5 cannot open it.
    """
    try:
        return h5py.h5o.open(owner, name.encode())
    except FAILURES as problem:
        # Trying first costs half as much as checking first. A damaged object may raise KeyError, as a missing one does.
        if isinstance(problem, KeyError) and not _is_linked(owner, name):
            return None
        raise UnreadableError(f"the file is damaged: {name} cannot be opened ({summary(problem)})") from problem


def _is_linked(owner: Any, name: str) -> bool:  # noqa: ANN401  (h5py has no types)
    """Return whether a group lists an object, which may be damaged all the same."""
    parts = name.split("/")
    try:
        return all(owner.links.exists("/".join(parts[: n + 1]).encode()) for n in range(len(parts)))
    except KeyError:  # a part of the path is a dataset
        return False


def read_attribute(owner: Any, name: str) -> NDArray[Any] | None:  # noqa: ANN401  (h5py has no types)
    """Return an attribute; None where there is none. One without a value (a null dataspace) has size 0.

    Args:
        owner: an open dataset or group, `h5py.h5d.DatasetID` or `h5py.h5g.GroupID`.
        name: of the attribute.

    Raises:
        UnreadableError: HDF5 or h5py cannot read it, or it claims to be very large.
    """
    try:
        if not h5py.h5a.exists(owner, name.encode()):
            return None
        attribute = h5py.h5a.open(owner, name.encode())
        space, dtype = attribute.get_space(), attribute.dtype
        if space.get_simple_extent_type() == h5py.h5s.NULL:
            return np.empty(0, dtype)
        shape = space.get_simple_extent_dims()
        if math.prod(shape) * dtype.itemsize > LARGEST_ATTRIBUTE:
            raise UnreadableError(f"the attribute {name} of {object_name(owner)} claims {math.prod(shape)} values")
        value: NDArray[Any] = np.empty(shape, dtype)
        attribute.read(value)
    except FAILURES as problem:
        raise UnreadableError(
            f"the attribute {name} of {object_name(owner)} cannot be read ({summary(problem)})"
        ) from problem
    return value


def read_text(group: Any, name: str) -> str | None:  # noqa: ANN401  (h5py has no types)
    """Return a text that a group holds as an attribute or as a dataset; None where there is none, or it is empty.

    Args:
        group: an open group, `h5py.h5g.GroupID`.
        name: of the attribute or dataset.

    Raises:
        UnreadableError: HDF5 or h5py cannot read it, or it claims to be very large.
    """
    value: object = read_attribute(group, name)
    if value is None:
        place = f"the dataset {name} of {object_name(group)}"
        try:
            dataset = h5py.Group(group).get(name)
            if not isinstance(dataset, h5py.Dataset) or not dataset.size:  # without a value its size is None
                return None
            if dataset.size * dataset.dtype.itemsize > LARGEST_ATTRIBUTE:
                raise UnreadableError(f"{place} claims {dataset.size} values")
            value = dataset[()]
        except FAILURES as problem:
            raise UnreadableError(f"{place} cannot be read ({summary(problem)})") from problem
    return as_text(value).strip() or None


def lacking_filter(dataset: Any) -> str | None:  # noqa: ANN401  (h5py has no types)
    """Return the filter that a dataset needs and HDF5 lacks, in words; None where it lacks none."""
    plan = dataset.get_create_plist()
    for number, _, _, name in map(plan.get_filter, range(plan.get_nfilters())):
        if not h5py.h5z.filter_avail(number):
            return f"filter {number} {name.decode('utf-8', 'replace')}".strip()
    return None


def as_text(value: object) -> str:
    """Return a string that may be bytes, str, or an array of one of either; empty where the array is."""
    if isinstance(value, np.ndarray):
        if not value.size:
            return ""
        value = value.reshape(-1)[0]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def summary(problem: BaseException) -> str:
    """Return the first line of an exception's text, shortened; its kind where it has no text."""
    text = str(problem).strip().strip("'\"").strip()
    return text.splitlines()[0][:MOST_WORDS] if text else type(problem).__name__
