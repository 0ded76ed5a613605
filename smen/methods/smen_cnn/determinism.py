"""The same bytes for the same inputs and settings: threads fixed, deterministic algorithms."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from smen.methods.smen_cnn.fast.allocator import keep_freed_memory


@contextmanager
def reproducible(threads: int) -> Iterator[None]:
    """Fix the number of threads and choose deterministic algorithms; both are as before afterwards."""
    keep_freed_memory()
    threads_before, strict_before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    # cuBLAS is deterministic only with a workspace of its own; it reads this when first used.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.set_num_threads(threads_before)
        torch.use_deterministic_algorithms(strict_before)
