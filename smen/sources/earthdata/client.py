"""The archive as a whole: list what is wanted, say how much it is, fetch what is missing, report what failed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from smen.errors import ArchiveError
from smen.sources.earthdata.auth import Login, log_in
from smen.sources.earthdata.endpoints import endpoints
from smen.sources.earthdata.fetch import Fetcher, Whole, verify
from smen.sources.earthdata.fetch_report import Failure, failures
from smen.sources.earthdata.progress import Progress, megabytes
from smen.sources.earthdata.retry import Gate, Patience
from smen.sources.earthdata.search import Want, search
from smen.sources.earthdata.store import Store
from smen.sources.earthdata.transfer_errors import Fault

if TYPE_CHECKING:
    from earthaccess.system import System

    from smen.sources.earthdata.umm import Listed
    from smen.sources.manifest import GranuleRecord

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Estimate:
    """How much something is.

    Attributes:
        granules: how many are listed.
        size: their bytes, as listed.
        missing: how many are not in the store.
        missing_size: bytes to fetch.
        unsized: how many of those to fetch are listed without a size.
    """

    granules: int
    size: int
    missing: int
    missing_size: int
    unsized: int

    def __str__(self) -> str:
        """In words."""
        text = f"{self.granules} granules, {megabytes(self.size)}"
        if not self.missing:
            return f"{text}; all are here"
        more = f" and {self.unsized} of unknown size" if self.unsized else ""
        return f"{text}; {self.missing} to fetch, {megabytes(self.missing_size)}{more}"


class Archive:
    """NASA Earthdata with a store of granules.

    Args:
        store: folder of the store.
        system: whom to ask; by default NASA's production system.
        patience: limits of time, tries and connections.
    """

    def __init__(self, store: Path | str, system: System | None = None, patience: Patience | None = None) -> None:
        self.store = Store(store)
        self._system = system or endpoints()
        self._patience = patience or Patience()

    @cached_property
    def _login(self) -> Login:
        """One login for all granules, made when the first one has to be fetched."""
        return log_in(self._system)

    def listing(self, want: Want) -> list[Listed]:
        """The granules of a product that touch a window in a period, in their highest version; needs no login.

        Raises:
            ArchiveError: the search fails, is not complete, or knows no such product and version.
        """
        try:
            return search(want, self._system, self._patience, Gate())
        except Fault as fault:
            raise ArchiveError(f"{want}: {fault.reason}. Try again later") from None

    def estimate(self, listed: Sequence[Listed]) -> Estimate:
        """How much a listing is, and how much of it is not in the store; each granule counts once."""
        distinct = {record.filename: record for record in listed}.values()
        missing = [r for r in distinct if not self.store.path(r.name, r.version).is_file()]
        sizes = [record.size for record in missing]
        return Estimate(len(distinct), sum(r.size for r in distinct), len(missing), sum(sizes), sizes.count(0))

    def obtain(self, wants: Sequence[Want], bad: Literal["stop", "skip"] = "stop") -> list[list[GranuleRecord]]:
        """List, fetch what is missing, verify all, and keep what touches the windows.

        Whatever can be fetched is, also where something fails; a rerun then fetches only what failed.

        Args:
            wants: what is wanted.
            bad: granules that the archive lists but does not have, or has in a bad state: `stop` with an error that
                lists them, or `skip` them, with the reason in their record.

        Returns:
            For each want its records by time and name, all present (or skipped).

        Raises:
            ArchiveError: the search or the login fails, or granules could not be fetched: all, with reasons.
            OutputError: the store cannot be written.
        """
        lists = [self.listing(want) for want in wants]
        wholes: dict[str, Whole | Fault] = {}
        for want, listed in zip(wants, lists, strict=True):
            log.info("%s: %s", want, self.estimate(listed))
            wholes |= self._verify(want, listed)
        for want, listed in zip(wants, lists, strict=True):
            if todo := [record for record in listed if not isinstance(wholes.get(record.filename), Whole)]:
                wholes |= self._fetch(want, todo)
        self._report(lists, wholes, bad)
        return [
            [record for one in listed if (record := self._record(one, wholes[one.filename])) is not None]
            for listed in lists
        ]

    def _verify(self, want: Want, listed: Sequence[Listed]) -> dict[str, Whole | Fault]:
        """Look through the granules that are here already."""
        found: dict[str, Whole | Fault] = {}
        for record in listed:
            path = self.store.path(record.name, record.version)
            if path.is_file():
                found[record.filename] = verdict = verify(path, record, want)
                if isinstance(verdict, Fault):
                    log.warning("%s is fetched again: %s", path, verdict.reason)
        return found

    def _fetch(self, want: Want, todo: Sequence[Listed]) -> dict[str, Whole | Fault]:
        """Fetch granules of one product, several at a time; a fault in one leaves the others alone.

        Raises:
            ArchiveError: no login.
            OutputError: the store cannot be written.
            KeyboardInterrupt: the user stopped it; what was fetched is kept.
        """
        login, gate, patience = self._login, Gate(), self._patience
        log.info("%s: fetching %d granules with the login from %s", want, len(todo), login.source)
        verdicts: dict[str, Whole | Fault] = {}
        row: list[Fault] = []
        with (
            Progress(len(todo), sum(record.size for record in todo), str(want)) as progress,
            ThreadPoolExecutor(patience.connections, "fetch") as pool,
        ):
            fetcher = Fetcher(self.store, login, patience, gate, progress.came)
            running = {pool.submit(fetcher.fetch, record, want): record for record in todo}
            try:
                for future in as_completed(running):
                    verdict = _verdict(future)
                    verdicts[running[future].filename] = verdict
                    row = [] if isinstance(verdict, Whole) else [*row, verdict]
                    progress.finished()
                    self._give_up(row, gate)
            except BaseException:
                gate.stop("the run was stopped", break_off=True)
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        fetched = sum(isinstance(verdict, Whole) for verdict in verdicts.values())
        log.info("%s: fetched %d granules, %s", want, fetched, progress.summary())
        return verdicts

    def _give_up(self, row: Sequence[Fault], gate: Gate) -> None:
        """Where one granule after the other fails, the rest would too: leave the archive in peace."""
        denied = sum(fault.kind == "denied" for fault in row)
        if denied >= self._patience.denials:
            gate.stop("not tried, after the login was refused for others")
        elif sum(fault.kind != "gone" for fault in row) >= self._patience.failures:
            gate.stop(f"not tried, after {self._patience.failures} others failed one after the other")

    def _report(self, lists: Sequence[Sequence[Listed]], wholes: dict[str, Whole | Fault], bad: str) -> None:
        """Raise an error with all that failed; with `skip` only those failures that a rerun may mend."""
        failed: dict[str, Failure] = {}
        for listed in lists:
            for record in listed:
                fault = wholes[record.filename]
                if isinstance(fault, Fault) and not (bad == "skip" and fault.kind in ("gone", "bad")):
                    failed[record.filename] = Failure(record.url or record.filename, fault)
        if failed:
            raise ArchiveError(failures(list(failed.values()), len(wholes), self.store.root, self._login))

    def _record(self, listed: Listed, whole: Whole | Fault) -> GranuleRecord | None:
        """The line of a granule in the manifest; None where its cells do not touch the window after all."""
        path = self.store.path(listed.name, listed.version)
        if isinstance(whole, Fault):
            return listed.record(path, state="skipped", reason=whole.reason)
        return listed.record(path, state="present", **whole.known) if whole.touches else None


def _verdict(future: Future[Whole]) -> Whole | Fault:
    """The granule or the fault; anything else (disk full, a mistake of ours) ends the run."""
    try:
        return future.result()
    except Fault as fault:
        return fault
