"""What can go wrong with one request, in words for people, and whether another attempt may mend it."""

from __future__ import annotations

import datetime as dt
import json
import socket
import ssl
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from smen.sources.earthdata.redact import bare

if TYPE_CHECKING:
    from requests import Response

Kind = Literal["network", "server", "denied", "forbidden", "gone", "content", "bad", "stopped"]
"""`network`: cut, stalled, unreachable; `server`: it answers with an error; `denied`: the login is not taken;
`forbidden`: it has no right, or a licence is not accepted; `gone`: the archive lists the granule but does not have it;
`content`: what came is not the granule; `bad`: what came is what the archive has, and that is damaged; `stopped`: not
tried."""

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that may be others a little later."""

AGREEMENTS = "https://urs.earthdata.nasa.gov/profile (Applications, Authorized Apps and EULAs)"
"""Where Earthdata Login keeps what a user has agreed to."""

_NAMES = {
    400: "Bad Request",
    408: "Request Timeout",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class Fault(Exception):
    """One attempt failed.

    Attributes:
        reason: what happened, without secrets.
        kind: of which kind it is.
        again: whether another attempt may mend it.
        wait: seconds that the server asks to wait before (Retry-After); None where it asks nothing.
    """

    def __init__(self, reason: str, kind: Kind, *, again: bool, wait: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.kind, self.again, self.wait = reason, kind, again, wait


def from_answer(response: Response, text: str) -> Fault:
    """The fault behind a status of 400 or more (or a redirect to nowhere).

    Args:
        response: the answer.
        text: the beginning of its body.
    """
    code = response.status_code
    host = urlsplit(response.url).hostname
    if code in (401, 403):
        return _denied(response, text)
    if code in (404, 410):
        return Fault(
            f"{code}: listed, but not at {host} any more (withdrawn, or moved); refresh the listing",
            "gone",
            again=False,
        )
    said = f"{code} {_NAMES.get(code, response.reason or '')}".strip()
    return Fault(f"{said} from {host}", "server", again=code in PASSING, wait=retry_after(response))


def _denied(response: Response, text: str) -> Fault:
    code, host = response.status_code, urlsplit(response.url).hostname
    if "eula" in text.lower():
        place = _place_to_agree(text)
        return Fault(
            f"{code}: the licence of this data (EULA) is not accepted yet: sign in and accept it at {place}",
            "forbidden",
            again=False,
        )
    if code == 403:
        return Fault(
            f"403 from {host}: the login has no right to this data; see whether its application is approved at "
            f"{AGREEMENTS}",
            "forbidden",
            again=False,
        )
    if response.history:
        origin = urlsplit(response.history[0].url).hostname
        return Fault(
            f"{code} from {host}, to which {origin} redirected: the login was not taken there", "denied", again=False
        )
    return Fault(f"{code} from {host}: the login was not accepted", "denied", again=False)


def _place_to_agree(text: str) -> str:
    """Where to accept a licence, as Earthdata Login's answer says."""
    try:
        return bare(str(json.loads(text)["resolution_url"]))
    except (ValueError, KeyError, TypeError):
        return AGREEMENTS


def retry_after(response: Response) -> float | None:
    """Seconds that an answer asks to wait (RFC 9110, section 10.2.3: seconds or a date); None without a usable one."""
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


def from_error(error: BaseException, host: str | None) -> Fault:
    """The fault behind an exception of requests or urllib3.

    Their texts are not used: they hold whole addresses, with the keys of signed links.
    """
    causes = list(_causes(error))
    names = {type(cause).__name__ for cause in causes}
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return Fault(
            f"the certificate of {host} cannot be verified: behind a proxy that opens connections, name its "
            "certificate in REQUESTS_CA_BUNDLE",
            "network",
            again=False,
        )
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return Fault(f"the host {host} cannot be found: is this machine online?", "network", again=True)
    if names & {"TooManyRedirects"}:
        return Fault(f"{host} redirects in a circle", "denied", again=False)
    if names & {"InvalidURL", "MissingSchema", "InvalidSchema", "LocationParseError"}:
        return Fault("the archive's record gives an address that is none", "gone", again=False)
    if names & {"ConnectTimeout", "ConnectTimeoutError"}:
        return Fault(f"{host} does not answer (no connection in time)", "network", again=True)
    if names & {"ReadTimeout", "ReadTimeoutError", "TimeoutError"}:
        return Fault(f"{host} stopped sending (timed out)", "network", again=True)
    if names & {"IncompleteRead"}:
        return Fault(f"{host} cut the connection before the end", "network", again=True)
    said = next((c.strerror for c in reversed(causes) if isinstance(c, OSError) and c.strerror), None)
    return Fault(f"connection to {host} failed ({said or type(error).__name__})", "network", again=True)


def _causes(error: BaseException) -> list[BaseException]:
    """An exception and all that stand behind it, also those that urllib3 keeps in `reason` and `args`."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return found
