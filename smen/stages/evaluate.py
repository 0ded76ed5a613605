"""How good is it, against what, and where? Scores of the method and of the baselines, and examples."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smen.atomic import write_text
from smen.data.cell_classes import classes_of
from smen.data.choice_file import read_choice
from smen.data.load import read_fields, read_samples
from smen.data.records import SPLIT_NAMES, TEST, TRAIN, VALIDATION
from smen.data.truth import read_truth
from smen.methods.checkpoint import load_checkpoint
from smen.methods.map_mode import mode_of, predict_in_mode
from smen.methods.registry import BASELINES, UNTRAINED, simple_baseline
from smen.outputs.choice_table import choice_table
from smen.outputs.example_figure import ExampleDate, region_figure
from smen.outputs.score_chart import Score, scores_figure
from smen.outputs.tables import write_table
from smen.outputs.training_chart import training_figure
from smen.plan.jobs import EvaluateJob
from smen.plan.without_data import stand_in
from smen.scores.by_class import UNITS as CLASS_UNITS
from smen.scores.by_class import class_scores
from smen.scores.comparison import PRODUCT, TRUTH, UNITS, compare

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.data.records import Fields, Prediction, Samples
    from smen.methods.protocol import Method, Predictor

    Stack = NDArray[np.float32]

    Reference = tuple[str, Stack, dict[str, Prediction]]
    """What estimates are compared with, its values (N, H, W), and the estimates, by method."""

log = logging.getLogger(__name__)

SPLITS = (TRAIN, VALIDATION, TEST)
"""Blocks of time that are scored."""

FILES = ("scores.csv", "scores.md", "classes.csv", "classes.md", "fields.png", "scores.png", "training.png")
"""What is written."""

EXAMPLES = 3
"""Dates in the figure of examples."""


def run(job: EvaluateJob) -> None:
    """Score the region's method and the baselines on all dates that have a 3 km field, and draw examples.

    Raises:
        DataError: the weights, a series or samples are missing.
        ArchiveError: the settings name a truth that cannot be read.
        OutputError: a table or figure cannot be written.
    """
    if stand_in(job.layout, job.region, (job.layout.scores(job.region, name) for name in FILES)):
        return
    fields = read_fields(job.layout, job.region, job.years)
    samples = read_samples(job.layout, job.region, job.years, fields, job.coarse_history)
    method = load_checkpoint(job.model_path(), job.window)
    dated = samples.with_target(*SPLITS)
    truth = None if job.truth is None else read_truth(job.truth, job.window, dated.time)
    methods: list[Predictor] = [method, *_other_candidates(job)]
    for name in _baselines(samples):
        baseline = simple_baseline(name)
        baseline.fit(fields, samples)
        methods.append(baseline)
    predictions = {each.name: each.predict(fields, dated) for each in methods}
    mode = mode_of(method, job.mode)
    made = judged = {method.name: predictions[method.name]}
    if mode == "retrospective":  # the product judges estimates made without it, the truth those that are mapped
        judged = {method.name: predict_in_mode(method, mode, fields, dated, samples.fine, own_scene=False)}
        made = {}
        if truth is not None:
            made = {method.name: predict_in_mode(method, mode, fields, dated, samples.fine, own_scene=True)}
        predictions = {f"{method.name}, causal" if n == method.name else n: p for n, p in predictions.items()}
    target = fields.fine[dated.fine]
    references = [(PRODUCT, target, judged | predictions)]
    if truth is not None:
        references.append((TRUTH, truth, made | predictions))
    rows = _rows(job, dated, references)
    _write(job, fields, rows, method)
    _write_classes(job, fields, samples, dated, references[-1])
    _draw(job, fields, dated, judged[method.name].mean, target, truth)
    for row in rows:
        if row["split"] == "test" and row["against"] == PRODUCT:
            log.info("test, %s: ubRMSE %.4f, bias %+.4f m3/m3, %d dates", row["method"], row["ubRMSE"], row["bias"],
                     row["dates"])  # fmt: skip


def _other_candidates(job: EvaluateJob) -> list[Method]:
    """The candidates that were not chosen and can make maps."""
    if not job.candidates:
        return []
    choice = read_choice(job.choice_path())
    unusable = {row.method for row in choice.candidates if row.note}
    others = [name for name in job.candidates if name != choice.chosen and name not in unusable]
    return [load_checkpoint(Path(job.layout.model(job.region, name)), job.window) for name in others]


def _baselines(samples: Samples) -> list[str]:
    """Names of the baselines that can be fitted: without training dates only those that need none."""
    if len(samples.with_target(TRAIN, VALIDATION)):
        return list(BASELINES)
    log.warning("there is no training date: the method is compared only with baselines that need none")
    return list(UNTRAINED)


def _rows(job: EvaluateJob, samples: Samples, references: list[Reference]) -> list[dict[str, float | int | str]]:
    """Return the rows of the table: every split, against the product and against the truth where it is known."""
    rows = []
    for split in SPLITS:
        chosen = samples.split == split
        if not chosen.any():
            continue
        for against, reference, predictions in references:
            estimates = {name: prediction.mean for name, prediction in predictions.items()}
            deviations = {
                name: prediction.standard_deviation
                for name, prediction in predictions.items()
                if prediction.standard_deviation is not None
            }
            shown, stated = ({n: stack[chosen] for n, stack in stacks.items()} for stacks in (estimates, deviations))
            for row in compare(shown, reference[chosen], stated):
                rows.append({"region": job.region, "split": SPLIT_NAMES[split], "against": against, **row})
    return rows


def _write(job: EvaluateJob, fields: Fields, rows: list[dict[str, float | int | str]], method: Method) -> None:
    """Write the table of scores, and the figures of scores and training."""
    title = f"{job.region}: scores"
    path = Path(job.layout.scores(job.region, "scores.csv"))
    write_table(path, rows, units=UNITS, simulated=fields.simulated, title=title, digits=4)
    if job.model is None:
        text = path.with_suffix(".md")
        write_text(text, f"{text.read_text(encoding='utf-8')}\n{choice_table(read_choice(job.choice_path()))}")
    dots = [
        Score(
            str(row["method"]), str(row["split"]), float(row["ubRMSE"]),
            float(row["ubRMSE_low"]), float(row["ubRMSE_high"]), int(row["dates"]),
        )
        for row in rows
        if row["against"] == PRODUCT
    ]  # fmt: skip
    scores_figure(
        path.with_suffix(".png"),
        dots,
        title=job.region,
        label="ubRMSE (m³/m³)",
        subtitle=f"against the {PRODUCT}, mean over dates and 95 % interval",
        highlight=method.name,
        simulated=fields.simulated,
    )
    summary = method.training_summary()
    training_figure(
        path.with_name("training.png"),
        summary.curves(),
        title=job.region,
        subtitle="loss by epoch" if summary.epochs else "error on training dates, and out of fold",
        label="ubRMSE (m³/m³)",
        best=summary.best_epoch,
        simulated=fields.simulated,
    )


def _write_classes(
    job: EvaluateJob,
    fields: Fields,
    samples: Samples,
    dated: Samples,
    reference: Reference,
) -> None:
    """Write the scores of the test dates everywhere that is mapped, and by class of cells."""
    test = dated.split == TEST
    chosen = dated.select(test)
    against, values, predictions = reference
    training = samples.with_target(TRAIN, VALIDATION)
    seen = np.asarray(np.isfinite(fields.fine[training.fine]).any(axis=0), np.bool_)
    rows = []
    for name, prediction in predictions.items():
        quality = None if prediction.quality is None else prediction.quality[test]
        classes = classes_of(fields, chosen, seen, quality)
        stated = None if prediction.standard_deviation is None else prediction.standard_deviation[test]
        for row in class_scores(prediction.mean[test], stated, values[test], classes):
            rows.append({"region": job.region, "method": name, "against": against, **row})
    columns = rows or [{"region": job.region, "method": "", "class": "no test date"}]
    path = Path(job.layout.scores(job.region, "classes.csv"))
    units = {name: unit for name, unit in CLASS_UNITS.items() if name in columns[0]}
    write_table(
        path, columns, units=units, simulated=fields.simulated, title=f"{job.region}: scores by class", digits=4
    )


def _draw(
    job: EvaluateJob, fields: Fields, samples: Samples, estimate: Stack, target: Stack, truth: Stack | None
) -> None:
    """Draw the date with the best coverage of each third of the test dates, or of all dates without any test date."""
    test = np.flatnonzero(samples.split == TEST)
    dates = test if test.size else np.arange(len(samples))
    covered = np.isfinite(target).mean(axis=(1, 2))
    chosen = [int(part[np.argmax(covered[part])]) for part in np.array_split(dates, EXAMPLES) if part.size]
    examples = [
        ExampleDate(
            time=samples.time[i],
            direction="D" if fields.coarse_descending[samples.coarse[i]] else "A",
            coarse=fields.coarse_at(samples.coarse[i]),
            target=target[i],
            estimate=estimate[i],
            truth=None if truth is None else truth[i],
        )
        for i in chosen
    ]
    path = Path(job.layout.scores(job.region, "fields.png"))
    region_figure(path, job.window, examples, region=job.region, simulated=fields.simulated)
