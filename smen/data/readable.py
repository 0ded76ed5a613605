"""Errors of reading a file that a stage wrote: it is not there, or it is damaged."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from smen.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def written_by(path: Path, stage: str) -> Iterator[None]:
    """Turn what goes wrong while a file is read into an error that names it and the stage to run.

    Args:
        path: of the file.
        stage: that writes it.

    Raises:
        DataError: the file is not there or is damaged.
    """
    try:
        yield
    except FileNotFoundError:
        raise DataError(f"{path} is not there: run the stage {stage}") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(f"{path} is damaged ({error}): run the stage {stage} again") from error
