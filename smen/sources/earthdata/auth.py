"""Earthdata Login: which credentials there are, which were used, and what to do where they are not taken.

earthaccess's `Auth` alone does the login. Its `Store` is never opened: that one asks for a profile even where a token
is at hand, and probes the metadata service of a cloud at a link-local address.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smen.errors import ArchiveError
from smen.sources.earthdata.redact import discreet, discreet_logs
from smen.sources.earthdata.transfer_errors import Fault, from_error

if TYPE_CHECKING:
    import requests
    from earthaccess.system import System

SIGN_UP = "https://urs.earthdata.nasa.gov"
TOKEN, USER, PASSWORD = "EARTHDATA_TOKEN", "EARTHDATA_USERNAME", "EARTHDATA_PASSWORD"


@dataclass(frozen=True)
class Login:
    """A login that gives sessions.

    Attributes:
        auth: earthaccess's `Auth`, authenticated.
        source: where the credentials were found, in words.
        remedy: what to do if they are not taken.
        secrets: what must never be shown.
    """

    auth: Any
    source: str
    remedy: str
    secrets: tuple[str, ...]

    def session(self) -> requests.Session:
        """A new authenticated session; one thread uses it."""
        session: requests.Session = self.auth.get_session()
        return session


def log_in(system: System) -> Login:
    """Log in with a token or a user and password from the environment, else from netrc, as earthaccess does.

    Nobody is asked at the terminal: jobs run unattended.

    Raises:
        ArchiveError: no credentials are found, or they are not taken: it says which were tried and what to do.
    """
    import earthaccess
    import requests
    from earthaccess.exceptions import LoginAttemptFailure, LoginStrategyUnavailable

    strategy, source, remedy, secrets = _find(system)
    _refuse_expired(source, remedy)
    auth = earthaccess.Auth()
    try:
        with discreet_logs(secrets, "earthaccess.auth"):
            auth.login(strategy=strategy, system=system)
    except LoginStrategyUnavailable as problem:
        raise ArchiveError(f"no Earthdata login: {discreet(str(problem), secrets)}. {_how_to_begin(system)}") from None
    except LoginAttemptFailure as problem:
        why = _why(str(problem), secrets)
        raise ArchiveError(f"Earthdata Login did not take the credentials from {source}{why}. {remedy}") from None
    except (requests.RequestException, ValueError, KeyError) as problem:
        said = _unreachable(problem, system)
        raise ArchiveError(f"no login at {system.edl_hostname}: {said}. Try again later") from None
    token = str((auth.token or {}).get("access_token", ""))
    return Login(auth, source, remedy, (*secrets, token))


def _find(system: System) -> tuple[str, str, str, tuple[str, ...]]:
    """Return earthaccess's strategy, the source in words, the remedy and the secrets of the credentials that count.

    Raises:
        ArchiveError: there are none.
    """
    from earthaccess.auth import netrc_path

    token, user, password = (os.environ.get(name) for name in (TOKEN, USER, PASSWORD))
    netrc, entry = netrc_path(), _netrc_entry(system)
    if token == "":
        raise ArchiveError(f"the environment variable {TOKEN} is set, but empty: unset it, or set it to a token")
    instead = f", or unset it: the entry in {netrc} is then used" if entry else ""
    if token:
        remedy = f"Make a new token at {SIGN_UP}/profile (Generate Token; they last 60 days) and set {TOKEN}{instead}"
        return "environment", f"the environment variable {TOKEN}", remedy, (token,)
    if user and password:
        remedy = f"Set both to what you sign in with at {SIGN_UP}{instead.replace('unset it', 'unset them')}"
        return "environment", f"the environment variables {USER} and {PASSWORD}", remedy, (password,)
    if entry is not None:
        remedy = f"Correct the entry of {system.edl_hostname} in it: user and password as at {SIGN_UP}"
        return "netrc", str(netrc), remedy, (entry,)
    raise ArchiveError(
        f"no Earthdata login: {TOKEN} is not set, {USER} and {PASSWORD} are not both set, and {netrc} has no entry for "
        f"{system.edl_hostname}. {_how_to_begin(system)}"
    )


def _netrc_entry(system: System) -> str | None:
    """The password in netrc, or None where there is no such file, it cannot be read, or it lacks the host."""
    import netrc

    from earthaccess.auth import netrc_path

    try:
        found = netrc.netrc(str(netrc_path())).authenticators(system.edl_hostname)
    except (OSError, netrc.NetrcParseError):
        return None
    return found[2] if found and found[0] and found[2] else None


def _how_to_begin(system: System) -> str:
    return (
        f"Register at {SIGN_UP} (free), then either put a line `machine {system.edl_hostname} login USER password "
        f"PASSWORD` into ~/.netrc (chmod 600), or set {TOKEN}"
    )


def _refuse_expired(source: str, remedy: str) -> None:
    """Say so before anything is asked where a token says of itself that it has expired (they are JSON web tokens)."""
    ends = _expiry(os.environ.get(TOKEN, "")) if source.endswith(TOKEN) else None
    if ends is not None and ends < dt.datetime.now(dt.UTC):
        raise ArchiveError(f"the token in {source} expired on {ends:%Y-%m-%d}. {remedy}")


def _expiry(token: str) -> dt.datetime | None:
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return dt.datetime.fromtimestamp(float(claims["exp"]), dt.UTC)
    except (binascii.Error, ValueError, KeyError, TypeError, OverflowError, OSError):
        return None


def _why(text: str, secrets: tuple[str, ...]) -> str:
    """The login's own words, where it gives them as JSON; an HTML page is left out."""
    try:
        said = json.loads(text.partition("\n")[2])
        words = said.get("error_description") or said.get("error")
    except (ValueError, AttributeError):
        return ""
    return f" ({discreet(str(words), secrets)[:200]})" if words else ""


def _unreachable(problem: Exception, system: System) -> str:
    import requests

    if isinstance(problem, requests.RequestException) and not isinstance(problem, ValueError):
        fault: Fault = from_error(problem, system.edl_hostname)
        return fault.reason
    return "it answered with something that is no token"
