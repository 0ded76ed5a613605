"""The files of a method's last fit beside the digest of what it was fitted to, so that the same fit is not made twice.

Snakemake removes a job's outputs before it runs, so that the fit lies a second time where no rule claims it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from smen.atomic import write_bytes, write_text

RECORD = "inputs.json"
"""Name of the file with the digests of the inputs and of the files of a fit."""


def keep_fit(folder: Path, digest: str, files: Sequence[Path]) -> None:
    """Keep the files of a fit; those of the fit before go.

    Args:
        folder: to keep them in.
        digest: of all that the fit learnt from.
        files: of the fit.

    Raises:
        OutputError: a file cannot be written.
    """
    with suppress(OSError):  # what cannot be removed is replaced
        shutil.rmtree(folder)
    contents = {path.name: path.read_bytes() for path in files}
    for name, content in contents.items():
        write_bytes(folder / name, content)
    # Written last: where it is, all files of the fit are.
    record = {"inputs": digest, "files": {name: _digest(content) for name, content in contents.items()}}
    write_text(folder / RECORD, json.dumps(record, indent=1, sort_keys=True) + "\n")


def take_fit(folder: Path, digest: str, files: Sequence[Path]) -> bool:
    """Put the files of the last fit into their places, where it was of the same inputs and all of them are whole.

    Args:
        folder: that they are kept in.
        digest: of all that a fit would learn from now.
        files: their places.

    Returns:
        Whether they are there; if not, nothing was written.

    Raises:
        OutputError: a file cannot be written.
    """
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if record["inputs"] != digest:
            return False
        contents = {path: (folder / path.name).read_bytes() for path in files}
        if any(record["files"][path.name] != _digest(content) for path, content in contents.items()):
            return False
    except (OSError, ValueError, KeyError, TypeError):  # none, or a damaged one: it is fitted anew
        return False
    for path, content in contents.items():
        write_bytes(path, content)
    return True


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
