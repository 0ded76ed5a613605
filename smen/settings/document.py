"""Documents made from the schema of the settings: the default config.yaml, its JSON schema, the table of keys."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator, Mapping
from typing import Literal, Union, get_args, get_origin

import yaml
from pydantic.fields import FieldInfo

from smen.settings.region_sections import OWN, Region
from smen.settings.schema import Settings
from smen.settings.section import Section

HEADER = """\
# What SMEN does, and where. Everything that a user edits is in this file; every key may be left out and then has
# the value shown here. `smen config` prints this file as it came; workflow/docs/settings.md lists the keys in a table.
"""


def default_config() -> str:
    """Return the default config.yaml: every key with its default and its comment."""
    parts = [HEADER]
    settings = Settings()
    for name, field in Settings.model_fields.items():
        parts.append("")
        parts.extend(_comment(field.description or ""))
        value = getattr(settings, name)
        if isinstance(value, Section):
            parts.append(f"{name}:")
            parts.extend(_field_lines(value))
        elif name == "regions":
            parts.append("regions:")
            parts.extend(_region_lines(value))
        else:
            parts.append(f"{name}: {_yaml(value)}")
    return "\n".join(parts) + "\n"


def _field_lines(section: Section) -> Iterator[str]:
    for key, field in type(section).model_fields.items():
        yield from _comment(field.description or "", "  ")
        yield f"  {key}: {_yaml(getattr(section, key))}"


def _region_lines(regions: Mapping[str, Region]) -> Iterator[str]:
    for key, field in Region.model_fields.items():
        if field.description != OWN:
            default = "" if field.is_required() else f" (default: {_yaml(field.default)})"
            yield from _comment(f"{key}: {field.description}{default}", "  ")
    for name, region in regions.items():
        yield f"  {name}:"
        yield f"    longitude: {region.longitude}"
        yield f"    latitude: {region.latitude}"
        yield f"    size: {_yaml(region.size)}"


def _comment(text: str, indent: str = "", width: int = 118) -> Iterator[str]:
    line = f"{indent}#"
    for word in text.split():
        if len(line) + 1 + len(word) > width:
            yield line
            line = f"{indent}#"
        line += f" {word}"
    yield line


def _yaml(value: object) -> str:
    """Return a value as YAML in one line."""
    plain = list(value) if isinstance(value, tuple) else value
    text = yaml.safe_dump(plain, default_flow_style=True, width=1000)
    return text.removesuffix("...\n").strip().replace("'", '"')


def json_schema() -> str:
    """Return the JSON schema of config.yaml, for editors that check and complete while one types."""
    return json.dumps(Settings.model_json_schema(), indent=2, sort_keys=True) + "\n"


def markdown_table() -> str:
    """Return the table of settings of workflow/docs/settings.md, in Markdown."""
    rows = ["| key | default | what it is |", "|---|---|---|"]
    settings = Settings()
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, Section):
            rows += [_row(f"{name}.{key}", getattr(value, key), f) for key, f in type(value).model_fields.items()]
        elif name == "regions":
            rows.append(
                "| `regions` | the paper's three | regions by name: `longitude`, `latitude`, `size`, `climate` |"
            )
        else:
            rows.append(_row(name, value, field))
    return "\n".join(rows) + "\n"


def _row(key: str, default: object, field: FieldInfo) -> str:
    return f"| `{key}` | `{_yaml(default)}` | {field.description}{_choices(field)} |"


def _choices(field: FieldInfo) -> str:
    """Return the values that a key with a fixed choice may take, unless its description names them all."""
    choices = list(_literals(field.annotation))
    unnamed = [choice for choice in choices if choice not in (field.description or "")]
    return f" ({', '.join(choices)})" if unnamed else ""


def _literals(annotation: object) -> Iterator[str]:
    if get_origin(annotation) is Literal:
        yield from (str(value) for value in get_args(annotation))
    elif get_origin(annotation) in {Union, types.UnionType, tuple}:
        for inner in get_args(annotation):
            yield from _literals(inner)
