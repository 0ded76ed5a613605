"""Errors of a fitted method on dates held out of its training, as a table (CSV)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from smen.atomic import write_text
from smen.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ["half_orbit", "ubrmse", "note"]


@dataclass(frozen=True)
class HeldOutScores:
    """Errors of a method on dates that its fit had not seen.

    Attributes:
        scores: ubRMSE of each, m3/m3, by the time of the half-orbit, which sorts in the order of time.
        note: why the method makes no maps here; empty if it does.
    """

    scores: Mapping[str, float] = field(default_factory=dict)
    note: str = ""


def write_held_out(path: Path, held_out: HeldOutScores) -> None:
    """Write the table.

    Args:
        path: of the file.
        held_out: the errors, or why there are none.

    Raises:
        OutputError: the file cannot be written.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows([time, f"{score:.6f}", ""] for time, score in sorted(held_out.scores.items()))
    if held_out.note:
        table.writerow(["", "", held_out.note])
    write_text(path, text.getvalue())


def read_held_out(path: Path) -> HeldOutScores:
    """Read the table.

    Args:
        path: of the file.

    Raises:
        DataError: the file is not there or is damaged.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        scores = {row["half_orbit"]: float(row["ubrmse"]) for row in rows if row["half_orbit"]}
        notes = [row["note"] for row in rows if row["note"]]
    except FileNotFoundError:
        raise DataError(f"{path} is not there: train the method first") from None
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path} is damaged ({error}): train the method again") from error
    return HeldOutScores(scores, notes[0] if notes else "")
