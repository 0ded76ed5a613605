"""What all tests share: where the real files are, and how to call the command line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from pictures import drawn  # noqa: F401  (a fixture for all tests of figures)

from smen.algebra_threads import limit_algebra_threads

ROOT = Path(__file__).parent.parent

limit_algebra_threads()  # as every command does: sums of another number of threads round otherwise

settings.register_profile("unhurried", deadline=None)  # machines under load
settings.load_profile("unhurried")


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


@pytest.fixture(scope="session")
def real_half_orbit():
    """The real SPL2SMP half-orbit, where it is at hand."""
    for folder in (os.environ.get("SMEN_REAL_DATA"), ROOT.parent / "shared" / "real"):
        if folder and (found := sorted(Path(folder).glob("SMAP_L2_SM_P_NRT_24342_A_*.h5"))):
            return found[0]
    pytest.skip("no real granule: set SMEN_REAL_DATA to the folder that holds the real half-orbit")


@pytest.fixture(scope="session")
def fields():
    """Small made-up fields."""
    from made_fields import make_fields

    return make_fields()


@pytest.fixture(scope="session")
def samples(fields):
    """Their samples."""
    from made_fields import make_samples

    return make_samples(fields)
