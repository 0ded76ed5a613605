"""The body of a response as it arrives, watched for stalls and for too many bytes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from smen.products.hdf5 import SIGNATURE
from smen.sources.earthdata.transfer_errors import TransferError

if TYPE_CHECKING:
    import requests

    from smen.sources.earthdata.retry import RetryPolicy
    from smen.sources.earthdata.run_control import RunControl
    from smen.sources.earthdata.umm import CmrGranule

CHUNK = 1 << 18
"""Bytes that are read from a connection, or a file, at a time; TLS gives 16 kB of them."""

BATCH = 1 << 19
"""Bytes that are gathered before they are hashed and written: each such step hands the interpreter to other threads,
and many small ones cost throughput."""

ERROR_TEXT = 20_000
"""Bytes of an error's page that are read at most."""

INEXACT = 2.0
"""Factor over a listed size that is rounded or of an uncertain unit, plus `ROOM`."""

ROOM = 1 << 20
LARGEST = 1 << 30
"""Bytes that may come where the record gives no size. Granules of these products measure some megabytes."""


def size_limit(granule: CmrGranule) -> int:
    """Return the number of bytes after which a transfer is broken off."""
    if granule.exact:
        return granule.size
    return min(LARGEST, round(granule.size * INEXACT) + ROOM) if granule.size else LARGEST


def batches(response: requests.Response, most: int, policy: RetryPolicy, control: RunControl) -> Iterator[bytes]:
    """Yield the body in batches; the first as soon as it is long enough to recognise a granule.

    Args:
        response: the response, its body not read yet.
        most: bytes after which the transfer is broken off.
        policy: limits of time and rate.
        control: the run, which may abort the transfer.

    Raises:
        TransferError: too many bytes come, or are announced; the connection stalls; the run is aborted.
    """
    announced = response.headers.get("Content-Length", "")
    if announced.isdigit() and int(announced) > most and "Content-Encoding" not in response.headers:
        reason = f"{announced} bytes are announced where at most {most} belong"
        raise TransferError(reason, "content", retryable=True)
    size = held = 0
    batch: list[bytes] = []
    for data in _pieces(response, policy, control):
        size += len(data)
        held += len(data)
        batch.append(data)
        if size > most:
            reason = f"more than the {most} bytes that belong came: broken off"
            raise TransferError(reason, "content", retryable=True)
        first = size == held  # passed on at once: a page is recognised before all of it has come
        if held >= (len(SIGNATURE) if first else BATCH):
            yield b"".join(batch)
            batch, held = [], 0
    if batch:
        yield b"".join(batch)


def error_text(response: requests.Response, policy: RetryPolicy, control: RunControl) -> str:
    """Return the first part of an error's page.

    Args:
        response: the response, its body not read yet.
        policy: limits of time and rate.
        control: the run, which may abort the transfer.
    """
    text = b""
    for data in _pieces(response, policy, control):
        text += data
        if len(text) >= ERROR_TEXT:
            break
    return text.decode("utf-8", "replace")


def _pieces(response: requests.Response, policy: RetryPolicy, control: RunControl) -> Iterator[bytes]:
    """Yield bytes as they arrive; a connection below the least rate over the window is a stall.

    `read1` returns after one read of the socket, which `policy.read_timeout` bounds: a larger read would wait for a
    trickle to fill it, for hours.
    """
    since, received = time.monotonic(), 0
    encoded = "Content-Encoding" in response.headers
    while True:
        data = response.raw.read1(CHUNK, decode_content=encoded)
        if not data:
            return
        received += len(data)
        now = time.monotonic()
        if now - since >= policy.stall_window:
            if received < policy.min_rate * (now - since):
                host = urlsplit(response.url).hostname
                reason = f"{host} sent {received} bytes in {now - since:.0f} s: stalled"
                raise TransferError(reason, "network", retryable=True)
            since, received = now, 0
        if control.aborted:
            raise TransferError(control.reason, "stopped", retryable=False)
        yield data
