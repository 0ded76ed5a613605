"""The choice among a region's methods, as a JSON file: which one makes the maps, by which scores, and why."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from smen.atomic import write_text
from smen.data.readable import written_by

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class CandidateScore:
    """How one candidate did on the held-out dates.

    Attributes:
        method: its name.
        ubrmse: mean over the common dates, m3/m3; NaN where it has none.
        difference: of its ubRMSE to that of the chosen one, paired by date, m3/m3; positive: it is worse.
        low: lower end of the 95 % interval of the difference.
        high: upper end.
        note: why it could not be scored; empty if it could.
    """

    method: str
    ubrmse: float
    difference: float = math.nan
    low: float = math.nan
    high: float = math.nan
    note: str = ""


@dataclass(frozen=True)
class Choice:
    """Which candidate makes the maps.

    Attributes:
        chosen: its name.
        reason: in a sentence.
        dates: number of held-out dates that all scored candidates have in common.
        candidates: all of them, in the order of the settings.
    """

    chosen: str
    reason: str
    dates: int
    candidates: Sequence[CandidateScore]

    def summary(self) -> str:
        """Return choice and scores on one line, for the metadata of a map."""
        scores = ", ".join(
            f"{c.method} {c.ubrmse:.4f}" if math.isfinite(c.ubrmse) else f"{c.method} not scored"
            for c in self.candidates
        )
        return f"{self.chosen}; ubRMSE on {self.dates} held-out dates: {scores} m3/m3"


def write_choice(path: Path, choice: Choice) -> None:
    """Write a choice.

    Args:
        path: of the file.
        choice: to write; what is not a number becomes null.

    Raises:
        OutputError: the file cannot be written.
    """
    values = asdict(choice)
    for row in values["candidates"]:
        row.update({k: None for k, v in row.items() if isinstance(v, float) and not math.isfinite(v)})
    write_text(path, json.dumps(values, indent=1) + "\n")


def read_choice(path: Path) -> Choice:
    """Read a choice.

    Args:
        path: of the file.

    Raises:
        DataError: the file is not there or is damaged.
    """
    with written_by(path, "choose"):
        values = json.loads(path.read_text(encoding="utf-8"))
        rows: list[dict[str, Any]] = [
            {k: math.nan if v is None else v for k, v in row.items()} for row in values.pop("candidates")
        ]
        return Choice(candidates=tuple(CandidateScore(**row) for row in rows), **values)
