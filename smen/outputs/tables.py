"""Tables as CSV for programs and as Markdown for people, from the same rows.

Units stand in square brackets behind a column's name, so that a file is understood without its documentation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import pandas as pd
from tabulate import tabulate

from smen.atomic import write_text
from smen.outputs.labels import NO_VALUE, SIMULATED_NOTE, yes_or_no

SIMULATED = "simulated"
"""The column that says whether a row comes from simulated data."""

_HEADER = re.compile(r"^(?P<name>.*?)(?: \[(?P<units>.*)\])?$")


def write_table(
    path: Path,
    rows: Sequence[Mapping[str, Any]] | pd.DataFrame,
    *,
    units: Mapping[str, str] | None = None,
    simulated: bool,
    title: str = "",
    digits: int = 3,
) -> None:
    """Write ``<path>.csv`` and ``<path>.md``, each whole or not at all.

    The CSV has numbers to six significant figures, nothing for a missing one, and a column `simulated`. The
    Markdown has `digits` decimals, a dash for a missing number, and a note below the table if the data are simulated.

    Args:
        path: where to write; a suffix is replaced.
        rows: one mapping a row, columns in the order of their first appearance; or a DataFrame, without its index.
        units: of the columns that have any.
        simulated: whether the data are simulated.
        title: a heading for the Markdown.
        digits: decimals of the Markdown.

    Raises:
        OutputError: a file cannot be written.
        ValueError: `units` names a column that is not there, or a name holds brackets.
    """
    headers, cells = _cells(rows, units)
    path = Path(path)
    write_text(path.with_suffix(".csv"), _csv(headers, cells, simulated))
    write_text(path.with_suffix(".md"), _markdown(headers, cells, simulated, title, digits))


def write_csv(
    path: Path,
    rows: Sequence[Mapping[str, Any]] | pd.DataFrame,
    *,
    units: Mapping[str, str] | None = None,
    simulated: bool,
) -> None:
    """Write the CSV of `write_table` alone, for tables too long to be looked at.

    Args:
        path: where to write.
        rows: one mapping a row, columns in the order of their first appearance; or a DataFrame, without its index.
        units: of the columns that have any.
        simulated: whether the data are simulated.

    Raises:
        OutputError: the file cannot be written.
        ValueError: `units` names a column that is not there, or a name holds brackets.
    """
    headers, cells = _cells(rows, units)
    write_text(path, _csv(headers, cells, simulated))


def _cells(
    rows: Sequence[Mapping[str, Any]] | pd.DataFrame, units: Mapping[str, str] | None
) -> tuple[list[str], list[list[Any]]]:
    """Headings with their units, and the rows' cells."""
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame.from_records(_completed(rows))
    units = dict(units or {})
    names = [str(name) for name in frame.columns]
    if missing := sorted(set(units) - set(names)):
        raise ValueError(f"units are given for {missing}, which are not columns of the table: {names}")
    if bad := [name for name in names if "[" in name or "\n" in name]:
        raise ValueError(f"columns {bad}: a name must not hold brackets (they are for units) or line breaks")
    headers = [f"{name} [{units[name]}]" if name in units else name for name in names]
    return headers, [list(row) for row in frame.itertuples(index=False, name=None)]


def read_table(path: Path, names: Sequence[str] = ()) -> pd.DataFrame:
    """Read a CSV of `write_table`: columns by their bare names, ``attrs["units"]`` holds the units.

    Args:
        path: of the CSV.
        names: columns of names, which stay as they are written: 001 and 1.10 are no numbers there, NA is not missing.
    """
    missing = {column: [""] for column in pd.read_csv(path, nrows=0).columns if column not in names}
    texts = dict.fromkeys(names, "str")
    frame = pd.read_csv(path, dtype=texts, keep_default_na=False, na_values=missing) if names else pd.read_csv(path)
    matches = {column: _HEADER.match(column) for column in frame.columns}
    parts = {column: match.groupdict() for column, match in matches.items() if match}
    frame = frame.rename(columns={column: part["name"] for column, part in parts.items()})
    frame.attrs["units"] = {part["name"]: part["units"] for part in parts.values() if part["units"]}
    return frame


def _completed(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows that all have all columns, None where a row had none."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [{name: row.get(name) for name in names} for row in rows]


def _csv(headers: list[str], cells: list[list[Any]], simulated: bool) -> str:
    added = [] if SIMULATED in headers else [yes_or_no(simulated)]
    text = [[_text(value, ".6g", "") for value in row] + added for row in cells]
    frame = pd.DataFrame(text, columns=headers + [SIMULATED] * len(added), dtype=object)
    return frame.to_csv(index=False, lineterminator="\n")


def _markdown(headers: list[str], cells: list[list[Any]], simulated: bool, title: str, digits: int) -> str:
    numeric = [all(_is_number(row[i]) or _is_missing(row[i]) for row in cells) for i in range(len(headers))]
    text = [headers, *([_text(value, f".{digits}f", NO_VALUE) for value in row] for row in cells)]
    first, *others = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in text]
    sides = ["right" if right else "left" for right in numeric]
    table = tabulate(others, first, tablefmt="pipe", colalign=sides, disable_numparse=True)
    above = [f"## {title}", ""] if title else []
    below = ["", SIMULATED_NOTE] if simulated else []
    return "\n".join([*above, table, *below, ""])


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _is_missing(value: Any) -> bool:  # noqa: ANN401
    return value is None or value is pd.NaT or value is pd.NA or (_is_number(value) and value != value)


def _text(value: Any, number_format: str, missing: str) -> str:  # noqa: ANN401
    """A cell: fractions in a format, whole numbers and words as they are, True and False as yes and no."""
    if _is_missing(value):
        return missing
    if _is_number(value) and not isinstance(value, Integral):
        return format(float(value), number_format)
    return yes_or_no(value) if isinstance(value, bool) else str(value)
