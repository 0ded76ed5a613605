"""Pauses and the end of a run."""

import threading
import time

import pytest

from smen.sources.earthdata.run_control import RunControl
from smen.sources.earthdata.transfer_errors import TransferError


def seconds(action):
    start = time.monotonic()
    action()
    return time.monotonic() - start


def test_a_pause_holds_back_whoever_sleeps():
    control = RunControl()
    control.pause(0.1)
    control.pause(0.01)  # a shorter one does not end a longer one
    assert seconds(lambda: control.sleep(0.0)) >= 0.09
    assert seconds(lambda: control.sleep(0.0)) < 0.09


def test_a_sleep_is_not_shortened_by_a_pause():
    control = RunControl()
    control.pause(0.01)
    assert seconds(lambda: control.sleep(0.1)) >= 0.09


def test_the_first_reason_holds_and_an_abort_is_never_withdrawn():
    control = RunControl()
    control.stop("too many failures")
    assert not control.aborted
    control.stop("the run was stopped", abort=True)
    control.stop("again")
    assert control.reason == "too many failures"
    assert control.aborted


def test_the_end_wakes_a_sleeper():
    control = RunControl()
    threading.Timer(0.05, control.stop, ["enough"]).start()
    start = time.monotonic()
    with pytest.raises(TransferError, match="enough") as caught:
        control.sleep(60)
    assert time.monotonic() - start < 10
    assert (caught.value.kind, caught.value.retryable) == ("stopped", False)
    with pytest.raises(TransferError):
        control.sleep(0.0)
