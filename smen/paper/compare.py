"""All methods on one region, date by date: the paper's trainings, the default network and every baseline."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from smen.atomic import atomic, write_text
from smen.data.load import read_fields
from smen.data.records import NONE, SPLIT_NAMES, TEST, TRAIN
from smen.data.samples import hold_out
from smen.data.truth import read_truth
from smen.methods.checkpoint import load_checkpoint
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.registry import LEARNED_BASELINES, SIMPLE_BASELINES, learned_baseline, simple_baseline
from smen.paper.cases import dates_of, samples_of_case
from smen.paper.sampling import size_of
from smen.scores.aggregation import score
from smen.scores.comparison import common_cells
from smen.scores.per_date import date_scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples
    from smen.methods.protocol import Predictor
    from smen.plan.paper_jobs import CompareJob

log = logging.getLogger(__name__)

NO_SEED = 0
"""The seed in tables of a method that draws nothing at random."""

PAPER_NAMES = {"both": "smen", "spatial": "smen_spatial", "temporal": "smen_temporal"}
"""The paper's trainings by their names in the comparison."""


@dataclass(frozen=True)
class Judged:
    """Methods that are judged by the same cells of the same dates.

    Attributes:
        estimates: by name and seed, (N, H, W), m3/m3.
        samples: the dates, training and test.
    """

    estimates: dict[tuple[str, int], NDArray[np.float32]]
    samples: Samples


def run(job: CompareJob) -> None:
    """Score the paper's trainings and every other method on the training and test dates of a region.

    Raises:
        DataError: weights or a series are missing, or there are not enough dates.
        ArchiveError: the settings name a truth that cannot be read.
        OutputError: a table cannot be written.
    """
    fields = read_fields(job.layout, job.region, job.years)
    dates: list[pd.DataFrame] = []
    senses: list[dict[str, Any]] = []
    for judged in _groups(job, fields):
        truth = None if job.truth is None else read_truth(job.truth, job.window, judged.samples.time)
        for table, rows in _scored(fields, judged, truth):
            dates.append(table)
            senses.extend(rows)
        if ("smen", job.seeds[0]) in judged.estimates:
            _write_example(job, fields, judged)
    for name, frame in (("dates.csv", pd.concat(dates)), ("senses.csv", pd.DataFrame(senses))):
        text = frame.to_csv(index=False, float_format="%.7g", lineterminator="\n")
        write_text(Path(job.layout.comparison(job.region, name)), text)
    test = pd.concat(dates)
    test = test[(test["split"] == "test") & (test["against"] == "3 km product")]
    for method, value in test.groupby("method")["ubRMSE"].mean().sort_values().items():
        log.info("test, %s: ubRMSE %.4f m3/m3", method, value)


def _groups(job: CompareJob, fields: Fields) -> Iterator[Judged]:
    """What is judged together: all methods on all dates, then each training-set size on its own dates."""
    samples = samples_of_case(fields, job, "both", NO_SEED)
    dated = samples.with_target(TRAIN, TEST)
    estimates: dict[tuple[str, int], NDArray[np.float32]] = {}
    for method, seed in _methods(job, fields, samples):
        estimates[method.name, seed] = method.predict(fields, dated).mean
        log.info("%s has its estimates", method.name)
    for case in job.cases:
        if size_of(case) is None:
            for seed in job.seeds:
                trained = load_checkpoint(Path(job.layout.experiment(job.region, case, seed)), job.window)
                estimates[PAPER_NAMES[case], seed] = trained.predict(fields, dated).mean
    yield Judged(estimates, dated)
    for case in job.cases:
        if size_of(case) is None:
            continue
        for seed in job.seeds:
            drawn = samples_of_case(fields, job, case, seed).with_target(TRAIN, TEST)
            trained = load_checkpoint(Path(job.layout.experiment(job.region, case, seed)), job.window)
            yield Judged({(case, seed): trained.predict(fields, drawn).mean}, drawn)


def _methods(job: CompareJob, fields: Fields, samples: Samples) -> Iterator[tuple[Predictor, int]]:
    """Every method beside the paper's network, fitted on the training dates."""
    for name in SIMPLE_BASELINES:
        method = simple_baseline(name)
        method.fit(fields, samples)
        yield method, NO_SEED
    # These stop early, or set dates aside, for which they need some of the training dates.
    held = hold_out(samples)
    fusion = FusionMethod(seed=job.seeds[0])
    fusion.fit(fields, held)
    yield fusion, NO_SEED
    if job.donor_regions:
        yield _learnt_elsewhere(job, fields, held), NO_SEED
    if not job.learned_baselines:
        return
    for name in LEARNED_BASELINES:
        for seed in job.seeds:
            learned = learned_baseline(name, seed, job.threads)
            learned.fit(fields, held)
            yield learned, seed


def _learnt_elsewhere(job: CompareJob, fields: Fields, samples: Samples) -> Predictor:
    """The default network as a region without dates of its own would have it: learnt from the other regions alone."""
    others = []
    for name, other in job.donor_regions.items():
        theirs = read_fields(job.layout, name, other.years)
        others.append((theirs, hold_out(dates_of(theirs, job.dates, other.training, other.test))))
    untaught = samples.with_split(np.where(samples.split == TEST, TEST, NONE).astype(np.uint8))
    method = FusionMethod(label="fusion_transfer", seed=job.seeds[0])
    method.fit(fields, untaught, others)
    return method


def _scored(
    fields: Fields, judged: Judged, truth: NDArray[np.float32] | None
) -> Iterator[tuple[pd.DataFrame, list[dict[str, Any]]]]:
    """Scores by date and in all senses, of each method, split and reference."""
    target = fields.fine[judged.samples.fine]
    references = {"3 km product": target} | ({} if truth is None else {"truth": truth})
    named = {f"{name} {seed}": estimate for (name, seed), estimate in judged.estimates.items()}
    valid = common_cells(named, target)
    coarse = fields.coarse_at(judged.samples.coarse)
    for (name, seed), estimate in judged.estimates.items():
        rows, tables = [], []
        for against, reference in references.items():
            for split in (TRAIN, TEST):
                chosen = judged.samples.split == split
                shown, wanted = (np.where(valid, a, np.nan)[chosen] for a in (estimate, reference))
                key = {"method": name, "seed": seed, "split": SPLIT_NAMES[split], "against": against}
                found = date_scores(shown, wanted, coarse[chosen], fields.window, fields.coarse_grid.coarse_factor)
                tables.append(pd.DataFrame({**key, "time": judged.samples.time[chosen], **found}))
                rows.append({**key, **_in_all_senses(shown, wanted)})
        yield pd.concat(tables), rows


def _in_all_senses(estimate: NDArray[np.floating], reference: NDArray[np.floating]) -> dict[str, float | int]:
    """The ubRMSE in every sense that a reader may mean, and what stands beside it."""
    found = score(estimate, reference)
    return {
        "dates": found.dates,
        "ubRMSE": found.mean["ubrmse"],
        "ubRMSE_median": found.median["ubrmse"],
        "ubRMSE_pooled": found.pooled["ubrmse"],
        "ubRMSE_per_cell": found.per_cell["ubrmse"],
        "ubRMSE_zeros": found.zeros["ubrmse"],
        "bias": found.mean["bias"],
        "RMSE": found.mean["rmse"],
        "R": found.mean["r"],
    }


def _write_example(job: CompareJob, fields: Fields, judged: Judged) -> None:
    """The test date on which coarse field and product share most cells, for Figure 2, with the paper's estimate."""
    import xarray as xr

    test = np.flatnonzero(judged.samples.split == TEST)
    target, coarse = fields.fine[judged.samples.fine[test]], fields.coarse_at(judged.samples.coarse[test])
    best = int(np.argmax((np.isfinite(target) & np.isfinite(coarse)).sum(axis=(1, 2))))
    row = test[best]
    shown = {
        "coarse": coarse[best],
        "target": target[best],
        "estimate": judged.estimates["smen", job.seeds[0]][row],
    }
    dataset = xr.Dataset(
        {name: (("y", "x"), field, {"units": "m3/m3"}) for name, field in shown.items()},
        attrs={"time": str(judged.samples.time[row]), "simulated": int(fields.simulated)},
    )
    with atomic(Path(job.layout.comparison(job.region, "example.nc"))) as part:
        dataset.to_netcdf(part, engine="h5netcdf")
