"""Tables as CSV for programs and as Markdown for people, from the same rows.

Units stand in square brackets behind a column's name, so that a file says by itself what it holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import pandas as pd

from smen.atomic import write_text

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
    Markdown has `digits` decimals, a dash for a missing number, and says below the table if the data are simulated.

    Args:
        path: where to write; a suffix is replaced.
        rows: one mapping a row, columns in the order of their first appearance; or a DataFrame, without its index.
        units: of the columns that have any.
        simulated: whether the data are.
        title: a heading for the Markdown.
        digits: decimals of the Markdown.

    Raises:
        OutputError: a file cannot be written.
        ValueError: `units` names a column that is not there, or a name holds brackets.
    """
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame.from_records(_squared(rows))
    units = dict(units or {})
    names = [str(name) for name in frame.columns]
    if missing := sorted(set(units) - set(names)):
        raise ValueError(f"units are given for {missing}, which are not columns of the table: {names}")
    if bad := [name for name in names if "[" in name or "\n" in name]:
        raise ValueError(f"columns {bad}: a name must not hold brackets (they are for units) or line breaks")
    headers = [f"{name} [{units[name]}]" if name in units else name for name in names]
    cells = [list(row) for row in frame.itertuples(index=False, name=None)]
    path = Path(path)
    write_text(path.with_suffix(".csv"), _csv(headers, cells, simulated))
    write_text(path.with_suffix(".md"), _markdown(headers, cells, simulated, title, digits))


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV of `write_table`: columns by their bare names, ``attrs["units"]`` holds the units."""
    frame = pd.read_csv(path)
    found = {column: _HEADER.match(column) for column in frame.columns}
    parts = {column: match.groupdict() for column, match in found.items() if match}
    frame = frame.rename(columns={column: part["name"] for column, part in parts.items()})
    frame.attrs["units"] = {part["name"]: part["units"] for part in parts.values() if part["units"]}
    return frame


def _squared(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows that all have all columns, None where a row had none."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [{name: row.get(name) for name in names} for row in rows]


def _csv(headers: list[str], cells: list[list[Any]], simulated: bool) -> str:
    added = [] if SIMULATED in headers else ["yes" if simulated else "no"]
    text = [[_exact(value) for value in row] + added for row in cells]
    frame = pd.DataFrame(text, columns=headers + [SIMULATED] * len(added), dtype=object)
    return frame.to_csv(index=False, lineterminator="\n")


def _markdown(headers: list[str], cells: list[list[Any]], simulated: bool, title: str, digits: int) -> str:
    numeric = [all(_is_number(row[i]) or _is_missing(row[i]) for row in cells) for i in range(len(headers))]
    text = [headers, *([_rounded(value, digits) for value in row] for row in cells)]
    text = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in text]
    widths = [max(3, *(len(row[i]) for row in text)) for i in range(len(headers))]
    rule = ["-" * (width - 1) + ":" if right else "-" * width for width, right in zip(widths, numeric, strict=True)]
    lines = [_line(row, widths, numeric) for row in (text[0], rule, *text[1:])]
    above = [f"## {title}", ""] if title else []
    below = ["", "Simulated data: no satellite has measured these values."] if simulated else []
    return "\n".join([*above, *lines, *below, ""])


def _line(row: list[str], widths: list[int], right: list[bool]) -> str:
    padded = [f"{cell:>{w}}" if r else f"{cell:<{w}}" for cell, w, r in zip(row, widths, right, strict=True)]
    return f"| {' | '.join(padded)} |"


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _is_missing(value: Any) -> bool:  # noqa: ANN401
    return value is None or value is pd.NaT or value is pd.NA or (_is_number(value) and value != value)


def _exact(value: Any) -> str:  # noqa: ANN401
    if _is_missing(value):
        return ""
    if _is_number(value) and not isinstance(value, Integral):
        return f"{float(value):.6g}"
    return _word(value)


def _rounded(value: Any, digits: int) -> str:  # noqa: ANN401
    if _is_missing(value):
        return "–"
    if _is_number(value) and not isinstance(value, Integral):
        return f"{float(value):.{digits}f}"
    return _word(value)


def _word(value: object) -> str:
    """Anything but a fraction: True and False in the words of the column `simulated`."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
