"""The house rules of `workflow/docs/architecture.md`, held: imports, names, sizes, documentation."""

import ast
import functools
import statistics
from collections import Counter, defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "smen"
FILES = sorted(PACKAGE.rglob("*.py"))

ROWS = (
    {"__main__"},
    {"cli"},
    {"cli_export"},
    {"cli_options"},
    {"stages", "paper"},
    {"plan", "sources", "simulation", "methods", "validation", "scores", "indices", "outputs"},
    {"data", "products", "settings", "leftovers"},
    {"storage"},
    {"grid", "atomic", "vector_file", "own_class", "command_log", "algebra_threads"},
    {"errors", "__init__"},
)
"""Rooms from the top of the house to its ground; imports run down."""

NEIGHBOURS = {
    ("simulation", "products"),
    ("sources", "products"),
    ("outputs", "scores"),
    ("validation", "scores"),
    ("data", "products"),
}
"""Rooms that may know another one of their own row, beside what lies below them."""

BARE = {
    "methods": {"settings", "products"},
    "scores": {"settings", "data"},
    "indices": {"settings", "products"},
    "validation": {"settings"},
}
"""Rooms that take arrays, a window and numbers, so that they work in a notebook: what they must not import."""

HEAVY = {"torch", "xarray", "h5py", "h5netcdf", "rasterio", "matplotlib", "sklearn", "scipy", "pandas"}
"""What `plan` must not import, because Snakemake reads it at every start."""


def name_of(path):
    """Return the dotted name of a module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module):
    """Return the room of a module: the first part of its name below the package."""
    return module.split(".")[1] if "." in module else "__init__"


@functools.cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


MODULES = {name_of(path): path for path in FILES}


def imported(module, *, at_start=False):
    """Return the modules that a module imports; `at_start`: only those imported when it is loaded."""
    found = set()
    path = MODULES[module]

    def visit(node, inside):
        for child in ast.iter_child_nodes(node):
            function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            typing = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
            if at_start and (function or typing):
                continue
            if isinstance(child, ast.Import):
                found.update(alias.name for alias in child.names)
            elif isinstance(child, ast.ImportFrom) and child.module:
                for alias in child.names:
                    full = f"{child.module}.{alias.name}"
                    found.add(full if full in MODULES else child.module)
            visit(child, inside or function)

    visit(tree(path), False)
    return found


def functions(path):
    """Return (name, node, class name or None) of all functions and methods of a module but for those in functions."""
    found = []

    def visit(node, owner):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                found.append((child.name, child, owner))
            else:
                visit(child, child.name if isinstance(child, ast.ClassDef) else owner)

    visit(tree(path), None)
    return found


def parameters(node):
    """Return the names of a function's parameters but for self and cls."""
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [argument.arg for argument in every if argument.arg not in ("self", "cls")]


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_down(module):
    level = {room: number for number, row in enumerate(ROWS) for room in row}
    own = room_of(module)
    assert own in level, f"{module} lies in no room of the design"
    for other in imported(module):
        if not other.startswith("smen.") or room_of(other) == own:
            continue
        theirs = room_of(other)
        assert level[theirs] > level[own] or (own, theirs) in NEIGHBOURS, f"{module} imports {other}"
        assert theirs not in BARE.get(own, ()), f"{module} imports {other}: {own} takes arrays, a window and numbers"


def test_no_stage_imports_a_stage():
    for module in MODULES:
        if module.startswith("smen.stages."):
            assert not {other for other in imported(module) if other.startswith("smen.stages")}, module


def test_there_is_no_import_cycle():
    graph = {module: {other for other in imported(module, at_start=True) if other in MODULES} for module in MODULES}
    done, open_ = set(), []

    def visit(module):
        if module in done:
            return
        assert module not in open_, " -> ".join([*open_[open_.index(module) :], module])
        open_.append(module)
        for other in sorted(graph[module] - {module}):
            visit(other)
        done.add(open_.pop())

    for module in graph:
        visit(module)


def test_the_plan_imports_nothing_heavy():
    seen, waiting = set(), [module for module in MODULES if module.startswith("smen.plan")]
    while waiting:
        module = waiting.pop()
        for other in imported(module, at_start=True):
            assert other.split(".")[0] not in HEAVY, f"{module} imports {other}"
            if other in MODULES and other not in seen:
                seen.add(other)
                waiting.append(other)


def test_no_module_name_twice():
    names = Counter(path.stem for path in FILES if path.stem != "__init__")
    assert not {name for name, number in names.items() if number > 1}


def test_no_public_class_name_twice():
    places = defaultdict(list)
    for module, path in MODULES.items():
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(module)
    assert not {name: modules for name, modules in places.items() if len(modules) > 1}


def test_modules_are_small():
    lengths = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in MODULES.items()}
    assert not {name: length for name, length in lengths.items() if length > 330}
    assert statistics.median(lengths.values()) < 110


def test_functions_are_small():
    long = [
        f"{module}.{name}: {node.end_lineno - node.lineno + 1} lines"
        for module, path in MODULES.items()
        for name, node, _ in functions(path)
        if node.end_lineno - node.lineno + 1 > 60
    ]
    assert not long


def test_every_public_function_is_documented():
    bare = [
        f"{module}.{owner + '.' if owner else ''}{name}"
        for module, path in MODULES.items()
        for name, node, owner in functions(path)
        if not name.startswith("_") and not (owner or "").startswith("_") and not ast.get_docstring(node)
    ]
    assert not bare


def test_parameters_are_documented():
    """95 % of the public functions with two or more parameters list them under Args."""
    lacking, number = [], 0
    for module, path in MODULES.items():
        for name, node, owner in functions(path):
            if name.startswith("_") or (owner or "").startswith("_") or len(parameters(node)) < 2:
                continue
            if any("overload" in ast.unparse(d) for d in node.decorator_list):
                continue
            number += 1
            if "Args:" not in (ast.get_docstring(node) or ""):
                lacking.append(f"{module}.{owner + '.' if owner else ''}{name}")
    assert len(lacking) <= 0.05 * number, f"{len(lacking)} of {number}: {', '.join(lacking)}"


def test_there_is_nearly_a_line_of_test_for_each_line_of_source():
    source = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in FILES)
    tests = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / "tests").rglob("*.py"))
    assert tests > 0.9 * source
