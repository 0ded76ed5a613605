"""How the errors of a region's maps go together, as lies beside the latest of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from smen.data.error_correlation_file import read_error_correlation
from smen.outputs.map_names import errors_path

if TYPE_CHECKING:
    from pathlib import Path

    from smen.data.error_correlation import ErrorCorrelation
    from smen.grid import Window
    from smen.outputs.map_files import MapFile


def latest_errors_path(maps: Sequence[MapFile], region: str) -> Path:
    """Return where the file of errors belongs; it may not be there.

    Args:
        maps: of the region, by rising time; at least one.
        region: its name.
    """
    return errors_path(maps[-1].path.parent, region)


def latest_errors(maps: Sequence[MapFile], region: str, window: Window) -> ErrorCorrelation | None:
    """Read how the errors of a region's maps go together; None where it is not known.

    Args:
        maps: of the region, by rising time.
        region: its name.
        window: of the region.

    Raises:
        DataError: the file cannot be read, or is of another window.
    """
    if not maps or not latest_errors_path(maps, region).is_file():
        return None
    return read_error_correlation(latest_errors_path(maps, region), window)
