"""Code is an input: a digest of all modules that a stage uses, so that an edit re-runs that stage and what follows.

Snakemake does not see edits in an imported package. The digest leaves out comments, docstrings and formatting, and
modules that act only through the jobs' settings. Data files beside a module, such as the parts of the report's page,
count as a part of it.
"""

from __future__ import annotations

import ast
import hashlib
import re
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
"""Folder of the package."""

SEEN_IN_JOBS = ("smen.settings", "smen.plan", "smen.errors")
"""Packages that only make a job's settings, file names or messages: what they change shows in the job's own text."""

COUNTED = frozenset(("smen.plan.processors",))
"""Modules of these packages that count nevertheless: the number of threads enters the results."""


_ENTRY = re.compile(r"smen(\.\w+)+:\w+(\.\w+)*")
"""What a table of classes that are imported when asked for holds, `module:Class` (`smen.methods.registry`)."""


@cache
def digest(module: str) -> str:
    """Return a short digest of a module and of all modules of the package that it imports.

    Args:
        module: its name below `smen`, such as ``stages.align``.

    Raises:
        FileNotFoundError: there is no such module.
    """
    text = "\n".join(f"{name} {_normalised_source(name)}" for name in sorted(modules(module)))
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


@cache
def _tree(name: str) -> ast.Module:
    return ast.parse(_file(name).read_text(encoding="utf-8"))


def _file(name: str) -> Path:
    path = PACKAGE.joinpath(*name.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _imports(name: str) -> frozenset[str]:
    """Return the modules of the package that a module imports, anywhere in it, or names as `module:Class`."""
    names: set[str] = set()
    for node in ast.walk(_tree(name)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _ENTRY.fullmatch(node.value):
            names.add(node.value.split(":")[0])
    return frozenset(n for n in names if n.split(".")[0] == "smen" and _file(n).is_file())


@cache
def _normalised_source(name: str) -> str:
    """Return a digest of a module without comments, docstrings and formatting; data files beside it count."""
    tree = ast.parse(_file(name).read_text(encoding="utf-8"))  # a copy of its own: it is changed below
    data = b"".join(path.read_bytes() for path in _data(_file(name)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [part for part in node.body if not _is_text(part)] or [ast.Pass()]
    return hashlib.sha256(ast.unparse(tree).encode() + data).hexdigest()


def _data(module: Path) -> list[Path]:
    """Return the data files beside a module, such as the parts of the report's page."""
    return sorted(path for path in module.parent.iterdir() if path.is_file() and path.suffix not in {".py", ".typed"})


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
