"""What lies between two convolutions of the paper's network in training, in one pass over the memory each.

torch would read and write all features once more for each sum, product and comparison of these; `kernels.cpp` holds
them as loops, compiled when first needed (under a second), for float32, float64 and bfloat16.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from smen.errors import SmenError

SOURCE = Path(__file__).with_name("kernels.cpp")

FEATURES, CLASSES = 32, 9
"""Channels of all features, and classes of cells along and within a window's edge, as in `kernels.cpp`."""


@cache
def unavailable_reason() -> str | None:
    """Why there are none on this machine; None if there are."""
    try:
        _library()
    except SmenError as error:
        return str(error)
    return None


def moments(a: Tensor, b: Tensor) -> Tensor:
    """Sums over all cells of a and of a b, for each feature.

    Args:
        a: features, channels last, (N, 32, H, W).
        b: the same.

    Returns:
        (2, 32), as wide as `wide` makes the features.
    """
    sums = torch.empty(2, FEATURES, dtype=torch.float64)
    images, _, height, width = a.shape
    _call("moments", a.dtype, _rows(a), _rows(b), images * height, width, sums)
    return sums.to(wide(a.dtype))


def rectifier_backward(
    y: Tensor, earlier: Tensor, later: Tensor | None, frames: int, constant: Tensor, slope: Tensor, gain: Tensor
) -> Tensor:
    """Replace y = relu(z), of T frames, by the derivative with respect to z.

    With respect to y it is constant + slope y + gain (earlier + later), each of the three (32,).

    Args:
        y: features, channels last, frames first, (T * B, 32, H, W); overwritten.
        earlier: derivative by all frames but the last; by all of them, if there is no `later`.
        later: derivative by all frames but the first, or None.
        frames: T.
        constant: as above.
        slope: as above.
        gain: as above.

    Returns:
        Its sums over cells that have the same neighbours in the window: the rows of cells first, between, and last, in
        each of which the first cell, those between, and the last, (9, 32).
    """
    sums = torch.empty(CLASSES, FEATURES, dtype=torch.float64)
    images, _, height, width = y.shape
    vectors = (v.to(wide(y.dtype)).contiguous() for v in (constant, slope, gain))
    others = _rows(earlier), None if later is None else _rows(later)
    _call("backward", y.dtype, _rows(y), *others, frames, images // frames, height, width, *vectors, sums)
    return sums.to(wide(y.dtype))


def join(y: Tensor, g: Tensor, scale: Tensor, shift: Tensor) -> None:
    """Add scale y + shift, (32,) each, to g in its place; both features, channels last, (N, 32, H, W)."""
    vectors = (v.to(wide(y.dtype)).contiguous() for v in (scale, shift))
    _call("join", y.dtype, _rows(y), _rows(g), len(y) * y.shape[2] * y.shape[3], *vectors)


def wide(kind: torch.dtype) -> torch.dtype:
    """The format of sums of a format: float32 at least."""
    return torch.float64 if kind == torch.float64 else torch.float32


def _rows(features: Tensor) -> Tensor:
    """The same memory as (N, H, W, 32); it must lie like that, for the loops take it as it lies."""
    rows = features.permute(0, 2, 3, 1)
    if rows.shape[-1] != FEATURES or not rows.is_contiguous():
        raise ValueError(f"features of shape {tuple(features.shape)} are not {FEATURES} channels, channels last")
    return rows


def _call(name: str, kind: torch.dtype, *arguments: Tensor | int | None) -> None:
    """Run a pass with as many threads as torch takes."""
    given = [
        ctypes.c_void_p(a.data_ptr()) if isinstance(a, Tensor) else None if a is None else ctypes.c_int64(a)
        for a in arguments
    ]
    _library()[f"{name}_{str(kind).removeprefix('torch.')}"](*given, ctypes.c_int(torch.get_num_threads()))


@cache
def _library() -> ctypes.CDLL:
    """`kernels.cpp`, compiled for this processor.

    It shares torch's threads: both are linked against libgomp.so.1, of which a process loads one.

    Raises:
        SmenError: there is no compiler, or it fails.
    """
    name = os.environ.get("CXX", "g++")
    program = shutil.which(name)
    if program is None:
        raise SmenError(
            f"there is no C++ compiler {name}: install g++, or name another in the environment variable CXX"
        )
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "kernels.so"
        command = [program, "-std=c++17", "-O3", "-march=native", "-fopenmp", "-shared", "-fPIC"]
        done = subprocess.run([*command, str(SOURCE), "-o", str(library)], capture_output=True, text=True, check=False)
        if done.returncode:
            raise SmenError(f"{program} does not compile {SOURCE}: {done.stderr.strip()}")
        try:
            return ctypes.CDLL(str(library))
        except OSError as error:  # a scratch folder from which nothing may be run, for one
            raise SmenError(f"what {program} made of {SOURCE} cannot be loaded: {error}") from error
