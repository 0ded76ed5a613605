"""Opening a granule's HDF5 and taking datasets out of it: every failure is a `GranuleError` that names the file.

What varies between granules is met here: strings that are bytes, str or arrays of one; fill values that stand in an
attribute only; datasets under several spellings.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from smen.errors import GranuleError
from smen.products.product_tables import PRODUCTS, Product

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SIGNATURE = b"\x89HDF\r\n\x1a\n"
SIMULATED = "simulated"
"""Attribute of /Metadata that marks a granule as simulated; its text says by what."""

REMEDY = "Fetch the file again or delete it, or set `source.bad_granules: skip` to go on without it"


@dataclass
class GranuleFile:
    """An open granule of a known product. Use `open_granule`.

    Attributes:
        path: the file.
        product: what it is read as.
        h5: the open file, a `h5py.h5f.FileID`: the low-level interface spends half the time around small datasets.
        root: its uppermost group, a `h5py.h5g.GroupID`.
        group: the group of the product's datasets in it, likewise.
    """

    path: Path
    product: Product
    h5: Any
    root: Any = None
    group: Any = None
    _shape: tuple[int, ...] | None = field(default=None, init=False)
    _datasets: dict[str, Any] = field(default_factory=dict, init=False)
    _opened: dict[str, Any] = field(default_factory=dict, init=False)

    def close(self) -> None:
        """Close the datasets and then the file: HDF5 keeps it open as long as anything in it is."""
        self._datasets.clear()
        self._opened.clear()
        self.group = self.root = None
        self.h5.close()

    def error(self, what: str) -> GranuleError:
        """An error about this file."""
        return GranuleError(f"{self.path}: {what}. {REMEDY}")

    def dataset(self, key: str) -> Any | None:  # noqa: ANN401  (h5py has no types)
        """The dataset of our name, under the first spelling that the file has; None where it has none.

        A `h5py.h5d.DatasetID`, which spends a tenth of the time around a small dataset.
        """
        if key not in self._datasets:
            self._datasets[key] = None
            for spelling in self.product.variables[key].spellings:
                with suppress(KeyError):  # to try is half as dear as to ask first
                    self._datasets[key] = h5py.h5o.open(self.group, spelling.encode())
                    break
        return self._datasets[key]

    def read(self, key: str) -> NDArray[Any]:
        """All numbers of a dataset, flattened, and checked to be as many as the cells.

        Raises:
            GranuleError: no such dataset, not numbers, not as many as the row indices, or it does not decompress.
        """
        spellings = " or ".join(self.product.variables[key].spellings)
        dataset = self.dataset(key)
        if dataset is None:
            raise self.error(f"dataset {self.product.group}/{spellings} is missing")
        dtype = dataset.dtype if isinstance(dataset, h5py.h5d.DatasetID) else None
        if dtype is None or dtype.kind not in "iuf":
            raise self.error(f"{self.product.group}/{spellings} does not hold numbers")
        if self.product.variables[key].dtype.startswith("uint") and dtype.kind == "f":
            raise self.error(f"{self.product.group}/{spellings} holds {dtype} where integers are needed")
        shape = dataset.shape
        if self._shape is None:
            self._shape = shape
        elif shape != self._shape:
            raise self.error(
                f"{self.product.group}/{spellings} has shape {shape} where the other datasets have {self._shape}: "
                "they do not belong together"
            )
        values: NDArray[Any] = np.empty(shape, dtype)
        if values.size:
            try:
                dataset.read(h5py.h5s.ALL, h5py.h5s.ALL, values)
            except (OSError, RuntimeError) as problem:
                what = f"{self.product.group}/{spellings} cannot be read, the file is damaged"
                raise self.error(f"{what} ({_brief(problem)})") from problem
        return values.ravel()

    def fill(self, key: str) -> float | int | None:
        """The fill value of a dataset: its attribute, else that of the product's table."""
        dataset = self.dataset(key)
        value = None if dataset is None else _attribute(dataset, "_FillValue")
        if value is None:
            return self.product.variables[key].fill
        if value.dtype.kind not in "iuf" or value.size != 1:
            raise self.error(f"the attribute _FillValue of {self.product.group}/{key} is not one number")
        return value.item()  # type: ignore[no-any-return]

    def present(self, key: str, values: NDArray[Any]) -> NDArray[np.bool_]:
        """Which values of a dataset are numbers: neither fill nor NaN nor infinite."""
        fill = self.fill(key)
        there = np.ones(values.shape, bool) if fill is None else values != fill
        return there & np.isfinite(values) if values.dtype.kind == "f" else there

    def cells(self) -> tuple[NDArray[np.bool_], NDArray[Any], NDArray[Any]]:
        """Which entries have an index (neither row nor column is fill), and the rows and columns of all entries.

        Raises:
            GranuleError: an index that is no fill lies off the grid.
        """
        row, column = self.read("row"), self.read("column")
        given = self.present("row", row) & self.present("column", column)
        grid = self.product.grid
        for what, index, size in (("row", row, grid.rows), ("column", column, grid.columns)):
            off = given & (index >= size)
            if index.dtype.kind == "i":
                off |= given & (index < 0)
            if off.any():
                raise self.error(
                    f"{np.count_nonzero(off)} {what} indices lie off the grid, e.g. {index[off][0]} where {grid.name} "
                    f"has 0 to {size - 1}: damaged, or not a granule of {self.product.short_name}"
                )
        return given, row, column

    def metadata(self, group: str, name: str) -> str | None:
        """A text of /Metadata/`group`, kept as an attribute or as a dataset; None where there is none."""
        place = self._metadata(group)
        if place is None:
            return None
        if (value := _attribute(place, name)) is not None:
            return _text(value)
        dataset = h5py.Group(place).get(name)
        return _text(dataset[()]) if isinstance(dataset, h5py.Dataset) else None

    def _metadata(self, group: str = "") -> Any | None:  # noqa: ANN401  (h5py has no types)
        """The group /Metadata/`group`, open; None where there is none."""
        if group not in self._opened:
            self._opened[group] = None
            with suppress(KeyError):
                found = h5py.h5o.open(self.root, f"Metadata/{group}".rstrip("/").encode())
                self._opened[group] = found if isinstance(found, h5py.h5g.GroupID) else None
        return self._opened[group]

    def period(self) -> tuple[np.datetime64, np.datetime64]:
        """Beginning and end of the granule as /Metadata/Extent gives them, datetime64[ms], UTC.

        Raises:
            GranuleError: they are missing, no times, or the wrong way round.
        """
        times = []
        for name in ("rangeBeginningDateTime", "rangeEndingDateTime"):
            text = self.metadata("Extent", name)
            if text is None:
                raise self.error(f"/Metadata/Extent does not say {name}")
            try:
                times.append(np.datetime64(text.strip().removesuffix("Z"), "ms"))
            except ValueError as problem:
                raise self.error(f"{name} in /Metadata/Extent is no time: {text!r}") from problem
        if not times[0] <= times[1]:
            raise self.error(f"it begins at {times[0]} and ends before, at {times[1]}")
        return times[0], times[1]

    @property
    def simulated(self) -> bool:
        """Whether the granule says of itself that it is simulated."""
        metadata = self._metadata()
        return metadata is not None and h5py.h5a.exists(metadata, SIMULATED.encode())


@contextmanager
def open_granule(path: Path, product: Product) -> Iterator[GranuleFile]:
    """Open a granule and make sure that it is one of this product.

    Raises:
        GranuleError: not there, not HDF5, truncated, of another product, or damaged in a way that h5py stumbles over.
    """
    try:
        h5 = h5py.h5f.open(os.fsencode(path), h5py.h5f.ACC_RDONLY)
    except OSError as problem:
        raise GranuleError(f"{path}: {_diagnosis(path, problem)}. {REMEDY}") from problem
    file = GranuleFile(path, product, h5)
    try:
        file.root = h5py.h5g.open(h5, b"/")
        _verify_product(file)
        yield file
    except (OSError, RuntimeError, KeyError) as problem:
        raise file.error(f"the file is damaged ({_brief(problem)})") from problem
    finally:
        file.close()


def _verify_product(file: GranuleFile) -> None:
    """Refuse a granule of another product, by its short name and by its group."""
    wanted = file.product
    said = file.metadata("DatasetIdentification", "shortName")
    # The short name inside a real SPL2SMAP_S has not been seen yet, so only a known wrong one refuses it.
    if said is not None and said != wanted.short_name and (said in PRODUCTS or wanted.role == "coarse"):
        raise file.error(f"a granule of {said}, not of {wanted.short_name}")
    group = wanted.group.encode()
    file.group = h5py.h5o.open(file.root, group) if group in file.root else None
    if not isinstance(file.group, h5py.h5g.GroupID):
        held = ", ".join(sorted(name.decode() for name in file.root)) or "nothing"
        raise file.error(f"no group {wanted.group}, so not a granule of {wanted.short_name}; it holds {held}")


def _diagnosis(path: Path, problem: OSError) -> str:
    """What is wrong with a file that h5py does not open."""
    try:
        with path.open("rb") as stream:
            head = stream.read(512)
    except OSError as worse:
        return f"cannot be read ({worse.strerror or worse})"
    if not head:
        return "the file is empty"
    if head.startswith(SIGNATURE):
        return f"truncated or damaged HDF5 ({_brief(problem)})"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return "a web page, not HDF5: the download was answered by a login or error page"
    return "not an HDF5 file"


def _attribute(at: Any, name: str) -> NDArray[Any] | None:  # noqa: ANN401  (h5py has no types)
    """An attribute of an open dataset or group; None where there is none.

    By the low-level interface, as each granule is asked for ten of them: h5py's own takes half as long again.
    """
    try:
        attribute = h5py.h5a.open(at, name.encode())
    except KeyError:
        return None
    value = np.empty(attribute.shape, attribute.dtype)
    attribute.read(value)
    return value


def _brief(problem: BaseException) -> str:
    return str(problem).strip().strip("'\"").splitlines()[0][:160]


def _text(value: object) -> str:
    """A string that may be bytes, str, or an array of one of either."""
    item = np.asarray(value).reshape(-1)[0] if isinstance(value, np.ndarray) else value
    return item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item)
