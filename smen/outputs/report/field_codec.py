"""Fields as short text that a script can hold: rounded, differenced in time, compressed.

The page's ``codec.js`` reverses it. Soil moisture of consecutive overpasses differs little, so that the differences
compress to about half a byte per cell.
"""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

NONE = 65535
"""Packed number of a missing value."""


def pack(stack: NDArray[np.floating], step: float) -> dict[str, Any]:
    """Pack fields into a dictionary that JSON can hold.

    Args:
        stack: (N, height, width), NaN where missing; negative values become 0.
        step: what the values are rounded to; 65534 steps are the greatest value.

    Returns:
        The shape, the step, and the packed numbers: uint16, each field less the one before it modulo 65536, all low
        bytes before all high bytes, zlib, base64.
    """
    steps = np.nan_to_num(np.round(np.asarray(stack, np.float64) / step), nan=0)
    numbers = np.where(np.isnan(stack), NONE, np.clip(steps, 0, NONE - 1)).astype("<u2")
    return {"shape": list(numbers.shape), "step": step, "none": NONE, "data": _text(numbers)}


def pack_codes(stack: NDArray[np.uint8]) -> dict[str, Any]:
    """Pack codes (N, height, width) as `pack` packs values."""
    numbers = np.asarray(stack).astype("<u2")
    return {"shape": list(numbers.shape), "step": 1, "none": NONE, "data": _text(numbers)}


def _text(numbers: NDArray[np.uint16]) -> str:
    steps = numbers.copy()
    steps[1:] -= numbers[:-1]
    planes = np.ascontiguousarray(steps).view(np.uint8).reshape(-1, 2).T
    return base64.b64encode(zlib.compress(planes.tobytes(), 9)).decode("ascii")


def script(call: str, *arguments: object) -> str:
    """Return a script that calls a function of the page with values; NaN becomes null.

    Args:
        call: the function.
        *arguments: its arguments, of types that JSON can hold or numpy's numbers.
    """
    inner = ",".join(json.dumps(_jsonable(value), ensure_ascii=False, separators=(",", ":")) for value in arguments)
    return f"{call}({inner});\n".replace("</", "<\\/")


def _jsonable(value: Any) -> Any:  # noqa: ANN401
    """A value in JSON's types, with NaN as None."""
    if isinstance(value, dict):
        return {str(key): _jsonable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and value != value else value
