"""The page of a region's validation: what its tables say, in plain words and a few small tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from tabulate import tabulate

from smen.outputs.labels import NO_VALUE, SIMULATED_NOTE
from smen.outputs.validation_words import KIND_TITLES, METRIC_TITLES, with_interval

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import pandas as pd

    from smen.outputs.validation_verdict import ValidationVerdict

MOST_PROBLEMS = 30
"""More lines about files than this stand in problems.csv alone."""

USUAL = (
    "For comparison: SPL2SMP has an ubRMSE of about .050 m³/m³ and R of .66 at 393 sparse stations, SPL2SMP_E .051 "
    "and .65. A point differs from the mean of a 3 km cell by .03 to .05 m³/m³, so that ubRMSD at points hardly "
    "separates good products: the paired differences, R across the stations of a cell and the spread of the stations' "
    "bias say more."
)
"""What is usual; the numbers' sources stand in workflow/docs/validation.md."""


@dataclass(frozen=True)
class ValidationPage:
    """What the page is made of.

    Attributes:
        region: its name.
        verdict: whether the maps beat the coarse field.
        tables: of `smen.validation.validation_tables.make_tables`.
        stations: one row for each station.
        problems: columns source, station and reason.
        notes: sentences that stand above the tables.
        simulated: whether maps or stations are.
    """

    region: str
    verdict: ValidationVerdict
    tables: Mapping[str, pd.DataFrame]
    stations: pd.DataFrame
    problems: pd.DataFrame
    notes: Sequence[str]
    simulated: bool

    def text(self) -> str:
        """Return the page, Markdown."""
        parts = [f"# {self.region}: maps against stations", *([SIMULATED_NOTE] if self.simulated else []), *self.notes]
        parts.append(f"**{self.verdict.sentence()}**")
        parts += self._summaries()
        parts += ["## Differences from the coarse field on the same pairs", self._differences()]
        parts += ["## What points say of detail", self._claims(), "## Do the stated intervals hold the stations?"]
        parts.append(self._intervals())
        if "conditioning" in self.tables:
            parts += ["## What conditioning on probes gains", self._conditioning()]
        parts += ["## Stations", self._stations(), "## What could not be used", self._problems()]
        return "\n\n".join([*parts, USUAL]) + "\n"

    def _summaries(self) -> list[str]:
        """A table for each kind of values: products by metrics, over all stations."""
        parts = []
        summary = self.tables["summary"]
        for pairs in summary["pairs"].unique():
            of_pairs = summary[summary["pairs"] == pairs]
            for kind in of_pairs["kind"].unique():
                rows = self._whole(of_pairs, kind)
                if rows.empty:
                    continue
                first = rows.iloc[0]
                title = f"## {KIND_TITLES[kind]}, {pairs}"
                over = f"{_counted(first['stations'], 'station')} and {_counted(first['n'], 'pair')}"
                head = f"Mean over {over}, 95 % interval in brackets."
                parts += [title, head, _pivot(rows)]
        return parts

    def _differences(self) -> str:
        table = self.tables["differences"]
        rows = table[(table["group"] == "all") & (table["period"] == "all")]
        text = (
            f"Product minus {self.verdict.reference}; of the bias, the difference of its sizes. **Bold**: better, and "
            "the interval excludes 0; *slanted*: worse, likewise. G_DOWN is above 0 where a product is better."
        )
        return f"{text}\n\n{_pivot(rows, ('pairs', 'kind', 'product'), marked=True)}"

    def _claims(self) -> str:
        text = (
            "R across the stations inside a 36 km cell, of departures from the cell's mean on each date, is above 0 "
            "only where the detail is right; a coarse field has none. The spread of the stations' bias is smaller "
            "where the map follows their levels."
        )
        table = self.tables["claims"]
        rows = [
            (row["pairs"], row["claim"], KIND_TITLES.get(row["kind"], NO_VALUE), row["product"], _with_interval(row))
            for row in _records(table[table["value"].notna()])
        ]
        parts = [text, _table(rows, ("pairs", "claim", "values", "product", "value"))] if rows else [text]
        lacking = table[table["value"].isna()].drop_duplicates(["pairs", "claim", "reason"])
        parts += [f"No value of {row['claim']}, {row['pairs']}: {row['reason']}." for row in _records(lacking)]
        return "\n\n".join(parts)

    def _intervals(self) -> str:
        table = self.tables["intervals"]
        rows = [
            (row["pairs"], row["product"], f"{row['level']:.0%}", _number(row["coverage_without"], ".0%"),
             _bracketed(row, "coverage", ".0%"), _number(row["representativeness"], ".3f"), row["method"])
            for row in _records(table)
        ]  # fmt: skip
        if not rows:
            return "No product with stated deviations has a station with enough pairs."
        names = ("pairs", "product", "level", "its own interval", "with a point's error", "a point's error", "found by")
        text = (
            "Share of the stations' values in the stated interval, alone and widened by what a point differs by. Where "
            "that is found from the differences between map and stations themselves, the widened interval holds about "
            "its level by construction; only stations in shared cells, or an error known from elsewhere, test it."
        )
        return f"{text}\n\n{_table(rows, names)}"

    def _conditioning(self) -> str:
        table = self.tables["conditioning"]
        rows = [
            (row["network"], row["station"], row["n"], _number(row["ubrmsd_before"], ".3f"),
             _number(row["ubrmsd_after"], ".3f"), _bracketed(row, "gain", "+.4f"))
            for row in _records(table)
        ]  # fmt: skip
        text = (
            "At each probe, the map conditioned on all other probes, against the map before; it has not seen the probe."
        )
        names = ("network", "station", "pairs", "ubRMSD before", "ubRMSD after", "gain")
        return f"{text}\n\n{_table(rows, names)}" if rows else "No probe has a usable value."

    def _stations(self) -> str:
        metrics = [metric for metric in METRIC_TITLES if metric != "g_down"]
        wanted = ("network", "station", "depth", "distance_km", "pairs", *metrics, "reason")
        columns = [column for column in wanted if column in self.stations]
        rows = [tuple(_cell(value) for value in row) for row in self.stations[columns].itertuples(index=False)]
        titles = tuple(METRIC_TITLES.get(column, column.replace("_", " ")) for column in columns)
        text = "Scores of the maps alone; the gain over other products stands in stations.csv and gains.csv."
        return f"{text}\n\n{_table(rows, titles)}" if rows else "There is no station in the region."

    def _problems(self) -> str:
        if self.problems.empty:
            return "Nothing: all files were read."
        shown = self.problems.head(MOST_PROBLEMS)
        rows = [tuple(_cell(value) for value in row) for row in shown.itertuples(index=False)]
        more = len(self.problems) - len(shown)
        rest = f"\n\nand {more} more in problems.csv" if more else ""
        return _table(rows, tuple(str(c) for c in shown.columns)) + rest

    def _whole(self, table: pd.DataFrame, kind: str) -> pd.DataFrame:
        """Rows of all stations and the whole time; of the first set of pairs where there are several."""
        rows = table[(table["kind"] == kind) & (table["group"] == "all") & (table["period"] == "all")]
        return rows if rows.empty else rows[rows["pairs"] == rows["pairs"].iloc[0]]


def _pivot(rows: pd.DataFrame, names: Sequence[str] = ("product",), *, marked: bool = False) -> str:
    """Products down, metrics across; with several names, one column for each of them."""
    metrics = list(rows["metric"].unique())
    table = []
    for place, group in rows.groupby(list(names), sort=False):
        of_metric = {row["metric"]: row for row in _records(group)}
        cells = [_with_interval(of_metric[m], signed=marked or m == "bias") if m in of_metric else NO_VALUE
                 for m in metrics]  # fmt: skip
        if marked:
            cells = [_marked(c, of_metric.get(m, {}).get("better")) for c, m in zip(cells, metrics, strict=True)]
        table.append((*(KIND_TITLES.get(str(part), part) for part in place), *cells))
    titles = ["values" if name == "kind" else name for name in names]
    return _table(table, (*titles, *(METRIC_TITLES[m] for m in metrics)))


def _marked(cell: str, better: object) -> str:
    """A cell set off where its interval says better or worse."""
    return {"yes": f"**{cell}**", "no": f"*{cell}*"}.get(_word(better), cell)


def _table(rows: Sequence[tuple[object, ...]], names: Sequence[str]) -> str:
    text = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    headers = [str(name).replace("|", "\\|") for name in names]
    return str(tabulate(text, headers, tablefmt="pipe", disable_numparse=True))


def _records(frame: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """Rows of a table by the names of its columns."""
    return frame.to_dict("records")


def _with_interval(row: Mapping[Hashable, Any], *, signed: bool = False) -> str:
    """The value of a row and its interval in brackets."""
    return with_interval(*(float(row[key]) for key in ("value", "low", "high")), signed=signed)


def _bracketed(row: Mapping[Hashable, Any], name: str, form: str) -> str:
    """A value of a row and its interval in a format; a dash where there is no value."""
    value, low, high = (_number(row[key], form) for key in (name, "low", "high"))
    return value if NO_VALUE in (value, low, high) else f"{value} [{low}, {high}]"


def _number(value: float, form: str) -> str:
    """A number in a format, a dash where it is none."""
    return format(float(value), form) if np.isfinite(value) else NO_VALUE


def _counted(number: int, name: str) -> str:
    """A number and a noun."""
    return f"{number} {name}{'' if number == 1 else 's'}"


def _word(better: object) -> str:
    return NO_VALUE if better is None or _missing(better) else "yes" if better else "no"


def _missing(value: object) -> bool:
    return isinstance(value, float) and not np.isfinite(value)


def _cell(value: object) -> str:
    if _missing(value):
        return NO_VALUE
    return f"{value:.3f}" if isinstance(value, float) else str(value)
