"""Check settings as read from a file; every error names the key and what to do."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from smen.errors import SettingsError
from smen.settings.messages import explain
from smen.settings.old_keys import without_old_keys
from smen.settings.schema import Settings

S = TypeVar("S", bound=BaseModel)


def check_settings(values: Mapping[str, Any], where: str = "config.yaml") -> Settings:
    """Check settings and fill in the defaults.

    Args:
        values: the file's content, as read.
        where: the file's name, for the messages.

    Raises:
        SettingsError: names each key that is unknown (with the nearest known one), of an earlier version (with the
            new one), missing, mistyped or out of range.
    """
    present, old = without_old_keys(values)
    messages = [f"{where}: {message}" for message in old]
    try:
        settings = check_section(Settings, _without_default_regions(present), where)
    except SettingsError as error:
        raise SettingsError("\n".join([*messages, str(error)])) from error
    if messages:
        raise SettingsError("\n".join(messages))
    return settings


def _without_default_regions(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The paper's regions are the default where nobody names any: beside a file of regions or tiles they are not."""
    sections = ((values.get("regions_file"), "path"), (values.get("tiles"), "area"))
    given = any(isinstance(section, Mapping) and section.get(key) is not None for section, key in sections)
    return {**values, "regions": {}} if given and "regions" not in values else values


def check_section(model: type[S], values: Mapping[str, Any], where: str, at: str = "") -> S:
    """Check values against a section's model.

    Args:
        model: the section's model.
        values: keys and values, as read.
        where: the file's name, for the messages.
        at: the section's place in the file, dotted, for the messages.

    Raises:
        SettingsError: as in `check_settings`, but for keys of earlier versions; or a key that is no text.
    """
    plain = _as_json(values, where, at)
    try:
        # By way of JSON, because there strict typing still takes a list for a tuple and text for a date.
        return model.model_validate_json(json.dumps(plain))
    except ValidationError as error:
        raise SettingsError(explain(error, model, values, where, at)) from error


def _as_json(values: object, where: str, place: str) -> object:
    """Return values as JSON has them: dates as text, keys only as text.

    Args:
        values: as read from YAML.
        where: the file's name, for the messages.
        place: their dotted key.

    Raises:
        SettingsError: a key that is no text, or a value of a type that no key takes.
    """
    if isinstance(values, Mapping):
        for key in values:
            if not isinstance(key, str):
                inside = f"`{place}`: " if place else ""
                raise SettingsError(f"{where}: {inside}YAML reads a key as {key!r}, not as text; put it in quotes")
        return {key: _as_json(value, where, f"{place}.{key}" if place else key) for key, value in values.items()}
    if isinstance(values, list | tuple):
        return [_as_json(value, where, place) for value in values]
    if isinstance(values, dt.date):
        return values.isoformat()
    if isinstance(values, Path):
        return str(values)
    if values is None or isinstance(values, str | int | float):
        return values
    raise SettingsError(f"{where}: `{place}` is {values!r}, of a type that no key takes")
