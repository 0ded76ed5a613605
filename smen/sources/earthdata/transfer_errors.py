"""What can go wrong with one request, in words for users, and whether another attempt may succeed."""

from __future__ import annotations

import datetime as dt
import json
import socket
import ssl
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from smen.sources.earthdata.redact import strip_query

if TYPE_CHECKING:
    from requests import Response

Kind = Literal["network", "server", "denied", "forbidden", "gone", "content", "bad", "stopped"]
"""`network`: cut, stalled, unreachable; `server`: an error status; `denied`: the login was not accepted; `forbidden`:
the login lacks a right, or a licence is not accepted; `gone`: the archive lists the granule but does not have it;
`content`: what came is not the granule; `bad`: what came is what the archive has, and that is damaged; `stopped`: not
tried."""

TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that may change a little later."""

AGREEMENTS = "https://urs.earthdata.nasa.gov/profile (Applications, Authorized Apps and EULAs)"
"""Where Earthdata Login lists what a user has agreed to."""

_STATUS_NAMES = {
    400: "Bad Request",
    408: "Request Timeout",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class TransferError(Exception):
    """One attempt failed.

    Attributes:
        reason: what happened, without secrets.
        kind: category of the failure.
        retryable: whether another attempt may succeed.
        retry_after: seconds that the server asks to wait before it (Retry-After); None without such a request.
    """

    def __init__(self, reason: str, kind: Kind, *, retryable: bool, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.kind, self.retryable, self.retry_after = reason, kind, retryable, retry_after


def combined(failures: Sequence[tuple[str, TransferError]]) -> TransferError:
    """Return one error for a granule that failed at all its addresses.

    Args:
        failures: address and error of each, at least one.

    Returns:
        The error itself where there is one address; else one with all reasons, of the first kind that another run may
        mend, if there is any: a granule is never skipped that may still come.
    """
    errors = [error for _, error in failures]
    if len(errors) == 1:
        return errors[0]
    lasting = ("gone", "bad")
    kind = next((error.kind for error in errors if error.kind not in lasting), errors[0].kind)
    reasons = "; ".join(f"{address}: {error.reason}" for address, error in failures)
    return TransferError(f"none of its {len(errors)} addresses has it ({reasons})", kind, retryable=False)


def from_response(response: Response, text: str) -> TransferError:
    """Return the error for a status of 400 or more (or a redirect without a target).

    Args:
        response: the response.
        text: the beginning of its body.
    """
    code = response.status_code
    host = urlsplit(response.url).hostname
    if code in (401, 403):
        return _access_error(response, text)
    if code in (404, 410):
        reason = f"{code}: listed, but not at {host} any more (withdrawn, or moved); refresh the listing"
        return TransferError(reason, "gone", retryable=False)
    status = f"{code} {_STATUS_NAMES.get(code, response.reason or '')}".strip()
    return TransferError(
        f"{status} from {host}", "server", retryable=code in TRANSIENT, retry_after=parse_retry_after(response)
    )


def _access_error(response: Response, text: str) -> TransferError:
    """Return the error for 401 and 403: login, licence or right."""
    code, host = response.status_code, urlsplit(response.url).hostname
    if "eula" in text.lower():
        place = _licence_url(text)
        reason = f"{code}: the licence of this data (EULA) is not accepted yet: sign in and accept it at {place}"
        return TransferError(reason, "forbidden", retryable=False)
    if code == 403:
        reason = f"403 from {host}: the login has no right to this data; see whether its application is approved at "
        return TransferError(reason + AGREEMENTS, "forbidden", retryable=False)
    if response.history:
        origin = urlsplit(response.history[0].url).hostname
        reason = f"{code} from {host}, to which {origin} redirected: the login was not accepted there"
        return TransferError(reason, "denied", retryable=False)
    return TransferError(f"{code} from {host}: the login was not accepted", "denied", retryable=False)


def _licence_url(text: str) -> str:
    """Return where to accept a licence, from Earthdata Login's response."""
    try:
        return strip_query(str(json.loads(text)["resolution_url"]))
    except (ValueError, KeyError, TypeError):
        return AGREEMENTS


def parse_retry_after(response: Response) -> float | None:
    """Return the seconds of the header Retry-After; None without a usable one.

    RFC 9110, section 10.2.3: seconds or a date.
    """
    value = response.headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=dt.UTC)
    return max(0.0, (when - dt.datetime.now(dt.UTC)).total_seconds())


def from_exception(error: BaseException, host: str | None) -> TransferError:
    """Return the error for an exception of requests or urllib3.

    The texts of those exceptions are not used: they hold whole URLs, with the keys of signed links.

    Args:
        error: the exception.
        host: the host that was asked.
    """
    causes = _causes(error)
    names = {type(cause).__name__ for cause in causes}
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        reason = (
            f"the certificate of {host} cannot be verified: behind a proxy that opens connections, name its "
            "certificate in REQUESTS_CA_BUNDLE"
        )
        return TransferError(reason, "network", retryable=False)
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return TransferError(f"the host {host} cannot be found: is this machine online?", "network", retryable=True)
    if names & {"TooManyRedirects"}:
        return TransferError(f"{host} redirects in a circle", "denied", retryable=False)
    if names & {"InvalidURL", "MissingSchema", "InvalidSchema", "LocationParseError"}:
        return TransferError("the archive's record gives an invalid address", "gone", retryable=False)
    if names & {"ConnectTimeout", "ConnectTimeoutError"}:
        return TransferError(f"{host} does not answer (no connection in time)", "network", retryable=True)
    if names & {"ReadTimeout", "ReadTimeoutError", "TimeoutError"}:
        return TransferError(f"{host} stopped sending (timed out)", "network", retryable=True)
    if names & {"IncompleteRead"}:
        return TransferError(f"{host} cut the connection before the end", "network", retryable=True)
    detail = next((c.strerror for c in reversed(causes) if isinstance(c, OSError) and c.strerror), None)
    reason = f"connection to {host} failed ({detail or type(error).__name__})"
    return TransferError(reason, "network", retryable=True)


def _causes(error: BaseException) -> list[BaseException]:
    """Return an exception and all its causes, including those that urllib3 keeps in `reason` and `args`."""
    causes: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        candidate = waiting.pop(0)
        if isinstance(candidate, BaseException) and candidate not in causes:
            causes.append(candidate)
            waiting += [candidate.__cause__, candidate.__context__, getattr(candidate, "reason", None), *candidate.args]
    return causes
