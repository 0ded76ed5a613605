"""Classes of the user, named as ``package.module:Class`` and found from where SMEN runs."""

from __future__ import annotations

import ast
import hashlib
import importlib
import importlib.util
import sys
from importlib.machinery import PathFinder
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
    """Return a short digest of a user's module and of those of theirs that it imports: when one changes, train again.

    What is installed, such as numpy, does not count, but for other modules of the class's own package.

    Args:
        place: ``package.module:Class``.

    Raises:
        SettingsError: there is no such module, or one of them is not Python.
    """
    module = place.partition(":")[0]
    _here_first()
    if _file_of(module) is None:
        raise SettingsError(
            f"{place}: Python finds no module {module}; it looks in {Path.cwd()} and in what is installed: put the "
            "file there, or correct the name (package.module:Class)"
        )
    found: dict[str, bytes] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = _file_of(name)
        if name in found or path is None or not (name == module or _is_own(name, path, module)):
            continue
        found[name] = path.read_bytes()
        try:
            waiting += _imports(name, path, ast.parse(found[name]))
        except SyntaxError as error:
            raise SettingsError(f"{place}: {path} is not Python: {error}") from error
    return hashlib.sha256(b"".join(found[name] for name in sorted(found))).hexdigest()[:16]


def _file_of(module: str) -> Path | None:
    """File of a module, which is not imported for that, nor what holds it; None where Python finds none."""
    top, *rest = module.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None
    for part in rest:
        if spec is None or spec.submodule_search_locations is None:
            return None
        spec = PathFinder.find_spec(f"{spec.name}.{part}", list(spec.submodule_search_locations))
    path = None if spec is None or spec.origin is None else Path(spec.origin)
    return path if path is not None and path.suffix == ".py" and path.is_file() else None


def _is_own(name: str, path: Path, module: str) -> bool:
    """Whether a module is the user's: of the class's package, or a file below the folder that SMEN runs in."""
    package = name.partition(".")[0]
    here = path.is_relative_to(Path.cwd()) and "site-packages" not in path.parts
    return package != "smen" and (package == module.partition(".")[0] or here)


def _imports(name: str, path: Path, tree: ast.Module) -> list[str]:
    """Names that a module imports anywhere, of which some may be modules, and the packages that hold it."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    names = [package] if package else []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            try:
                base = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            except ImportError:
                continue  # above the top package: Python will say so when it is imported
            names += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return names


def _here_first() -> None:
    """Let Python look where SMEN runs: that is where `config.yaml` lies."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
        importlib.invalidate_caches()
