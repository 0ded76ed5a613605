"""What the features of a file are called in tables."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smen.errors import DataError
from smen.vector_file import feature_names

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

USUAL = ("name", "station", "station_id", "station_name", "site", "site_id", "site_name", "field", "id", "fid", "label")
"""Usual names of a column of names, the clearest first; case does not count."""

_NAMED = 5


def label_features(features: pd.DataFrame, column: str | None, file: Path) -> list[Any]:
    """Return the names of features, each once.

    Args:
        features: the features.
        column: with their names; None: the first of the usual ones that names each feature, each by another name, or
            else their numbers, from 0.
        file: where they are from, for messages.

    Raises:
        DataError: the named column is not there, lacks a name or has one twice.
    """
    if column is None:
        return _usual(features, file)
    if column not in features.columns:
        columns = ", ".join(str(name) for name in features.columns.drop("geometry"))
        raise DataError(f"{file} has no column {column}: it has {columns}")
    names = feature_names(features[column], file)
    if len(set(names)) < len(names):
        raise DataError(f"the column {column} of {file} does not tell its features apart: choose another one")
    return names


def _usual(features: pd.DataFrame, file: Path) -> list[Any]:
    """Names from the first usual column that tells the features apart; numbers where there is none."""
    columns = {str(name).strip().lower(): name for name in reversed(features.columns)}
    for column in (columns[name] for name in USUAL if name in columns):
        try:
            names = feature_names(features[column], file)
        except DataError:
            continue
        if len(set(names)) == len(names):
            log.info("%s: features named by the column %r (another one: --name)", file, column)
            return names
    log.info("%s: features numbered from 0; name them with --name COLUMN", file)
    return list(range(len(features)))


def listing(names: Sequence[Any]) -> str:
    """Return names for a message, the first few of many."""
    more = len(names) - _NAMED
    return ", ".join(str(name) for name in names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
