# What the rules ask of the package: the plan made from the settings, each job's settings as text, names of files.
import os
import sys
from contextlib import redirect_stderr
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

from snakemake.cli import get_argument_parser
from snakemake.exceptions import WorkflowError
from snakemake_interface_logger_plugins.common import LogEvent

from smen.data.choice_file import read_choice
from smen.errors import SmenError
from smen.plan import code_digest, job_resources, job_size, region_size
from smen.plan.incomplete_lists import incomplete_lists, remove_lists
from smen.plan.paper_plan import PAPER_THREADS
from smen.plan.plan import INDEX, Plan
from smen.plan.processors import reserved_threads
from smen.plan.run_progress import RunJob, RunProgress, without_job
from smen.plan.stage_table import STAGES
from smen.plan.step_seconds import step_seconds
from smen.plan.steps import steps_of
from smen.plan.target_names import no_target
from smen.storage.s3_errors import MISSING


def make_plan():
    """The plan of all jobs; bad settings end the run with their message alone."""
    try:
        return Plan.load(config, [Path(file) for file in workflow.configfiles])
    except SmenError as error:
        raise WorkflowError(str(error)) from None


plan = make_plan()
if workflow.is_main_process:  # said once, not by each job that reads this file again
    for _name, _region in plan.regions.items():
        if warning := region_size.beyond_the_product(_region.window):
            logger.warning(f"warning: {_name}: {warning}")
layout, resource_layout = plan.layout, plan.resource_layout


MANY_REGIONS = 100
JOBS_SAID = 50


def said_in_dry_run():
    """Filter of messages: of a dry run of many regions the first jobs, not all, which would be megabytes of text."""
    said = 0

    def keep(record):
        nonlocal said
        if getattr(record, "event", None) != LogEvent.JOB_INFO:
            return True
        said += 1
        if said == JOBS_SAID + 1:
            print(
                "... and so on; all jobs are counted above and below. Name a region's file to see its jobs.",
                file=sys.stderr,
            )
        return said <= JOBS_SAID

    return keep


if workflow.is_main_process and workflow.logger_manager.settings.dryrun and len(plan.regions) > MANY_REGIONS:
    for handler in logger.handlers:
        handler.addFilter(said_in_dry_run())


wildcard_constraints:
    region="[a-z0-9][a-z0-9_-]*",
    year=r"\d{4}",
    method="[A-Za-z0-9_.]+",
    case="both|spatial|temporal|size_[0-9]+",
    seed="[0-9]+",


def rule_files():
    """All other files of rules: one for each stage, and those of the targets."""
    return sorted(
        str(path) for path in Path(workflow.basedir, "workflow", "rules").glob("*.smk") if path.stem != "common"
    )


def job(stage):
    """Params function: the job of a stage, as text."""

    def text(wildcards):
        year = int(wildcards.year) if hasattr(wildcards, "year") else None
        return plan.job(stage, getattr(wildcards, "region", None), year).model_dump_json()

    return text


def experiment_job(wildcards):
    """Params function: the job of one of the paper's trainings, as text."""
    return plan.experiment(wildcards.region, wildcards.case, int(wildcards.seed)).model_dump_json()


code_digest.read_cache(code_digest.CACHE)


def code(stage):
    """Digest of the code that a stage runs: an edit of it is a reason to run its jobs again."""
    return code_digest.digest(STAGES[stage].job.module)


def files(path, years, *roles):
    """Input function: one kind of file for each of the years that a method of the plan returns."""

    def paths(wildcards):
        place = [wildcards.region, *([int(wildcards.year)] if hasattr(wildcards, "year") else [])]
        return [path(wildcards.region, *role, year) for year in years(*place) for role in [(r,) for r in roles] or [()]]

    return paths


def model(wildcards):
    """Input function: the fitted parameters that a region is mapped with, of the method that was chosen."""
    named = plan.model(wildcards.region)
    if named is not None:
        return named
    choice = checkpoints.choose.get(region=wildcards.region).output.choice
    return layout.model(wildcards.region, read_choice(Path(choice)).chosen)


def candidates(wildcards):
    """Input function of evaluate: the parameters of all methods that a region's was chosen among."""
    if plan.model(wildcards.region) is not None:
        return []
    return [layout.model(wildcards.region, name) for name in plan.methods(wildcards.region)]


def training_job(wildcards):
    """Params function: the job of one training, as text."""
    return plan.train(wildcards.region, wildcards.method).model_dump_json()


def covariate_files(wildcards):
    """Input function of train: static rasters that the method learns from."""
    return list(plan.covariates(wildcards.region).values()) if wildcards.method == "fusion" else []


def simulated(path, years=None):
    """Input function: files of the simulated world; other sources lie outside the workflow."""

    def paths(wildcards):
        if plan.settings.source.kind != "simulated":
            return []
        world = plan.world(wildcards.region)
        return [path(world, y) for y in (years(wildcards.region) if years else [wildcards.year])]

    return paths


def mosaic_lists():
    """Lists of all mosaics; none without tiles."""
    return [layout.mosaic(f"{year}.csv") for year in plan.mosaic_years()]


def mosaic_maps(wildcards):
    """Input function of mosaic: lists of the maps of all tiles."""
    if not plan.tiles:
        raise WorkflowError("there are no tiles to make mosaics of: set tiles.area")
    return [layout.map_list(tile, year) for tile in plan.tiles for year in plan.mosaic_years()]


def mosaic_collection():
    """Further outputs of index: where there are mosaics, the folders of their STAC collection and report."""
    folders = {"mosaics": layout.mosaic("stac"), "mosaic_report": layout.report("mosaic")}
    return {name: directory(folder) for name, folder in folders.items()} if plan.tiles else {}


def index_lists(wildcards):
    """Input function of publish: lists of a region's indices, where any are wanted."""
    wanted = plan.map_years(wildcards.region) if plan.indices(wildcards.region) else ()
    return [layout.index_list(wildcards.region, year) for year in wanted]


def station_files(wildcards):
    """Input function of insitu: archives and tables of stations."""
    return list(plan.station_archives(wildcards.region))


def validation_points(wildcards):
    """Input function of publish: stations and their scores, where the maps were held against any."""
    return [layout.validation(wildcards.region, "stations.geojson")] if plan.validated(wildcards.region) else []


def training_threads(wildcards):
    """Threads of train."""
    threads = plan.training_threads(wildcards.region, wildcards.method)
    return reserved_threads(threads, workflow.resource_settings.cores)


def size(stage, wildcards):
    """Cells and days that a job works on."""
    region, year, method = (getattr(wildcards, name, None) for name in ("region", "year", "method"))
    return job_size.size_of(plan, stage, region, None if year is None else int(year), method)


def memory(stage):
    """Resource function: MB of memory of a job, more on a retry."""
    return lambda wildcards, attempt: job_resources.memory_mb(size(stage, wildcards), attempt)


def runtime(stage):
    """Resource function: minutes of a job, more on a retry."""
    return lambda wildcards, attempt: job_resources.runtime_minutes(size(stage, wildcards), attempt)


def training_gpus(wildcards):
    """Resource function of train: GPUs, where the settings name one."""
    return job_resources.gpus(plan, wildcards.region, wildcards.method)


def paper_threads(wildcards):
    """Threads of the jobs of the paper's experiments."""
    return reserved_threads(PAPER_THREADS, workflow.resource_settings.cores)


def donor_files(wildcards):
    """Input function of train: series and samples of the other regions that a region learns from as well."""
    if wildcards.method != "fusion":
        return []
    return [
        file
        for name, years in plan.donor_regions(wildcards.region).items()
        for year in years
        for file in (
            layout.aligned(name, "coarse", year),
            layout.aligned(name, "fine", year),
            layout.samples(name, year),
        )
    ]


def comparison_donor_files(wildcards):
    """Input function of compare: series of other regions, which a region without dates could learn from."""
    return [
        layout.aligned(name, role, year)
        for name in plan.comparison_donors(wildcards.region)
        for year in plan.paper_years(name)
        for role in ("coarse", "fine")
    ]


def trainings(wildcards):
    """Input function of compare: all trainings of a region."""
    return [
        layout.experiment(wildcards.region, case, seed)
        for case in plan.cases(wildcards.region)
        for seed in plan.settings.paper.seeds
    ]


def region_targets(region):
    """All files that a region's target makes."""
    return [
        *(layout.map_list(region, year) for year in plan.map_years(region)),
        layout.scores(region, "scores.csv"),
        layout.deliverable(region, "qgs"),
        *([layout.validation(region, "validation.md")] if plan.validated(region) else []),
    ]


def in_bucket(part):
    """Output of upload: the list of what is in the bucket; where none is set, a path that nothing asks for."""
    if plan.settings.storage.results is None:
        return layout.uploaded(part)
    if find_spec("snakemake_storage_plugin_s3") is None:
        raise WorkflowError(f"storage.results {MISSING}")
    return storage.s3(f"{plan.settings.storage.results.rstrip('/')}/uploads/{part}.json")


def uploaded_results(wildcards):
    """Input function of upload: what makes a part of the results complete."""
    if plan.settings.storage.results is None:
        raise WorkflowError("there is no bucket to put results into: set storage.results")
    if wildcards.region != INDEX:
        return [*region_targets(wildcards.region), *index_lists(wildcards)]
    return [layout.summary("summary.md"), layout.summary("index.html")]


def uploads():
    """Lists of what is in the bucket, of all parts; none where no bucket is set."""
    return [in_bucket(part) for part in (*plan.regions, INDEX)] if plan.settings.storage.results else []


def named_targets():
    """What the user asks for by name on the command line; nothing where Snakemake does not run from there."""
    command, *words = sys.argv
    if Path(command).stem != "snakemake" and Path(command).parent.name != "snakemake":
        return []
    known = [word for word in words if word[:1] == "-" or word.isdecimal() or workflow.is_rule(word)]
    if len(known) == len(words):
        return []  # soon said, where the parser takes half a second
    # Snakemake tells the workflow its targets only after the Snakefile is read, but its own parser is at hand.
    # It has taken these words once; what it may miss now, such as a file named from another folder, is no matter here.
    try:
        with redirect_stderr(StringIO()):
            return get_argument_parser().parse_args(words).targets
    except (Exception, SystemExit):
        return []


def check_targets():
    """Refuse what no rule makes and what is of no region, as Snakemake would not say what there is instead."""
    for target in map(str, named_targets()):
        path = target if os.path.isabs(target) else os.path.relpath(target)
        if workflow.is_rule(target) or os.path.exists(path):
            continue
        if "/" in target and workflow.storage_settings and workflow.storage_settings.default_storage_provider:
            continue  # paths are then of a storage, not of this machine
        makers = [maker for maker in workflow.rules if maker.is_producer(path)]
        regions = {maker.get_wildcards(path).get("region") for maker in makers} - {None}
        if not makers or not regions <= set(plan.regions):
            raise WorkflowError(no_target(target, plan.regions))


def remove_untrue_lists():
    """Remove lists that name rasters which are not there, so that their jobs run: Snakemake sees the lists alone."""
    lists = incomplete_lists(plan)
    for path, missing in lists:
        print(
            f"{path}: {len(missing)} of its rasters are not there ({missing[0]}); they are made again", file=sys.stderr
        )
    remove_lists(lists)


if workflow.is_main_process:
    remove_untrue_lists()


def orphaned_regions():
    """Folders of results of regions that are no longer in the settings."""
    folders = (path.parent for path in Path(layout.results).glob("*/granules"))
    return sorted(folder.name for folder in folders if folder.name not in plan.regions)


for orphan in orphaned_regions() if workflow.is_main_process else []:
    print(
        f"{layout.results}/{orphan} is of a region that is no longer in the settings; it is left as it is",
        file=sys.stderr,
    )


def remaining_jobs():
    """Jobs of the run that are still to be done; after a choice of the method also those that Snakemake will then add."""
    jobs = []
    for job in workflow.dag.needrun_jobs():
        wildcards = dict(job.wildcards.items())
        jobs.append(RunJob(job.rule.name, wildcards, tuple(map(str, job.log))))
        if job.rule.name == "choose":
            steps = steps_of(plan, wildcards["region"])
            later = steps[[step.stage for step in steps].index("choose") + 1 :]
            for step in later:
                year = {"year": str(step.year)} if step.year else {}
                jobs.append(RunJob(step.stage, {"region": wildcards["region"], **year}, (str(step.log),)))
    return list({(job.rule, *job.wildcards.items()): job for job in jobs}.values())


def job_seconds(job):
    """About how many seconds of a core a job of the run takes."""
    year = int(job.wildcards["year"]) if "year" in job.wildcards else None
    return step_seconds(plan, job.rule, job.wildcards.get("region"), year, job.wildcards.get("method"))


progress = RunProgress(remaining_jobs, job_seconds)
if workflow.is_main_process:
    from smen.stages.check import short_lines  # here, because the runs of single jobs do not need what it imports

    logger.addFilter(without_job)
    for _line in short_lines(plan):
        logger.info(_line)
