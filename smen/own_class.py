"""Classes of the user, named as ``package.module:Class`` and found from where SMEN runs."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

from smen.errors import SettingsError


def own_class(place: str) -> type[Any]:
    """Import a class of the user.

    Args:
        place: ``package.module:Class``.

    Raises:
        SettingsError: there is no such module or class, or importing it fails.
    """
    module, _, name = place.partition(":")
    _here_first()
    try:
        found = getattr(importlib.import_module(module), name, None)
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        raise SettingsError(f"{place}: importing the module {module} fails ({why})") from error
    if not isinstance(found, type):
        raise SettingsError(f"{place}: the module {module} has no class {name}")
    return found


def source_digest(place: str) -> str:
    """Return a short digest of the text of a user's module: when it changes, its method is trained again.

    Args:
        place: ``package.module:Class``.

    Raises:
        SettingsError: there is no such module.
    """
    module = place.partition(":")[0]
    _here_first()
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        spec = None
    if spec is None or spec.origin is None or not Path(spec.origin).is_file():
        raise SettingsError(
            f"{place}: Python finds no module {module}; it looks in {Path.cwd()} and in what is installed: put the "
            "file there, or correct the name (package.module:Class)"
        )
    return hashlib.sha256(Path(spec.origin).read_bytes()).hexdigest()[:16]


def _here_first() -> None:
    """Let Python look where SMEN runs: that is where `config.yaml` lies."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
        importlib.invalidate_caches()
