"""Read a file of settings; every error names the key and what to do."""

from __future__ import annotations

import datetime as dt
import difflib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from smen.errors import SettingsError
from smen.settings.old_keys import without_old_keys
from smen.settings.region_sections import Region
from smen.settings.schema import Settings

S = TypeVar("S", bound=BaseModel)


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML's safe loader, except that a key given twice is an error (PyYAML silently takes the last one)."""


def _unique_mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    for position, key in enumerate(keys):
        if key in keys[:position]:
            line = node.value[position][0].start_mark.line + 1
            raise SettingsError(f"{loader.name}, line {line}: `{key}` is given twice; rename or remove one of them")
    return loader.construct_mapping(node, deep=True)


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)


def read_settings(path: Path) -> dict[str, Any]:
    """Read a YAML file of settings, unchecked but for keys given twice.

    Raises:
        SettingsError: no such file, not YAML, a key twice, or no mapping.
    """
    try:
        with path.open(encoding="utf-8") as file:
            values = yaml.load(file, _UniqueKeyLoader)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}. Name a file of settings") from error
    except yaml.YAMLError as error:
        raise SettingsError(f"{path} is not valid YAML: {error}") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise SettingsError(f"{path} holds no keys: it must be a mapping such as `regions: ...`")
    return values


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
        settings = check_section(Settings, present, where)
    except SettingsError as error:
        raise SettingsError("\n".join([*messages, str(error)])) from error
    if messages:
        raise SettingsError("\n".join(messages))
    return settings


def check_section(model: type[S], values: Mapping[str, Any], where: str, at: str = "") -> S:
    """Check values against a section's model.

    Args:
        model: the section's model.
        values: keys and values, as read.
        where: the file's name, for the messages.
        at: the section's place in the file, dotted, for the messages.

    Raises:
        SettingsError: as in `check_settings`, but for keys of earlier versions.
    """
    try:
        # By way of JSON, because there strict typing still takes a list for a tuple and text for a date.
        return model.model_validate_json(json.dumps(values, default=_to_json))
    except ValidationError as error:
        lines = sorted({_explain(model, problem, where, at) for problem in error.errors()})
        raise SettingsError("\n".join(lines)) from error


def _to_json(value: object) -> str:
    if isinstance(value, dt.date | dt.datetime | Path):
        return value.isoformat() if not isinstance(value, Path) else str(value)
    raise SettingsError(f"config.yaml: the value {value!r} is of a type that no key takes")


def _explain(model: type[BaseModel], problem: Any, where: str, at: str) -> str:  # noqa: ANN401  (pydantic's ErrorDetails)
    """Word one of pydantic's errors as a message about the file."""
    # Alternatives of a union put the name of their type into the place; only keys of the file belong there.
    place = [str(part) for part in problem["loc"] if not str(part).startswith(("tuple[", "literal[", "constrained-"))]
    place = [part for part in place if part not in {"int", "date", "function-after"}]
    key = ".".join([at, *place] if at else place)
    kind, value = problem["type"], problem.get("input")
    if kind == "extra_forbidden":
        known = _keys_beside(model, place)
        near = difflib.get_close_matches(place[-1], known, n=1, cutoff=0.5)
        hint = f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(sorted(known))}"
        return f"{where}: unknown key `{key}`; {hint}"
    if kind == "missing":
        return f"{where}: `{key}` is missing; give it a value"
    message = problem["msg"].removeprefix("Value error, ")
    if kind == "value_error":
        return f"{where}: {key + ': ' if key else ''}{message}"
    return f"{where}: `{key}` is {value!r}: {message[0].lower() + message[1:]}"


def _keys_beside(model: type[BaseModel], place: list[str]) -> list[str]:
    """Return the valid keys at the place of an unknown one."""
    here: type[BaseModel] = model
    for part in place[:-1]:
        field = here.model_fields.get(part)
        inner = field.annotation if field else (Region if here is Settings else None)
        if field and get_origin(inner) is dict:
            inner = Region
        elif field is None:
            continue  # the name of a region
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            here = inner
    return list(here.model_fields)
