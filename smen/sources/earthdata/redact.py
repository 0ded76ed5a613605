"""No secret reaches a log, a manifest or an error: addresses lose their queries, and known secrets are blotted out."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit, urlunsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOT = "***"

_ADDRESS = re.compile(r"https?://[^\s'\"<>]*[^\s'\"<>.,:;)]")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+")
_JSON_WEB_TOKEN = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")


def bare(address: str) -> str:
    """An address without user, password, query and fragment: signed links carry their key in the query.

    A `client_id` stays: it names the application whose licence is to be accepted, and is no secret.
    """
    parts = urlsplit(address)
    known = [one for one in parse_qs(parts.query).get("client_id", []) if one.isalnum()]
    query = f"client_id={known[0]}" if known else ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, ""))


def discreet(text: str, secrets: Iterable[str] = ()) -> str:
    """A text for people: known secrets, and all that looks like a token, blotted out; addresses made bare."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, BLOT)
    text = _BEARER.sub(rf"\1 {BLOT}", text)
    text = _JSON_WEB_TOKEN.sub(BLOT, text)
    return _ADDRESS.sub(lambda found: bare(found.group()), text)


@contextmanager
def discreet_logs(secrets: Iterable[str], *loggers: str) -> Iterator[None]:
    """Blot secrets out of what other libraries log meanwhile.

    Args:
        secrets: what must not be seen.
        loggers: names of the libraries' loggers (a filter holds for that logger alone, not for those below it).
    """
    hidden = tuple(secrets)

    def blot(record: logging.LogRecord) -> bool:
        record.msg, record.args = discreet(record.getMessage(), hidden), None
        return True

    found = [logging.getLogger(name) for name in loggers]
    for logger in found:
        logger.addFilter(blot)
    try:
        yield
    finally:
        for logger in found:
            logger.removeFilter(blot)
