# What the rules ask of the package: the plan made from the settings, and each job's settings as text.
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

from smen.plan import code_digest
from smen.errors import SmenError
from smen.plan.jobs import processors
from smen.plan.plan import Plan


def make_plan():
    """The plan of all jobs; bad settings end the run with their message alone."""
    try:
        return Plan.load(config, [Path(file) for file in workflow.configfiles])
    except SmenError as error:
        raise WorkflowError(str(error)) from None


plan = make_plan()
layout = plan.layout


wildcard_constraints:
    region="[a-z0-9][a-z0-9_-]*",
    year=r"\d{4}",


def job(stage):
    """Params function: what a stage's job is given, as text."""

    def given(wildcards):
        year = int(wildcards.year) if hasattr(wildcards, "year") else None
        region = getattr(wildcards, "region", None)
        return plan.job(stage, region, year).model_dump_json()

    return given


def files(name, *before):
    """Input function: one kind of file for all years that `before` names by its plan's method."""
    method, *roles = before
    make = getattr(layout, name)

    def found(wildcards):
        years = getattr(plan, method)
        arguments = [int(wildcards.year)] if hasattr(wildcards, "year") else []
        return [
            make(wildcards.region, *role, year)
            for year in years(wildcards.region, *arguments)
            for role in ([(role,) for role in roles] or [()])
        ]

    return found


def granule_list(wildcards):
    """Input of acquire: the marker of a simulated year; other sources lie outside the workflow."""
    if plan.settings.source.kind != "simulated":
        return []
    return layout.simulated_list(wildcards.region, wildcards.year)


def truth(wildcards):
    """Input of evaluate: the truth of all years, where the source is simulated."""
    if plan.settings.source.kind != "simulated":
        return []
    return [layout.simulated_truth(wildcards.region, year) for year in plan.years(wildcards.region)]


def training_threads(wildcards):
    """Threads of train. More --cores than there are processors let no more trainings run at once than fit."""
    threads = plan.training_threads(wildcards.region)
    cores = workflow.resource_settings.cores or 0
    if cores <= processors():
        return threads
    return -(-threads * cores // processors())


def paper_threads(wildcards):
    """Threads of one of the paper's trainings; more --cores than processors let no more run at once than fit."""
    threads = plan.paper_threads()
    cores = workflow.resource_settings.cores or 0
    return threads if cores <= processors() else -(-threads * cores // processors())


def trainings(wildcards):
    """Input of compare: all trainings of a region."""
    return [
        layout.experiment(wildcards.region, case, seed)
        for case in plan.cases(wildcards.region)
        for seed in plan.settings.paper.seeds
    ]


def elsewhere(wildcards):
    """Input of compare: the series of other regions, which a region without dates could learn from."""
    return [
        layout.aligned(name, role, year)
        for name in plan.elsewhere(wildcards.region)
        for year in plan.paper_years(name)
        for role in ("coarse", "fine")
    ]


def others(wildcards):
    """Input of train: what the other regions hold that this one learns from as well."""
    return [
        file
        for name, years in plan.learns_from(wildcards.region).items()
        for year in years
        for file in (
            layout.aligned(name, "coarse", year),
            layout.aligned(name, "fine", year),
            layout.samples(name, year),
        )
    ]


def region_targets(region):
    """All that a region's target makes."""
    return [
        *(layout.map_list(region, year) for year in plan.map_years(region)),
        layout.scores(region, "scores.csv"),
        layout.deliverable(region, "qgs"),
    ]


def orphaned_regions():
    """Folders of results whose region is no longer in the settings."""
    folders = (path.parent for path in Path(layout.results).glob("*/granules"))
    return sorted(folder.name for folder in folders if folder.name not in plan.regions)


for orphan in orphaned_regions() if workflow.is_main_process else []:
    print(
        f"{layout.results}/{orphan} is of a region that is no longer in the settings; it is left as it is",
        file=sys.stderr,
    )
