"""Whether the maps beat the coarse field at a region's stations: a sentence for people, a file for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smen.atomic import write_text
from smen.data.readable import written_by
from smen.outputs.validation_words import METRIC_TITLES, with_interval

if TYPE_CHECKING:
    import pandas as pd

METRICS = ("rmsd", "ubrmsd", "pearson_r", "bias")
"""Metrics that the verdict rests on, in the order of the sentence."""


@dataclass(frozen=True)
class MetricVerdict:
    """How the maps differ from the coarse field in one metric, on the same pairs.

    Attributes:
        value: mean over stations of the maps' metric minus the coarse field's, of the bias that of the sizes; m3/m3,
            or no unit for correlations. NaN where there is none.
        low: lower end of its 95 % interval.
        high: upper end.
        better: True or False where the interval excludes 0, else None.
    """

    value: float
    low: float
    high: float
    better: bool | None


@dataclass(frozen=True)
class ValidationVerdict:
    """Whether the maps beat the coarse field at the stations of a region.

    Attributes:
        maps: name of the product that the maps are.
        reference: name of the coarse one.
        stations: number of stations with enough pairs.
        metrics: of those of `METRICS` that were asked for; none without a station.
        simulated: whether maps or stations are.
    """

    maps: str
    reference: str
    stations: int
    metrics: Mapping[str, MetricVerdict]
    simulated: bool

    def sentence(self) -> str:
        """Say it in a sentence, without markup."""
        if not self.stations:
            return "No station has enough pairs with the maps: nothing can be said of them here."
        said = [
            f"{'mean |bias|' if name == 'bias' else METRIC_TITLES[name]} {_WORDS[metric.better]} "
            f"({with_interval(metric.value, metric.low, metric.high, signed=True)})"
            for name, metric in self.metrics.items()
        ]
        stations = "1 station" if self.stations == 1 else f"{self.stations} stations"
        return f"Maps against {self.reference} at {stations}, on the same pairs: {'; '.join(said)}."


_WORDS = {True: "better", False: "worse", None: "not told apart"}


def make_verdict(differences: pd.DataFrame, maps: str, reference: str, *, simulated: bool) -> ValidationVerdict:
    """Draw the verdict from the differences of the absolute values of all overpasses.

    Args:
        differences: of `smen.validation.validation_tables.make_tables`.
        maps: name of the product that the maps are.
        reference: name of the coarse one.
        simulated: whether maps or stations are.
    """
    whole = differences[
        (differences["kind"] == "absolute") & (differences["group"] == "all") & (differences["period"] == "all")
    ]
    # The first set of pairs is the one of all overpasses; the others are parts of it.
    ours = whole[(whole["product"] == maps) & (whole["pairs"] == whole["pairs"].iloc[0])] if len(whole) else whole
    rows = {str(row["metric"]): row for row in ours.to_dict("records")}
    metrics = {name: _metric(rows[name]) for name in METRICS if name in rows}
    stations = int(ours["stations"].iloc[0]) if len(ours) else 0
    return ValidationVerdict(maps, reference, stations, metrics, simulated)


def write_verdict(path: Path, verdict: ValidationVerdict) -> None:
    """Write a verdict as JSON: its sentence for people, its numbers for programs.

    Args:
        path: of the file.
        verdict: to write; what is not a number becomes null.

    Raises:
        OutputError: the file cannot be written.
    """
    values: dict[str, Any] = {"sentence": verdict.sentence(), **asdict(verdict)}
    for metric in values["metrics"].values():
        metric.update({k: _rounded(v) for k, v in metric.items() if isinstance(v, float)})
    write_text(path, json.dumps(values, indent=1, allow_nan=False, ensure_ascii=False) + "\n")


def read_verdict(path: Path) -> ValidationVerdict:
    """Read a verdict.

    Args:
        path: of the file.

    Raises:
        DataError: the file is not there or is damaged.
    """
    with written_by(path, "insitu"):
        values = json.loads(path.read_text(encoding="utf-8"))
        metrics = {str(name): _metric(row) for name, row in values["metrics"].items()}
        return ValidationVerdict(
            str(values["maps"]), str(values["reference"]), int(values["stations"]), metrics, bool(values["simulated"])
        )


def _metric(row: Mapping[Any, Any]) -> MetricVerdict:
    """The verdict of one metric, of a row of a table or of a file, where None is NaN."""
    value, low, high = (math.nan if row[key] is None else float(row[key]) for key in ("value", "low", "high"))
    better = row["better"]
    return MetricVerdict(value, low, high, better if isinstance(better, bool) else None)


def _rounded(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None
