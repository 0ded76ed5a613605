"""All kinds of faulty answers, each with the real client against a local server.

In each case: no bad file appears, the message says what happened, and what could be fetched is there.
"""

import hashlib
import json
import logging
import time

import faulty_answers as faulty
import h5py
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
        (faulty.status(403, b"{}"), ["403", "no right", "EARTHDATA_TOKEN"]),
        (faulty.status(404), ["404", "withdrawn", "bad_granules: skip"]),
        (faulty.status(410), ["410", "withdrawn"]),
    ],
    ids=["403", "404", "410"],
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
    message = fails(archive, query, "did not accept the credentials from the environment variable EARTHDATA_TOKEN",
                    "401", "nothing was fetched", "Make a new token")  # fmt: skip
    assert "\n" not in message and server.token not in message
    assert server.count("/data/") == 1
    assert visible() == []


def test_three_hundred_granules_are_not_asked_for_with_a_wrong_token(server, archive, query, names, visible):
    text = json.dumps(server.record(names[0]))
    for i in range(300):
        name = coarse_name(11, orbit=20000 + i).replace("T120000", f"T12{i // 60:02d}{i % 60:02d}")
        another = json.loads(text.replace(names[0], name))
        another["meta"]["concept-id"] = f"G{i}-NSIDC_CPRD"
        server.records.append(another)
    server.tokens.clear()
    fails(archive, query, "did not accept")
    assert server.count("/data/") == 1
    assert visible() == []


def test_a_login_that_is_refused_in_the_middle_stops_the_run(server, archive, query, tree, names, visible):
    """The first granule comes, then the token is withdrawn: no more than one request for each connection follows."""
    for day in range(11, 29):
        add_coarse(tree, coarse_name(day))
    server.refresh()
    give = faulty.slowly(0.1)

    def last_one(handler, path):
        server.tokens.clear()
        give(handler, path)

    server.answer_with(names[0], last_one)
    words = ["not tried, after the login was refused for another", "from the environment variable EARTHDATA_TOKEN"]
    message = fails(archive, query, "21 of 22", "401", "Make a new token", *words)
    assert server.count("/data/") <= 1 + FAST_POLICY.connections
    assert visible() == names[:1] and server.token not in message


def test_what_is_in_the_store_needs_no_login(server, archive, query, names, tmp_path):
    archive.obtain([query])
    before = server.count("/data/")
    server.tokens.clear()
    again = Archive(tmp_path / "store", earthdata_system(server.search, server.login), FAST_POLICY)
    (records,) = again.obtain([query])
    assert [r.name for r in records] == names and server.count("/data/") == before


# Several addresses of one granule.


def second_record(server, name, folder="elsewhere", **changes):
    """The same granule in the older archive, at another address."""
    twin = json.loads(json.dumps(server.record(name)))
    twin["meta"] |= {"concept-id": f"G1{name[13:18]}-NSIDC_ECS", "provider-id": "NSIDC_ECS"}
    for link in twin["umm"]["RelatedUrls"]:
        link["URL"] = link["URL"].replace("/data/", f"/data/{folder}/")
    twin["umm"]["DataGranule"]["ArchiveAndDistributionInformation"][0] |= changes
    server.records.insert(0, twin)
    return twin


def elsewhere(tree, name, folder="elsewhere"):
    """Put the file at the other address as well."""
    path = next(tree.rglob(name))
    copy = tree / folder / path.relative_to(tree)
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_bytes(path.read_bytes())
    return copy


def test_the_clouds_address_is_asked_first(server, archive, query, names):
    second_record(server, names[0])
    (records,) = archive.obtain([query])
    assert [r.name for r in records] == names
    assert server.count("/data/elsewhere") == 0 and server.count(f"/data/SPL2SMP.009/2016.01.01/{names[0]}") == 1


@pytest.mark.parametrize(
    "answer",
    [faulty.status(404), faulty.status(410), faulty.status(503), faulty.status(403, b"{}"), faulty.other_bytes],
    ids=["404", "410", "503", "403", "damaged"],
)
def test_where_the_first_address_fails_for_good_the_next_is_asked(
    server, archive, query, names, visible, tree, caplog, answer
):
    second_record(server, names[0])
    elsewhere(tree, names[0])
    server.answer_with(f"/data/SPL2SMP.009/2016.01.01/{names[0]}", answer, always=True)
    with caplog.at_level(logging.WARNING):
        (records,) = archive.obtain([query])
    assert [r.state for r in records] == ["present"] * 4
    assert visible() == sorted(names)
    assert records[0].url.startswith(f"{server.base}/data/elsewhere/") and records[1].url.startswith(
        f"{server.base}/data/S"
    )
    assert caplog.text.count("1 granules came from a further address") == 1
    assert server.count(f"/data/elsewhere/SPL2SMP.009/2016.01.01/{names[0]}") == 1
    caplog.clear()
    again = Archive(archive.store.root, earthdata_system(server.search, server.login), FAST_POLICY)
    assert again.obtain([query])[0][0].sha256 == records[0].sha256
    assert server.count(f"/data/elsewhere/SPL2SMP.009/2016.01.01/{names[0]}") == 1


def test_a_second_link_in_one_record(server, archive, query, names, tree, visible):
    record = server.record(names[1])
    links = record["umm"]["RelatedUrls"]
    links.insert(1, {"URL": links[0]["URL"].replace("/data/", "/data/elsewhere/"), "Type": "GET DATA"})
    links.insert(2, {"URL": f"s3://bucket/{names[1]}", "Type": "GET DATA VIA DIRECT ACCESS"})
    elsewhere(tree, names[1])
    server.answer_with(f"/data/SPL2SMP.009/2016.01.04/{names[1]}", faulty.status(404), always=True)
    archive.obtain([query])
    assert visible() == sorted(names)


def test_each_address_has_its_own_checksum(server, archive, query, names, tree, visible):
    """The older archive's file differs, as its own record says."""
    copy = elsewhere(tree, names[0])
    with h5py.File(copy, "r+") as file:
        file.attrs["processed"] = "again"
    data = copy.read_bytes()
    checksum = {"Algorithm": "MD5", "Value": hashlib.md5(data).hexdigest()}
    second_record(server, names[0], SizeInBytes=len(data), Checksum=checksum)
    server.answer_with(f"/data/SPL2SMP.009/2016.01.01/{names[0]}", faulty.status(404), always=True)
    (records,) = archive.obtain([query])
    assert records[0].sha256 == hashlib.sha256(data).hexdigest()
    assert records[0].checksum == f"MD5 {checksum['Value']}"
    assert archive.obtain([query])[0][0].sha256 == records[0].sha256  # it is not fetched again
    assert visible() == sorted(names)


@pytest.mark.parametrize(("second", "skipped"), [(404, True), (503, False)])
def test_where_all_addresses_fail_each_is_named(server, archive, query, names, visible, second, skipped):
    second_record(server, names[0])
    first, other = (f"/data/{folder}SPL2SMP.009/2016.01.01/{names[0]}" for folder in ("", "elsewhere/"))
    server.answer_with(first, faulty.status(404), always=True)
    server.answer_with(other, faulty.status(second), always=True)
    message = fails(archive, query, "1 of 4", "none of its 2 addresses has it", f"{server.base}{first}: 404",
                    f"{server.base}{other}: {second}")  # fmt: skip
    assert server.token not in message
    assert visible() == sorted(names[1:])
    if skipped:
        assert archive.obtain([query], bad="skip")[0][0].state == "skipped"
    else:  # a rerun may mend it
        fails(archive, query, "503", bad="skip")


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
    message = fails(archive, query, "asked to log in again", "EARTHDATA_TOKEN", "nothing was fetched")
    assert "s3cr3t" not in message
    assert visible() == [] and server.count("/data/") == 1


def test_redirect_to_another_host_drops_the_token(server, archive, query, names, visible):
    address = f"https://localhost:{server.port}/data/SPL2SMP.009/2016.01.01/{names[0]}?key=s3cr3t"
    server.answer_with(names[0], faulty.redirect(address))
    message = fails(
        archive, query, "401 from localhost, to which 127.0.0.1 redirected: the login was not accepted there"
    )
    assert "s3cr3t" not in message
    assert visible() == []


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
    assert visible() == []


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
        server.answer_with(name, faulty.status(403, b"{}"), always=True)
    server.answer_with(names[3], faulty.slowly(0.5))
    fails(archive, query, "3 of 4 granules")
    assert visible() == names[3:]
