"""The files and folders that a job writes, and nobody else."""

from __future__ import annotations

from pathlib import Path

from smen.plan import jobs
from smen.plan.paper_jobs import CompareJob, ExperimentJob, ReproduceJob

PAPER_FILES = (
    *(f"{name}.{kind}" for name in ("table1", "table2", "table3", "comparison") for kind in ("csv", "md")),
    "figure2.png", "comparison_figure.png", "differences.csv", "differences.md",
)  # fmt: skip
"""What `reproduce` writes of all regions together."""


def written_by(job: jobs.Job) -> list[Path]:
    """Return the files and folders that a job writes.

    Args:
        job: of any stage.

    Raises:
        TypeError: it is of a stage that this module does not know.
    """
    return [Path(path) for path in _paths(job)]


OF_ALL = (
    "README.md", "summary.md", "scores.csv", "regions.geojson", "index.html", "results.ipynb", "catalog.json", "styles",
)  # fmt: skip
"""Files and folders over all regions."""


def _paths(job: jobs.Job) -> list[str]:  # one branch for each stage
    files = job.layout
    match job:
        case jobs.SimulateJob(region=region, year=year, resource_layout=world):
            return [
                world.simulated_granules(region, year),
                world.simulated_truth(region, year),
                world.simulated_stations(region, year),
                world.simulated_covariates(region),
                world.simulated_list(region, year),
            ]
        case jobs.AcquireJob(region=region, year=year, resource_layout=store):
            manifests = (files.manifest(region, role, year) for role in ("coarse", "fine"))
            return [*manifests, store.bucket_store(), store.known_granules(region, year)]
        case jobs.AlignJob(region=region, year=year):
            return [files.aligned(region, role, year) for role in ("coarse", "fine")]
        case jobs.PairJob(region=region, year=year):
            return [files.samples(region, year)]
        case jobs.TrainJob(region=region, recipe=recipe):
            method = recipe.method
            written = (files.model, files.training_log, files.held_out, files.last_fit)
            return [path(region, method) for path in written]
        case jobs.ChooseJob(region=region):
            return [files.choice(region)]
        case jobs.NormalsJob(region=region):
            return [files.normals(region)]
        case jobs.IndicatorsJob(region=region, year=year):
            return [
                files.indices(region, year),
                files.index_list(region, year),
                files.kept(region, f"indicators_{year}"),
            ]
        case jobs.DownscaleJob(region=region, year=year):
            return [files.maps(region, year), files.map_list(region, year)]
        case jobs.MosaicJob(map_years=years):
            return [files.mosaic(name) for year in years for name in (year, f"{year}.csv")]
        case jobs.EvaluateJob(region=region):
            return [files.scores(region, "").rstrip("/")]
        case jobs.PublishJob(region=region):
            kinds = [files.deliverable(region, kind) for kind in ("nc", "qgs", "geojson", "csv")]
            folders = [files.observed(region), files.collection(region), files.report(region)]
            return [*kinds, *folders, files.kept(region, "publish")]
        case ExperimentJob(region=region, case=case, seed=seed):
            return [files.experiment(region, case, seed), files.training_state(region, case, seed)]
        case CompareJob(region=region):
            names = ("dates.csv", "aggregation.csv", "example.nc")
            return [files.comparison(region, name) for name in names]
        case ReproduceJob(regions=regions):
            names = ("comparison.csv", "comparison.md", "comparison_figure.png")
            of_regions = [files.comparison(region, name) for region in regions for name in names]
            return [*of_regions, *(files.paper(name) for name in PAPER_FILES)]
        case jobs.InsituJob(region=region):
            return [str(Path(files.validation(region, ""))), files.kept(region, "insitu")]
        case jobs.IndexJob():
            of_mosaics = [files.mosaic("stac"), files.report("mosaic")]
            return [*(files.summary(name) for name in OF_ALL), *of_mosaics]
        case jobs.UploadJob(parts=parts):
            return [files.uploaded(part) for part in parts]
    raise TypeError(f"no one knows what {type(job).__name__} writes: add it to smen/plan/stage_files.py")
