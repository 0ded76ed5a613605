"""Earthdata Login: find credentials, log in, and say what to do where they are not accepted.

The login is earthaccess's `Auth`. Its `Store` is never opened: it requests a profile even where a token is given, and
probes the metadata service of a cloud at a link-local address.
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
from smen.sources.earthdata.redact import redact, redact_logs
from smen.sources.earthdata.transfer_errors import from_exception

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
        remedy: what to do if they are not accepted.
        secrets: what must never be shown.
    """

    auth: Any
    source: str
    remedy: str
    secrets: tuple[str, ...]

    def session(self) -> requests.Session:
        """Return a new authenticated session, for one thread."""
        session: requests.Session = self.auth.get_session()
        return session


def log_in(system: System) -> Login:
    """Log in with a token or a user and password from the environment, else from netrc, as earthaccess does.

    There is no prompt at the terminal: jobs run unattended.

    Raises:
        ArchiveError: no credentials are found, or they are not accepted; the error names them and what to do.
    """
    import earthaccess
    import requests
    from earthaccess.exceptions import LoginAttemptFailure, LoginStrategyUnavailable

    strategy, source, remedy, secrets = _find_credentials(system)
    _refuse_expired(source, remedy)
    auth = earthaccess.Auth()
    try:
        with redact_logs(secrets, "earthaccess.auth"):
            auth.login(strategy=strategy, system=system)
    except LoginStrategyUnavailable as problem:
        raise ArchiveError(f"no Earthdata login: {redact(str(problem), secrets)}. {_first_steps(system)}") from None
    except LoginAttemptFailure as problem:
        why = _explanation(str(problem), secrets)
        raise ArchiveError(f"Earthdata Login did not accept the credentials from {source}{why}. {remedy}") from None
    except (requests.RequestException, ValueError, KeyError) as problem:
        why = _failure(problem, system)
        raise ArchiveError(f"no login at {system.edl_hostname}: {why}. Try again later") from None
    token = str((auth.token or {}).get("access_token", ""))
    return Login(auth, source, remedy, (*secrets, token))


def _find_credentials(system: System) -> tuple[str, str, str, tuple[str, ...]]:
    """Return earthaccess's strategy, the source in words, the remedy and the secrets of the credentials to use.

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
        f"{system.edl_hostname}. {_first_steps(system)}"
    )


def _netrc_entry(system: System) -> str | None:
    """Return the password in netrc; None where there is no such file, it cannot be read, or it lacks the host."""
    import netrc

    from earthaccess.auth import netrc_path

    try:
        entry = netrc.netrc(str(netrc_path())).authenticators(system.edl_hostname)
    except (OSError, netrc.NetrcParseError):
        return None
    return entry[2] if entry and entry[0] and entry[2] else None


def _first_steps(system: System) -> str:
    return (
        f"Register at {SIGN_UP} (free), then either put a line `machine {system.edl_hostname} login USER password "
        f"PASSWORD` into ~/.netrc (chmod 600), or set {TOKEN}"
    )


def _refuse_expired(source: str, remedy: str) -> None:
    """Refuse an expired token before any request: tokens are JSON web tokens and hold their expiry."""
    expiry = _expiry(os.environ.get(TOKEN, "")) if source.endswith(TOKEN) else None
    if expiry is not None and expiry < dt.datetime.now(dt.UTC):
        raise ArchiveError(f"the token in {source} expired on {expiry:%Y-%m-%d}. {remedy}")


def _expiry(token: str) -> dt.datetime | None:
    """Return when a JSON web token expires; None for other tokens."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return dt.datetime.fromtimestamp(float(claims["exp"]), dt.UTC)
    except (binascii.Error, ValueError, KeyError, TypeError, OverflowError, OSError):
        return None


def _explanation(text: str, secrets: tuple[str, ...]) -> str:
    """Return the login's own explanation in parentheses, where it is JSON; an HTML page is left out."""
    try:
        body = json.loads(text.partition("\n")[2])
        words = body.get("error_description") or body.get("error")
    except (ValueError, AttributeError):
        return ""
    return f" ({redact(str(words), secrets)[:200]})" if words else ""


def _failure(problem: Exception, system: System) -> str:
    """Return why a request to the login failed."""
    import requests

    if isinstance(problem, requests.RequestException) and not isinstance(problem, ValueError):
        return from_exception(problem, system.edl_hostname).reason
    return "it answered with something that is no token"
