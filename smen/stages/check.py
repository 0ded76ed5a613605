"""Is everything here for a run, and what will it take? Says so for each region, before anything is made."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smen.errors import ArchiveError, StorageError
from smen.grid import M03, M09, M36, Window
from smen.plan.job_resources import most_memory_mb
from smen.plan.needs import Needs, needs_of
from smen.plan.plan import FINE, Plan
from smen.plan.processors import memory_bytes, processors
from smen.plan.region_size import described, hints, within_the_product
from smen.plan.step_seconds import region_seconds
from smen.plan.text_map import text_map
from smen.simulation.smap_overpasses import half_orbits_over
from smen.sources import directory
from smen.sources.bucket_granules import count_in_bucket
from smen.sources.earthdata.auth import log_in
from smen.sources.earthdata.endpoints import earthdata_system
from smen.storage.s3_address import is_s3

if TYPE_CHECKING:
    from smen.settings.choices import Span

SHORT = 4
"""Regions of which Snakemake's first lines tell; with more the lines would be no short ones."""

_FINE_GRANULES = {
    "simulated": f"those of {FINE} are made as Sentinel-1 passes",
    "directory": f"those of {FINE} as the folder has them",
    "earthdata": f"those of {FINE} as the archive lists them (`smen acquire --plan`)",
}
"""What is known before a run of the granules of the 3 km product, by the kind of the source."""


@dataclass
class Findings:
    """What a check found.

    Attributes:
        text: the report, without what is missing.
        missing: what a run would stop for, each with what to do.
        warnings: what a user should know.
    """

    text: str = ""
    missing: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def run(plan: Plan, names: tuple[str, ...] = (), *, with_map: bool = True) -> Findings:
    """Check what a run needs: place and size of each region, granules, login, weights, disk, memory and time.

    Args:
        plan: of the settings.
        names: regions to report; empty: all.
        with_map: whether a small map of each region is drawn.

    Raises:
        SettingsError: there is no such region.
    """
    findings, parts, disk = Findings(), [], 0.0
    for name in names or tuple(plan.regions):
        text, size = _region(plan, name, findings, with_map=with_map)
        parts.append(text)
        disk += size
    source, missing = _source(plan)
    parts += [source] * bool(source)
    shown = names or tuple(plan.regions)
    findings.missing += [*missing, *_weights(plan, shown), *_stations(plan, shown)]
    folder = _existing(Path(plan.settings.folders.results))
    free = shutil.disk_usage(folder).free
    if disk > free:
        findings.missing.append(
            f"disk: about {disk / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free at {folder}: choose other "
            "`folders`, fewer regions or shorter periods"
        )
    findings.text = "\n\n".join(parts)
    return findings


def _region(plan: Plan, name: str, findings: Findings, *, with_map: bool) -> tuple[str, float]:
    """The lines of one region, and the bytes that it needs on disk."""
    if name not in plan.regions:
        plan.years(name)  # says which regions there are
    region = plan.regions[name]
    overpasses, mapped = (_overpasses(plan, name, span) for span in (plan.full_period(name), plan.mapped_period(name)))
    first, last = plan.full_period(name)
    needs = _needs(plan, name, overpasses, mapped)
    coarse = region.settings.products.coarse
    lines = [
        f"{name}: {described(region.window)}",
        f"  {within_the_product(region.window)}",
        f"  {first} to {last}: about {overpasses} dates of SMAP, {mapped} of them mapped",
        f"  granules: about {overpasses} of {coarse}; {_FINE_GRANULES[plan.settings.source.kind]}",
        f"  {needs.described(processors())}",
    ]
    there = memory_bytes()
    if there and needs.memory > there:
        findings.missing.append(
            f"{name}: memory: a job takes up to {needs.memory / 1e9:.1f} GB and this machine has {there / 1e9:.1f} GB: "
            "make the region smaller, or divide it into several"
        )
    if with_map:
        lines += [f"  | {row}" for row in text_map(region.window).splitlines()]
    findings.warnings += [f"{name}: {hint}" for hint in hints(region.window, region.centre)]
    return "\n".join(lines), needs.granules + needs.results


def _needs(plan: Plan, name: str, overpasses: int, maps: int) -> Needs:
    """What all jobs of a region take."""
    cells, memory = _cells(plan.regions[name].window), 1e6 * most_memory_mb(plan, name)
    return needs_of(plan.settings.source.kind, cells, overpasses, maps, region_seconds(plan, name), memory)


def short_lines(plan: Plan) -> list[str]:
    """Return what Snakemake's first lines say of the first regions: where they lie and what they take, a line each.

    Args:
        plan: of the settings.
    """
    lines = []
    for name in list(plan.regions)[:SHORT]:
        window = plan.regions[name].window
        overpasses, maps = (
            _overpasses(plan, name, span) for span in (plan.full_period(name), plan.mapped_period(name))
        )
        needs = _needs(plan, name, overpasses, maps)
        lines.append(f"{name}: {described(window)}; {overpasses} dates, {maps} maps; {needs.in_short()}")
    more = len(plan.regions) - len(lines)
    return [*lines, *([f"and {more} regions more: `smen check`"] if more else [])]


def _overpasses(plan: Plan, name: str, span: Span) -> int:
    """How often SMAP sees any of a region in a span, by its orbit: a few more or less became granules."""
    products = plan.regions[name].settings.products
    grid = M36 if products.coarse == "SPL2SMP" else M09
    first, last = (np.datetime64(day, "D") for day in span)
    seen = half_orbits_over(_whole_cells(plan.regions[name].window), grid, first, last)
    directions = {"descending": True, "ascending": False}
    wanted = {directions[overpass] for overpass in products.overpasses}
    return sum(orbit.descending in wanted for orbit in seen)


def _cells(window: Window) -> int:
    return window.height * window.width


def _whole_cells(window: Window) -> Window:
    """The cells of 36 km that a window touches, whole."""
    factor = M36.coarse_factor
    top, left = window.row // factor * factor, window.column // factor * factor
    bottom = -(-(window.row + window.height) // factor) * factor
    right = -(-(window.column + window.width) // factor) * factor
    return Window(top, left, bottom - top, min(right - left, M03.columns))


def _source(plan: Plan) -> tuple[str, list[str]]:
    """Where granules come from, on one line, and what is missing there."""
    source = plan.settings.source
    try:
        if source.kind == "directory":
            products = sorted({FINE, *(region.settings.products.coarse for region in plan.regions.values())})
            count = count_in_bucket if is_s3(source.directory) else directory.count
            numbers = [f"{count(source.directory or '', product)} of {product}" for product in products]
            return f"granules: {' and '.join(numbers)} in {source.directory}", []
        if source.kind == "earthdata":
            login = log_in(earthdata_system(source.cmr_url, source.edl_host))
            return f"granules: NASA's archive; logged in with {login.source}; `smen acquire --plan` counts them", []
    except (ArchiveError, StorageError) as problem:
        return "", [f"granules: {problem}"]
    return "granules: simulated here, from a seed; maps say so", []


def _weights(plan: Plan, names: tuple[str, ...]) -> list[str]:
    """Files that the settings name and that are not there."""
    missing = []
    for name in names:
        weights = plan.regions[name].settings.weights
        if weights and not Path(weights).is_file():
            missing.append(f"{name}: no file {weights}: correct `weights`, or leave it out to train here")
        missing += [
            f"{name}: no file {path}: correct `fusion.covariates.{key}`"
            for key, path in plan.covariates(name).items()
            if not Path(path).is_file() and plan.settings.source.kind != "simulated"
        ]
    return missing


def _stations(plan: Plan, names: tuple[str, ...]) -> list[str]:
    """Archives and tables of stations that the settings name and that are not there."""
    missing = []
    for name in names:
        settings = plan.regions[name].settings
        named = settings.validation.stations if settings.validation.stations != "auto" else ()
        for key, paths in (("validation.stations", named), ("maps.condition_on_stations", plan.probes(name))):
            missing += [f"no file or folder {path}: correct `{key}`" for path in paths if not Path(path).exists()]
    return list(dict.fromkeys(missing))  # the regions name the same ones


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    path = folder.resolve()
    while not path.exists():
        path = path.parent
    return path
