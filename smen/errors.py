"""The few things that can go wrong, each with a message that says what to do.

Every message names the file or the key, says what is wrong with it, and what the user can do about it. The
command line prints the message alone and ends with status 1; anything that is not a `SmenError` is a bug and
keeps its traceback.
"""

from __future__ import annotations

import errno


class SmenError(Exception):
    """Base of all errors that a user can mend. Catch it to catch them all."""


class SettingsError(SmenError):
    """A key of config.yaml is unknown, missing, of the wrong type or out of range. Edit the key that it names."""


class GridError(SmenError):
    """A place or an index lies outside EASE-Grid 2.0 (about 85 S to 85 N). Move or shrink the region."""


class GranuleError(SmenError):
    """A granule cannot be used: truncated, not HDF5, another product, a dataset missing, indices off the grid.

    Fetch the file again or delete it, or set `source.bad_granules: skip` to go on without it.
    """


class ArchiveError(SmenError):
    """An archive does not give what was asked: an empty folder, no granule in the period, no access."""


class StorageError(SmenError):
    """A bucket does not give or take what was asked: no such bucket or object, no access, no answer, no extra."""


class DataError(SmenError):
    """The data cannot answer: no fine dates to train on, series that do not fit together, no weights to use."""


class OutputError(SmenError):
    """A file cannot be written: disk full, no permission. Nothing half-written is left behind."""


_NO_MEMORY = (
    "can't allocate memory",
    "cannot allocate memory",
    "failed to map segment",
    "bad_alloc",
    "out of memory",
    "memory allocation failed",
)
"""What libraries say that have no exception of their own for it (torch, the loader of shared libraries, HDF5)."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception, or one behind it, says that memory ran out.

    Args:
        error: whatever was raised.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, MemoryError) or (isinstance(seen, OSError) and seen.errno == errno.ENOMEM):
            return True
        if type(seen).__name__ == "CPLE_OutOfMemoryError":  # GDAL's, which rasterio does not translate, nor export
            return True
        if isinstance(seen, RuntimeError | ImportError | OSError) and any(
            words in str(seen).lower() for words in _NO_MEMORY
        ):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
