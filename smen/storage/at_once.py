"""Do something with several objects at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

CONNECTIONS = 8
"""Objects that are on their way at a time."""

T = TypeVar("T")
R = TypeVar("R")


def each(do: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """Do something with all items, `CONNECTIONS` at a time; the first failure ends it, and what is done stays.

    Args:
        do: what to do.
        items: with what.

    Returns:
        What it gave, in the order of the items.
    """
    pool = ThreadPoolExecutor(CONNECTIONS)
    try:
        return [job.result() for job in [pool.submit(do, item) for item in items]]
    finally:
        pool.shutdown(cancel_futures=True)
