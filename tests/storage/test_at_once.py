"""Several things at a time: results in order, and the first failure ends it."""

import threading

import pytest

from smen.storage.at_once import CONNECTIONS, each


def test_results_come_in_the_order_of_the_items():
    assert each(lambda number: number**2, range(30)) == [number**2 for number in range(30)]


def test_several_are_on_their_way_at_a_time():
    meeting = threading.Barrier(CONNECTIONS, timeout=20)
    assert sorted(each(lambda _: meeting.wait(), range(CONNECTIONS))) == list(range(CONNECTIONS))


def test_the_first_failure_ends_it():
    done = []

    def do(number):
        if number == 0:
            raise ValueError("refused")
        done.append(number)

    with pytest.raises(ValueError, match="refused"):
        each(do, range(10_000))
    assert len(done) < 9_999
