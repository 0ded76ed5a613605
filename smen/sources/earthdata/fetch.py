"""One granule from the archive into the store, or found there: verified either way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from smen.sources.earthdata.links import addresses
from smen.sources.earthdata.redact import strip_query
from smen.sources.earthdata.retry import RetryPolicy, retry
from smen.sources.earthdata.transfer import transfer
from smen.sources.earthdata.transfer_errors import TransferError, combined
from smen.sources.earthdata.verify_file import VerifiedGranule, read_through, verify_any

if TYPE_CHECKING:
    from io import FileIO

    import requests

    from smen.sources.earthdata.auth import Login
    from smen.sources.earthdata.granule_query import GranuleQuery
    from smen.sources.earthdata.run_control import RunControl
    from smen.sources.earthdata.store import Store
    from smen.sources.earthdata.umm import CmrGranule


class Fetcher:
    """Fetches granules into a store, from several threads.

    Args:
        store: where they go.
        login: gives each thread its session.
        policy: limits.
        control: pauses and the end of the run.
        received: called with the number of bytes as they come (negative where an attempt failed).

    Attributes:
        elsewhere: of each granule that came from a further address, its name and why.
    """

    def __init__(
        self, store: Store, login: Login, policy: RetryPolicy, control: RunControl, received: Callable[[int], None]
    ) -> None:
        self._store, self._login, self._policy, self._control = store, login, policy, control
        self._received = received
        self._thread = threading.local()
        self.elsewhere: list[str] = []

    def fetch(self, granule: CmrGranule, query: GranuleQuery) -> VerifiedGranule:
        """Fetch one granule, unless another process has just done so.

        Args:
            granule: the archive's record.
            query: product, variable and window.

        Raises:
            TransferError: it failed for good; nothing appears in the store. Where the login was refused the run ends.
            OutputError: the store cannot be written.
        """
        self._control.sleep(0.0)
        try:
            return self._fetch(granule, query)
        except TransferError as error:
            if error.kind == "denied":  # here and not in the main thread: the others ask for nothing more
                self._control.stop("not tried, after the login was refused for another")
            raise

    def _fetch(self, granule: CmrGranule, query: GranuleQuery) -> VerifiedGranule:
        path = self._store.path(granule.name, granule.version)
        with self._store.claim(path, self._control) as part:
            if path.exists():
                present = verify_any(path, granule, query)
                if isinstance(present, VerifiedGranule):
                    return present
            fetched = self._from_any(granule, part, query)
            self._store.publish(part, path)
            return fetched

    def _from_any(self, granule: CmrGranule, part: FileIO, query: GranuleQuery) -> VerifiedGranule:
        """Fetch from the first address that has it; the next is tried where one fails for good.

        Raises:
            TransferError: none has it.
        """
        failures: list[tuple[str, TransferError]] = []
        for record in addresses(granule):
            sent: set[str] = set()
            try:
                fetched = retry(
                    lambda record=record, sent=sent: self._attempt(record, part, query, sent),  # type: ignore[misc]
                    self._policy,
                    self._control,
                )
            except TransferError as error:
                if error.kind in ("denied", "stopped"):
                    raise
                failures.append((strip_query(record.url or "no address"), error))
            else:
                if failures:
                    self.elsewhere.append(f"{granule.filename} ({failures[0][1].reason})")
                return fetched
        raise combined(failures)

    def _attempt(self, granule: CmrGranule, part: FileIO, query: GranuleQuery, sent: set[str]) -> VerifiedGranule:
        """Transfer and verify once; `sent` holds the checksums of the damaged files of earlier attempts."""
        size = 0

        def count(more: int) -> None:
            nonlocal size
            size += more
            self._received(more)

        part.seek(0)
        part.truncate()
        try:
            with self._store.connection(self._policy.connections, self._control):
                host = self._login.auth.system.edl_hostname
                digest = transfer(self._session(), granule, part, self._policy, self._control, host, count)
            verified = read_through(Path(str(part.name)), granule, query, digest)
            if isinstance(verified, TransferError):
                if digest.sha256 in sent:  # the same twice: that is what the archive has
                    raise TransferError(f"{verified.reason}, and comes like this again", "bad", retryable=False)
                sent.add(digest.sha256)
                raise verified
        except TransferError:
            self._received(-size)
            raise
        return verified

    def _session(self) -> requests.Session:
        """Return this thread's session: one login and one connection for many granules."""
        if not hasattr(self._thread, "session"):
            self._thread.session = self._login.session()
        session: requests.Session = self._thread.session
        return session
