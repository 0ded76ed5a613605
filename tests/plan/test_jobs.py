"""Threads of a training."""

import os

from smen.plan.jobs import AUTO_THREADS, threads_of


def test_auto_asks_for_one_thread_in_closed_form_and_else_for_what_there_is():
    there = len(os.sched_getaffinity(0))
    assert threads_of("auto", "fusion") == 1
    assert threads_of("auto", "smen") == min(there, AUTO_THREADS)
    assert threads_of(3, "fusion") == threads_of(3, "smen") == 3
