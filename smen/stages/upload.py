"""Put the results into a bucket: of each region, and of all together; only what is new or has changed."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from smen.atomic import PART_NAME, write_text
from smen.errors import StorageError
from smen.plan.plan import INDEX
from smen.plan.stage_files import OF_ALL
from smen.storage.changed_files import Uploaded, upload
from smen.storage.s3_bucket import Bucket

if TYPE_CHECKING:
    from smen.plan.jobs import UploadJob
    from smen.plan.layout import Layout

log = logging.getLogger(__name__)


def run(job: UploadJob) -> None:
    """Make the bucket hold the results of each part, and write the list of what it holds.

    Raises:
        StorageError: no bucket is set; it refuses or does not answer; or other objects are in the way.
        OutputError: the list cannot be written.
    """
    if job.address is None:
        raise StorageError("no bucket is set for the results: set `storage.results`, such as s3://BUCKET/PREFIX")
    bucket = Bucket(job.address)
    for part in job.parts:
        places = places_of(part, job.layout)
        files = {name: path for place in places for name, path in _files(job.layout, place)}
        done = upload(bucket, files, [_name(job.layout, place) for place in places])
        write_text(Path(job.layout.uploaded(part)), _listed(job.address, part, done))
        size = sum(file.size for file in done.new) / 1e6
        log.info(
            "%s: %d of %d files put to %s, %.1f MB; %d removed",
            part, len(done.new), len(done.files), bucket.address.url(), size, len(done.removed),
        )  # fmt: skip


def places_of(part: str, layout: Layout) -> list[Path]:
    """Return the files and folders of a part of the results.

    Args:
        part: a region, or `INDEX` for what is of all regions.
        layout: where results lie.
    """
    if part == INDEX:
        names = [*(layout.summary(name) for name in OF_ALL), layout.mosaic("").rstrip("/"), layout.report("mosaic")]
        of_all = {Path(name) for name in names} | {path for path in Path(layout.results).glob("*") if path.is_file()}
        return sorted(of_all)
    return [Path(layout.summary(part)), Path(layout.report(part))]


def _files(layout: Layout, place: Path) -> list[tuple[str, Path]]:
    """Return the files of a place with the names of their objects, without unfinished ones and those for next runs."""
    for_next_runs = {Path(layout.last_fit(place.name, "")), Path(layout.kept(place.name, ""))}
    paths = [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]
    return [
        (_name(layout, path), path)
        for path in paths
        if not PART_NAME.fullmatch(path.name) and for_next_runs.isdisjoint(path.parents)
    ]


def _name(layout: Layout, path: Path) -> str:
    return path.relative_to(layout.results).as_posix()


def _listed(address: str, part: str, done: Uploaded) -> str:
    """Return the list of a part as JSON; it is the same whenever the files are the same."""
    files = [{"name": file.name, "size": file.size, "sha256": file.sha256} for file in done.files]
    return json.dumps({"address": address, "part": part, "files": files}, indent=1) + "\n"
