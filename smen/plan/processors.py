"""Processors of this machine, and how many of them a training uses."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smen.settings.choices import Threads

AUTO_THREADS = 4
"""What `threads: auto` uses at most: small networks on small windows gain nothing from more."""


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def training_threads(threads: Threads) -> int:
    """Return the number of threads of a training; `auto`: all processors, at most `AUTO_THREADS`."""
    return min(processors(), AUTO_THREADS) if threads == "auto" else threads


def reserved_threads(threads: int, cores: int | None) -> int:
    """Return how many of Snakemake's cores a job should reserve, so that no more jobs run at once than fit.

    With more `--cores` than processors, each thread of a job stands for a share of the cores.

    Args:
        threads: that the job uses.
        cores: of Snakemake; None or 0 where it has no limit.
    """
    there = processors()
    return threads if (cores or 0) <= there else -(-threads * (cores or 0) // there)


def memory_bytes() -> int | None:
    """Return the machine's memory in bytes; None where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None
