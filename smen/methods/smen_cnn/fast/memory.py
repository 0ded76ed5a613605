"""Memory that a step of training or mapping frees is kept for the next one."""

from __future__ import annotations

import ctypes
from functools import cache

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""glibc's numbers of the two (malloc.h)."""

KEPT = 1 << 30
"""Bytes of freed memory that the process keeps at most."""

LARGEST = 1 << 28
"""Bytes of an array up to which its memory is kept; a larger one goes back to the system at once."""


@cache
def keep_freed_memory() -> bool:
    """Ask the C library to keep freed memory, once for the process.

    Each step allocates and frees the same arrays of some megabytes. glibc gives those back to the system and asks for
    them anew, and the system clears every page of them: a quarter of a training step's time went there.

    Returns:
        Whether it was done; not where the C library is another one.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(mallopt(_TRIM_THRESHOLD, KEPT)) and bool(mallopt(_MMAP_THRESHOLD, LARGEST))
