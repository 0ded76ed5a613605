"""Statuses and exceptions become words, and a decision whether to try again."""

import datetime as dt
import socket
import ssl
from email.utils import format_datetime
from types import SimpleNamespace

import pytest
import requests
import urllib3

from smen.sources.earthdata.transfer_errors import AGREEMENTS, from_exception, from_response, parse_retry_after

URL = "https://data.example.org/a.h5?key=s3cr3t"


def response(status, headers=None, history=(), reason=""):
    return SimpleNamespace(status_code=status, url=URL, headers=headers or {}, history=history, reason=reason)


@pytest.mark.parametrize(
    ("status", "kind", "retryable", "words"),
    [
        (400, "server", False, "400 Bad Request from data.example.org"),
        (401, "denied", False, "401 from data.example.org: the login was not accepted"),
        (403, "forbidden", False, f"application is approved at {AGREEMENTS}"),
        (404, "gone", False, "404: listed, but not at data.example.org any more"),
        (410, "gone", False, "410: listed"),
        (418, "server", False, "418 from data.example.org"),
        (429, "server", True, "429 Too Many Requests"),
        (500, "server", True, "500 Internal Server Error"),
        (503, "server", True, "503 Service Unavailable"),
    ],
)
def test_statuses(status, kind, retryable, words):
    error = from_response(response(status), "")
    assert (error.kind, error.retryable, error.retry_after) == (kind, retryable, None)
    assert words in error.reason
    assert "s3cr3t" not in error.reason


def test_a_redirected_login():
    origin = SimpleNamespace(url="https://archive.example.org/a.h5")
    error = from_response(response(401, history=[origin]), "")
    assert "401 from data.example.org, to which archive.example.org redirected" in error.reason


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"error": "EULA", "resolution_url": "https://h/approve_app?client_id=ab1&state=x"}', "https://h/approve_app?client_id=ab1"),
        ('{"error": "EULA"}', AGREEMENTS),
        ("<html>eula not accepted</html>", AGREEMENTS),
    ],
)  # fmt: skip
def test_a_licence_to_accept(text, place):
    error = from_response(response(401), text)
    assert error.kind == "forbidden"
    assert error.reason.endswith(f"sign in and accept it at {place}")


@pytest.mark.parametrize(
    ("value", "seconds"), [("120", 120.0), (" 0 ", 0.0), ("", None), ("soon", None), ("-5", None), ("1.5", None)]
)
def test_retry_after_in_seconds(value, seconds):
    assert parse_retry_after(response(503, {"Retry-After": value})) == seconds


@pytest.mark.parametrize("offset", [90, -90])
@pytest.mark.parametrize("zone", [dt.UTC, None])
def test_retry_after_as_a_date(offset, zone):
    when = (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=offset)).replace(tzinfo=zone)
    seconds = parse_retry_after(response(503, {"Retry-After": format_datetime(when)}))
    assert seconds == pytest.approx(max(0, offset), abs=5)


def wrapped(cause):
    """An exception as requests raises it: the cause within urllib3's, whose text holds the whole address."""
    return requests.ConnectionError(urllib3.exceptions.MaxRetryError(None, URL, cause))


@pytest.mark.parametrize(
    ("error", "kind", "retryable", "words"),
    [
        (wrapped(ssl.SSLCertVerificationError("self-signed")), "network", False, "REQUESTS_CA_BUNDLE"),
        (wrapped(socket.gaierror(-2, "Name or service not known")), "network", True, "is this machine online?"),
        (wrapped(ConnectionRefusedError(111, "Connection refused")), "network", True, "failed (Connection refused)"),
        (requests.TooManyRedirects("30"), "denied", False, "redirects in a circle"),
        (requests.exceptions.MissingSchema("x"), "gone", False, "an invalid address"),
        (requests.ConnectTimeout(), "network", True, "does not answer"),
        (requests.ReadTimeout(), "network", True, "stopped sending"),
        (requests.ConnectionError(urllib3.exceptions.IncompleteRead(1, 2)), "network", True, "cut the connection"),
        (requests.ConnectionError("odd"), "network", True, "failed (ConnectionError)"),
    ],
)  # fmt: skip
def test_exceptions(error, kind, retryable, words):
    result = from_exception(error, "data.example.org")
    assert (result.kind, result.retryable) == (kind, retryable)
    assert words in result.reason
    assert "s3cr3t" not in result.reason


def test_causes_that_point_at_each_other():
    first, second = ValueError(), requests.ConnectionError()
    first.__context__, second.__context__ = second, first
    assert from_exception(first, "host").kind == "network"
