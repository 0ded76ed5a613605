"""One granule over one connection, watched: silence, a drip, too many bytes, a page instead of a granule."""

from __future__ import annotations

import hashlib
import time
import zlib
from collections.abc import Callable, Iterator
from io import FileIO
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from smen.errors import OutputError
from smen.products.hdf5 import SIGNATURE
from smen.sources.earthdata.transfer_errors import Fault, from_answer, from_error

if TYPE_CHECKING:
    import requests

    from smen.sources.earthdata.retry import Gate, Patience
    from smen.sources.earthdata.umm import Listed

CHUNK = 1 << 18
"""Bytes that are asked of a connection, or a file, at a time; TLS gives 16 kB of them."""

BATCH = 1 << 19
"""Bytes that are gathered before they are hashed and written: each such step passes the interpreter to other threads,
and many small ones cost throughput."""

ERROR_TEXT = 20_000
"""Bytes of an error's page that are read at most."""

INEXACT = 2.0
"""How many times the listed size may come where that is rounded or of an uncertain unit, plus `ROOM`."""

ROOM = 1 << 20
LARGEST = 1 << 30
"""Bytes that may come where the record gives no size. Granules of these products measure some megabytes."""

_BY_LENGTH = {40: "sha1", 64: "sha256", 96: "sha384", 128: "sha512"}


class Digest:
    """Size and checksums of bytes as they pass: SHA-256 for our manifest, and the one that the record gives."""

    def __init__(self, checksum: tuple[str, str] | None) -> None:
        self.size = 0
        self._sha256 = hashlib.sha256()
        self._theirs = _algorithm(checksum)
        self._checksum = checksum

    def update(self, data: bytes) -> None:
        """Take more bytes."""
        self.size += len(data)
        self._sha256.update(data)
        if self._theirs is not None:
            self._theirs.update(data)

    @property
    def known(self) -> bool:
        """Whether the record gives a checksum of an algorithm that we know."""
        return self._theirs is not None

    @property
    def sha256(self) -> str:
        """Of all bytes so far, hexadecimal."""
        return self._sha256.hexdigest()

    def fault(self, listed: Listed) -> Fault | None:
        """What speaks against these bytes by the record; None where nothing does, or the record gives nothing."""
        if listed.exact and self.size != listed.size:
            return Fault(f"{self.size} bytes came where the record says {listed.size}", "content", again=True)
        if self._theirs is not None and self._checksum is not None:
            mine, given = self._theirs.hexdigest(), self._checksum[1]
            if mine.lstrip("0") != given.lstrip("0"):
                what = f"its {self._checksum[0]} is {mine} where the record says {given}"
                return Fault(what, "content", again=True)
        return None


class _Sum:
    """A 32-bit checksum of zlib, with hashlib's methods."""

    def __init__(self, function: Callable[[bytes, int], int], value: int) -> None:
        self._function, self._value = function, value

    def update(self, data: bytes) -> None:
        self._value = self._function(data, self._value)

    def hexdigest(self) -> str:
        return f"{self._value:08x}"


def _algorithm(checksum: tuple[str, str] | None) -> hashlib._Hash | _Sum | None:
    """The function behind a name of UMM-G's list (MD5, SHA-1, SHA-2, Adler-32, ...); None for those we do not know."""
    if checksum is None:
        return None
    name = checksum[0].lower().replace("-", "").replace("_", "")
    if name == "sha2":
        name = _BY_LENGTH.get(len(checksum[1]), "")
    if name == "adler32":
        return _Sum(zlib.adler32, 1)
    if name == "crc32":
        return _Sum(zlib.crc32, 0)
    return hashlib.new(name, usedforsecurity=False) if name in hashlib.algorithms_guaranteed - _EXTENDABLE else None


_EXTENDABLE = {"shake_128", "shake_256"}


def limit(listed: Listed) -> int:
    """How many bytes may come before the transfer is broken off."""
    if listed.exact:
        return listed.size
    return min(LARGEST, round(listed.size * INEXACT) + ROOM) if listed.size else LARGEST


def transfer(
    session: requests.Session,
    listed: Listed,
    out: FileIO,
    patience: Patience,
    gate: Gate,
    login_host: str,
    told: Callable[[int], None],
) -> Digest:
    """Fetch a granule into an empty file.

    Args:
        session: authenticated; no other thread uses it.
        listed: what is expected.
        out: where it goes.
        patience: limits of time.
        gate: the run, which may break the transfer off.
        login_host: an answer from there is a page to log in at, not a granule.
        told: is told of every chunk's bytes.

    Raises:
        Fault: it failed; the file holds whatever came.
        OutputError: the file cannot be written.
    """
    import requests
    import urllib3

    if listed.url is None:
        raise Fault("the archive's record gives no https link", "gone", again=False)
    host = urlsplit(listed.url).hostname
    digest = Digest(listed.checksum)
    try:
        with session.get(
            listed.url,
            stream=True,
            timeout=(patience.connect, patience.silence),
            headers={"Accept-Encoding": "identity"},
        ) as response:
            host = urlsplit(response.url).hostname
            if response.status_code != 200:
                raise from_answer(response, _beginning(response, patience, gate))
            for data in _watched(response, limit(listed), patience, gate):
                if digest.size == 0:
                    _refuse_page(data, response, login_host)
                digest.update(data)
                _write(out, data)
                told(len(data))
    except (requests.RequestException, urllib3.exceptions.HTTPError) as problem:
        raise from_error(problem, host) from None
    if digest.size == 0:
        raise Fault("the answer was empty", "content", again=True)
    if (wrong := digest.fault(listed)) is not None:
        raise wrong
    return digest


def _watched(response: requests.Response, most: int, patience: Patience, gate: Gate) -> Iterator[bytes]:
    """The body in chunks, the first one long enough to tell a granule; broken off where too much or little comes."""
    announced = response.headers.get("Content-Length", "")
    if announced.isdigit() and int(announced) > most and "Content-Encoding" not in response.headers:
        raise Fault(f"{announced} bytes are announced where at most {most} belong", "content", again=True)
    size = held = 0
    batch: list[bytes] = []
    for data in _pieces(response, patience, gate):
        size += len(data)
        held += len(data)
        batch.append(data)
        if size > most:
            raise Fault(f"more than the {most} bytes that belong came: broken off", "content", again=True)
        first = size == held  # given on at once: a page is told from a granule before all of it has come
        if held >= (len(SIGNATURE) if first else BATCH):
            yield b"".join(batch)
            batch, held = [], 0
    if batch:
        yield b"".join(batch)


def _pieces(response: requests.Response, patience: Patience, gate: Gate) -> Iterator[bytes]:
    """What comes, as it comes; a connection that gives too little over the window is a stall.

    `read1` returns after one read of the socket, which `patience.silence` bounds: a larger read would wait for a drip
    to fill it, for hours.
    """
    since, came = time.monotonic(), 0
    encoded = "Content-Encoding" in response.headers
    while True:
        data = response.raw.read1(CHUNK, decode_content=encoded)
        if not data:
            return
        came += len(data)
        now = time.monotonic()
        if now - since >= patience.window:
            if came < patience.least_rate * (now - since):
                host = urlsplit(response.url).hostname
                raise Fault(f"{host} sent {came} bytes in {now - since:.0f} s: stalled", "network", again=True)
            since, came = now, 0
        if gate.broken_off:
            raise Fault(gate.reason, "stopped", again=False)
        yield data


def _beginning(response: requests.Response, patience: Patience, gate: Gate) -> str:
    """The first part of an error's page, as text."""
    text = b""
    for data in _pieces(response, patience, gate):
        text += data
        if len(text) >= ERROR_TEXT:
            break
    return text.decode("utf-8", "replace")


def _refuse_page(data: bytes, response: requests.Response, login_host: str) -> None:
    """End at once where the first bytes are not a granule's."""
    if data.startswith(SIGNATURE):
        return
    came_from = urlsplit(response.url)
    page = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    if page and response.history and (came_from.netloc == login_host or "/oauth/" in came_from.path):
        raise Fault(f"{came_from.hostname} asked to log in again: the login was not taken", "denied", again=False)
    what = "a web page" if page else "something that is not HDF5"
    raise Fault(f"{came_from.hostname} sent {what} instead of the granule", "content", again=True)


def _write(out: FileIO, data: bytes) -> None:
    rest = memoryview(data)
    try:
        while rest:
            rest = rest[out.write(rest) :]
    except OSError as problem:
        raise OutputError(
            f"{out.name} cannot be written: {problem.strerror or problem}. Free some space or choose another folder "
            "for folders.resources; what was fetched before is kept"
        ) from problem
