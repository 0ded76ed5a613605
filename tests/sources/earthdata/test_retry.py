"""Attempts and waits, with a clock of our own."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smen.sources.earthdata.retry import RetryPolicy, retry
from smen.sources.earthdata.transfer_errors import TransferError

POLICY = RetryPolicy(attempts=4, content_attempts=2, first_wait=1.0, longest_wait=10.0)


class Clock:
    """Takes the place of a run's control: waits pass at once."""

    def __init__(self):
        self.waits, self.pauses = [], []

    def sleep(self, seconds):
        self.waits.append(seconds)

    def pause(self, seconds):
        self.pauses.append(seconds)


def failing(*errors, then="done"):
    """An action that fails in these ways, one after the other, and then succeeds."""
    waiting = list(errors)

    def action():
        if waiting:
            raise waiting.pop(0)
        return then

    return action


def error(kind="server", *, retryable=True, retry_after=None):
    return TransferError(f"a {kind} error", kind, retryable=retryable, retry_after=retry_after)


@pytest.fixture(autouse=True)
def longest_jitter(monkeypatch):
    monkeypatch.setattr(random, "uniform", lambda low, high: high)


def test_success_at_once():
    clock = Clock()
    assert retry(failing(), POLICY, clock) == "done"
    assert (clock.waits, clock.pauses) == ([0.0], [])


def test_waits_double():
    clock = Clock()
    assert retry(failing(*[error()] * 3), POLICY, clock) == "done"
    assert clock.waits == [0.0, 1.0, 2.0, 4.0]


@pytest.mark.parametrize(("kind", "attempts"), [("server", 4), ("network", 4), ("content", 2)])
def test_the_last_error_tells_the_number_of_attempts(kind, attempts):
    clock = Clock()
    with pytest.raises(TransferError, match=f"a {kind} error, {attempts} times") as caught:
        retry(failing(*[error(kind)] * 9), POLICY, clock)
    assert len(clock.waits) == attempts
    assert (caught.value.kind, caught.value.retryable) == (kind, False)


def test_permanent_errors_are_not_retried():
    clock = Clock()
    with pytest.raises(TransferError, match=r"^a denied error$"):
        retry(failing(error("denied", retryable=False)), POLICY, clock)
    assert clock.waits == [0.0]


def test_a_server_that_asks_to_wait_pauses_all():
    clock = Clock()
    assert retry(failing(error(retry_after=7.0)), POLICY, clock) == "done"
    assert clock.pauses == [7.0]
    assert clock.waits == [0.0, 8.0]


def test_a_server_that_asks_for_too_long():
    with pytest.raises(TransferError, match="a server error; it asks to come back in 11 s, longer than SMEN waits"):
        retry(failing(error(retry_after=11.0)), POLICY, Clock())


def test_other_exceptions_pass_through():
    with pytest.raises(ZeroDivisionError):
        retry(failing(ZeroDivisionError()), POLICY, Clock())


@given(failures=st.integers(1, 60), first=st.floats(0.01, 5), longest=st.floats(5, 200))
def test_no_wait_is_longer_than_its_limit(failures, first, longest):
    policy = RetryPolicy(first_wait=first, longest_wait=longest)
    limit = min(longest, first * 2 ** (failures - 1))
    assert policy.back_off(failures) == limit  # the jitter's upper end
    assert policy.back_off(failures + 1) >= policy.back_off(failures)


def test_timeouts_as_requests_takes_them():
    assert RetryPolicy(connect_timeout=3.0, read_timeout=9.0).timeouts == (3.0, 9.0)
