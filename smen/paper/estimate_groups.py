"""Estimates of all methods on one region's dates, in groups that are scored on the same cells of the same dates."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smen.data.load import read_fields
from smen.data.records import NONE, TEST, TRAIN
from smen.data.samples import hold_out
from smen.methods.checkpoint import load_checkpoint
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.registry import LEARNED_BASELINES, SIMPLE_BASELINES, learned_baseline, simple_baseline
from smen.paper.cases import METHOD_NAMES, dates_of, samples_of_case, size_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Samples
    from smen.methods.protocol import Predictor
    from smen.plan.paper_jobs import CompareJob

log = logging.getLogger(__name__)

NO_SEED = 0
"""Seed in tables of a method without random numbers."""


@dataclass(frozen=True)
class EstimateGroup:
    """Methods that are scored on the same cells of the same dates.

    Attributes:
        estimates: by name and seed of the method, (N, H, W), m3/m3, NaN where missing.
        samples: the N dates, of training and test.
    """

    estimates: dict[tuple[str, int], NDArray[np.float32]]
    samples: Samples


def estimate_groups(job: CompareJob, fields: Fields) -> Iterator[EstimateGroup]:
    """Estimate all dates by every method, then the dates of each training-set size by its own trainings.

    Args:
        job: names the cases and seeds.
        fields: the region's arrays.

    Raises:
        DataError: weights are missing, or there are not enough dates.
    """
    samples = samples_of_case(fields, job, "both", NO_SEED, job.coarse_history)
    dated = samples.with_target(TRAIN, TEST)
    estimates: dict[tuple[str, int], NDArray[np.float32]] = {}
    for method, seed in _other_methods(job, fields, samples):
        estimates[method.name, seed] = method.predict(fields, dated).mean
        log.info("%s: estimates made", method.name)
    for case in job.cases:
        if size_of(case) is None:
            for seed in job.seeds:
                estimates[METHOD_NAMES[case], seed] = _trained(job, case, seed).predict(fields, dated).mean
    yield EstimateGroup(estimates, dated)
    for case in job.cases:
        if size_of(case) is not None:
            for seed in job.seeds:
                drawn = samples_of_case(fields, job, case, seed).with_target(TRAIN, TEST)
                estimate = _trained(job, case, seed).predict(fields, drawn).mean
                yield EstimateGroup({(case, seed): estimate}, drawn)


def _trained(job: CompareJob, case: str, seed: int) -> Predictor:
    """The paper's network as one of the trainings left it."""
    return load_checkpoint(Path(job.layout.experiment(job.region, case, seed)), job.window)


def _other_methods(job: CompareJob, fields: Fields, samples: Samples) -> Iterator[tuple[Predictor, int]]:
    """Every method beside the paper's network, fitted on the training dates, and its seed."""
    for name in SIMPLE_BASELINES:
        method = simple_baseline(name)
        method.fit(fields, samples)
        yield method, NO_SEED
    # The methods below have an early stop or a cross-validation, for which they need some of the training dates.
    held_out = hold_out(samples)
    fusion = FusionMethod(seed=job.seeds[0])
    fusion.fit(fields, held_out)
    yield fusion, NO_SEED
    if job.donor_regions:
        yield _fusion_transfer(job, fields, held_out), NO_SEED
    if not job.learned_baselines:
        return
    for name in LEARNED_BASELINES:
        for seed in job.seeds:
            learned = learned_baseline(name, seed, job.threads)
            learned.fit(fields, held_out)
            yield learned, seed


def _fusion_transfer(job: CompareJob, fields: Fields, samples: Samples) -> Predictor:
    """The default method of a region without training dates: trained on donor regions alone."""
    donors = []
    for name, donor in job.donor_regions.items():
        donor_fields = read_fields(job.layout, name, donor.years)
        donors.append((donor_fields, hold_out(dates_of(donor_fields, job.dates, donor.training, donor.test))))
    test_only = samples.with_split(np.where(samples.split == TEST, TEST, NONE).astype(np.uint8))
    method = FusionMethod(label="fusion_transfer", seed=job.seeds[0])
    method.fit(fields, test_only, donors)
    return method
