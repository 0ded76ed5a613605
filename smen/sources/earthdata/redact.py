"""Redact credentials from logs, manifests and errors: strip URL queries, mask known secrets and tokens."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit, urlunsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

MASK = "***"
"""What stands in place of a secret."""

_URL = re.compile(r"https?://[^\s'\"<>]*[^\s'\"<>.,:;)]")
_AUTHORIZATION = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+")
_JSON_WEB_TOKEN = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")


def strip_query(url: str) -> str:
    """Return a URL without user, password, query and fragment: signed links carry their key in the query.

    A `client_id` stays: it names the application whose licence is to be accepted, and is no secret.
    """
    parts = urlsplit(url)
    clients = [value for value in parse_qs(parts.query).get("client_id", []) if value.isalnum()]
    query = f"client_id={clients[0]}" if clients else ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, ""))


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a text that may be shown: secrets masked, URLs without their queries.

    Args:
        text: what is to be shown.
        secrets: known secrets; whatever looks like a token is masked as well.
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, MASK)
    text = _AUTHORIZATION.sub(rf"\1 {MASK}", text)
    text = _JSON_WEB_TOKEN.sub(MASK, text)
    return _URL.sub(lambda url: strip_query(url.group()), text)


@contextmanager
def redact_logs(secrets: Iterable[str], *loggers: str) -> Iterator[None]:
    """Redact what other libraries log in the meantime.

    Args:
        secrets: known secrets.
        loggers: names of the libraries' loggers (a filter acts on that logger alone, not on those below it).
    """
    known_secrets = tuple(secrets)

    def redact_record(record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage(), known_secrets), None
        return True

    filtered = [logging.getLogger(name) for name in loggers]
    for logger in filtered:
        logger.addFilter(redact_record)
    try:
        yield
    finally:
        for logger in filtered:
            logger.removeFilter(redact_record)
