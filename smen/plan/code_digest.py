"""Code is an input: a digest of all modules that a stage uses, so that an edit re-runs that stage and what follows.

Snakemake does not see edits in an imported package. The digest leaves out comments, docstrings and formatting, and
modules that act only through the jobs' settings. Data files beside a module, such as the parts of the report's page,
count as a part of it.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
import sys
from functools import cache
from pathlib import Path

from smen.atomic import write_text
from smen.errors import OutputError

Facts = tuple[str, list[str]]
"""Digest of a module, and the names that it imports."""

PACKAGE = Path(__file__).parents[1]
"""Folder of the package."""

SEEN_IN_JOBS = ("smen.settings", "smen.plan", "smen.errors")
"""Packages that only make a job's settings, file names or messages: what they change shows in the job's own text."""

CACHE = Path(".snakemake", "smen_code.json")
"""Where what is known of modules is kept from one process to the next, below the working directory."""

COUNTED = frozenset(("smen.plan.processors",))
"""Modules of these packages that count nevertheless: the number of threads enters the results."""


_ENTRY = re.compile(r"smen(\.\w+)+:\w+(\.\w+)*")
"""What a table of classes that are imported when asked for holds, `module:Class` (`smen.methods.registry`)."""

_known: dict[str, Facts] = {}
"""What is known of modules, by the digest of their bytes."""

_asked: set[str] = set()
"""Those of them that this process has asked for: what is kept does not grow with each edit."""


@cache
def digest(module: str) -> str:
    """Return a short digest of a module and of all modules of the package that it imports.

    Args:
        module: its name below `smen`, such as ``stages.align``.

    Raises:
        FileNotFoundError: there is no such module.
    """
    text = "\n".join(f"{name} {_facts(name)[0]}" for name in sorted(modules(module)))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@cache
def modules(module: str) -> frozenset[str]:
    """Return the full names of the modules that a module uses, itself included."""
    used: set[str] = set()
    waiting = [f"smen.{module}"]
    while waiting:
        name = waiting.pop()
        if name not in used and not _seen_in_jobs(name):
            used.add(name)
            waiting.extend(_imports(name))
    return frozenset(used - {"smen"})


def _seen_in_jobs(name: str) -> bool:
    """Return whether a module acts through the jobs' text alone."""
    return name not in COUNTED and any(f"{name}.".startswith(f"{package}.") for package in SEEN_IN_JOBS)


def _file(name: str) -> Path:
    path = PACKAGE.joinpath(*name.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _imports(name: str) -> frozenset[str]:
    """Return the modules of the package that a module imports, anywhere in it, or names as `module:Class`."""
    return frozenset(n for n in _facts(name)[1] if n.split(".")[0] == "smen" and _file(n).is_file())


@cache
def _facts(name: str) -> Facts:
    """Return a digest of a module without comments, docstrings and formatting, and all that it imports or names.

    Data files beside it count. What is known of the same bytes is taken from the cache.
    """
    file = _file(name)
    source = file.read_bytes()
    data = b"".join(path.read_bytes() for path in _data(file))
    key = hashlib.sha256(sys.version.encode() + source + b"\0" + data).hexdigest()
    _asked.add(key)
    if key not in _known:
        tree = ast.parse(source)
        imported = sorted(_names(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                node.body = [part for part in node.body if not _is_text(part)] or [ast.Pass()]
        _known[key] = hashlib.sha256(ast.unparse(tree).encode() + data).hexdigest(), imported
    return _known[key]


def read_cache(path: Path) -> None:
    """Take what is known of modules from a file that `write_cache` wrote; one that cannot be read is left aside.

    Args:
        path: of the file.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        _known.update({str(key): (str(of[0]), [str(n) for n in of[1]]) for key, of in found.items()})
    except (OSError, ValueError, AttributeError, TypeError, IndexError):
        return  # there is none yet, or it was damaged: all is parsed anew


def write_cache(path: Path) -> None:
    """Keep what is known of modules, so that the next start of Snakemake does not parse the package again.

    Args:
        path: of the file, in a folder that is there; where it cannot be written, nothing is kept.
    """
    try:
        write_text(path, json.dumps({key: _known[key] for key in sorted(_asked)}))
    except (OSError, OutputError):
        return


def _names(tree: ast.Module) -> set[str]:
    """Modules that a module imports, anywhere in it, or names as `module:Class`."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _ENTRY.fullmatch(node.value):
            names.add(node.value.split(":")[0])
    return names


def _data(module: Path) -> list[Path]:
    """Return the data files beside a module, such as the parts of the report's page."""
    return sorted(path for path in module.parent.iterdir() if path.is_file() and path.suffix not in {".py", ".typed"})


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
