"""Every package that SMEN needs is free software; none is known to be vulnerable (marker `audit`)."""

import importlib.util
import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent

FREE = {
    "0bsd", "apache 2.0", "apache software license", "apache-2.0", "apache-2.0 with llvm-exception", "bsd",
    "bsd license", "bsd-2-clause", "bsd-3-clause", "bsl-1.0", "cc0-1.0", "isc license (iscl)", "lgpl-3.0-or-later",
    "mit", "mit license", "mit-cmu", "mozilla public license 2.0 (mpl 2.0)", "mpl-2.0", "psf-2.0",
    "python software foundation license", "public domain", "zlib",
}  # fmt: skip
"""Licences that let anybody use, change and pass on; of the LGPL as a library that is called, not copied."""

REASONED = {
    "docutils": "in the public domain, but for parts under BSD, and an Emacs mode under the GPL that is not used",
}
"""Packages whose metadata names a further licence, and why that does no harm."""

TEXTS = {"permission is hereby granted, free of charge": "mit", "apache license\nversion 2.0": "apache-2.0"}
"""How licences begin, for packages whose metadata has the text alone."""


def needed(root):
    """Distributions that a package needs, with all that these need, by name."""
    found, waiting = {}, [(root, frozenset())]
    while waiting:
        name, extras = waiting.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in found:
            continue
        found[key] = distribution(name)
        for text in found[key].requires or []:
            other = Requirement(text)
            if other.marker is None or any(other.marker.evaluate({"extra": extra}) for extra in extras or {""}):
                waiting.append((other.name, frozenset(other.extras)))
    return found


def licences(package):
    """Licences that a distribution names: its expression, else its classifiers, else its field, else its file."""
    about = package.metadata
    if expression := about.get("License-Expression"):
        return parts(expression)
    classifiers = [c.split(" :: ")[-1] for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
    if named := [name for name in classifiers if name != "OSI Approved"]:
        return {name.lower() for name in named}
    if field := (about.get("License") or "").strip():
        return parts(field) if len(field) < 100 else {of_text(field)}
    files = [file for file in package.files or [] if re.match(r"(LICEN[CS]E|COPYING)", file.name, re.I)]
    return {of_text(file.read_text()) for file in files}


def parts(expression):
    """The licences of an SPDX expression."""
    return {part.strip("() ").lower() for part in re.split(r"\s+(?:AND|OR)\s+", expression)}


def of_text(text):
    """Which licence a text is."""
    flat = re.sub(r"[ \t]*\n[ \t]*", "\n", text.lower())
    return next((name for begin, name in TEXTS.items() if begin in flat), f"unknown: {text[:60]!r}")


def test_all_dependencies_are_free_software():
    packages = needed("smen")
    assert len(packages) > 100 and {"torch", "snakemake", "rasterio"} <= packages.keys()
    bad = {name: found - FREE for name, package in packages.items() if not (found := licences(package)) or found - FREE}
    assert bad.keys() == REASONED.keys(), bad


@pytest.mark.parametrize(
    ("expression", "free"), [("MIT AND (Apache-2.0 OR BSD-3-Clause)", True), ("MIT AND SSPL-1.0", False)]
)
def test_one_part_that_is_not_free_is_enough(expression, free):
    assert (parts(expression) <= FREE) == free


def test_a_text_that_nobody_knows_is_not_free():
    assert of_text("All rights reserved.") not in FREE
    assert of_text("Permission is hereby granted, free of charge, to any person") in FREE


@pytest.mark.audit
def test_no_pinned_version_has_a_known_vulnerability():
    if not importlib.util.find_spec("pip_audit"):
        pytest.skip("pip-audit is not installed (pip install pip-audit); it asks a service in the network")
    command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "-r", ROOT / "envs" / "constraints.txt"]
    audit = subprocess.run([str(word) for word in command], text=True, capture_output=True, check=False)
    assert audit.returncode == 0, audit.stdout + audit.stderr
