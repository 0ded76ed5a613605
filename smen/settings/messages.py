"""What is wrong with a value of the settings, in plain words: pydantic's errors, worded for whoever edits the file."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, get_origin

from pydantic import BaseModel, ValidationError

from smen.settings.region_sections import Region

_DATE = "a date such as 2018-06-30"
_SECTION = "a section: keys with values below it"
_NEEDED = {
    "string_type": "text (in quotes)",
    "int_type": "a whole number",
    "int_parsing_size": "a smaller whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "tuple_type": "a list in square brackets",
    "dict_type": _SECTION,
    "model_type": _SECTION,
    "missing": "a list of two values",
    "literal_error": "{expected}",
    "greater_than": "above {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "below {lt}",
    "less_than_equal": "at most {le}",
    "too_short": "a list of at least {min_length}",
    "too_long": "a list of at most {max_length}",
    "string_too_short": "text of at least {min_length} letter",
    "string_pattern_mismatch": "text that fits {pattern}",
}
"""Pydantic's type of an error, and what the value must be; in braces what the error's context holds."""

Place = tuple[str | int, ...]
"""Keys from the outermost to a value's own, and positions in lists."""


def explain(error: ValidationError, model: type[BaseModel], values: Mapping[str, Any], where: str, at: str) -> str:
    """Word all that pydantic found wrong, a line for each key.

    Args:
        error: pydantic's error.
        model: the section's model.
        values: what was checked.
        where: the file's name.
        at: the section's place in the file, dotted; empty for the whole file.

    Returns:
        Lines that name the file, the key, its value and what it must be.
    """
    lines: set[str] = set()
    needed: defaultdict[Place, list[str]] = defaultdict(list)
    shown: dict[Place, str] = {}
    for problem in error.errors():
        kind = problem["type"]
        place = _place(problem, values)
        key, position = _key(place, at)
        if kind == "extra_forbidden":
            lines.add(f"{where}: unknown key `{key}`; {_near(model, place)}")
        elif kind == "missing" and isinstance(problem["loc"][-1], str):
            lines.add(f"{where}: `{key}` is missing; give it a value")
        elif kind == "value_error":
            lines.add(f"{where}: {key + position + ': ' if key else ''}{problem['msg'].removeprefix('Value error, ')}")
        else:
            shown[place] = f"{where}: `{key}`{position} is {_shown(problem['input'])}: it must be "
            needed[place].append(_words(kind, problem["input"], problem.get("ctx", {})))
    for place, words in needed.items():
        # Where a value may be of several kinds, what is wrong inside it says more than that it is of no other kind.
        if not any(other[: len(place)] == place and len(other) > len(place) for other in needed):
            lines.add(shown[place] + " or ".join(dict.fromkeys(words)))
    return "\n".join(sorted(lines))


def _place(problem: Any, values: Mapping[str, Any]) -> Place:  # noqa: ANN401  (pydantic's ErrorDetails)
    """Return the place of an error in the file, without the names of types that alternatives of a union put there."""
    place: list[str | int] = []
    here: object = values
    for part in problem["loc"]:
        inside = dict(enumerate(here)) if isinstance(here, list | tuple) else here
        if isinstance(inside, Mapping) and part in inside:
            here = inside[part]
        elif problem["type"] != "missing" or part != problem["loc"][-1] or isinstance(part, int):
            continue
        place.append(part)
    return tuple(place)


def _key(place: Place, at: str) -> tuple[str, str]:
    """Return a place as a dotted key, and in words which value of its list is meant."""
    keys = [part for part in place if isinstance(part, str)]
    position = f", number {place[-1] + 1}," if place and isinstance(place[-1], int) else ""
    return ".".join([at, *keys] if at else keys), position


def _words(kind: str, value: object, context: Mapping[str, Any]) -> str:
    """Return what a value must be.

    Args:
        kind: pydantic's type of the error.
        value: that was given.
        context: the error's own, such as a bound.
    """
    needed = _NEEDED.get(kind, "another value").format_map(context)
    if isinstance(value, str) and kind in {"int_type", "float_type"}:
        with suppress(ValueError):
            return f"{needed}, and YAML takes {value} for text: write {(int if kind == 'int_type' else float)(value)}"
    if isinstance(value, str) and needed == _DATE and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        with suppress(ValueError):
            dt.date.fromisoformat(value)
            return needed
        return "a date that exists"
    return needed


def _shown(value: object) -> str:
    """Return a value as it stands in the file, shortened."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:76].rstrip()} ..."


def _near(model: type[BaseModel], place: Place) -> str:
    """Return the nearest valid key at the place of an unknown one, or all of them."""
    known = _keys_beside(model, place)
    near = difflib.get_close_matches(str(place[-1]), known, n=1, cutoff=0.5)
    return f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(sorted(known))}"


def _keys_beside(model: type[BaseModel], place: Place) -> list[str]:
    """Return the valid keys at a place."""
    here: type[BaseModel] = model
    for part in place[:-1]:
        field = here.model_fields.get(str(part))
        if field is None:
            continue  # the name of a region
        inner = Region if get_origin(field.annotation) is dict else field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            here = inner
    return list(here.model_fields)
