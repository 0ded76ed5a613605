"""Write what the settings' schema says as documents: the default config.yaml, its JSON schema, the table of keys."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator, Mapping
from typing import Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from smen.settings.schema import Region, Section, Settings

HEADER = """\
# What SMEN does, and where. Everything that a user edits is in this file; every key may be left out and then has
# the value shown here. `smen config` prints this file as it came; the README lists the keys in a table.
"""


def default_config() -> str:
    """Return the default config.yaml, made from the settings: every key, its default and its comment."""
    parts = [HEADER]
    settings = Settings()
    for name, field in Settings.model_fields.items():
        parts.append(f"\n# {field.description}")
        value = getattr(settings, name)
        if name == "regions":
            parts.append("regions:")
            parts.extend(_region_lines(value))
        else:
            parts.append(f"{name}:")
            parts.extend(_field_lines(value))
    return "\n".join(parts) + "\n"


def _field_lines(section: Section) -> Iterator[str]:
    for key, field in type(section).model_fields.items():
        yield from _comment(field.description or "", "  ")
        yield f"  {key}: {_yaml(getattr(section, key))}"


def _region_lines(regions: Mapping[str, Region]) -> Iterator[str]:
    for key, field in Region.model_fields.items():
        if field.default != {}:
            default = "" if field.is_required() else f" (default: {_yaml(field.default)})"
            yield from _comment(f"{key}: {field.description}{default}", "  ")
    for name, region in regions.items():
        yield f"  {name}:"
        yield f"    longitude: {region.longitude}"
        yield f"    latitude: {region.latitude}"
        yield f"    size: {_yaml(region.size)}"


def _comment(text: str, indent: str, width: int = 118) -> Iterator[str]:
    line = f"{indent}#"
    for word in text.split():
        if len(line) + 1 + len(word) > width:
            yield line
            line = f"{indent}#"
        line += f" {word}"
    yield line


def _yaml(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_yaml(part) for part in value)}]"
    if isinstance(value, float):
        return repr(value) if "e" not in repr(value) else f"{value:.10f}".rstrip("0")
    if isinstance(value, str) and value.isdigit():
        return f'"{value}"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def json_schema() -> str:
    """Return the JSON schema of config.yaml, for editors that check and complete while one types."""
    return json.dumps(Settings.model_json_schema(), indent=2, sort_keys=True) + "\n"


def markdown_table() -> str:
    """Return the README's table of settings, in Markdown."""
    rows = ["| key | default | what it is |", "|---|---|---|"]
    settings = Settings()
    for name, field in Settings.model_fields.items():
        if name == "regions":
            rows.append(
                "| `regions` | the paper's three | regions by name: `longitude`, `latitude`, `size`, `climate` |"
            )
            continue
        section = getattr(settings, name)
        for key, inner in type(section).model_fields.items():
            rows.append(f"| `{name}.{key}` | `{_yaml(getattr(section, key))}` | {inner.description}{_choices(inner)} |")
        _ = field
    return "\n".join(rows) + "\n"


def _choices(field: FieldInfo) -> str:
    """Return the values that a key may take, where they are few and its description does not name them all."""
    found = list(_literals(field.annotation))
    unsaid = [choice for choice in found if choice not in (field.description or "")]
    return f" ({', '.join(found)})" if unsaid else ""


def _literals(annotation: object) -> Iterator[str]:
    if get_origin(annotation) is Literal:
        yield from (str(value) for value in get_args(annotation))
    elif get_origin(annotation) in {Union, types.UnionType, tuple}:
        for inner in get_args(annotation):
            yield from _literals(inner)
