"""Digests (SHA-256) of fields and samples: whether what a result rests on is still what it was."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields as attributes_of
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples

OF_COARSE = ("coarse", "coarse_time", "coarse_descending", "coarse_flag", "coarse_not_recommended")
"""Attributes of fields with one entry for each coarse overpass."""

OF_FINE = ("fine", "fine_time", "fine_ready", "fine_noise", "fine_sentinel1", "fine_flag")
"""Attributes of fields with one entry for each fine field."""

LENGTH = 16
"""Characters of a digest in a list."""


def map_digests(
    fields: Fields, samples: Samples, targets: NDArray[np.integer], ahead: np.timedelta64, text: str
) -> list[str]:
    """Return for each overpass a digest of all that its map may rest on.

    That is its own row, the text, and all fields before it and up to some while after it, in the order of their times.

    Args:
        fields: the region's arrays.
        samples: N overpasses.
        targets: fine fields that may count as later ones, -1 for none.
        ahead: how long after an overpass fields still count.
        text: all else: settings, weights, code.
    """
    counted = np.isin(np.arange(len(fields.fine_time)), targets)
    coarse = _running({name: getattr(fields, name) for name in OF_COARSE}, len(fields.coarse_time))
    fine = _running({name: getattr(fields, name) for name in OF_FINE} | {"counted": counted}, len(counted))
    until = samples.time + ahead
    ends = [np.searchsorted(series, until, side="right") for series in (fields.coarse_time, fields.fine_time)]
    result = []
    for row, (i, j) in enumerate(zip(*ends, strict=True)):
        digest = hashlib.sha256(f"{text} {coarse[i]} {fine[j]}".encode())
        one = samples.select(slice(row, row + 1))
        for attribute in attributes_of(one):
            add_to_digest(digest, attribute.name, getattr(one, attribute.name))
        result.append(digest.hexdigest()[:LENGTH])
    return result


def _running(values: Mapping[str, Any], number: int) -> list[str]:
    """Digests of no entry of the values, of the first, of the first two, and so on."""
    digest = hashlib.sha256()
    result = [digest.hexdigest()]
    for index in range(number):
        for name, value in values.items():
            if value is not None:
                add_to_digest(digest, name, value[index : index + 1])
        result.append(digest.hexdigest())
    return result


def add_to_digest(digest: Any, name: str, value: object) -> None:  # noqa: ANN401  (hashlib names no type for it)
    """Add one attribute: an array by type, shape and bytes, sets of times in their order, all else by its text.

    Args:
        digest: of `hashlib`, which is changed.
        name: of the attribute.
        value: its value.
    """
    if isinstance(value, np.ndarray):
        array: NDArray[Any] = np.ascontiguousarray(value)
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(array.tobytes())
    elif isinstance(value, tuple) and all(isinstance(part, frozenset) for part in value):
        digest.update(f"{name} {[sorted(str(time) for time in part) for part in value]}".encode())
    else:
        digest.update(f"{name} {value!r}".encode())
