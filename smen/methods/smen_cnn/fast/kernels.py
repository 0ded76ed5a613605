"""Compiled loops for what lies between two convolutions of the paper's network in training.

torch would read and write all features once more for each sum, product and comparison of these; `kernels.cpp` does
each of them in one loop over the memory. It is compiled when first needed (under a second), for float32, float64 and
bfloat16.
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
"""Number of channels, and of classes of cells by their place along the window's edge (`padding`); as in the C++."""


@cache
def unavailable_reason() -> str | None:
    """Reason why the compiled kernels are unavailable here; None if they are available."""
    try:
        _library()
    except SmenError as error:
        return str(error)
    return None


def channel_sums(a: Tensor, b: Tensor) -> Tensor:
    """Sum a and a * b over all images and cells, for each channel.

    Args:
        a: (N, 32, H, W), channels last.
        b: the same.

    Returns:
        (2, 32), in `accumulator_dtype` of the features.
    """
    sums = torch.empty(2, FEATURES, dtype=torch.float64)
    images, _, height, width = a.shape
    _call("channel_sums", a.dtype, _rows(a), _rows(b), images * height, width, sums)
    return sums.to(accumulator_dtype(a.dtype))


def relu_backward(
    y: Tensor, earlier: Tensor, later: Tensor | None, frames: int, constant: Tensor, slope: Tensor, gain: Tensor
) -> Tensor:
    """Replace y = relu(z) by the gradient of the loss by z.

    The gradient by y is constant + slope y + gain (earlier + later): the first two come from y's batch statistics, the
    third from the convolution over two frames that follows, where each frame but the outermost is used twice.

    Args:
        y: T frames, oldest first, (T * B, 32, H, W), channels last; overwritten.
        earlier: gradient by all frames but the last, ((T - 1) * B, 32, H, W); by all T of them if `later` is None.
        later: gradient by all frames but the first, ((T - 1) * B, 32, H, W), or None.
        frames: T.
        constant: (32,).
        slope: (32,).
        gain: (32,).

    Returns:
        Sums of the gradient by z over images and cells, by class of cell (`padding`), (9, 32).
    """
    sums = torch.empty(CLASSES, FEATURES, dtype=torch.float64)
    images, _, height, width = y.shape
    vectors = (v.to(accumulator_dtype(y.dtype)).contiguous() for v in (constant, slope, gain))
    gradients = _rows(earlier), None if later is None else _rows(later)
    _call("relu_backward", y.dtype, _rows(y), *gradients, frames, images // frames, height, width, *vectors, sums)
    return sums.to(accumulator_dtype(y.dtype))


def scale_shift_add(y: Tensor, g: Tensor, scale: Tensor, shift: Tensor) -> None:
    """Add scale * y + shift to g, in place.

    Args:
        y: (N, 32, H, W), channels last.
        g: the same; overwritten by the sum.
        scale: (32,).
        shift: (32,).
    """
    vectors = (v.to(accumulator_dtype(y.dtype)).contiguous() for v in (scale, shift))
    _call("scale_shift_add", y.dtype, _rows(y), _rows(g), len(y) * y.shape[2] * y.shape[3], *vectors)


def accumulator_dtype(dtype: torch.dtype) -> torch.dtype:
    """Return the dtype in which sums over features of a dtype are kept: float32 at least."""
    return torch.float64 if dtype == torch.float64 else torch.float32


def _rows(features: Tensor) -> Tensor:
    """View features (N, 32, H, W) as (N, H, W, 32); the loops need exactly that layout in memory."""
    rows = features.permute(0, 2, 3, 1)
    if rows.shape[-1] != FEATURES or not rows.is_contiguous():
        raise ValueError(f"features of shape {tuple(features.shape)} are not {FEATURES} channels, channels last")
    return rows


def _call(name: str, dtype: torch.dtype, *arguments: Tensor | int | None) -> None:
    """Run a kernel with as many threads as torch uses."""
    converted = [
        ctypes.c_void_p(a.data_ptr()) if isinstance(a, Tensor) else None if a is None else ctypes.c_int64(a)
        for a in arguments
    ]
    _library()[f"{name}_{str(dtype).removeprefix('torch.')}"](*converted, ctypes.c_int(torch.get_num_threads()))


@cache
def _library() -> ctypes.CDLL:
    """Compile `kernels.cpp` for this processor and load it.

    It shares torch's threads: both are linked against libgomp.so.1, which a process loads once.

    Raises:
        SmenError: there is no compiler, or it fails.
    """
    name = os.environ.get("CXX", "g++")
    compiler = shutil.which(name)
    if compiler is None:
        raise SmenError(
            f"there is no C++ compiler {name}: install g++, or name another in the environment variable CXX"
        )
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "kernels.so"
        command = [compiler, "-std=c++17", "-O3", "-march=native", "-fopenmp", "-shared", "-fPIC"]
        done = subprocess.run([*command, str(SOURCE), "-o", str(library)], capture_output=True, text=True, check=False)
        if done.returncode:
            raise SmenError(f"{compiler} does not compile {SOURCE}: {done.stderr.strip()}")
        try:
            return ctypes.CDLL(str(library))
        except OSError as error:  # e.g. a temporary folder mounted noexec
            raise SmenError(f"the library that {compiler} made of {SOURCE} cannot be loaded: {error}") from error
