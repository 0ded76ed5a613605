"""Credentials: where they are found, what is said where they are not taken, and that no secret is ever seen."""

import base64
import json
import logging
import time

import misdeeds
import pytest

from smen.errors import ArchiveError
from smen.sources.earthdata import Archive, endpoints
from smen.sources.earthdata.auth import log_in
from smen.sources.earthdata.redact import bare, discreet

from earthdata_server import HASTY  # isort: skip


LOGIN_HOST = "urs.earthdata.test"
"""Where users and passwords are taken, through a relay on this machine: earthaccess does not know ports there."""


@pytest.fixture
def system(server, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", server.relay())
    return endpoints(server.search, LOGIN_HOST)


@pytest.fixture
def archive(system, tmp_path):
    return Archive(tmp_path / "store", system, HASTY)


def web_token(expires):
    parts = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in ({"alg": "x"}, expires)]
    return ".".join([*parts, "s1gn4ture"])


def test_token_from_the_environment(server, system):
    login = log_in(system)
    assert login.source == "the environment variable EARTHDATA_TOKEN"
    assert login.session().headers["Authorization"] == f"Bearer {server.token}"
    assert server.asked == []  # a token needs no login


def test_user_and_password_from_the_environment(server, system, monkeypatch, archive, want, visible, names):
    monkeypatch.delenv("EARTHDATA_TOKEN")
    monkeypatch.setenv("EARTHDATA_USERNAME", "hydrologist")
    monkeypatch.setenv("EARTHDATA_PASSWORD", "correct horse")
    archive.obtain([want])
    assert visible() == sorted(names)
    assert server.count("find_or_create_token") == 2  # one login: earthaccess asks without the password first


def test_netrc(server, system, monkeypatch, home, archive, want, visible, names):
    monkeypatch.delenv("EARTHDATA_TOKEN")
    (home / ".netrc").write_text(f'machine {LOGIN_HOST} login hydrologist password "correct horse"\n')
    assert log_in(system).source == str(home / ".netrc")
    archive.obtain([want])
    assert visible() == sorted(names)


def test_netrc_elsewhere(server, system, monkeypatch, tmp_path):
    monkeypatch.delenv("EARTHDATA_TOKEN")
    file = tmp_path / "secrets"
    file.write_text(f'machine {LOGIN_HOST} login hydrologist password "correct horse"\n')
    monkeypatch.setenv("NETRC", str(file))
    assert log_in(system).source == str(file)


def test_no_credentials(server, monkeypatch, archive, want, home, visible):
    monkeypatch.delenv("EARTHDATA_TOKEN")
    with pytest.raises(ArchiveError) as caught:
        archive.obtain([want])
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
    server.misbehave("find_or_create_token", misdeeds.status(401, said), for_ever=True)
    with pytest.raises(ArchiveError) as caught, caplog.at_level(logging.DEBUG):
        log_in(system)
    assert "no such login" in str(caught.value)
    assert "no such login" in caplog.text
    assert "battery staple" not in str(caught.value) + caplog.text


def test_an_expired_token_is_told_before_anything_is_asked(server, system, monkeypatch, home):
    (home / ".netrc").write_text(f'machine {LOGIN_HOST} login hydrologist password "correct horse"\n')
    token = web_token({"exp": 1_600_000_000})
    monkeypatch.setenv("EARTHDATA_TOKEN", token)
    with pytest.raises(ArchiveError, match="EARTHDATA_TOKEN expired on 2020-09-13") as caught:
        log_in(system)
    assert f"or unset it: the entry in {home / '.netrc'} is then used" in str(caught.value)
    assert token not in str(caught.value)
    assert server.asked == []
    monkeypatch.setenv("EARTHDATA_TOKEN", web_token({"exp": time.time() + 3600}))
    assert log_in(system).source.endswith("EARTHDATA_TOKEN")


def test_a_login_that_is_down(server, system, monkeypatch):
    monkeypatch.delenv("EARTHDATA_TOKEN")
    monkeypatch.setenv("EARTHDATA_USERNAME", "hydrologist")
    monkeypatch.setenv("EARTHDATA_PASSWORD", "correct horse")
    server.misbehave("find_or_create_token", misdeeds.status(200, b"<html>", kind="text/html"), for_ever=True)
    with pytest.raises(ArchiveError, match=r"no login at urs\.earthdata\.test:.*no token\. Try"):
        log_in(system)
    server.__exit__()
    with pytest.raises(ArchiveError, match=r"no login at urs\.earthdata\.test: connection to .* failed"):
        log_in(system)


def test_no_secret_anywhere(server, archive, want, names, tmp_path, caplog, capfd):
    """Signed links, a token, faults on the way and debug logs: none of them shows in what SMEN says or writes."""
    from smen.sources import manifest

    server.signed = True
    leak = b'{"error": "token ' + server.token.encode() + b' is not welcome"}'
    server.misbehave(names[0], misdeeds.status(403, leak), for_ever=True)
    signed = (
        f"https://localhost:{server.port}/signed/SPL2SMP.009/2016.01.04/{names[1]}?X-Amz-Signature={server.signature}"
    )
    server.misbehave(names[1], misdeeds.redirect(signed), misdeeds.reset)
    caplog.set_level(logging.DEBUG, logger="smen")
    with pytest.raises(ArchiveError) as caught:
        archive.obtain([want])
    server.misdeeds.clear()
    (records,) = archive.obtain([want])
    manifest.write(tmp_path / "manifest.geojson", records)
    said = str(caught.value) + caplog.text + capfd.readouterr().err + (tmp_path / "manifest.geojson").read_text()
    for secret in (server.token, server.signature, "X-Amz-Signature"):
        assert secret not in said


def test_bare_addresses():
    assert bare("https://user:word@host:1/a/b.h5?token=x#y") == "https://host:1/a/b.h5"
    assert bare("https://host/approve_app?state=x&client_id=abc") == "https://host/approve_app?client_id=abc"
    assert discreet("got https://h/p?sig=1, and Bearer abc.def") == "got https://h/p, and Bearer ***"
    assert discreet("the word is hush", ["hush"]) == "the word is ***"


def test_hosts():
    from earthaccess.system import PROD

    assert endpoints() == PROD
    assert (
        endpoints("https://cmr.uat.earthdata.nasa.gov/search").cmr_base_url
        == "https://cmr.uat.earthdata.nasa.gov/search/"
    )
    assert endpoints(login="https://uat.urs.earthdata.nasa.gov/").edl_hostname == "uat.urs.earthdata.nasa.gov"
    with pytest.raises(ArchiveError, match="not an https address"):
        endpoints("http://cmr.example.org/search")
