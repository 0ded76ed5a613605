"""What is there of each region, what is missing, and what failed and why? Reads names, lists and logs, no raster.

Everything may change while it is read, since a run may be on its way: what has just gone counts as missing.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from smen.outputs.labels import yes_or_no
from smen.plan.incomplete_lists import incomplete_lists
from smen.plan.job_log import last_error
from smen.plan.steps import Step, steps_of
from smen.plan.without_data import no_data_reason

if TYPE_CHECKING:
    from smen.plan.plan import Plan

State = Literal["complete", "incomplete", "failed"]

LOCKS = Path(".snakemake/locks")
"""Where Snakemake marks that a run is on its way, in the folder in which it runs."""


@dataclass(frozen=True)
class JobFailure:
    """A job that failed.

    Attributes:
        job: its stage, method and year.
        log: its log file.
        reason: last lines of the log.
    """

    job: str
    log: str
    reason: str


@dataclass(frozen=True)
class RegionStatus:
    """How far a region is.

    Attributes:
        region: its name.
        state: ``complete``; ``failed`` where the last try of a job failed; else ``incomplete``.
        maps: number of maps in the lists.
        provisional: how many of them are made again once more is known.
        newest_map: time of the newest map, ISO 8601, UTC; None without maps.
        newest_granule: time of the newest granule of the coarse product in the lists of granules; None without any.
        missing: jobs whose files are not there, which a run would do; what depends on changed files comes on top.
        failed: those of them whose last try failed.
        disk_bytes: size of its results, the granules left out.
        no_data: why a tile has no maps; None where it has data, or it is not known yet.
    """

    region: str
    state: State
    maps: int
    provisional: int
    newest_map: str | None
    newest_granule: str | None
    missing: tuple[str, ...]
    failed: tuple[JobFailure, ...]
    disk_bytes: int
    no_data: str | None = None


@dataclass
class Status:
    """How far all regions are.

    Attributes:
        results: the folder of results.
        running: whether Snakemake's lock says that a run is on its way here, or was killed.
        regions: in the order of the settings.
        failed: jobs of all regions together that failed: `refresh`, `mosaic` and `index`.
    """

    results: str
    running: bool
    regions: list[RegionStatus] = field(default_factory=list)
    failed: list[JobFailure] = field(default_factory=list)

    @property
    def any_failed(self) -> bool:
        """Whether the last try of any job failed."""
        return bool(self.failed) or any(region.failed for region in self.regions)

    def to_json(self) -> str:
        """Return all of it as JSON, for monitors."""
        return json.dumps(asdict(self), indent=1)

    def text(self) -> str:
        """Return all of it for a person."""
        lines = ["A run is on its way here, or was killed (then: snakemake --unlock)."] if self.running else []
        for region in self.regions:
            lines += _lines(region)
        lines += _failures(self.failed, "")
        return "\n".join(lines)


def run(plan: Plan, names: tuple[str, ...] = ()) -> Status:
    """Say how far the regions are.

    Args:
        plan: of the settings.
        names: regions to report; empty: all.

    Raises:
        SettingsError: there is no such region.
    """
    wanted = names or tuple(plan.regions)
    for name in wanted:
        plan.regions[name]  # an unknown one is refused before anything is read
    untrue = {one.path for one in incomplete_lists(plan)}
    status = Status(plan.layout.results, running=_any_in(LOCKS))
    status.regions = [_region(plan, name, untrue) for name in wanted]
    status.failed = _failure("refresh", _log_of_all(plan, "refresh"))
    if not all(Path(plan.layout.mosaic(f"{year}.csv")).is_file() for year in plan.mosaic_years()):
        status.failed += _failure("mosaic", _log_of_all(plan, "mosaic"))
    if not Path(plan.layout.summary("index.html")).is_file():
        status.failed += _failure("index", _log_of_all(plan, "index"))
    return status


def _log_of_all(plan: Plan, stage: str) -> Path:
    """Log file of a stage of all regions together."""
    return Path(plan.layout.log(stage, "."))


def _region(plan: Plan, name: str, untrue: set[Path]) -> RegionStatus:
    """Say how far one region is."""
    missing = [step for step in steps_of(plan, name) if not _done(step, untrue)]
    failed = tuple(failure for step in missing for failure in _failure(step.name, step.log))
    rows = [row for year in plan.map_years(name) for row in _rows(Path(plan.layout.map_list(name, year)))]
    times = [row["time"] for row in rows if row.get("time")]
    folders = [Path(plan.layout.results) / name, Path(plan.layout.report(name))]
    return RegionStatus(
        region=name,
        state="failed" if failed else "incomplete" if missing else "complete",
        maps=len(rows),
        provisional=sum(row.get("provisional") == yes_or_no(True) for row in rows),
        newest_map=max(times, default=None),
        newest_granule=_newest_granule(plan, name),
        missing=tuple(step.name for step in missing),
        failed=failed,
        disk_bytes=sum(_size(folder) for folder in folders),
        no_data=no_data_reason(plan.layout, name),
    )


def _done(step: Step, untrue: set[Path]) -> bool:
    """Decide whether all files of a job are there, and all rasters that its list names."""
    return all(path.is_file() and path not in untrue for path in step.files)


def _failure(job: str, log: Path) -> list[JobFailure]:
    """Return the failure that a log ends with, if it does."""
    reason = last_error(log)
    return [] if reason is None else [JobFailure(job, str(log), reason)]


def _rows(path: Path) -> list[dict[str, str]]:
    """Rows of a list of maps; none where it is not there."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except (OSError, ValueError, csv.Error):
        return []


def _newest_granule(plan: Plan, name: str) -> str | None:
    """Time of the newest granule that is present, of the last year that has any."""
    for year in reversed(plan.years(name)):
        path = Path(plan.layout.manifest(name, "coarse", year))
        try:
            features = json.loads(path.read_text(encoding="utf-8"))["features"]
            properties = [feature["properties"] for feature in features]
            times = [str(each["time"]) for each in properties if each["state"] == "present"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if times:
            return f"{max(times)[:19]}Z"
    return None


def _any_in(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except OSError:
        return False


def _size(folder: Path) -> int:
    """Bytes of all files below a folder; what goes meanwhile counts nothing."""
    total, waiting = 0, [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return total


def _lines(region: RegionStatus) -> Iterator[str]:
    """Lines about one region."""
    maps = f"{region.maps} maps" + (f" ({region.provisional} provisional)" if region.provisional else "")
    newest = f", newest {region.newest_map}" if region.newest_map else ""
    granule = f"newest granule {region.newest_granule}" if region.newest_granule else "no granules"
    yield f"{region.region}: {region.state}; {maps}{newest}; {granule}; {region.disk_bytes / 1e6:.1f} MB"
    if region.no_data:
        yield f"  no data: {region.no_data}"
    if region.missing:
        yield f"  to do: {', '.join(region.missing)}"
    yield from _failures(region.failed, "  ")


def _failures(failures: list[JobFailure] | tuple[JobFailure, ...], indent: str) -> Iterator[str]:
    """Lines about what failed and why."""
    for failure in failures:
        yield f"{indent}failed: {failure.job} ({failure.log})"
        yield from (f"{indent}  {line}" for line in failure.reason.splitlines())
