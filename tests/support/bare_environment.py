"""An environment that holds just what `pip install -e .` without extras installs: the package and what it requires.

It is made of links into the environment of the tests, so that it takes a second and not minutes; what a command needs
beyond the requirements of pyproject.toml is missing in it as in a new one.
"""

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent.parent


def requirements(name="smen"):
    """Return the names of all distributions that one requires without extras, and those that these require."""
    found, waiting = {}, [(name, frozenset())]
    while waiting:
        current, extras = waiting.pop()
        distribution = metadata.distribution(current)
        key = distribution.metadata["Name"].lower()
        if extras <= found.get(key, frozenset({None})) and key in found:
            continue
        found[key] = found.get(key, frozenset()) | extras
        for text in distribution.requires or []:
            wanted = Requirement(text)
            if wanted.marker is None or any(wanted.marker.evaluate({"extra": e}) for e in (extras or {""})):
                waiting.append((wanted.name, frozenset(wanted.extras)))
    return sorted(found)


def make(folder):
    """Make the environment; return its folder of programs.

    Args:
        folder: where it is to lie; it must not exist.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    site = next(Path(folder).glob("lib/python*/site-packages"))
    programs = Path(folder) / "bin"
    for name in requirements():
        distribution = metadata.distribution(name)
        place = Path(distribution.locate_file("")).resolve()
        for first in {file.parts[0] for file in distribution.files or []} - {"..", "__pycache__"}:
            target = site / first
            if not target.exists() and (place / first).exists():
                target.symlink_to(place / first)
        for entry in distribution.entry_points.select(group="console_scripts"):
            program = programs / entry.name
            module, _, function = entry.value.partition(":")
            text = f"#!{programs / 'python'}\nimport sys\nfrom {module} import {function}\nsys.exit({function}())\n"
            program.write_text(text, encoding="utf-8")
            program.chmod(0o755)
    (site / "smen_here.pth").write_text(str(ROOT), encoding="utf-8")
    return programs


def variables(programs):
    """Return the variables of a shell in which the environment is active, and no other."""
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME")}
    return {**kept, "PATH": f"{programs}{os.pathsep}/usr/bin{os.pathsep}/bin", "PYTHONNOUSERSITE": "1"}
