"""Small pieces of HDF5 by h5py's low-level interface: attributes and texts.

The low-level interface, because every granule is asked for ten attributes and as many small datasets, and h5py's own
takes half as long again for an attribute and twice as long for a small dataset.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIGNATURE = b"\x89HDF\r\n\x1a\n"
"""First bytes of every HDF5 file (HDF5 file format specification, version 3, section II.A)."""


def read_attribute(owner: Any, name: str) -> NDArray[Any] | None:  # noqa: ANN401  (h5py has no types)
    """Return an attribute; None where there is none.

    Args:
        owner: an open dataset or group, `h5py.h5d.DatasetID` or `h5py.h5g.GroupID`.
        name: of the attribute.
    """
    try:
        attribute = h5py.h5a.open(owner, name.encode())
    except KeyError:
        return None
    value = np.empty(attribute.shape, attribute.dtype)
    attribute.read(value)
    return value


def as_text(value: object) -> str:
    """Return a string that may be bytes, str, or an array of one of either."""
    item = np.asarray(value).reshape(-1)[0] if isinstance(value, np.ndarray) else value
    return item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item)
