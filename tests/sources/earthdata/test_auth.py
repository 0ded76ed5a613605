"""Credentials: where they are found, and the errors where they are not accepted."""

import base64
import json
import logging
import time

import faulty_answers as faulty
import pytest

from smen.errors import ArchiveError
from smen.sources.earthdata.auth import log_in

from earthdata_server import LOGIN_HOST  # isort: skip


def web_token(expires):
    parts = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in ({"alg": "x"}, expires)]
    return ".".join([*parts, "s1gn4ture"])


def test_token_from_the_environment(server, system):
    login = log_in(system)
    assert login.source == "the environment variable EARTHDATA_TOKEN"
    assert login.session().headers["Authorization"] == f"Bearer {server.token}"
    assert server.requests == []  # a token needs no login


def test_user_and_password_from_the_environment(server, system, monkeypatch, login_archive, query, visible, names):
    monkeypatch.delenv("EARTHDATA_TOKEN")
    monkeypatch.setenv("EARTHDATA_USERNAME", "hydrologist")
    monkeypatch.setenv("EARTHDATA_PASSWORD", "correct horse")
    login_archive.obtain([query])
    assert visible() == sorted(names)
    assert server.count("find_or_create_token") == 2  # one login: earthaccess asks without the password first


def test_netrc(server, system, monkeypatch, home, login_archive, query, visible, names):
    monkeypatch.delenv("EARTHDATA_TOKEN")
    (home / ".netrc").write_text(f'machine {LOGIN_HOST} login hydrologist password "correct horse"\n')
    assert log_in(system).source == str(home / ".netrc")
    login_archive.obtain([query])
    assert visible() == sorted(names)


def test_netrc_elsewhere(server, system, monkeypatch, tmp_path):
    monkeypatch.delenv("EARTHDATA_TOKEN")
    file = tmp_path / "secrets"
    file.write_text(f'machine {LOGIN_HOST} login hydrologist password "correct horse"\n')
    monkeypatch.setenv("NETRC", str(file))
    assert log_in(system).source == str(file)


def test_no_credentials(server, monkeypatch, login_archive, query, home, visible):
    monkeypatch.delenv("EARTHDATA_TOKEN")
    with pytest.raises(ArchiveError) as caught:
        login_archive.obtain([query])
    for words in ("EARTHDATA_TOKEN is not set", str(home / ".netrc"), "Register at https://urs.earthdata.nasa.gov"):
        assert words in str(caught.value)
    assert visible() == []


def test_an_empty_token(system, monkeypatch):
    monkeypatch.setenv("EARTHDATA_TOKEN", "")
    with pytest.raises(ArchiveError, match="EARTHDATA_TOKEN is set, but empty"):
        log_in(system)


@pytest.mark.parametrize("place", ["environment", "netrc"])
def test_a_wrong_password(server, system, monkeypatch, home, place, caplog):
    monkeypatch.delenv("EARTHDATA_TOKEN")
    if place == "environment":
        monkeypatch.setenv("EARTHDATA_USERNAME", "hydrologist")
        monkeypatch.setenv("EARTHDATA_PASSWORD", "battery staple")
    else:
        (home / ".netrc").write_text(f'machine {LOGIN_HOST} login hydrologist password "battery staple"\n')
    with pytest.raises(ArchiveError) as caught:
        log_in(system)
    source = "EARTHDATA_USERNAME and EARTHDATA_PASSWORD" if place == "environment" else str(home / ".netrc")
    assert source in str(caught.value)
    assert "Invalid user credentials" in str(caught.value)
    assert "battery staple" not in str(caught.value) + caplog.text


def test_a_server_that_repeats_the_password(server, system, monkeypatch, caplog):
    """What the login says comes into earthaccess's own log as well."""
    monkeypatch.delenv("EARTHDATA_TOKEN")
    monkeypatch.setenv("EARTHDATA_USERNAME", "hydrologist")
    monkeypatch.setenv("EARTHDATA_PASSWORD", "battery staple")
    said = b'{"error_description": "no such login: hydrologist / battery staple"}'
    server.answer_with("find_or_create_token", faulty.status(401, said), always=True)
    with pytest.raises(ArchiveError) as caught, caplog.at_level(logging.DEBUG):
        log_in(system)
    assert "no such login" in str(caught.value)
    assert "no such login" in caplog.text
    assert "battery staple" not in str(caught.value) + caplog.text


def test_an_expired_token_is_refused_before_any_request(server, system, monkeypatch, home):
    (home / ".netrc").write_text(f'machine {LOGIN_HOST} login hydrologist password "correct horse"\n')
    token = web_token({"exp": 1_600_000_000})
    monkeypatch.setenv("EARTHDATA_TOKEN", token)
    with pytest.raises(ArchiveError, match="EARTHDATA_TOKEN expired on 2020-09-13") as caught:
        log_in(system)
    assert f"or unset it: the entry in {home / '.netrc'} is then used" in str(caught.value)
    assert token not in str(caught.value)
    assert server.requests == []
    monkeypatch.setenv("EARTHDATA_TOKEN", web_token({"exp": time.time() + 3600}))
    assert log_in(system).source.endswith("EARTHDATA_TOKEN")


def test_a_login_that_is_down(server, system, monkeypatch):
    monkeypatch.delenv("EARTHDATA_TOKEN")
    monkeypatch.setenv("EARTHDATA_USERNAME", "hydrologist")
    monkeypatch.setenv("EARTHDATA_PASSWORD", "correct horse")
    server.answer_with("find_or_create_token", faulty.status(200, b"<html>", kind="text/html"), always=True)
    with pytest.raises(ArchiveError, match=r"no login at urs\.earthdata\.test:.*no token\. Try"):
        log_in(system)
    server.__exit__()
    with pytest.raises(ArchiveError, match=r"no login at urs\.earthdata\.test: connection to .* failed"):
        log_in(system)
