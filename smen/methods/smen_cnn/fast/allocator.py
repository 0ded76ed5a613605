"""The C library's memory allocator, set to keep memory that one step of training or mapping frees for the next."""

from __future__ import annotations

import ctypes
from functools import cache

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""Numbers of these two parameters of `mallopt` in glibc's malloc.h."""

KEPT_BYTES = 1 << 30
"""Bytes of freed memory that the process keeps at most."""

LARGEST_ARRAY_BYTES = 1 << 28
"""Bytes of an array up to which its memory is kept; a larger one is returned to the system at once."""


@cache
def keep_freed_memory() -> bool:
    """Make the C library keep freed memory, once for the process.

    Each step allocates and frees the same arrays of some megabytes. glibc returns them to the system and requests
    them anew, and the system clears every page of them: a quarter of a training step's time was spent on that.

    Returns:
        Whether it is in effect; False where the C library is not glibc.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(mallopt(_M_TRIM_THRESHOLD, KEPT_BYTES)) and bool(mallopt(_M_MMAP_THRESHOLD, LARGEST_ARRAY_BYTES))
