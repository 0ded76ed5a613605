"""All kinds of faulty answers, each with the real client against a local server.

In each case: no bad file appears, the message says what happened, and what could be fetched is there.
"""

import hashlib
import logging
import time

import faulty_answers as faulty
import pytest
from made_granules import add_coarse, coarse_name

from smen.errors import ArchiveError
from smen.sources.earthdata import Archive, earthdata_system

from earthdata_server import FAST_POLICY  # isort: skip


def fails(archive, query, *words, bad="stop"):
    """The run fails with a message that holds these words; gives the message."""
    with pytest.raises(ArchiveError) as caught:
        archive.obtain([query], bad)
    for word in words:
        assert word in str(caught.value)
    return str(caught.value)


def same_bytes(store, tree, names):
    for name in names:
        fetched, original = (next(folder.rglob(name)).read_bytes() for folder in (store, tree))
        assert hashlib.sha256(fetched).digest() == hashlib.sha256(original).digest()


def test_without_faults(server, archive, query, names, visible, tree, tmp_path):
    (records,) = archive.obtain([query])
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


# Permanent errors: one request, no retry, the others fetched.


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (faulty.status(401, b"{}"), ["401", "login was not accepted", "EARTHDATA_TOKEN", "unset it"]),
        (faulty.status(403, b"{}"), ["403", "no right", "EARTHDATA_TOKEN"]),
        (faulty.status(404), ["404", "withdrawn", "bad_granules: skip"]),
        (faulty.status(410), ["410", "withdrawn"]),
    ],
    ids=["401", "403", "404", "410"],
)
def test_refusals_are_not_tried_again(server, archive, query, names, visible, home, answer, words):
    (home / ".netrc").write_text(f"machine {server.login} login hydrologist password something\n")
    server.answer_with(names[1], answer, always=True)
    message = fails(archive, query, f"1 of 4 granules could not be fetched; the other 3 are in {archive.store.root}",
                    names[1], *words)  # fmt: skip
    assert server.count(f"/data/SPL2SMP.009/2016.01.04/{names[1]}") == 1
    assert visible() == sorted(set(names) - {names[1]})
    assert server.token not in message


def test_licence_not_accepted(server, archive, query, names, visible):
    body = (
        b'{"status_code":403,"error_description":"EULA Acceptance Failure",'
        b'"resolution_url":"https://urs.earthdata.nasa.gov/approve_app?client_id=abc123&state=s3cr3t"}'
    )
    server.answer_with(names[0], faulty.status(403, body), always=True)
    message = fails(archive, query, "EULA", "https://urs.earthdata.nasa.gov/approve_app?client_id=abc123")
    assert "s3cr3t" not in message
    assert visible() == sorted(names[1:])


def test_refused_login_stops_the_run(server, archive, query, tree, visible):
    for day in range(11, 29):
        add_coarse(tree, coarse_name(day))
    server.refresh()
    server.tokens.clear()
    fails(archive, query, "22 of 22", "401", "not tried, after the login was refused", "Make a new token")
    assert server.count("/data/") < 12  # three refusals in a row, and what was under way
    assert visible() == []


# Transient errors: tried again, with the wait that the server asks for.


def test_500_once(server, archive, query, names, visible):
    server.answer_with(names[0], faulty.status(500))
    archive.obtain([query])
    assert server.count(names[0] + "") >= 2
    assert visible() == sorted(names)


def test_429_with_retry_after(server, archive, query, names, visible):
    server.answer_with(names[0], faulty.status(429, Retry_After=1), faulty.status(429, Retry_After=1))
    start = time.monotonic()
    archive.obtain([query])
    assert time.monotonic() - start >= 2.0  # a lower bound: it did wait, twice
    assert server.count(f"/{names[0]}") == 3
    assert visible() == sorted(names)


def test_429_with_a_date(server, archive, query, names, visible):
    from email.utils import formatdate

    server.answer_with(names[0], lambda h, p: h.send(429, b"", Retry_After=formatdate(time.time() + 2, usegmt=True)))
    start = time.monotonic()
    archive.obtain([query])
    assert time.monotonic() - start >= 0.9  # dates have whole seconds
    assert visible() == sorted(names)


def test_429_asks_for_hours(server, archive, query, names, visible):
    server.answer_with(names[0], faulty.status(429, Retry_After=7200), always=True)
    fails(archive, query, "429 Too Many Requests", "come back in 7200 s")
    assert server.count(f"/{names[0]}") == 1
    assert visible() == sorted(names[1:])


def test_429_without_retry_after(server, archive, query, names, visible):
    server.answer_with(names[0], *[faulty.status(429)] * 3)
    archive.obtain([query])
    assert server.count(f"/{names[0]}") == 4
    assert visible() == sorted(names)


def test_500_for_ever(server, archive, query, names, visible):
    server.answer_with(names[2], faulty.status(500), always=True)
    fails(archive, query, "500 Internal Server Error from 127.0.0.1, 6 times", names[2])
    assert server.count(f"/{names[2]}") == FAST_POLICY.attempts
    assert visible() == sorted(set(names) - {names[2]})
    server.scripted.clear()
    asked = len(server.requests)
    archive.obtain([query])
    data = [path for _, path in server.requests[asked:] if path.startswith("/data/")]
    assert [path.rpartition("/")[2] for path in data] == [names[2]]  # a rerun fetches only that
    assert visible() == sorted(names)


def test_503_storm(server, archive, query, tree, visible):
    wanted = [coarse_name(day) for day in range(1, 25)]
    for name in wanted:
        add_coarse(tree, name)
        server.answer_with(name, faulty.status(503), faulty.status(503))
    server.refresh()
    (records,) = archive.obtain([query])
    assert len(records) == 24
    assert server.count("/data/") == 72
    assert visible() == sorted(wanted)


def test_503_for_ever_everywhere_stops_the_run(server, query, tree, visible, tmp_path):
    from dataclasses import replace

    for day in range(11, 29):
        add_coarse(tree, coarse_name(day))
    server.refresh()
    for record in server.records:
        name = record["umm"]["GranuleUR"]
        server.answer_with(name, faulty.status(503), always=True)
    archive = Archive(
        tmp_path / "store",
        earthdata_system(server.search, server.login),
        replace(FAST_POLICY, max_failures=5, attempts=2),
    )
    fails(archive, query, "503 Service Unavailable", "2 times", "not tried, after 5 others failed")
    assert server.count("/data/") <= 2 * (5 + 2 * 4)
    assert visible() == []


@pytest.mark.parametrize(
    "answer",
    [faulty.reset, faulty.cut, faulty.cut_unannounced, faulty.announced_short, faulty.announced_long,
     faulty.stall, faulty.silence, faulty.drip, faulty.page, faulty.other_bytes, faulty.empty,
     faulty.oversize, faulty.bomb],
    ids=lambda f: f.__name__,
)  # fmt: skip
def test_one_faulty_answer_is_mended(server, archive, query, names, visible, tree, tmp_path, answer):
    server.answer_with(names[1], answer)
    archive.obtain([query])
    assert server.count(f"/{names[1]}") == 2
    assert visible() == sorted(names)
    same_bytes(tmp_path / "store", tree, names)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (faulty.reset, ["connection to 127.0.0.1 failed", "6 times"]),
        (faulty.cut, ["cut the connection before the end", "6 times"]),
        (faulty.cut_unannounced, ["bytes came where the record says", "3 times"]),
        (faulty.announced_short, ["bytes came where the record says", "3 times"]),
        (faulty.announced_long, ["are announced where at most", "3 times"]),
        (faulty.stall, ["stopped sending (timed out)", "6 times"]),
        (faulty.silence, ["stopped sending (timed out)", "6 times"]),
        (faulty.drip, ["stalled", "6 times"]),
        (faulty.page, ["sent a web page instead of the granule", "3 times"]),
        (faulty.other_bytes, ["its MD5 is", "where the record says"]),
        (faulty.empty, ["the answer was empty"]),
        (faulty.oversize, ["more than the", "broken off"]),
        (faulty.bomb, ["more than the", "broken off"]),
        (faulty.status(200, b"not a granule at all"), ["sent something that is not HDF5"]),
    ],
    ids=lambda v: getattr(v, "__name__", None) if callable(v) else "",
)
def test_faulty_answers_only(server, archive, query, names, visible, tree, tmp_path, answer, words):
    server.answer_with(names[1], answer, always=True)
    fails(archive, query, "1 of 4 granules", names[1], *words)
    assert visible() == sorted(set(names) - {names[1]})
    same_bytes(tmp_path / "store", tree, set(names) - {names[1]})


def test_no_content_length_is_fine(server, archive, query, names, visible):
    server.answer_with(names[1], faulty.unannounced, always=True)
    archive.obtain([query])
    assert server.count(f"/{names[1]}") == 1
    assert visible() == sorted(names)


def test_slow_is_no_stall(server, archive, query, names, visible):
    server.answer_with(names[1], faulty.slowly(3.0))
    archive.obtain([query])
    assert server.count(f"/{names[1]}") == 1
    assert visible() == sorted(names)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_redirect_to_a_login_page(server, archive, query, names, visible, host):
    address = f"https://{host}:{server.port}/oauth/authorize?client_id=x&state=s3cr3t"
    server.answer_with(names[0], faulty.redirect(address), always=True)
    message = fails(archive, query, "asked to log in again", "EARTHDATA_TOKEN", names[0])
    assert "s3cr3t" not in message
    assert visible() == sorted(names[1:])


def test_redirect_to_another_host_drops_the_token(server, archive, query, names, visible):
    address = f"https://localhost:{server.port}/data/SPL2SMP.009/2016.01.01/{names[0]}?key=s3cr3t"
    server.answer_with(names[0], faulty.redirect(address))
    message = fails(
        archive, query, "401 from localhost, to which 127.0.0.1 redirected: the login was not accepted there"
    )
    assert "s3cr3t" not in message
    assert visible() == sorted(names[1:])


def test_signed_links_of_the_cloud(server, archive, query, names, visible, caplog):
    caplog.set_level(logging.DEBUG)
    server.signed = True
    (records,) = archive.obtain([query])
    assert visible() == sorted(names)
    assert server.count("/signed/") == 4
    assert all(server.signature not in f"{r}" for r in records)


def test_redirects_in_a_circle(server, archive, query, names, visible):
    address = f"{server.base}/data/SPL2SMP.009/2016.01.01/{names[0]}"
    server.answer_with(names[0], faulty.redirect(address), always=True)
    fails(archive, query, "redirects in a circle")
    assert visible() == sorted(names[1:])


def test_the_server_is_gone(server, archive, query, visible):
    listed = archive.listing(query)
    server.__exit__()
    with pytest.raises(ArchiveError, match=r"connection to 127\.0\.0\.1 failed \(Connection refused\)"):
        archive.obtain([query])
    assert len(listed) == 4
    assert visible() == []


# Records without checksum: the file itself is read through.


@pytest.mark.parametrize("answer", [faulty.cut_unannounced, faulty.page, faulty.empty, faulty.oversize])
def test_without_checksum_the_file_is_read_through(server, archive, query, names, visible, answer):
    server.style = "ecs"
    server.refresh()
    server.answer_with(names[1], answer)
    (records,) = archive.obtain([query])
    assert [r.name for r in records] == names
    assert records[0].checksum is None
    assert server.count(f"/{names[1]}") == 2
    assert visible() == sorted(names)


def test_damaged_in_the_archive(server, archive, query, names, visible, tree):
    path = next(tree.rglob(names[1]))
    add_coarse(tree, names[1], leave_out=("tb_time_seconds",))
    server.refresh()  # the record's checksum is that of the damaged file
    fails(archive, query, "damaged in the archive itself", "tb_time_seconds is missing", "bad_granules: skip")
    assert server.count(f"/{path.name}") == 1  # the checksum proves that it would come the same again
    assert visible() == sorted(set(names) - {names[1]})
    (records,) = archive.obtain([query], bad="skip")
    skipped = next(r for r in records if r.name == names[1])
    assert skipped.state == "skipped"
    assert "tb_time_seconds" in skipped.reason


def test_damaged_in_an_archive_without_checksums(server, archive, query, names, visible, tree):
    server.style = "ecs"
    add_coarse(tree, names[1], leave_out=("tb_time_seconds",))
    server.refresh()
    fails(archive, query, "tb_time_seconds is missing", "comes like this again")
    assert server.count(f"/{names[1]}") == 2
    assert visible() == sorted(set(names) - {names[1]})


def test_withdrawn_granules_can_be_skipped(server, archive, query, names, visible):
    server.answer_with(names[0], faulty.status(404), always=True)
    (records,) = archive.obtain([query], bad="skip")
    assert [r.state for r in records] == ["skipped", "present", "present", "present"]
    assert "withdrawn" in records[0].reason
    server.answer_with(names[0], faulty.status(503), always=True)
    fails(archive, query, "503", bad="skip")  # what a rerun may mend is never skipped


def test_unknown_certificate(server, archive, query, monkeypatch, visible):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(ArchiveError, match=r"certificate of 127\.0\.0\.1 cannot be verified.*REQUESTS_CA_BUNDLE"):
        archive.obtain([query])
    assert visible() == []


def test_refused_granules_leave_slow_ones_alone(server, archive, query, names, visible):
    """Four connections: three refusals come at once, and do not break off the one that is under way."""
    for name in names[:3]:
        server.answer_with(name, faulty.status(401, b"{}"), always=True)
    server.answer_with(names[3], faulty.slowly(0.5))
    fails(archive, query, "3 of 4 granules")
    assert visible() == names[3:]
