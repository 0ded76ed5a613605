"""No secret appears in messages, logs or manifests."""

import logging

import faulty_answers as faulty
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smen.errors import ArchiveError
from smen.sources.earthdata.redact import redact, redact_logs, strip_query


def test_no_secret_anywhere(server, login_archive, query, names, tmp_path, caplog, capfd):
    """Signed links, a token, errors and debug logs: no secret appears in messages, logs or manifests."""
    from smen.sources import manifest

    server.signed = True
    leak = b'{"error": "token ' + server.token.encode() + b' is not welcome"}'
    server.answer_with(names[0], faulty.status(403, leak), always=True)
    signed = (
        f"https://localhost:{server.port}/signed/SPL2SMP.009/2016.01.04/{names[1]}?X-Amz-Signature={server.signature}"
    )
    server.answer_with(names[1], faulty.redirect(signed), faulty.reset)
    caplog.set_level(logging.DEBUG, logger="smen")
    with pytest.raises(ArchiveError) as caught:
        login_archive.obtain([query])
    server.scripted.clear()
    (records,) = login_archive.obtain([query])
    manifest.write(tmp_path / "manifest.geojson", records)
    written = str(caught.value) + caplog.text + capfd.readouterr().err + (tmp_path / "manifest.geojson").read_text()
    for secret in (server.token, server.signature, "X-Amz-Signature"):
        assert secret not in written


@pytest.mark.parametrize(
    ("url", "stripped"),
    [
        ("https://user:word@host:1/a/b.h5?token=x#y", "https://host:1/a/b.h5"),
        ("https://host/approve_app?state=x&client_id=abc", "https://host/approve_app?client_id=abc"),
        ("https://host/approve_app?client_id=a%26b", "https://host/approve_app"),  # not a plain identifier
        ("https://host/a.h5", "https://host/a.h5"),
        ("a name.h5", "a name.h5"),
    ],
)
def test_strip_query(url, stripped):
    assert strip_query(url) == stripped


@pytest.mark.parametrize(
    ("text", "secrets", "shown"),
    [
        ("got https://h/p?sig=1, and Bearer abc.def", [], "got https://h/p, and Bearer ***"),
        ("the word is hush", ["hush"], "the word is ***"),
        ("Basic dXNlcjp3b3Jk= was sent", [], "Basic *** was sent"),
        ("token eyJhbGciOi.eyJzdWIi.c2lnbg here", [], "token *** here"),
        ("hushhush and hush", ["hush", "hushhush", ""], "*** and ***"),  # the longer one first, the empty one never
        ("nothing to hide", ["x1"], "nothing to hide"),
    ],
)
def test_redact(text, secrets, shown):
    assert redact(text, secrets) == shown


@given(
    secret=st.text("abcdefgh0123456789", min_size=4, max_size=20),
    before=st.text(max_size=20),
    after=st.text(max_size=20),
)
def test_a_known_secret_never_stays(secret, before, after):
    assert secret not in redact(f"{before}{secret}{after}".replace("*", ""), [secret])


def test_logs_of_other_libraries(caplog):
    logger, other = logging.getLogger("library.auth"), logging.getLogger("library.other")
    caplog.set_level(logging.INFO)
    with redact_logs(["hush"], "library.auth"):
        logger.info("the word is %s", "hush")
        other.info("another logger says hush")
    logger.info("afterwards: hush")
    assert [record.getMessage() for record in caplog.records] == [
        "the word is ***",
        "another logger says hush",
        "afterwards: hush",
    ]
