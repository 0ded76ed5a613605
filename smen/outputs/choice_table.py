"""The choice among a region's methods, in Markdown: scores on held-out dates, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from tabulate import tabulate

from smen.outputs.labels import NO_VALUE

if TYPE_CHECKING:
    from smen.data.choice_file import Choice


def choice_table(choice: Choice) -> str:
    """Return the choice as a paragraph and a table.

    Args:
        choice: with the scores of all candidates.
    """
    rows = [
        [
            f"**{row.method}**" if row.method == choice.chosen else row.method,
            _number(row.ubrmse, ".4f"),
            _number(row.difference, "+.4f"),
            f"{row.low:+.4f} to {row.high:+.4f}" if np.isfinite(row.low) else NO_VALUE,
            row.note,
        ]
        for row in choice.candidates
    ]
    headers = ["method", "ubRMSE [m³/m³]", "worse by [m³/m³]", "95 % interval", "note"]
    table = tabulate(rows, headers, tablefmt="pipe", disable_numparse=True)
    return (
        f"Maps are made by `{choice.chosen}`: {choice.reason}.\n\n"
        f"On {choice.dates} dates of the training period that were held out, against the 3 km product:\n\n{table}\n"
    )


def _number(value: float, number_format: str) -> str:
    """A number, or a dash where there is none."""
    return format(value, number_format) if np.isfinite(value) else NO_VALUE
