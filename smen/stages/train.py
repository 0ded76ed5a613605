"""How does one map to the other here? Fits the region's method."""

from __future__ import annotations

import csv
import io
import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from smen.atomic import write_text
from smen.data.load import read_fields, read_samples
from smen.data.static_rasters import read_covariates
from smen.methods.checkpoint import save_checkpoint
from smen.methods.registry import method_class
from smen.plan.jobs import FusionRecipe, SmenRecipe, TrainJob
from smen.plan.processors import training_threads

if TYPE_CHECKING:
    from smen.data.records import Fields, Samples
    from smen.methods.protocol import Method, TrainingSummary

log = logging.getLogger(__name__)


def run(job: TrainJob) -> None:
    """Fit a region's method; write its parameters, with all that is needed to use them, and its losses by epoch.

    Raises:
        DataError: there is no date to train on, or a series or samples file is missing.
        OutputError: the parameters cannot be written.
    """
    recipe = job.recipe
    fields, samples = _read(job, job.region, job.years)
    if isinstance(recipe, FusionRecipe) and recipe.covariates:
        covariates = read_covariates(recipe.covariates, fields.window, recipe.covariate_classes)
        fields = replace(fields, covariates=covariates)
    donors = recipe.donor_regions.items() if isinstance(recipe, FusionRecipe) else ()
    method = unfitted(recipe, samples.fine_history.shape[1])
    method.fit(fields, samples, [_read(job, name, years) for name, years in donors])
    record = {"region": job.region, "settings": job.model_dump(mode="json", exclude={"results"})}
    save_checkpoint(Path(job.layout.model(job.region)), method, record)
    summary = method.training_summary()
    _write_training(Path(job.layout.training_log(job.region)), summary)
    log.info("%s", summary)


def unfitted(recipe: FusionRecipe | SmenRecipe, history: int) -> Method:
    """Return the method of a recipe, unfitted; `auto` threads become a number here, for the record.

    Args:
        recipe: with the options of its method.
        history: k, the number of earlier fine fields in the samples.
    """
    options = recipe.model_dump(exclude={"method", "donor_regions", "covariates", "covariate_classes"})
    if isinstance(recipe, SmenRecipe):
        options["threads"] = training_threads(recipe.threads)
    return method_class(recipe.method).from_settings(history, options)


def _read(job: TrainJob, region: str, years: tuple[int, ...]) -> tuple[Fields, Samples]:
    """Return a region's fields and samples."""
    fields = read_fields(job.layout, region, years)
    return fields, read_samples(job.layout, region, years, fields)


def _write_training(path: Path, summary: TrainingSummary) -> None:
    """Write the losses by epoch, or those of a fit in closed form."""
    rows = summary.rows()
    text = io.StringIO()
    table = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    write_text(path, text.getvalue())
