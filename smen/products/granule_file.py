"""An open granule: datasets by the reader's names, fill values, cells. Every failure is an error that names the file.

Differences between granules are handled here: fill values that stand in an attribute only, and datasets that have
several names.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from smen.errors import GranuleError
from smen.products.diagnosis import diagnose, summary
from smen.products.hdf5 import read_attribute
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

    def error(self, what: str) -> GranuleError:
        """Return an error about this file, with the remedy."""
        return GranuleError(f"{self.path}: {what}. {REMEDY}")

    def dataset(self, key: str) -> Any | None:  # noqa: ANN401  (h5py has no types)
        """Return the `h5py.h5d.DatasetID` of a variable, under the first name that the file has; None without one."""
        if key not in self._datasets:
            self._datasets[key] = None
            for spelling in self.product.variables[key].spellings:
                with suppress(KeyError):  # trying costs half as much as checking first
                    self._datasets[key] = h5py.h5o.open(self._group, spelling.encode())
                    break
        return self._datasets[key]

    def read(self, key: str) -> NDArray[Any]:
        """Return all numbers of a variable, flattened: one per cell.

        Raises:
            GranuleError: no such dataset, not numbers, not as many as the row indices, or it does not decompress.
        """
        place = f"{self.product.group}/{' or '.join(self.product.variables[key].spellings)}"
        dataset = self.dataset(key)
        if dataset is None:
            raise self.error(f"dataset {place} is missing")
        dtype = dataset.dtype if isinstance(dataset, h5py.h5d.DatasetID) else None
        if dtype is None or dtype.kind not in "iuf":
            raise self.error(f"{place} does not hold numbers")
        if self.product.variables[key].dtype.startswith("uint") and dtype.kind == "f":
            raise self.error(f"{place} holds {dtype} where integers are needed")
        shape = dataset.shape
        if self._shape is None:
            self._shape = shape
        elif shape != self._shape:
            raise self.error(
                f"{place} has shape {shape} where the other datasets have {self._shape}: they do not belong together"
            )
        values: NDArray[Any] = np.empty(shape, dtype)
        if values.size:
            try:
                dataset.read(h5py.h5s.ALL, h5py.h5s.ALL, values)
            except (OSError, RuntimeError) as problem:
                raise self.error(f"{place} cannot be read, the file is damaged ({summary(problem)})") from problem
        return values.ravel()

    def fill(self, key: str) -> float | int | None:
        """Return the fill value of a variable: its attribute, else that of the product's table.

        Raises:
            GranuleError: the attribute is not one number.
        """
        dataset = self.dataset(key)
        value = None if dataset is None else read_attribute(dataset, "_FillValue")
        if value is None:
            return self.product.variables[key].fill
        if value.dtype.kind not in "iuf" or value.size != 1:
            raise self.error(f"the attribute _FillValue of {self.product.group}/{key} is not one number")
        return value.item()  # type: ignore[no-any-return]

    def present(self, key: str, values: NDArray[Any]) -> NDArray[np.bool_]:
        """Return which values are numbers: neither fill nor NaN nor infinite.

        Args:
            key: the variable.
            values: numbers of it, any shape.
        """
        fill = self.fill(key)
        not_fill = np.ones(values.shape, bool) if fill is None else values != fill
        return not_fill & np.isfinite(values) if values.dtype.kind == "f" else not_fill

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
        self._root = h5py.h5g.open(self._h5, b"/")
        name = wanted.group.encode()
        self._group = h5py.h5o.open(self._root, name) if name in self._root else None
        if not isinstance(self._group, h5py.h5g.GroupID):
            present = ", ".join(sorted(name.decode() for name in self._root)) or "nothing"
            raise self.error(f"no group {wanted.group}, so not a granule of {wanted.short_name}; it holds {present}")

    def close(self) -> None:
        """Close datasets and groups, and then the file: HDF5 keeps it open as long as anything in it is."""
        self._datasets.clear()
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
    except OSError as problem:
        raise GranuleError(f"{path}: {diagnose(path, problem)}. {REMEDY}") from problem
    file = GranuleFile(path, product, h5)
    try:
        file.open_group()
        yield file
    except (OSError, RuntimeError, KeyError) as problem:
        raise file.error(f"the file is damaged ({summary(problem)})") from problem
    finally:
        file.close()
