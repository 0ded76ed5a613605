"""How does one map to the other here? Fits one of the region's methods."""

from __future__ import annotations

import csv
import io
import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from smen.atomic import write_text
from smen.data.held_out_file import HeldOutScores, write_held_out
from smen.data.last_fit import keep_fit, take_fit
from smen.data.load import read_fields, read_samples
from smen.data.static_rasters import read_covariates
from smen.data.training_part import digest_of_parts, training_part
from smen.errors import DataError
from smen.methods.checkpoint import save_checkpoint, save_untrained
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.held_out_scores import held_out_scores
from smen.methods.registry import method_class
from smen.plan import code_digest
from smen.plan.jobs import TrainJob
from smen.plan.processors import training_threads
from smen.plan.recipes import FusionRecipe, OwnRecipe, Recipe, SmenRecipe
from smen.plan.without_data import note_no_data

if TYPE_CHECKING:
    from smen.data.records import Fields, Samples
    from smen.methods.protocol import Method, TrainingSummary

log = logging.getLogger(__name__)


def run(job: TrainJob) -> None:
    """Fit one of a region's methods; write its parameters, its losses by epoch, and its errors on dates held out.

    Where all that it learns from is what it was at the last fit, that one is taken again: a new granule of the test
    period changes the files of its year, but not what is learnt from them.

    A candidate that cannot be fitted here says so in its files, and the others count. A tile whose only method cannot
    be fitted has no maps.

    Raises:
        DataError: there is no date to train on, or a series or samples file is missing.
        OutputError: the parameters cannot be written.
    """
    try:
        _train(job)
    except DataError as error:
        if not job.candidate and not job.may_be_empty:
            raise
        if job.candidate:
            log.warning("%s cannot be trained here, the other methods count: %s", job.recipe.method, error)
        else:
            note_no_data(job.layout, job.region, str(error))
        method = job.recipe.method
        save_untrained(Path(job.layout.model(job.region, method)), method, str(error))
        write_text(Path(job.layout.training_log(job.region, method)), "train,validation\n")
        write_held_out(Path(job.layout.held_out(job.region, method)), HeldOutScores(note=str(error)))
    else:
        if job.may_be_empty and not job.candidate:
            note_no_data(job.layout, job.region, None)


def _train(job: TrainJob) -> None:
    """Fit the method and write all that is kept of it."""
    recipe = job.recipe
    fields, samples = _read(job, job.region, job.years)
    if isinstance(recipe, FusionRecipe) and recipe.covariates:
        covariates = read_covariates(recipe.covariates, fields.window, recipe.covariate_classes)
        fields = replace(fields, covariates=covariates)
    donors = recipe.donor_regions.items() if isinstance(recipe, FusionRecipe) else ()
    history = samples.fine_history.shape[1]
    donor_regions = [_read(job, name, years) for name, years in donors]
    digest = _digest_of_inputs(job, [(fields, samples), *donor_regions])
    if take_fit(_last_fit(job), digest, _written(job)):
        log.info("%s: nothing that it learns from has changed; the last fit is taken again", recipe.method)
        return
    method = unfitted(recipe, history)
    method.fit(fields, samples, donor_regions)
    record = {"region": job.region, "settings": job.model_dump(mode="json", exclude={"results"})}
    save_checkpoint(Path(job.layout.model(job.region, recipe.method)), method, record)
    summary = method.training_summary()
    _write_training(Path(job.layout.training_log(job.region, recipe.method)), summary)
    scores: dict[str, float] | None = getattr(method, "held_out", None)
    if scores is None:
        scores = held_out_scores(lambda: unfitted(recipe, history, causal=True), fields, samples, donor_regions)
    write_held_out(Path(job.layout.held_out(job.region, recipe.method)), HeldOutScores(scores))
    keep_fit(_last_fit(job), digest, _written(job))
    log.info("%s", summary)


def _digest_of_inputs(job: TrainJob, parts: list[tuple[Fields, Samples]]) -> str:
    """Digest of fields and samples of all regions, of the settings and of the code."""
    settings = job.model_dump_json(exclude={"results"})
    return digest_of_parts(parts, f"{settings} {code_digest.digest(TrainJob.module)}")


def _last_fit(job: TrainJob) -> Path:
    return Path(job.layout.last_fit(job.region, job.recipe.method))


def _written(job: TrainJob) -> list[Path]:
    """Files of a training."""
    return [Path(path(job.region, job.recipe.method)) for path in (
        job.layout.model, job.layout.training_log, job.layout.held_out,
    )]  # fmt: skip


def unfitted(recipe: Recipe, history: int, *, causal: bool = False) -> Method:
    """Return the method of a recipe, unfitted; `auto` threads become a number here, for the record.

    Args:
        recipe: with the options of its method.
        history: k, the number of earlier fine fields in the samples.
        causal: whether it will estimate causally alone, which takes less time to prepare.
    """
    if isinstance(recipe, OwnRecipe):
        return method_class(recipe.method).from_settings(history, {"place": recipe.method})
    options = recipe.model_dump(exclude={"method", "donor_regions", "covariates", "covariate_classes"})
    if isinstance(recipe, SmenRecipe):
        options["threads"] = training_threads(recipe.threads)
    method = method_class(recipe.method).from_settings(history, options)
    return replace(method, retrospective=False) if causal and isinstance(method, FusionMethod) else method


def _read(job: TrainJob, region: str, years: tuple[int, ...]) -> tuple[Fields, Samples]:
    """Return a region's fields and samples up to the last date of its training."""
    fields = read_fields(job.layout, region, years)
    return training_part(fields, read_samples(job.layout, region, years, fields))


def _write_training(path: Path, summary: TrainingSummary) -> None:
    """Write the losses by epoch, or those of a fit in closed form."""
    rows = summary.rows()
    text = io.StringIO()
    table = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    write_text(path, text.getvalue())
