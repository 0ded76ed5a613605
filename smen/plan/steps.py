"""The jobs of a region in the order in which a run does them, each with the files that are there once it is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smen.plan.plan import Plan


@dataclass(frozen=True)
class Step:
    """One job.

    Attributes:
        stage: its stage.
        year: None for a stage that is not of a year.
        method: of a training, else None.
        files: all of them are there once the job is done.
        log: its log file.
    """

    stage: str
    year: int | None
    method: str | None
    files: tuple[Path, ...]
    log: Path

    @property
    def name(self) -> str:
        """Stage, method and year in words."""
        return " ".join(str(part) for part in (self.stage, self.method, self.year) if part is not None)


def steps_of(plan: Plan, region: str) -> list[Step]:
    """Return the jobs of a region, those of all regions together left out.

    Args:
        plan: of the settings.
        region: its name.

    Raises:
        SettingsError: there is no such region.
    """
    return [*_of_granules(plan, region), *_of_methods(plan, region), *_of_results(plan, region)]


def _step(plan: Plan, region: str, stage: str, files: list[str], year: int | None = None, method: str = "") -> Step:
    log = plan.layout.log(f"{stage}_{method}" if method else stage, region, year)
    return Step(stage, year, method or None, tuple(Path(file) for file in files), Path(log))


def _of_granules(plan: Plan, region: str) -> Iterator[Step]:
    """Jobs of each year that come before any method."""
    layout, world, roles = plan.layout, plan.resource_layout, ("coarse", "fine")
    of_record = plan.stage_years("acquire", region)
    if plan.settings.source.kind == "simulated":
        for year in of_record:
            yield _step(plan, plan.world(region), "simulate", [world.simulated_list(plan.world(region), year)], year)
    for year in of_record:
        yield _step(plan, region, "acquire", [layout.manifest(region, role, year) for role in roles], year)
    for year in of_record:
        yield _step(plan, region, "align", [layout.aligned(region, role, year) for role in roles], year)
    for year in plan.years(region):
        yield _step(plan, region, "pair", [layout.samples(region, year)], year)


def _of_methods(plan: Plan, region: str) -> Iterator[Step]:
    """Trainings, and the choice among them."""
    settings = plan.regions[region].settings
    if not settings.weights:
        for method in plan.methods(region):
            yield _step(plan, region, "train", [plan.layout.model(region, method)], method=method)
    if plan.model(region) is None:
        yield _step(plan, region, "choose", [plan.layout.choice(region)])


def _of_results(plan: Plan, region: str) -> Iterator[Step]:
    """Maps, indices, scores and what a person opens."""
    layout, years = plan.layout, plan.map_years(region)
    for year in years:
        yield _step(plan, region, "downscale", [layout.map_list(region, year)], year)
    if plan.indices(region):
        yield _step(plan, region, "normals", [layout.normals(region)])
        for year in years:
            yield _step(plan, region, "indicators", [layout.index_list(region, year)], year)
    yield _step(plan, region, "evaluate", [layout.scores(region, "scores.csv")])
    if plan.validated(region):
        yield _step(plan, region, "insitu", [layout.validation(region, "validation.md")])
    yield _step(plan, region, "publish", [layout.deliverable(region, kind) for kind in ("nc", "qgs", "geojson")])
    if plan.settings.storage.results:
        yield _step(plan, region, "upload", [layout.uploaded(region)])
