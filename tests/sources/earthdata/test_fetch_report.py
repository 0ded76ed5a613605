"""The message about granules that could not be fetched."""

from pathlib import Path
from types import SimpleNamespace

from smen.sources.earthdata.fetch_report import Failure, failure_message
from smen.sources.earthdata.transfer_errors import TransferError

LOGIN = SimpleNamespace(source="the environment variable EARTHDATA_TOKEN", remedy="Make a new token", secrets=("hush",))


def failure(name, kind, reason):
    return Failure(f"https://h/{name}?key=x", TransferError(reason, kind, retryable=False))


def test_one_paragraph_per_reason_addresses_sorted():
    failures = [failure("b.h5", "server", "503"), failure("c.h5", "network", "cut"), failure("a.h5", "server", "503")]
    assert failure_message(failures, 10, Path("store"), LOGIN).splitlines() == [
        "3 of 10 granules could not be fetched; the other 7 are in store:",
        "  503:",
        "    https://h/a.h5",
        "    https://h/b.h5",
        "  cut:",
        "    https://h/c.h5",
        "Run the same again: only what is missing is fetched.",
    ]


def test_what_to_do_depends_on_the_kind():
    credentials, remedy, skip = "credentials came from", "Make a new token.", "`source.bad_granules: skip`"
    for kind, expected in {
        "denied": {credentials, remedy},
        "forbidden": {credentials},
        "gone": {skip},
        "bad": {skip},
        "network": set(),
    }.items():
        message = failure_message([failure("a.h5", kind, "why")], 1, Path("store"), LOGIN)
        assert {words for words in (credentials, remedy, skip) if words in message} == expected


def test_secrets_are_masked():
    message = failure_message([failure("a.h5", "server", "it says hush")], 1, Path("store"), LOGIN)
    assert "hush" not in message
    assert "it says ***" in message
