"""The fault table: each with the real client against a server that misbehaves in just that way.

In each case: no bad file shows, the message says what happened, and what could be fetched is there.
"""

import hashlib
import logging
import time

import misdeeds
import pytest
from made_granules import add_coarse, coarse_name

from smen.errors import ArchiveError
from smen.sources.earthdata import Archive, endpoints

from earthdata_server import HASTY  # isort: skip


def fails(archive, want, *words, bad="stop"):
    """The run fails with a message that holds these words; gives the message."""
    with pytest.raises(ArchiveError) as caught:
        archive.obtain([want], bad)
    for word in words:
        assert word in str(caught.value)
    return str(caught.value)


def same_bytes(store, tree, names):
    for name in names:
        mine, theirs = (next(folder.rglob(name)).read_bytes() for folder in (store, tree))
        assert hashlib.sha256(mine).digest() == hashlib.sha256(theirs).digest()


def test_all_is_well(server, archive, want, names, visible, tree, tmp_path):
    (records,) = archive.obtain([want])
    assert [r.name for r in records] == names
    assert all(r.state == "present" for r in records)
    assert visible() == sorted(names)
    same_bytes(tmp_path / "store", tree, names)
    first = tmp_path / "store" / "SPL2SMP.009" / "2016.01.01" / names[0]
    assert first.is_file()
    assert records[0].sha256 == hashlib.sha256(first.read_bytes()).hexdigest()
    assert records[0].checksum == "MD5 " + hashlib.md5(first.read_bytes()).hexdigest()
    assert records[0].url == f"{server.base}/data/SPL2SMP.009/2016.01.01/{names[0]}"
    assert server.count("/profile") == 0


# What does not mend itself: one request, no retry, the others fetched.


@pytest.mark.parametrize(
    ("misdeed", "words"),
    [
        (misdeeds.status(401, b"{}"), ["401", "login was not accepted", "EARTHDATA_TOKEN", "unset it"]),
        (misdeeds.status(403, b"{}"), ["403", "no right", "EARTHDATA_TOKEN"]),
        (misdeeds.status(404), ["404", "withdrawn", "bad_granules: skip"]),
        (misdeeds.status(410), ["410", "withdrawn"]),
    ],
    ids=["401", "403", "404", "410"],
)
def test_refusals_are_not_tried_again(server, archive, want, names, visible, home, misdeed, words):
    (home / ".netrc").write_text(f"machine {server.login} login hydrologist password something\n")
    server.misbehave(names[1], misdeed, for_ever=True)
    message = fails(archive, want, f"1 of 4 granules could not be fetched; the other 3 are in {archive.store.root}",
                    names[1], *words)  # fmt: skip
    assert server.count(f"/data/SPL2SMP.009/2016.01.04/{names[1]}") == 1
    assert visible() == sorted(set(names) - {names[1]})
    assert server.token not in message


def test_licence_not_accepted(server, archive, want, names, visible):
    body = (
        b'{"status_code":403,"error_description":"EULA Acceptance Failure",'
        b'"resolution_url":"https://urs.earthdata.nasa.gov/approve_app?client_id=abc123&state=s3cr3t"}'
    )
    server.misbehave(names[0], misdeeds.status(403, body), for_ever=True)
    message = fails(archive, want, "EULA", "https://urs.earthdata.nasa.gov/approve_app?client_id=abc123")
    assert "s3cr3t" not in message
    assert visible() == sorted(names[1:])


def test_refused_login_stops_the_run(server, archive, want, tree, visible):
    for day in range(11, 29):
        add_coarse(tree, coarse_name(day))
    server.refresh()
    server.tokens.clear()
    fails(archive, want, "22 of 22", "401", "not tried, after the login was refused", "Make a new token")
    assert server.count("/data/") < 12  # three refusals in a row, and what was under way
    assert visible() == []


# What may mend itself: tried again, with the wait that the server asks for.


def test_500_once(server, archive, want, names, visible):
    server.misbehave(names[0], misdeeds.status(500))
    archive.obtain([want])
    assert server.count(names[0] + "") >= 2
    assert visible() == sorted(names)


def test_429_with_retry_after(server, archive, want, names, visible):
    server.misbehave(names[0], misdeeds.status(429, Retry_After=1), misdeeds.status(429, Retry_After=1))
    start = time.monotonic()
    archive.obtain([want])
    assert time.monotonic() - start >= 2.0  # a lower bound: it did wait, twice
    assert server.count(f"/{names[0]}") == 3
    assert visible() == sorted(names)


def test_429_with_a_date(server, archive, want, names, visible):
    from email.utils import formatdate

    server.misbehave(names[0], lambda h, p: h.send(429, b"", Retry_After=formatdate(time.time() + 2, usegmt=True)))
    start = time.monotonic()
    archive.obtain([want])
    assert time.monotonic() - start >= 0.9  # dates have whole seconds
    assert visible() == sorted(names)


def test_429_asks_for_hours(server, archive, want, names, visible):
    server.misbehave(names[0], misdeeds.status(429, Retry_After=7200), for_ever=True)
    fails(archive, want, "429 Too Many Requests", "come back in 7200 s")
    assert server.count(f"/{names[0]}") == 1
    assert visible() == sorted(names[1:])


def test_429_without_retry_after(server, archive, want, names, visible):
    server.misbehave(names[0], *[misdeeds.status(429)] * 3)
    archive.obtain([want])
    assert server.count(f"/{names[0]}") == 4
    assert visible() == sorted(names)


def test_500_for_ever(server, archive, want, names, visible):
    server.misbehave(names[2], misdeeds.status(500), for_ever=True)
    fails(archive, want, "500 Internal Server Error from 127.0.0.1, 6 times", names[2])
    assert server.count(f"/{names[2]}") == HASTY.attempts
    assert visible() == sorted(set(names) - {names[2]})
    server.misdeeds.clear()
    asked = len(server.asked)
    archive.obtain([want])
    data = [path for _, path in server.asked[asked:] if path.startswith("/data/")]
    assert [path.rpartition("/")[2] for path in data] == [names[2]]  # a rerun fetches only that
    assert visible() == sorted(names)


def test_503_storm(server, archive, want, tree, visible):
    wanted = [coarse_name(day) for day in range(1, 25)]
    for name in wanted:
        add_coarse(tree, name)
        server.misbehave(name, misdeeds.status(503), misdeeds.status(503))
    server.refresh()
    (records,) = archive.obtain([want])
    assert len(records) == 24
    assert server.count("/data/") == 72
    assert visible() == sorted(wanted)


def test_503_for_ever_everywhere_leaves_the_archive_in_peace(server, want, tree, visible, tmp_path):
    from dataclasses import replace

    for day in range(11, 29):
        add_coarse(tree, coarse_name(day))
    server.refresh()
    for record in server.records:
        name = record["umm"]["GranuleUR"]
        server.misbehave(name, misdeeds.status(503), for_ever=True)
    archive = Archive(
        tmp_path / "store", endpoints(server.search, server.login), replace(HASTY, failures=5, attempts=2)
    )
    fails(archive, want, "503 Service Unavailable", "2 times", "not tried, after 5 others failed")
    assert server.count("/data/") <= 2 * (5 + 2 * 4)
    assert visible() == []


@pytest.mark.parametrize(
    "misdeed",
    [misdeeds.reset, misdeeds.cut, misdeeds.cut_unannounced, misdeeds.announced_short, misdeeds.announced_long,
     misdeeds.stall, misdeeds.silence, misdeeds.drip, misdeeds.page, misdeeds.other_bytes, misdeeds.empty,
     misdeeds.oversize, misdeeds.bomb],
    ids=lambda f: f.__name__,
)  # fmt: skip
def test_once_then_fine(server, archive, want, names, visible, tree, tmp_path, misdeed):
    server.misbehave(names[1], misdeed)
    archive.obtain([want])
    assert server.count(f"/{names[1]}") == 2
    assert visible() == sorted(names)
    same_bytes(tmp_path / "store", tree, names)


@pytest.mark.parametrize(
    ("misdeed", "words"),
    [
        (misdeeds.reset, ["connection to 127.0.0.1 failed", "6 times"]),
        (misdeeds.cut, ["cut the connection before the end", "6 times"]),
        (misdeeds.cut_unannounced, ["bytes came where the record says", "3 times"]),
        (misdeeds.announced_short, ["bytes came where the record says", "3 times"]),
        (misdeeds.announced_long, ["are announced where at most", "3 times"]),
        (misdeeds.stall, ["stopped sending (timed out)", "6 times"]),
        (misdeeds.silence, ["stopped sending (timed out)", "6 times"]),
        (misdeeds.drip, ["stalled", "6 times"]),
        (misdeeds.page, ["sent a web page instead of the granule", "3 times"]),
        (misdeeds.other_bytes, ["its MD5 is", "where the record says"]),
        (misdeeds.empty, ["the answer was empty"]),
        (misdeeds.oversize, ["more than the", "broken off"]),
        (misdeeds.bomb, ["more than the", "broken off"]),
        (misdeeds.status(200, b"not a granule at all"), ["sent something that is not HDF5"]),
    ],
    ids=lambda v: getattr(v, "__name__", None) if callable(v) else "",
)
def test_for_ever(server, archive, want, names, visible, tree, tmp_path, misdeed, words):
    server.misbehave(names[1], misdeed, for_ever=True)
    fails(archive, want, "1 of 4 granules", names[1], *words)
    assert visible() == sorted(set(names) - {names[1]})
    same_bytes(tmp_path / "store", tree, set(names) - {names[1]})


def test_no_content_length_is_fine(server, archive, want, names, visible):
    server.misbehave(names[1], misdeeds.unannounced, for_ever=True)
    archive.obtain([want])
    assert server.count(f"/{names[1]}") == 1
    assert visible() == sorted(names)


def test_slow_is_no_stall(server, archive, want, names, visible):
    server.misbehave(names[1], misdeeds.slowly(3.0))
    archive.obtain([want])
    assert server.count(f"/{names[1]}") == 1
    assert visible() == sorted(names)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_redirect_to_a_login_page(server, archive, want, names, visible, host):
    address = f"https://{host}:{server.port}/oauth/authorize?client_id=x&state=s3cr3t"
    server.misbehave(names[0], misdeeds.redirect(address), for_ever=True)
    message = fails(archive, want, "asked to log in again", "EARTHDATA_TOKEN", names[0])
    assert "s3cr3t" not in message
    assert visible() == sorted(names[1:])


def test_redirect_to_another_host_drops_the_token(server, archive, want, names, visible):
    address = f"https://localhost:{server.port}/data/SPL2SMP.009/2016.01.01/{names[0]}?key=s3cr3t"
    server.misbehave(names[0], misdeeds.redirect(address))
    message = fails(archive, want, "401 from localhost, to which 127.0.0.1 redirected: the login was not taken there")
    assert "s3cr3t" not in message
    assert visible() == sorted(names[1:])


def test_signed_links_of_the_cloud(server, archive, want, names, visible, caplog):
    caplog.set_level(logging.DEBUG)
    server.signed = True
    (records,) = archive.obtain([want])
    assert visible() == sorted(names)
    assert server.count("/signed/") == 4
    assert all(server.signature not in f"{r}" for r in records)


def test_redirects_in_a_circle(server, archive, want, names, visible):
    address = f"{server.base}/data/SPL2SMP.009/2016.01.01/{names[0]}"
    server.misbehave(names[0], misdeeds.redirect(address), for_ever=True)
    fails(archive, want, "redirects in a circle")
    assert visible() == sorted(names[1:])


def test_the_server_is_gone(server, archive, want, visible):
    listed = archive.listing(want)
    server.__exit__()
    with pytest.raises(ArchiveError, match=r"connection to 127\.0\.0\.1 failed \(Connection refused\)"):
        archive.obtain([want])
    assert len(listed) == 4
    assert visible() == []


# Records without checksum: the file itself must tell.


@pytest.mark.parametrize("misdeed", [misdeeds.cut_unannounced, misdeeds.page, misdeeds.empty, misdeeds.oversize])
def test_without_checksum_the_file_is_read_through(server, archive, want, names, visible, misdeed):
    server.style = "ecs"
    server.refresh()
    server.misbehave(names[1], misdeed)
    (records,) = archive.obtain([want])
    assert [r.name for r in records] == names
    assert records[0].checksum is None
    assert server.count(f"/{names[1]}") == 2
    assert visible() == sorted(names)


def test_damaged_in_the_archive(server, archive, want, names, visible, tree):
    path = next(tree.rglob(names[1]))
    add_coarse(tree, names[1], leave_out=("tb_time_seconds",))
    server.refresh()  # the record's checksum is that of the damaged file
    fails(archive, want, "damaged in the archive itself", "tb_time_seconds is missing", "bad_granules: skip")
    assert server.count(f"/{path.name}") == 1  # the checksum proves that it would come the same again
    assert visible() == sorted(set(names) - {names[1]})
    (records,) = archive.obtain([want], bad="skip")
    skipped = next(r for r in records if r.name == names[1])
    assert skipped.state == "skipped"
    assert "tb_time_seconds" in skipped.reason


def test_damaged_in_an_archive_without_checksums(server, archive, want, names, visible, tree):
    server.style = "ecs"
    add_coarse(tree, names[1], leave_out=("tb_time_seconds",))
    server.refresh()
    fails(archive, want, "tb_time_seconds is missing", "comes like this again")
    assert server.count(f"/{names[1]}") == 2
    assert visible() == sorted(set(names) - {names[1]})


def test_withdrawn_granules_can_be_skipped(server, archive, want, names, visible):
    server.misbehave(names[0], misdeeds.status(404), for_ever=True)
    (records,) = archive.obtain([want], bad="skip")
    assert [r.state for r in records] == ["skipped", "present", "present", "present"]
    assert "withdrawn" in records[0].reason
    server.misbehave(names[0], misdeeds.status(503), for_ever=True)
    fails(archive, want, "503", bad="skip")  # what a rerun may mend is never skipped


def test_certificate_of_a_stranger(server, archive, want, monkeypatch, visible):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(ArchiveError, match=r"certificate of 127\.0\.0\.1 cannot be verified.*REQUESTS_CA_BUNDLE"):
        archive.obtain([want])
    assert visible() == []


def test_refused_granules_leave_slow_ones_alone(server, archive, want, names, visible):
    """Four connections: three refusals come at once, and do not break off the one that is under way."""
    for name in names[:3]:
        server.misbehave(name, misdeeds.status(401, b"{}"), for_ever=True)
    server.misbehave(names[3], misdeeds.slowly(0.5))
    fails(archive, want, "3 of 4 granules")
    assert visible() == names[3:]
