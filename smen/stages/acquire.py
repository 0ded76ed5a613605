"""Which granules touch this region and period, and are they all here, whole?"""

from __future__ import annotations

import datetime as dt
import logging
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smen.archive import directory, manifest
from smen.errors import ArchiveError
from smen.plan import AcquireJob, Plan, refreshed

if TYPE_CHECKING:
    from smen.archive.manifest import GranuleRecord
    from smen.archive.names import Direction

log = logging.getLogger(__name__)

LETTERS: dict[str, Direction] = {"descending": "D", "ascending": "A"}
"""Names of directions in the settings and in granules' names."""


def run(job: AcquireJob) -> None:
    """Write the manifests of one year: of the coarse product and of the fine one.

    Raises:
        ArchiveError: a folder is missing or holds no granule of the product; nothing of the year touches the region.
        GranuleError: granules are bad, all of them named, and the settings do not say to skip them.
        OutputError: a manifest cannot be written.
    """
    for role, records in _granules(job).items():
        path = Path(job.layout.manifest(job.region, role, job.year))
        manifest.write(path, records)
        _say(role, records)


def refresh(plan: Plan) -> None:
    """List all granules again, and rewrite those manifests alone that have changed.

    What depends on a changed manifest is made again by the next run of the workflow; the rest stays.

    Raises:
        SmenError: as `run`.
    """
    changed = 0
    for region in plan.regions:
        for year in plan.years(region):
            job = plan.acquire(region, year)
            for role, records in _granules(job).items():
                path = Path(job.layout.manifest(region, role, year))
                if _rewrite(path, records):
                    changed += 1
                    log.info("%s %s: the list of %s granules has changed", region, year, role)
    log.info("%s manifests changed; run the workflow to make what depends on them", changed or "no")


def _rewrite(path: Path, records: list[GranuleRecord]) -> bool:
    """Write a manifest only where it differs from the one that is there; say whether it did."""
    with tempfile.TemporaryDirectory() as folder:
        new = Path(folder) / path.name
        manifest.write(new, records)
        if path.is_file() and path.read_bytes() == new.read_bytes():
            return False
    manifest.write(path, records)
    return True


def _granules(job: AcquireJob) -> dict[str, list[GranuleRecord]]:
    """Return the year's granules by role, all present (or skipped, with the reason)."""
    begin, end = _period(job)
    roots = {"simulated": job.layout.simulated_granules(job.region, job.year), "directory": job.directory}
    directions = [LETTERS[name] for name in job.overpasses]
    root = roots[job.kind] or ""
    coarse = directory.find(root, job.coarse, job.window, begin, end, directions, bad=job.bad_granules)
    if not any(record.state == "present" for record in coarse):
        raise ArchiveError(
            f"no granule of {job.coarse} touches {job.region} between {begin} and {end}: check source.directory, "
            f"products.coarse, products.overpasses, the region's place and the periods"
        )
    try:
        fine = directory.find(root, job.fine, job.window, begin, end, directions, bad=job.bad_granules)
    except ArchiveError as error:  # a year, or an archive, without the fine product can still be mapped
        log.warning("%s", error)
        fine = []
    return {"coarse": coarse, "fine": fine}


def _period(job: AcquireJob) -> tuple[np.datetime64, np.datetime64]:
    """Return first moment and end (excluded) of the year's part of the periods."""
    first, last = job.span
    day = refreshed(job.layout) if last == "today" else last
    last_of_year = min(day, dt.date(job.year, 12, 31))
    return np.datetime64(first, "s"), np.datetime64(last_of_year, "s") + np.timedelta64(1, "D")


def _say(role: str, records: list[GranuleRecord]) -> None:
    states = Counter(record.state for record in records)
    size = sum(record.size for record in records) / 1e6
    log.info("%s: %s", role, ", ".join(f"{n} granules {state}" for state, n in states.items()) + f", {size:.0f} MB")
    for record in records:
        if record.state == "skipped":
            log.warning("skipped %s: %s", record.path, record.reason)
