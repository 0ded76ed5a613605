"""The day that `today` stands for: that of the last refresh of the listings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smen.atomic import write_text
from smen.errors import OutputError, SettingsError, SmenError
from smen.plan.resource_layout import ResourceLayout


def refreshed(layout: ResourceLayout) -> dt.date:
    """Return the day on which listings were last refreshed; the first time, today becomes that day.

    Raises:
        SettingsError: the file of the day does not hold one.
    """
    path = Path(layout.refreshed())
    if not path.is_file():
        write_text(path, f"{dt.datetime.now(dt.UTC).date()}\n")
    text = path.read_text(encoding="utf-8").strip()
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"{path} should hold a date, not {text!r}: delete it") from error


@contextmanager
def new_day(layout: ResourceLayout) -> Iterator[None]:
    """Let `today` become today; where what is done with it fails, the former day holds on.

    Raises:
        OutputError: the day cannot be written.
        SmenError: as raised inside.
    """
    path = Path(layout.refreshed())
    before = path.read_text(encoding="utf-8") if path.is_file() else None
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written anew: {error.strerror}. Make its folder writable, or choose another one "
            "(folders.resources); the listing stays as it is"
        ) from error
    try:
        yield
    except (SmenError, KeyboardInterrupt):
        if before is not None:
            write_text(path, before)
        raise
