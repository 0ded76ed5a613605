"""Threads of a training, and the cores that it reserves."""

import os

import pytest

from smen.plan import processors
from smen.plan.processors import AUTO_THREADS, reserved_threads, training_threads


def test_auto_takes_the_processors_that_this_process_may_use():
    there = len(os.sched_getaffinity(0))
    assert processors.processors() == there
    assert training_threads("auto") == min(there, AUTO_THREADS)
    assert training_threads(3) == 3


def test_auto_takes_four_at_most(monkeypatch):
    monkeypatch.setattr(processors, "processors", lambda: 64)
    assert training_threads("auto") == 4


def test_machines_without_affinity_count_all_processors(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert processors.processors() == 1


@pytest.mark.parametrize(
    ("threads", "cores", "reserved"),
    [(1, 2, 1), (2, 4, 2), (4, 4, 4), (1, 8, 2), (2, 8, 4), (3, 8, 6), (1, 9, 3), (1, None, 1), (4, 0, 4)],
)
def test_a_job_reserves_its_share_of_the_cores(monkeypatch, threads, cores, reserved):
    """On four processors, `--cores 8` lets no more jobs run at once than `--cores 4` does."""
    monkeypatch.setattr(processors, "processors", lambda: 4)
    assert reserved_threads(threads, cores) == reserved
