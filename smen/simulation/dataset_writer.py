"""One dataset of a simulated granule, with type, storage and attributes of the real product.

By h5py's low-level calls: a half-orbit has 45 datasets with 300 attributes, and they are five times as fast.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from h5py import h5a, h5d, h5p, h5s, h5t

if TYPE_CHECKING:
    import h5py
    from numpy.typing import NDArray

    from smen.products.dataset import Dataset

GZIP_LEVEL = 2
"""Level of the real products."""


def write_dataset(
    group: h5py.Group,
    dataset: Dataset,
    values: NDArray[np.generic] | None,
    shape: tuple[int, ...],
    coordinates: np.bytes_,
) -> None:
    """Write a dataset as one gzip chunk, with its attributes.

    Args:
        group: where it goes.
        dataset: its description.
        values: its values, of this shape; None: all fill.
        shape: (cells,), (cells, 3) or (rows, columns).
        coordinates: attribute `coordinates` of those that have one.
    """
    dtype = np.dtype(dataset.dtype)
    data = np.full(shape, dataset.fill, dtype) if values is None else np.ascontiguousarray(values.astype(dtype))
    properties = h5p.create(h5p.DATASET_CREATE)
    properties.set_chunk(shape)
    properties.set_deflate(GZIP_LEVEL)
    properties.set_obj_track_times(False)  # the same arguments give the same bytes
    space = h5s.create_simple(shape)
    written = h5d.create(group.id, dataset.name.encode(), h5t.py_create(dtype), space, dcpl=properties)
    written.write(h5s.ALL, h5s.ALL, data)
    for name, value in _attributes(dataset):
        _write_attribute(written, name, value)
    if dataset.coordinates:
        _write_attribute(written, b"coordinates", np.asarray(coordinates))


@cache
def _attributes(dataset: Dataset) -> tuple[tuple[bytes, NDArray[np.generic]], ...]:
    """Names and values of a dataset's attributes, in the order of the real product."""
    dtype = np.dtype(dataset.dtype)
    attributes: list[tuple[bytes, np.generic]] = [(b"long_name", np.bytes_(dataset.long_name))]
    if dataset.units is not None:
        attributes.append((b"units", np.bytes_(dataset.units)))
    if dataset.fill is not None:
        attributes.append((b"_FillValue", dtype.type(dataset.fill)))
    if dataset.valid is not None:
        low, high = dataset.valid
        attributes += [(b"valid_min", dtype.type(low)), (b"valid_max", dtype.type(high))]
    if dataset.flags is not None:
        masks, meanings = dataset.flags
        attributes += [(b"flag_masks", np.bytes_(masks)), (b"flag_meanings", np.bytes_(meanings))]
    return tuple((name, np.asarray(value)) for name, value in attributes)


def _write_attribute(dataset: h5d.DatasetID, name: bytes, value: NDArray[np.generic]) -> None:
    h5a.create(dataset, name, h5t.py_create(value.dtype), h5s.create(h5s.SCALAR)).write(value)
