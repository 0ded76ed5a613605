"""The paper's tables as files for programs and for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from smen.outputs.tables import write_table


def write_paper_table(
    path: Path,
    rows: Sequence[Mapping[str, Any]],
    *,
    title: str,
    note: str = "",
    units: Mapping[str, str] | None = None,
    simulated: bool,
    digits: int = 4,
) -> None:
    """Write ``<path>.csv`` and ``<path>.md`` by `smen.outputs.tables.write_table`, with a note below the heading.

    Args:
        path: where to write, without a suffix.
        rows: one mapping a row, columns in the order of their first appearance.
        title: a heading.
        note: a paragraph that explains the columns.
        units: of the columns that have any.
        simulated: whether the data are simulated.
        digits: decimals of the Markdown.

    Raises:
        OutputError: a file cannot be written.
        ValueError: there are no rows, or `units` names a column that is not there.
    """
    if not rows:
        raise ValueError(f"the table {title!r} has no rows")
    heading = f"{title}\n\n{note}" if note else title
    # As objects: otherwise a count in a column with a missing one would become a fraction.
    frame = pd.DataFrame(list(rows), dtype=object)
    write_table(path, frame, units=units, simulated=simulated, title=heading, digits=digits)
