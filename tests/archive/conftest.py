import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)  # machines under load
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def real_half_orbit():
    """The real SPL2SMP half-orbit, where it is at hand."""
    root = Path(__file__).resolve().parents[2]
    for folder in (os.environ.get("SMEN_REAL_DATA"), root.parent / "shared" / "real"):
        if folder and (found := sorted(Path(folder).glob("SMAP_L2_SM_P_NRT_24342_A_*.h5"))):
            return found[0]
    pytest.skip("no real granule: set SMEN_REAL_DATA to the folder that holds the real half-orbit")
