"""One granule over one connection into a file: error pages are recognised, size and checksum compared."""

from __future__ import annotations

from collections.abc import Callable
from io import FileIO
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from smen.errors import OutputError
from smen.products.hdf5 import SIGNATURE
from smen.sources.earthdata.body import batches, error_text, size_limit
from smen.sources.earthdata.checksums import Digest
from smen.sources.earthdata.transfer_errors import TransferError, from_exception, from_response

if TYPE_CHECKING:
    import requests

    from smen.sources.earthdata.retry import RetryPolicy
    from smen.sources.earthdata.run_control import RunControl
    from smen.sources.earthdata.umm import CmrGranule


def transfer(
    session: requests.Session,
    granule: CmrGranule,
    out: FileIO,
    policy: RetryPolicy,
    control: RunControl,
    login_host: str,
    received: Callable[[int], None],
) -> Digest:
    """Fetch a granule into an empty file.

    Args:
        session: authenticated; no other thread uses it.
        granule: what is expected.
        out: where it goes.
        policy: limits of time and rate.
        control: the run, which may abort the transfer.
        login_host: a response from there is a login page, not a granule.
        received: called with the number of bytes of every batch.

    Returns:
        Size and checksums of what came.

    Raises:
        TransferError: it failed; the file holds whatever came.
        OutputError: the file cannot be written.
    """
    import requests
    import urllib3

    if granule.url is None:
        raise TransferError("the archive's record gives no https link", "gone", retryable=False)
    host = urlsplit(granule.url).hostname
    digest = Digest(granule.checksum)
    headers = {"Accept-Encoding": "identity"}
    try:
        with session.get(granule.url, stream=True, timeout=policy.timeouts, headers=headers) as response:
            host = urlsplit(response.url).hostname
            if response.status_code != 200:
                raise from_response(response, error_text(response, policy, control))
            for data in batches(response, size_limit(granule), policy, control):
                if digest.size == 0:
                    _refuse_page(data, response, login_host)
                digest.update(data)
                _write(out, data)
                received(len(data))
    except (requests.RequestException, urllib3.exceptions.HTTPError) as problem:
        raise from_exception(problem, host) from None
    if digest.size == 0:
        raise TransferError("the answer was empty", "content", retryable=True)
    if (mismatch := digest.mismatch(granule)) is not None:
        raise mismatch
    return digest


def _refuse_page(data: bytes, response: requests.Response, login_host: str) -> None:
    """End at once where the first bytes are not those of a granule."""
    if data.startswith(SIGNATURE):
        return
    url = urlsplit(response.url)
    is_page = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    if is_page and response.history and (url.netloc == login_host or "/oauth/" in url.path):
        reason = f"{url.hostname} asked to log in again: the login was not accepted"
        raise TransferError(reason, "denied", retryable=False)
    what = "a web page" if is_page else "something that is not HDF5"
    raise TransferError(f"{url.hostname} sent {what} instead of the granule", "content", retryable=True)


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
