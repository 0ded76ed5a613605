"""What all tests share: where the real files are, and how to call the command line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def real_data():
    """Folder of real SMAP files; they are not part of the repository."""
    for folder in (os.environ.get("SMEN_REAL_DATA"), ROOT.parent / "shared" / "real"):
        if folder and Path(folder).is_dir():
            return Path(folder)
    pytest.skip("no real SMAP files: set SMEN_REAL_DATA to a folder that holds them")


@pytest.fixture(scope="session")
def command():
    """Run a command of this environment and return what it printed; its status must be the one expected."""
    bin_folder = Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"}

    def run(*args, cwd, status=0, env=None, **options):
        process = subprocess.run(
            [str(a) for a in args], cwd=cwd, env=environment | (env or {}), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options,
        )  # fmt: skip
        assert process.returncode == status, process.stdout
        return process.stdout

    return run
