"""One granule from the archive into the store, or found there: verified either way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smen.errors import GranuleError
from smen.products.hdf5 import REMEDY
from smen.products.verify import check
from smen.sources.earthdata.retry import Gate, Patience, persist
from smen.sources.earthdata.transfer import CHUNK, Digest, transfer
from smen.sources.earthdata.transfer_errors import Fault

if TYPE_CHECKING:
    from io import FileIO

    import requests

    from smen.sources.earthdata.auth import Login
    from smen.sources.earthdata.search import Want
    from smen.sources.earthdata.store import Store
    from smen.sources.earthdata.umm import Listed


@dataclass(frozen=True)
class Whole:
    """A granule that is in the store, whole: what the file itself tells.

    Attributes:
        touches: whether any of its cells overlaps the window.
        known: the fields of its record in a manifest.
    """

    touches: bool
    known: dict[str, Any]


def verify(path: Path, listed: Listed, want: Want) -> Whole | Fault:
    """Hold a file of the store against the record, and read it through."""
    digest = Digest(listed.checksum)
    try:
        with path.open("rb", buffering=0) as stream:
            while data := stream.read(CHUNK):
                digest.update(data)
    except OSError as problem:
        return Fault(f"{path} cannot be read ({problem.strerror})", "content", again=True)
    return digest.fault(listed) or _read_through(path, listed, want, digest)


def _read_through(path: Path, listed: Listed, want: Want, digest: Digest) -> Whole | Fault:
    """Read all of a granule; one whose bytes are those of the record, and which is bad all the same, is bad there."""
    try:
        granule = check(path, want.product, want.variable, called=listed.filename)
    except GranuleError as problem:
        what = str(problem).removeprefix(f"{path}: ").removesuffix(f". {REMEDY}")
        if digest.known:
            return Fault(f"damaged in the archive itself: {what}", "bad", again=False)
        return Fault(f"damaged: {what}", "content", again=True)
    touches = granule.touches(want.window)
    known = {
        "begin": granule.begin,
        "end": granule.end,
        "size": digest.size,
        "sha256": digest.sha256,
        "simulated": granule.simulated,
        "footprint": granule.footprint() if touches else None,
    }
    return Whole(touches, known)


class Fetcher:
    """Fetches granules into a store, from several threads.

    Args:
        store: where they go.
        login: gives each thread its session.
        patience: limits.
        gate: the run.
        came: is told of bytes as they come (negative where an attempt failed).
    """

    def __init__(self, store: Store, login: Login, patience: Patience, gate: Gate, came: Callable[[int], None]) -> None:
        self._store, self._login, self._patience, self._gate, self._came = store, login, patience, gate, came
        self._own = threading.local()

    def fetch(self, listed: Listed, want: Want) -> Whole:
        """Fetch one granule, unless another process has just done so.

        Raises:
            Fault: it failed for good; nothing shows in the store.
            OutputError: the store cannot be written.
        """
        self._gate.sleep(0.0)
        path = self._store.path(listed.name, listed.version)
        sent: set[str] = set()
        with self._store.claim(path, self._gate) as part:
            if path.exists():
                found = verify(path, listed, want)
                if isinstance(found, Whole):
                    return found
            whole = persist(lambda: self._attempt(listed, part, want, sent), self._patience, self._gate)
            self._store.publish(part, path)
            return whole

    def _attempt(self, listed: Listed, part: FileIO, want: Want, sent: set[str]) -> Whole:
        """Transfer and verify once; `sent` holds the checksums of what came before."""
        came = 0

        def told(size: int) -> None:
            nonlocal came
            came += size
            self._came(size)

        part.seek(0)
        part.truncate()
        try:
            with self._store.connection(self._patience.connections, self._gate):
                host = self._login.auth.system.edl_hostname
                digest = transfer(self._session(), listed, part, self._patience, self._gate, host, told)
            whole = _read_through(Path(str(part.name)), listed, want, digest)
            if isinstance(whole, Fault):
                if digest.sha256 in sent:  # the same twice: that is what the archive has
                    raise Fault(f"{whole.reason}, and comes like this again", "bad", again=False)
                sent.add(digest.sha256)
                raise whole
        except Fault:
            self._came(-came)
            raise
        return whole

    def _session(self) -> requests.Session:
        """This thread's session: one login and one connection for many granules."""
        if not hasattr(self._own, "session"):
            self._own.session = self._login.session()
        session: requests.Session = self._own.session
        return session
