"""What was found of granules before, so that a new day reads the new ones alone.

A file is known by its path, its size and the time of its last change, as by `make` and `rsync`. What was bad is read
again each time, and so is what was changed within moments of being read: it may change once more within the same tick
of the file system's clock. A file that was spoiled without a new time is found out by the stage that reads it next.
"""

from __future__ import annotations

import json
import time
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from smen.atomic import write_text
from smen.sources.manifest import TIMES, GranuleRecord, relative

SETTLED_AFTER = 2.0
"""Seconds after its last change from which on a file counts as settled; clocks of file systems tick as coarsely."""


class Known(NamedTuple):
    """What is known of a file.

    Attributes:
        record: of the granule; None where it does not touch the window.
    """

    record: GranuleRecord | None


class KnownGranules:
    """Findings of earlier readings in a file.

    Args:
        path: of that file, JSON, which need not be there; None: nothing is known, and nothing is kept.
        asked: all that the findings depend on beside the granules themselves: window, product, code.
    """

    def __init__(self, path: Path | None, asked: str = "") -> None:
        self._path = path
        self._asked = asked
        self._before = {} if path is None else _read(path, asked)
        self._now: dict[str, dict[str, Any]] = {}
        self._seen: dict[str, list[int]] = {}

    def look(self, file: Path, product: str) -> Known | None:
        """Return what is known of a file as it is now; None where it must be read.

        Args:
            file: the granule.
            product: what it is to be read as.
        """
        if self._path is None:
            return None
        key = f"{product} {relative(file)}"
        state = _state(file)
        if state is None:
            return None
        self._seen[key] = state
        entry = self._before.get(key)
        if entry is None or entry["state"] != state:
            return None
        try:
            known = Known(None if entry["record"] is None else _record(entry["record"]))
        except (KeyError, TypeError, ValueError):  # of another version, or damaged
            return None
        self._now[key] = entry
        return known

    def add(self, file: Path, product: str, record: GranuleRecord | None) -> None:
        """Remember what was found of a file, as it was when it was looked for.

        Args:
            file: the granule.
            product: what it was read as.
            record: of it; None where it does not touch the window.
        """
        key = f"{product} {relative(file)}"
        state = self._seen.get(key)
        if state is not None and state == _state(file) and time.time() - state[1] / 1e9 > SETTLED_AFTER:
            self._now[key] = {"state": state, "record": None if record is None else _plain(record)}

    def keep(self) -> None:
        """Write what is known of the files that were asked for since this object was made; others are forgotten.

        Raises:
            OutputError: the file cannot be written.
        """
        if self._path is not None and self._now != self._before:
            entries = {key: self._now[key] for key in sorted(self._now)}
            write_text(self._path, json.dumps({"asked": self._asked, "granules": entries}) + "\n")


NOTHING_KNOWN = KnownGranules(None)
"""Has all files read."""


def _state(file: Path) -> list[int] | None:
    """Size in bytes and time of the last change in ns; None where it cannot be said."""
    try:
        found = file.stat()
    except OSError:
        return None
    return [found.st_size, found.st_mtime_ns]


def _read(path: Path, asked: str) -> dict[str, dict[str, Any]]:
    """Entries by product and path; none where the file is not there, damaged, or of another question."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        entries = content["granules"] if content["asked"] == asked else {}
        return {key: {"state": list(entry["state"]), "record": entry["record"]} for key, entry in entries.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _plain(record: GranuleRecord) -> dict[str, Any]:
    """Return a record as JSON holds it."""
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    for name in TIMES:
        values[name] = None if values[name] is None else str(values[name])
    values["footprint"] = None if record.footprint is None else record.footprint.wkb_hex
    return values


def _record(values: dict[str, Any]) -> GranuleRecord:
    """Return the record that `_plain` took apart."""
    from shapely import from_wkb

    times = {name: None if values[name] is None else np.datetime64(values[name], "ms") for name in TIMES}
    footprint = None if values["footprint"] is None else from_wkb(values["footprint"])
    return GranuleRecord(**{**values, **times, "footprint": footprint})
