"""How a dataset keeps its values: packed and missing data by the CF conventions (1.11, sections 2.5.1 and 8.1).

Granules of NSIDC are not packed. Those that went through a subsetter or converter may be: a value is then what is
stored times `scale_factor` plus `add_offset`, and `_FillValue` and `missing_value` are meant as stored. The
attributes of a valid range are not applied: real granules hold good retrievals beyond them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from smen.products.hdf5 import UnreadableError, as_text, object_name, read_attribute

if TYPE_CHECKING:
    from numpy.typing import NDArray

Number = float | int


@dataclass(frozen=True)
class Encoding:
    """How values are stored.

    Attributes:
        missing: the stored numbers that stand for no value.
        scale: what a stored number is multiplied by.
        offset: what is added then.
        integers: the type as which stored integers are to be taken (the attribute `_Unsigned`); None: their own.
    """

    missing: tuple[Number, ...] = ()
    scale: Number = 1
    offset: Number = 0
    integers: np.dtype[Any] | None = None

    @classmethod
    def of(cls, dataset: Any, fill: Number | None) -> Encoding:  # noqa: ANN401  (h5py has no types)
        """Return the encoding that a dataset's attributes describe.

        Args:
            dataset: an `h5py.h5d.DatasetID` of numbers.
            fill: the fill value where the attributes name none; None: no fill.

        Raises:
            UnreadableError: an attribute cannot be read or is not what it should be.
        """
        own = _one_number(dataset, "_FillValue")
        missing = [fill] if own is None else [own]
        missing += _numbers(dataset, "missing_value")
        scale, offset = _one_number(dataset, "scale_factor"), _one_number(dataset, "add_offset")
        scale, offset = 1 if scale is None else scale, 0 if offset is None else offset
        if not (scale and math.isfinite(scale) and math.isfinite(offset)):
            raise UnreadableError(f"{object_name(dataset)} is packed with scale_factor {scale} and add_offset {offset}")
        integers = _integers(dataset)
        numbers = [number for number in dict.fromkeys(missing) if number is not None and not math.isnan(number)]
        if integers is not None:
            numbers = [_taken_as(number, integers) for number in numbers]
        return cls(tuple(numbers), scale, offset, integers)

    @property
    def packed(self) -> bool:
        """Whether values differ from the numbers stored."""
        return self.scale != 1 or self.offset != 0

    def decode(self, stored: NDArray[Any]) -> NDArray[Any]:
        """Return the values: those stored, and of packed data float64 with NaN where there is none.

        Args:
            stored: as read, any shape.
        """
        if self.integers is not None:
            stored = stored.view(self.integers)
        if not self.packed:
            return stored
        return np.where(self._not_fill(stored), stored * np.float64(self.scale) + self.offset, np.nan)

    def present(self, values: NDArray[Any]) -> NDArray[np.bool_]:
        """Return which values are numbers: neither missing nor NaN nor infinite.

        Args:
            values: decoded, any shape.
        """
        # Missing values are meant as stored; in packed data `decode` has made them NaN.
        not_fill = np.ones(values.shape, bool) if self.packed else self._not_fill(values)
        return not_fill & np.isfinite(values) if values.dtype.kind == "f" else not_fill

    def _not_fill(self, stored: NDArray[Any]) -> NDArray[np.bool_]:
        if not self.missing:
            return np.ones(stored.shape, bool)
        result: NDArray[np.bool_] = stored != self.missing[0]
        for number in self.missing[1:]:
            result &= stored != number
        return result


def _numbers(dataset: Any, name: str) -> list[Number]:  # noqa: ANN401  (h5py has no types)
    """Return the numbers of an attribute, which some programs write as text; none where it is missing or empty."""
    value = read_attribute(dataset, name)
    if value is None or not value.size:
        return []
    if value.dtype.kind in "iuf":
        return value.ravel().tolist()
    text = as_text(value).strip()
    try:
        if value.size == 1 and value.dtype.kind in "SUO":
            return [float(text)] if text else []
    except ValueError:
        pass
    raise UnreadableError(f"the attribute {name} of {object_name(dataset)} is not a number: {text!r}")


def _one_number(dataset: Any, name: str) -> Number | None:  # noqa: ANN401  (h5py has no types)
    """Return the number of an attribute; None where it is missing or empty."""
    numbers = _numbers(dataset, name)
    if len(numbers) > 1:
        raise UnreadableError(f"the attribute {name} of {object_name(dataset)} is not one number")
    return numbers[0] if numbers else None


def _integers(dataset: Any) -> np.dtype[Any] | None:  # noqa: ANN401  (h5py has no types)
    """Return the type that `_Unsigned` gives stored integers: NetCDF's older formats have no unsigned ones."""
    value, dtype = read_attribute(dataset, "_Unsigned"), dataset.dtype
    if value is None or dtype.kind not in "iu":
        return None
    wanted = {"true": "u", "1": "u", "false": "i", "0": "i"}.get(as_text(value).strip().lower(), dtype.kind)
    return None if wanted == dtype.kind else np.dtype(f"{dtype.byteorder}{wanted}{dtype.itemsize}")


def _taken_as(number: Number, dtype: np.dtype[Any]) -> Number:
    """Return the integer of a type that has the same bits as a number."""
    if not math.isfinite(number) or number != int(number):
        return number
    bits = 8 * dtype.itemsize
    number = int(number) % (1 << bits)
    return number - (1 << bits) if dtype.kind == "i" and number >> (bits - 1) else number
