"""An open granule: datasets by the reader's names, fill values, cells. Every failure is an error that names the file.

Differences between granules are handled here: fill values that stand in an attribute only, values that are packed,
and datasets that have several names.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from smen.errors import GranuleError
from smen.products.diagnosis import diagnose
from smen.products.encoding import Encoding
from smen.products.hdf5 import FAILURES, UnreadableError, lacking_filter, object_name, open_object, summary
from smen.products.metadata import GranuleMetadata
from smen.products.product_tables import PRODUCTS, Product

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

REMEDY = "Fetch the file again or delete it, or set `source.bad_granules: skip` to go on without it"


class GranuleFile:
    """An open granule of a known product; `open_granule` makes it.

    Attributes:
        path: the file.
        product: the product that it is read as.
        metadata: its metadata.
    """

    def __init__(self, path: Path, product: Product, h5: Any) -> None:  # noqa: ANN401  (h5py has no types)
        self.path, self.product, self._h5 = path, product, h5
        self.metadata = GranuleMetadata(h5, self.error)
        self._root: Any = None
        self._group: Any = None
        self._shape: tuple[int, ...] | None = None
        self._datasets: dict[str, Any] = {}
        self._encodings: dict[str, Encoding] = {}

    def error(self, what: str) -> GranuleError:
        """Return an error about this file, with the remedy."""
        return GranuleError(f"{self.path}: {what}. {REMEDY}")

    def dataset(self, key: str) -> Any | None:  # noqa: ANN401  (h5py has no types)
        """Return the `h5py.h5d.DatasetID` of a variable, under the first name that the file has; None without one."""
        if key not in self._datasets:
            self._datasets[key] = None
            for spelling in self.product.variables[key].spellings:
                if (opened := open_object(self._group, spelling)) is not None:
                    self._datasets[key] = opened
                    break
        return self._datasets[key]

    def place(self, key: str) -> str:
        """Return where in the file a variable stands, or the places where it may stand."""
        dataset = self.dataset(key)
        names = " or ".join(self.product.variables[key].spellings)
        return f"{self.product.group}/{names}" if dataset is None else object_name(dataset)

    def read(self, key: str) -> NDArray[Any]:
        """Return all numbers of a variable, flattened: one per cell. Packed ones are unpacked, NaN where missing.

        Raises:
            GranuleError: no such dataset, not numbers, not as many as the row indices, more than the grid has cells,
                an attribute of it is not what it should be, or it does not decompress.
        """
        dataset = self.dataset(key)
        if dataset is None:
            raise self.error(f"dataset {self.place(key)} is missing")
        dtype = self._type(key, dataset)
        if self.product.variables[key].dtype.startswith("uint"):
            if dtype.kind == "f":
                raise self.error(f"{self.place(key)} holds {dtype} where integers are needed")
            if (packed := self.encoding(key)).packed:
                raise self.error(
                    f"{self.place(key)} is packed (scale_factor {packed.scale:g}, add_offset {packed.offset:g}) where "
                    "plain integers are needed"
                )
        values: NDArray[Any] = np.empty(self._checked_shape(key, dataset), dtype)
        if values.size:
            try:
                dataset.read(h5py.h5s.ALL, h5py.h5s.ALL, values)
            except FAILURES as problem:
                # A file of another program may be whole and compressed in a way that this HDF5 does not know.
                unknown = lacking_filter(dataset)
                why = "the file is damaged"
                if unknown:
                    why = f"it is compressed with {unknown}, which HDF5 here lacks: h5repack -f GZIP=4 writes it anew"
                raise self.error(f"{self.place(key)} cannot be read, {why} ({summary(problem)})") from problem
        return self.encoding(key).decode(values.ravel())

    def encoding(self, key: str) -> Encoding:
        """Return how the values of a variable that the file has are stored: packed, and what is missing.

        Raises:
            UnreadableError: an attribute of it is not what it should be (`open_granule` makes it a GranuleError).
        """
        if key not in self._encodings:
            self._encodings[key] = Encoding.of(self.dataset(key), self.product.variables[key].fill)
        return self._encodings[key]

    def present(self, key: str, values: NDArray[Any]) -> NDArray[np.bool_]:
        """Return which values are numbers: neither fill nor NaN nor infinite.

        Args:
            key: the variable.
            values: numbers of it as `read` gives them, any shape.
        """
        return self.encoding(key).present(values)

    def cells(self) -> tuple[NDArray[np.bool_], NDArray[Any], NDArray[Any]]:
        """Return which entries have an index (neither row nor column is fill), and all rows and columns, (n,) each.

        Raises:
            GranuleError: an index that is no fill lies off the grid.
        """
        row, column = self.read("row"), self.read("column")
        indexed = self.present("row", row) & self.present("column", column)
        grid = self.product.grid
        for what, index, size in (("row", row, grid.rows), ("column", column, grid.columns)):
            off = indexed & (index >= size)
            if index.dtype.kind == "i":
                off |= indexed & (index < 0)
            if off.any():
                raise self.error(
                    f"{np.count_nonzero(off)} {what} indices lie off the grid, e.g. {index[off][0]} where {grid.name} "
                    f"has 0 to {size - 1}: damaged, or not a granule of {self.product.short_name}"
                )
        return indexed, row, column

    def _type(self, key: str, dataset: Any) -> np.dtype[Any]:  # noqa: ANN401  (h5py has no types)
        """Return the type of a dataset, which must be one of numbers."""
        try:
            dtype: np.dtype[Any] | None = dataset.dtype if isinstance(dataset, h5py.h5d.DatasetID) else None
        except (TypeError, ValueError) as problem:
            raise self.error(f"{self.place(key)} has a data type that numpy lacks ({summary(problem)})") from problem
        if dtype is None or dtype.kind not in "iuf":
            raise self.error(f"{self.place(key)} does not hold numbers")
        return dtype

    def _checked_shape(self, key: str, dataset: Any) -> tuple[int, ...]:  # noqa: ANN401  (h5py has no types)
        """Return the shape of a dataset: that of the others, and no more cells than the grid has.

        Before anything is allocated: a small file may claim any number of cells.
        """
        shape: tuple[int, ...] = dataset.shape
        grid = self.product.grid
        if not shape:  # also that of a null dataspace, which h5py would leave unread
            raise self.error(f"{self.place(key)} does not hold one number for each cell")
        if (count := math.prod(shape)) > grid.rows * grid.columns:
            raise self.error(
                f"{self.place(key)} claims {count} cells where all of {grid.name} has {grid.rows * grid.columns}"
            )
        if self._shape is None:
            self._shape = shape
        elif shape != self._shape:
            raise self.error(
                f"{self.place(key)} has shape {shape} where the other datasets have {self._shape}: "
                "they do not belong together"
            )
        return shape

    def open_group(self) -> None:
        """Open the group of the datasets, which `dataset` and all that reads needs.

        Raises:
            GranuleError: a granule of another product, by its short name or by its group.
        """
        wanted = self.product
        short_name = self.metadata.text("DatasetIdentification", "shortName")
        # The short name inside a real SPL2SMAP_S is not documented, so only that of another product refuses it.
        if short_name not in (None, wanted.short_name) and (short_name in PRODUCTS or wanted.role == "coarse"):
            raise self.error(f"a granule of {short_name}, not of {wanted.short_name}")
        self._root = open_object(self._h5, "/")
        self._group = open_object(self._root, wanted.group)
        if not isinstance(self._group, h5py.h5g.GroupID):
            present = ", ".join(sorted(name.decode("utf-8", "replace") for name in self._root)) or "nothing"
            raise self.error(f"no group {wanted.group}, so not a granule of {wanted.short_name}; it holds {present}")

    def close(self) -> None:
        """Close datasets and groups, and then the file: HDF5 keeps it open as long as anything in it is."""
        self._datasets.clear()
        self._encodings.clear()
        self.metadata.close()
        self._group = self._root = None
        self._h5.close()


@contextmanager
def open_granule(path: Path, product: Product) -> Iterator[GranuleFile]:
    """Open a granule and make sure that it is one of a product.

    Args:
        path: the file.
        product: the product.

    Raises:
        GranuleError: not there, not HDF5, truncated, of another product, or damaged in a way that h5py reports.
    """
    try:
        h5 = h5py.h5f.open(os.fsencode(path), h5py.h5f.ACC_RDONLY)
    except FAILURES as problem:
        raise GranuleError(f"{path}: {diagnose(path, problem)}. {REMEDY}") from problem
    file = GranuleFile(path, product, h5)
    try:
        file.open_group()
        yield file
    except UnreadableError as problem:
        raise file.error(str(problem)) from problem
    except (OSError, RuntimeError, KeyError) as problem:
        raise file.error(f"the file is damaged ({summary(problem)})") from problem
    finally:
        file.close()
