"""What does each product say on the region's window? One series of the coarse product and one of the fine per year."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from smen.data.series import AlignedField
from smen.data.series_file import write_series
from smen.errors import DataError
from smen.plan.jobs import AlignJob
from smen.products.match import HalfOrbit, SceneTime, match
from smen.products.name_parsing import granule_name
from smen.products.product_tables import product as product_layout
from smen.products.read import read_coarse, read_scene
from smen.products.scene_mosaic import mosaic
from smen.sources import manifest

if TYPE_CHECKING:
    from smen.products.flags import Quality
    from smen.sources.manifest import GranuleRecord

log = logging.getLogger(__name__)


def run(job: AlignJob) -> None:
    """Put one year's granules on the region's window: one series of the coarse product, one of the fine.

    Raises:
        ArchiveError: a manifest is missing.
        GranuleError: a granule changed since it was listed and cannot be read any more.
        DataError: two half-orbits have the same time.
        OutputError: a series cannot be written.
    """
    coarse = _present(job, "coarse")
    fine = _present(job, "fine")
    quality: Quality = "recommended" if job.quality == "recommended" else "successful"
    _write(job, "coarse", job.coarse, len(coarse), _coarse_fields(job, coarse, quality), coarse)
    scenes = _by_half_orbit(coarse, fine)
    _write(job, "fine", job.fine, len(scenes), _fine_fields(job, scenes, quality), fine)
    log.info("%d half-orbits and %d fine fields on %d x %d cells", len(coarse), len(scenes), *job.window.shape)


def _present(job: AlignJob, role: str) -> list[GranuleRecord]:
    """Granules of one role by rising time; no two of the coarse ones at the same time."""
    records = manifest.read(Path(job.layout.manifest(job.region, role, job.year)))
    records = sorted((r for r in records if r.state == "present"), key=lambda r: (r.time, r.name))
    for before, after in pairwise(records):
        if role == "coarse" and before.time == after.time:
            raise DataError(f"{before.path} and {after.path} are two half-orbits of the same time: remove one of them")
    return records


def _write(
    job: AlignJob, role: str, product: str, times: int, fields: Iterator[AlignedField], records: list[GranuleRecord]
) -> None:
    """Write one series."""
    path = Path(job.layout.aligned(job.region, role, job.year))
    simulated = any(record.simulated for record in records)
    grid = product_layout(product).grid
    title = f"{product} on the 3 km window of {job.region}, {job.year}{' (simulated)' if simulated else ''}"
    write_series(path, job.window, grid, product, times, fields, simulated=simulated, title=title)


def _coarse_fields(job: AlignJob, records: list[GranuleRecord], quality: Quality) -> Iterator[AlignedField]:
    """Fields of the coarse granules, one for each half-orbit."""
    for record in records:
        field = read_coarse(record.path, job.window, job.coarse, quality)
        yield AlignedField(
            time=record.time.astype("datetime64[s]"),
            descending=record.direction == "D",
            overpass_time=field.overpass_time,
            soil_moisture=field.soil_moisture,
            standard_deviation=None,
            surface_flag=field.surface_flag,
            granules=record.name,
            not_recommended=field.not_recommended,
        )


def _by_half_orbit(
    coarse: list[GranuleRecord], fine: list[GranuleRecord]
) -> list[tuple[GranuleRecord, list[GranuleRecord]]]:
    """Half-orbits that have scenes, each with these; scenes without a half-orbit are logged."""
    half_orbits = [HalfOrbit(r.name, r.direction, r.begin, r.end) for r in coarse if r.direction is not None]
    places = {r.name: granule_name(r.name).longitude_latitude for r in fine}
    times = [SceneTime(r.name, r.time, float((places[r.name] or (0, 0))[0])) for r in fine]
    scenes: dict[str, list[GranuleRecord]] = defaultdict(list)
    for record, matched in zip(fine, match(times, half_orbits), strict=True):
        if matched.half_orbit is None:
            log.warning("%s is left out: %s", record.name, matched.reason)
        else:
            scenes[matched.half_orbit.key].append(record)
    return [(record, scenes[record.name]) for record in coarse if record.name in scenes]


def _fine_fields(
    job: AlignJob, scenes: list[tuple[GranuleRecord, list[GranuleRecord]]], quality: Quality
) -> Iterator[AlignedField]:
    """Fields of the fine product, one for each half-orbit that has scenes."""
    for half_orbit, records in scenes:
        field = mosaic([read_scene(record.path, job.window, job.fine_variable, quality) for record in records])
        yield AlignedField(
            time=half_orbit.time.astype("datetime64[s]"),
            descending=half_orbit.direction == "D",
            overpass_time=field.overpass_time,
            soil_moisture=field.soil_moisture,
            standard_deviation=field.standard_deviation,
            surface_flag=field.surface_flag,
            granules=" ".join(field.names),
            sentinel1_times=tuple(t.astype("datetime64[s]") for t in field.sentinel1_time),
        )
