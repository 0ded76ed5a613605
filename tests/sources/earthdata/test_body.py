"""The body of a response: batches, limits, stalls."""

from types import SimpleNamespace

import pytest

from smen.sources.earthdata import body
from smen.sources.earthdata.body import BATCH, ERROR_TEXT, LARGEST, batches, error_text, size_limit
from smen.sources.earthdata.retry import RetryPolicy
from smen.sources.earthdata.run_control import RunControl
from smen.sources.earthdata.transfer_errors import TransferError

POLICY = RetryPolicy(stall_window=10.0, min_rate=100.0)


class Clock:
    """Seconds that a test sets."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now


def response(pieces, headers=None, clock=None, seconds=0.0):
    """A response whose body comes in these pieces, each after so many seconds."""
    waiting = [*pieces, b""]

    def read1(_, decode_content):
        if clock is not None:
            clock.now += seconds
        return waiting.pop(0)

    raw = SimpleNamespace(read1=read1)
    return SimpleNamespace(raw=raw, headers=headers or {}, url="https://data.example.org/a.h5")


def test_the_first_batch_is_given_on_at_once():
    pieces = [b"12345678", b"x" * 1000, b"y" * BATCH, b"z"]
    given = list(batches(response(pieces), 10**7, POLICY, RunControl()))
    assert given == [b"12345678", b"x" * 1000 + b"y" * BATCH, b"z"]


def test_a_first_piece_too_short_to_tell_a_granule_waits_for_more():
    given = list(batches(response([b"123", b"4", b"5678", b"9"]), 100, POLICY, RunControl()))
    assert given == [b"12345678", b"9"]
    assert list(batches(response([b"12"]), 100, POLICY, RunControl())) == [b"12"]
    assert list(batches(response([]), 100, POLICY, RunControl())) == []


def test_too_many_bytes():
    with pytest.raises(TransferError, match="11 bytes are announced where at most 10 belong"):
        list(batches(response([b"x" * 11], {"Content-Length": "11"}), 10, POLICY, RunControl()))
    with pytest.raises(TransferError, match="more than the 10 bytes") as caught:
        list(batches(response([b"x" * 6, b"x" * 6]), 10, POLICY, RunControl()))
    assert caught.value.retryable
    packed = response([b"x" * 10], {"Content-Length": "11", "Content-Encoding": "gzip"})
    assert list(batches(packed, 10, POLICY, RunControl())) == [b"x" * 10]  # the length is that of the packed bytes


@pytest.mark.parametrize(("size", "stalls"), [(99, True), (100, False)])
def test_a_stall_is_a_rate_over_a_window(monkeypatch, size, stalls):
    clock = Clock()
    monkeypatch.setattr(body, "time", clock)
    answer = response([b"x" * size] * 30, clock=clock, seconds=1.0)
    if stalls:
        with pytest.raises(TransferError, match=r"data\.example\.org sent 990 bytes in 10 s: stalled"):
            list(batches(answer, 10**6, POLICY, RunControl()))
    else:
        assert sum(map(len, batches(answer, 10**6, POLICY, RunControl()))) == 3000


def test_an_aborted_run_ends_a_transfer():
    control = RunControl()
    stream = batches(response([b"x" * 8, b"y" * BATCH]), 10**6, POLICY, control)
    assert next(stream) == b"x" * 8
    control.stop("a pause at the end of a day")
    assert next(stream) == b"y" * BATCH  # a mere stop lets it go on
    stream = batches(response([b"x" * 8, b"y" * BATCH]), 10**6, POLICY, control)
    control.stop("", abort=True)
    with pytest.raises(TransferError, match="a pause at the end of a day"):
        next(stream)


def test_an_errors_page_is_read_in_part():
    text = error_text(response([b"<html>\xff", b"x" * ERROR_TEXT, b"never read"]), POLICY, RunControl())
    assert text.startswith("<html>\ufffd")
    assert text.endswith("x")


@pytest.mark.parametrize(
    ("size", "exact", "limit"),
    [
        (5_000_000, True, 5_000_000),
        (5_000_000, False, 10_000_000 + 2**20),
        (0, False, LARGEST),
        (10**12, False, LARGEST),
    ],
)
def test_limits(size, exact, limit):
    assert size_limit(SimpleNamespace(size=size, exact=exact)) == limit
