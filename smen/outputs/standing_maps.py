"""Maps of an earlier run that stand: what they rest on is what it was, and their rasters are those that were listed.

The list of a year's maps is an output of the workflow, which removes it before it makes it anew. So a list of its own
beside the maps tells what they rest on.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from smen.atomic import write_text
from smen.errors import DataError
from smen.outputs.year_folder import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Row = dict[str, object]

BASIS, DIGEST = "basis", "digest"
"""Columns: the digest of what a map rests on, and that of its rasters."""


def standing_rows(path: Path, basis: Mapping[str, str], rasters: Callable[[str], Sequence[Path]]) -> dict[str, Row]:
    """Return the rows of the list of maps that need not be made again, by time.

    Args:
        path: of the list of what the maps of an earlier run rest on, which need not be there.
        basis: digest of what the map of each time rests on today, by time as in the list.
        rasters: gives the rasters of a map by its name, in the order of their digest.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError):
        return {}
    if not {"time", "map", BASIS, DIGEST} <= set(table.columns):
        return {}
    same = table[(table[BASIS] != "") & (table[BASIS] == table["time"].map(basis))].drop(columns=BASIS)
    rows: list[Row] = [{str(name): value for name, value in row.items()} for row in same.to_dict("records")]
    kept = [row for row in rows if _as_listed(str(row[DIGEST]), rasters(str(row["map"])))]
    return {str(row["time"]): row for row in kept}


def write_basis(path: Path, rows: Sequence[Mapping[str, object]], basis: Mapping[str, str]) -> None:
    """Write the list of what each map rests on.

    Args:
        path: of the list.
        rows: of the list of maps.
        basis: digest of what the map of each time rests on, by time as in the list; of none where it is not known.

    Raises:
        OutputError: it cannot be written.
    """
    table = pd.DataFrame([{**row, BASIS: basis.get(str(row["time"]), "")} for row in rows])
    write_text(path, table.to_csv(index=False, lineterminator="\n"))


def _as_listed(digest: str, paths: Sequence[Path]) -> bool:
    """Whether the rasters of a map are there with the bytes that the list tells of."""
    try:
        return digest_of(paths) == digest
    except DataError:
        return False
