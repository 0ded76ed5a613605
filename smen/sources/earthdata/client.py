"""The archive as a whole: list granules, estimate their size, fetch what is missing, report what failed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from smen.errors import ArchiveError
from smen.sources.earthdata.auth import Login, log_in
from smen.sources.earthdata.endpoints import earthdata_system
from smen.sources.earthdata.estimate import Estimate
from smen.sources.earthdata.fetch import Fetcher
from smen.sources.earthdata.fetch_report import Failure, failure_message, refusal_message
from smen.sources.earthdata.progress import Progress
from smen.sources.earthdata.retry import RetryPolicy
from smen.sources.earthdata.run_control import RunControl
from smen.sources.earthdata.search import search
from smen.sources.earthdata.store import Store
from smen.sources.earthdata.transfer_errors import TransferError
from smen.sources.earthdata.verify_file import VerifiedGranule, verify_any

if TYPE_CHECKING:
    from earthaccess.system import System

    from smen.sources.earthdata.granule_query import GranuleQuery
    from smen.sources.earthdata.umm import CmrGranule
    from smen.sources.manifest import GranuleRecord

    Outcomes = dict[str, VerifiedGranule | TransferError]
    """What became of each granule, by file name."""

log = logging.getLogger(__name__)


class Archive:
    """NASA Earthdata with a store of granules.

    Args:
        store: folder of the store.
        system: search and login; by default NASA's production system.
        policy: limits of time, attempts and connections.
    """

    def __init__(self, store: Path | str, system: System | None = None, policy: RetryPolicy | None = None) -> None:
        self.store = Store(store)
        self._system = system or earthdata_system()
        self._policy = policy or RetryPolicy()
        self._login_accepted = False

    @cached_property
    def _login(self) -> Login:
        """One login for all granules, made when the first one has to be fetched."""
        return log_in(self._system)

    def listing(self, query: GranuleQuery) -> list[CmrGranule]:
        """Return the granules of a product that touch a window in a period, in their highest version; needs no login.

        Raises:
            ArchiveError: the search fails, is not complete, or has no such product and version.
        """
        try:
            return search(query, self._system, self._policy, RunControl())
        except TransferError as error:
            raise ArchiveError(f"{query}: {error.reason}. Try again later") from None

    def estimate(self, granules: Sequence[CmrGranule]) -> Estimate:
        """Return the size of a listing, and how much of it is not in the store; each granule counts once."""
        return Estimate.of(granules, self.store)

    def obtain(
        self, queries: Sequence[GranuleQuery], bad: Literal["stop", "skip"] = "stop"
    ) -> list[list[GranuleRecord]]:
        """List, fetch what is missing, verify all, and keep what touches the windows.

        All that can be fetched is fetched, also where something fails; a rerun then fetches only what failed.

        Args:
            queries: one per product.
            bad: granules that the archive lists but does not have, or has in a bad state: `stop` with an error that
                lists them, or `skip` them, with the reason in their record.

        Returns:
            For each query its records by time and name, all present (or skipped).

        Raises:
            ArchiveError: the search or the login fails, or granules could not be fetched: all, with reasons.
            OutputError: the store cannot be written.
        """
        listings = [self.listing(query) for query in queries]
        outcomes: Outcomes = {}
        for query, listing in zip(queries, listings, strict=True):
            outcomes |= self._verify_present(query, listing)
        for query, listing in zip(queries, listings, strict=True):
            if missing := [g for g in listing if not isinstance(outcomes.get(g.filename), VerifiedGranule)]:
                log.info("%s: %s", query, self.estimate(listing))
                outcomes |= self._fetch(query, missing)
        self._report(listings, outcomes, bad)
        return [
            [record for g in listing if (record := self._record(g, outcomes[g.filename])) is not None]
            for listing in listings
        ]

    def _verify_present(self, query: GranuleQuery, listing: Sequence[CmrGranule]) -> Outcomes:
        """Verify the granules that are in the store already."""
        outcomes: Outcomes = {}
        for granule in listing:
            path = self.store.path(granule.name, granule.version)
            if path.is_file():
                outcomes[granule.filename] = outcome = verify_any(path, granule, query)
                if isinstance(outcome, TransferError):
                    log.warning("%s is fetched again: %s", path, outcome.reason)
        return outcomes

    def _fetch(self, query: GranuleQuery, missing: Sequence[CmrGranule]) -> Outcomes:
        """Fetch granules of one product, several at a time; a failure of one leaves the others alone.

        Raises:
            ArchiveError: no login.
            OutputError: the store cannot be written.
            KeyboardInterrupt: the user stopped it; what was fetched is kept.
        """
        login, control, policy = self._login, RunControl(), self._policy
        log.info("%s: fetching %d granules with the login from %s", query, len(missing), login.source)
        outcomes: Outcomes = {}
        consecutive: list[TransferError] = []
        with (
            Progress(len(missing), sum(granule.size for granule in missing), str(query)) as progress,
            ThreadPoolExecutor(policy.connections, "fetch") as pool,
        ):
            fetcher = Fetcher(self.store, login, policy, control, progress.received)
            try:
                rest = self._check_login(fetcher, missing, query, outcomes, progress)
                running = {pool.submit(fetcher.fetch, granule, query): granule for granule in rest}
                for future in as_completed(running):
                    outcome = _outcome(future)
                    outcomes[running[future].filename] = outcome
                    consecutive = [] if isinstance(outcome, VerifiedGranule) else [*consecutive, outcome]
                    progress.finished()
                    self._stop_after(consecutive, control)
            except BaseException:
                control.stop("the run was stopped", abort=True)
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        if fetcher.elsewhere:
            first, number = fetcher.elsewhere[0], len(fetcher.elsewhere)
            log.warning("%s: %d granules came from a further address than the first, e.g. %s", query, number, first)
        fetched = sum(isinstance(outcome, VerifiedGranule) for outcome in outcomes.values())
        log.info("%s: fetched %d granules, %s", query, fetched, progress.summary())
        return outcomes

    def _check_login(
        self,
        fetcher: Fetcher,
        missing: Sequence[CmrGranule],
        query: GranuleQuery,
        outcomes: Outcomes,
        progress: Progress,
    ) -> Sequence[CmrGranule]:
        """Fetch the first granule alone: it goes through the login as all do, so that no other request is needed.

        Args:
            fetcher: fetches it.
            missing: granules to fetch, at least one.
            query: their product.
            outcomes: receives what became of it.
            progress: told of it.

        Returns:
            The granules that are left; all, where a granule has come with this login before.

        Raises:
            ArchiveError: the login is not accepted.
        """
        if self._login_accepted:
            return missing
        first, *rest = missing
        try:
            outcomes[first.filename] = fetcher.fetch(first, query)
            self._login_accepted = True
        except TransferError as error:
            if error.kind == "denied":
                raise ArchiveError(refusal_message(error, self._login)) from None
            outcomes[first.filename] = error
        progress.finished()
        return rest

    def _stop_after(self, consecutive: Sequence[TransferError], control: RunControl) -> None:
        """Stop the run after too many consecutive failures."""
        if sum(error.kind != "gone" for error in consecutive) >= self._policy.max_failures:
            control.stop(f"not tried, after {self._policy.max_failures} others failed one after the other")

    def _report(self, listings: Sequence[Sequence[CmrGranule]], outcomes: Outcomes, bad: str) -> None:
        """Raise an error with all failures; with `skip` only those that a rerun may mend."""
        failures: dict[str, Failure] = {}
        for listing in listings:
            for granule in listing:
                error = outcomes[granule.filename]
                if isinstance(error, TransferError) and not (bad == "skip" and error.kind in ("gone", "bad")):
                    failures[granule.filename] = Failure(granule.url or granule.filename, error)
        if failures:
            raise ArchiveError(failure_message(list(failures.values()), len(outcomes), self.store.root, self._login))

    def _record(self, granule: CmrGranule, outcome: VerifiedGranule | TransferError) -> GranuleRecord | None:
        """Return a granule's record in the manifest; None where its cells do not touch the window after all."""
        path = self.store.path(granule.name, granule.version)
        if isinstance(outcome, TransferError):
            return granule.record(path, state="skipped", reason=outcome.reason)
        return granule.record(path, state="present", **outcome.fields) if outcome.touches else None


def _outcome(future: Future[VerifiedGranule]) -> VerifiedGranule | TransferError:
    """Return the granule or the error; any other exception (disk full, a programming error) ends the run."""
    try:
        return future.result()
    except TransferError as error:
        return error
