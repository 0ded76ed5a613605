"""Tables of the paper's experiments as files for programs and for people, with a note below the heading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from smen.outputs.tables import write_table
from smen.paper.published import PREFIX

MOISTURE = "m3/m3"

IN_MOISTURE = frozenset(
    (
        "train",
        "test",
        "test_low",
        "test_high",
        "seed_deviation",
        "test_truth",
        "ubRMSE",
        "ubRMSE_median",
        "ubRMSE_pooled",
        "ubRMSE_per_cell",
        "ubRMSE_zeros",
        "ubRMSE_inside",
        "bias",
        "RMSE",
        "low",
        "high",
        "difference",
        "difference_low",
        "difference_high",
    )
)
"""Columns in units of soil moisture, of all tables."""


def write_paper_table(
    path: Path, rows: Sequence[Mapping[str, Any]], *, title: str, note: str = "", simulated: bool, digits: int = 4
) -> None:
    """Write ``<path>.csv`` and ``<path>.md`` by `smen.outputs.tables.write_table`, with a note below the heading.

    Args:
        path: where to write, without a suffix.
        rows: one mapping a row, columns in the order of their first appearance; those of `IN_MOISTURE` get units.
        title: a heading.
        note: a paragraph that explains the columns.
        simulated: whether the data are simulated.
        digits: decimals of the Markdown.

    Raises:
        OutputError: a file cannot be written.
        ValueError: there are no rows.
    """
    if not rows:
        raise ValueError(f"the table {title!r} has no rows")
    heading = f"{title}\n\n{note}" if note else title
    # As objects: otherwise a count in a column with a missing one would become a fraction.
    frame = pd.DataFrame(list(rows), dtype=object)
    write_table(path, frame, units=units_of(rows), simulated=simulated, title=heading, digits=digits)


def units_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the units of those columns that have any, published numbers included."""
    return {name: MOISTURE for row in rows for name in row if name.removeprefix(PREFIX) in IN_MOISTURE}
