"""Read a YAML file of settings as it was meant: what YAML would quietly turn into something else is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from smen.errors import SettingsError

_TAG = "tag:yaml.org,2002:"
_OCTAL = re.compile(r"[-+]?0[0-7_]+")
_KINDS = {"int": "a whole number", "float": "a number", "bool": "true or false", "null": "null", "timestamp": "a date"}


def read_settings(path: Path) -> dict[str, Any]:
    """Read a YAML file of settings; of its keys and values only what YAML may misread is checked.

    Raises:
        SettingsError: no such file, not YAML, no mapping; a key that is given twice or that YAML does not take for
            text; a date that does not exist; a number that YAML reads in base 8 or 60.
    """
    try:
        with path.open(encoding="utf-8") as file:
            loader = yaml.SafeLoader(file)
            node = loader.get_single_node()
            mistakes = [f"{path}, line {line}: {said}" for line, said in _mistakes(loader, node, "", ())]
            if mistakes:
                raise SettingsError("\n".join(mistakes))
            values = None if node is None else loader.construct_document(node)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}. Name a file of settings") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not text in UTF-8: save it in this encoding") from error
    except yaml.YAMLError as error:
        raise SettingsError(f"{path} is not valid YAML: {error}") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise SettingsError(f"{path} holds no keys: it must be a mapping such as `regions: ...`")
    return values


def _mistakes(
    loader: yaml.SafeLoader, node: yaml.Node | None, place: str, around: tuple[yaml.Node, ...]
) -> Iterator[tuple[int, str]]:
    """Yield line and message of everything below a node that is not read as it was meant.

    Args:
        loader: of the file.
        node: what to look through.
        place: its dotted key.
        around: the nodes that it lies in; an alias of one of them would make it endless.
    """
    if isinstance(node, yaml.ScalarNode):
        said = _misread(loader, node)
        if said:
            yield node.start_mark.line + 1, f"`{place}` is {said}"
    elif node in around:
        yield node.start_mark.line + 1, f"`{place}` holds an alias of what it lies in; write its values out"
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _mistakes(loader, item, place, (*around, node))
    elif isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            inner = f"{place}.{key.value}" if place else str(key.value)
            if key.tag == f"{_TAG}merge":
                inner = place
            elif not isinstance(key, yaml.ScalarNode):
                yield line, f"a key{f' of `{place}`' if place else ''} is no text: put it in quotes"
                continue
            elif key.tag != f"{_TAG}str":
                kind = _made_of(loader, key)
                yield line, f'`{inner}`: YAML reads the key {key.value} as {kind}; put it in quotes: "{key.value}"'
            elif key.value in seen:
                yield line, f"`{key.value}` is given twice; rename or remove one of them"
            seen.add(key.value)
            yield from _mistakes(loader, value, inner, (*around, node))


def _misread(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    """Return what is wrong with a value: what it is and what to do; empty where it is read as it was meant."""
    kind, text = node.tag.removeprefix(_TAG), str(node.value)
    if kind not in _KINDS:
        return ""
    try:
        value = loader.construct_object(node)
    except (ValueError, KeyError, AttributeError):
        if kind == "timestamp":
            return f"{text}, a date that does not exist: correct it"
        return f"{text}, which is not {_KINDS[kind]}: correct it"
    if kind in {"int", "float"} and ":" in text:
        return f"{text}, which YAML reads in base 60, as {value}: write a decimal number, or put text in quotes"
    if kind == "int" and _OCTAL.fullmatch(text) and value != int(text, 10):
        return f"{text}, which YAML reads in base 8, as {value}: leave out the leading 0, or put text in quotes"
    return ""


def _made_of(loader: yaml.SafeLoader, key: yaml.ScalarNode) -> str:
    """Return what YAML makes of a key, in words."""
    kind = key.tag.removeprefix(_TAG)
    if kind in {"bool", "int", "float"}:
        try:
            value = loader.construct_object(key)
        except (ValueError, KeyError):
            return _KINDS[kind]
        return str(value).lower() if kind == "bool" else f"the number {value}"
    return _KINDS.get(kind, "something else than text")
