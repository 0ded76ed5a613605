"""Which granules touch this region and period, are they all here and whole? Writes them into manifests."""

from __future__ import annotations

import datetime as dt
import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smen.errors import ArchiveError, SettingsError
from smen.plan import code_digest
from smen.plan.granule_sources import EarthdataGranules, SimulatedGranules
from smen.plan.jobs import AcquireJob
from smen.plan.plan import Plan
from smen.plan.refresh_day import new_day, refreshed
from smen.sources import directory, earthdata, manifest
from smen.sources.bucket_granules import find_in_bucket
from smen.sources.known_granules import NOTHING_KNOWN, KnownGranules
from smen.sources.only_one import only_one
from smen.storage.s3_address import is_s3

if TYPE_CHECKING:
    from smen.plan.resource_layout import ResourceLayout
    from smen.products.names import Direction
    from smen.sources.manifest import GranuleRecord

log = logging.getLogger(__name__)

LETTERS: dict[str, Direction] = {"descending": "D", "ascending": "A"}
"""Letters of the directions in the names of granules, by their words in the settings."""


def run(job: AcquireJob) -> None:
    """Write the manifests of one year: of the coarse product and of the fine one.

    Raises:
        ArchiveError: a folder is missing or holds no granule of the product; nothing of the year touches the region;
            Earthdata's search or login fails, or granules could not be fetched.
        StorageError: a bucket or one of its objects cannot be had.
        GranuleError: granules are bad, all of them named, and the settings do not say to skip them.
        OutputError: a manifest cannot be written.
    """
    notes: list[str] = []
    for role, records in _granules(job, notes).items():
        path = Path(job.layout.manifest(job.region, role, job.year))
        manifest.write(path, records)
        _log(role, records)
    for note in notes:
        log.warning("%s", note)


def refresh(plan: Plan) -> None:
    """List all granules again and rewrite only the manifests that have changed.

    The next run of the workflow makes again what depends on a changed manifest, and nothing else. It says what is new,
    and where nothing is, that alone.

    Raises:
        SmenError: as `run`.
    """
    changed = _refresh(plan)
    if changed:
        log.info("%d lists of granules have changed; run the workflow to make what depends on them", changed)
    else:
        log.info("nothing new")


@contextmanager
def refreshing(layout: ResourceLayout) -> Iterator[None]:
    """Hold the lock of a refresh, and let `today` become today; where it fails, the former day holds on.

    Args:
        layout: where the granules lie.

    Raises:
        ArchiveError: another refresh is on its way.
        OutputError: the lock or the day cannot be written.
    """
    with only_one(Path(layout.refresh_lock())), new_day(layout):
        yield


def _refresh(plan: Plan) -> int:
    """List all granules again; return how many manifests changed."""
    changed = 0
    for region in plan.regions:
        for year in plan.stage_years("acquire", region):
            job = plan.acquire(region, year)
            notes: list[str] = []
            before = changed
            for role, records in _granules(job, notes).items():
                path = Path(job.layout.manifest(region, role, year))
                old = _listed(path)
                if _rewrite(path, records):
                    changed += 1
                    log.info("%s %s %s: %s", region, year, role, manifest.difference(old, records))
            for note in notes if changed > before else ():
                log.warning("%s", note)
    return changed


def _listed(path: Path) -> list[GranuleRecord]:
    """Granules of a manifest; none where it is not there or cannot be read: then it is written anew."""
    try:
        return manifest.read(path)
    except ArchiveError:
        return []


def estimate(plan: Plan, region: str | None = None, year: int | None = None) -> str:
    """Return a table of what Earthdata lists for the settings, and how much of it is not in the store yet.

    It works for every source in the settings, so that the size of a download is known before; it needs no login.

    Args:
        plan: of the settings.
        region: name of a region; None: all.
        year: one year; None: all.

    Raises:
        SettingsError: there is no such region.
        ArchiveError: the search fails.
    """
    if region is not None and region not in plan.regions:
        raise SettingsError(f"`{region}` is not a region of the settings: choose one of {', '.join(plan.regions)}")
    lines, everything = [], []
    for name in plan.regions if region is None else [region]:
        for listed_year in plan.stage_years("acquire", name) if year is None else [year]:
            job = plan.acquire(name, listed_year, kind="earthdata")
            if not isinstance(job.source, EarthdataGranules):
                raise TypeError(f"a job of {job.source.kind} granules is not one of Earthdata's")
            archive = _archive(job, job.source)
            for query in _queries(job, job.source):
                listed = archive.listing(query)
                everything += listed
                lines.append(f"{name} {listed_year} {query}: {archive.estimate(listed)}")
    if lines:
        lines.append(f"together, each granule once: {archive.estimate(everything)}")
    return "\n".join(lines)


def _rewrite(path: Path, records: list[GranuleRecord]) -> bool:
    """Write a manifest only if it differs from the one that is there. Return whether it did."""
    with tempfile.TemporaryDirectory() as folder:
        new = Path(folder) / path.name
        manifest.write(new, records)
        if path.is_file() and path.read_bytes() == new.read_bytes():
            return False
    manifest.write(path, records)
    return True


def _granules(job: AcquireJob, notes: list[str]) -> dict[str, list[GranuleRecord]]:
    """Return the year's granules by role, all present (or skipped, with the reason); add what a user should know."""
    if isinstance(job.source, EarthdataGranules):
        return _from_earthdata(job, job.source, notes)
    known = _known(job)
    found = _from_files(job, partial(_finder(job), known=known), notes)
    known.keep()
    return found


def _from_files(
    job: AcquireJob, find: Callable[..., list[GranuleRecord]], notes: list[str]
) -> dict[str, list[GranuleRecord]]:
    """Return the year's granules by role, as they are found in a folder or bucket."""
    begin, end = _period(job)
    directions = [LETTERS[name] for name in job.overpasses]
    coarse = find(job.coarse, job.window, begin, end, directions, bad=job.bad_granules)
    _require_coarse(
        job,
        coarse,
        f"no granule of {job.coarse} touches {job.region} between {begin} and {end}: check source.directory, "
        "products.coarse, products.overpasses, the region's place and the periods",
        notes,
    )
    if job.coarse_only:
        return {"coarse": coarse, "fine": []}
    try:
        fine = find(job.fine, job.window, begin, end, directions, bad=job.bad_granules, variable=job.fine_variable)
    except ArchiveError as error:  # a year, or an archive, without the fine product can still be mapped
        notes.append(str(error))
        fine = []
    return {"coarse": coarse, "fine": fine}


def _known(job: AcquireJob) -> KnownGranules:
    """Return what was found of the year's granules before; simulated ones are few, small, and written anew at once."""
    if isinstance(job.source, SimulatedGranules):
        return NOTHING_KNOWN
    asked = f"{job.window} {job.fine_variable} {code_digest.digest(job.module)}"
    return KnownGranules(Path(job.resource_layout.known_granules(job.region, job.year)), asked)


def _finder(job: AcquireJob) -> Callable[..., list[GranuleRecord]]:
    """Return what finds granules of a product, and takes the arguments of `directory.find` but for the folder."""
    if isinstance(job.source, SimulatedGranules):
        return partial(directory.find, job.resource_layout.simulated_granules(job.source.world, job.year))
    if isinstance(job.source, EarthdataGranules):
        raise TypeError("granules of the archive are fetched by another way")
    if is_s3(job.source.directory):
        return partial(find_in_bucket, job.source.directory, Path(job.resource_layout.bucket_store()))
    return partial(directory.find, job.source.directory)


def _from_earthdata(job: AcquireJob, source: EarthdataGranules, notes: list[str]) -> dict[str, list[GranuleRecord]]:
    """Return the year's granules by role, fetched and verified."""
    coarse, *others = _archive(job, source).obtain(_queries(job, source), job.bad_granules)
    fine = others[0] if others else []
    _require_coarse(
        job,
        coarse,
        f"Earthdata has no granule of {job.coarse}.{source.coarse_version} that touches {job.region} in {job.year}: "
        "check products.coarse_version, products.overpasses, the region's place and the periods",
        notes,
    )
    return {"coarse": coarse, "fine": fine}


def _require_coarse(job: AcquireJob, coarse: list[GranuleRecord], message: str, notes: list[str]) -> None:
    """Refuse a year without a coarse granule, unless it ends `today`, and may only just have begun, or is a tile's."""
    if any(record.state == "present" for record in coarse):
        return
    if job.span[1] != "today" and not job.may_be_empty:
        raise ArchiveError(message)
    notes.append(message)


def _queries(job: AcquireJob, source: EarthdataGranules) -> list[earthdata.GranuleQuery]:
    """Return what is asked of Earthdata: the coarse product and, but for years of the record alone, the fine one."""
    begin, end = _period(job)
    directions = tuple(LETTERS[name] for name in job.overpasses)
    products = [(job.coarse, source.coarse_version, None), (job.fine, source.fine_version, job.fine_variable)]
    return [
        earthdata.GranuleQuery(name, version, job.window, begin, end, directions, variable)
        for name, version, variable in products[: 1 if job.coarse_only else 2]
    ]


def _archive(job: AcquireJob, source: EarthdataGranules) -> earthdata.Archive:
    store = job.resource_layout.granule_store()
    return _open_archive(store, source.cmr_url, source.edl_host, source.connections)


@cache
def _open_archive(store: str, cmr_url: str | None, edl_host: str | None, connections: int) -> earthdata.Archive:
    """Return the archive, one for all jobs of a process: they share its login."""
    policy = earthdata.RetryPolicy(connections=connections)
    return earthdata.Archive(store, earthdata.earthdata_system(cmr_url, edl_host), policy)


def _period(job: AcquireJob) -> tuple[np.datetime64, np.datetime64]:
    """First moment and end (excluded) of the year's part of the periods."""
    first, last = job.span
    day = refreshed(job.resource_layout) if last == "today" else last
    last_of_year = min(day, dt.date(job.year, 12, 31))
    return np.datetime64(first, "s"), np.datetime64(last_of_year, "s") + np.timedelta64(1, "D")


def _log(role: str, records: list[GranuleRecord]) -> None:
    """Log how many granules there are in each state, and why some were skipped."""
    states = Counter(record.state for record in records)
    size = sum(record.size for record in records) / 1e6
    log.info("%s: %s", role, ", ".join(f"{n} granules {state}" for state, n in states.items()) + f", {size:.0f} MB")
    for record in records:
        if record.state == "skipped":
            log.warning("skipped %s: %s", record.path, record.reason)
