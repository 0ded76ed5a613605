"""A small simulated archive: two spring months around Oklahoma City."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from smen.grid import Window
from smen.simulation.climates import CLIMATES
from smen.simulation.write import simulate


@dataclass(frozen=True)
class Archive:
    window: Window
    granules: Path
    truth: Path
    stations: Path

    def files(self, product):
        return sorted(self.granules.glob(f"{product}.*/*/*.h5"))


def build(root, first="2016-04-01", last="2016-05-31", seed=1, product="SPL2SMP", climate="oklahoma", window=None):
    place = CLIMATES[climate]
    window = window or Window.centred_on(place.longitude, place.latitude, 60, 60)
    days = np.datetime64(first), np.datetime64(last)
    simulate(window, "small", place, seed, *days, product, root / "granules", root / "truth", root / "stations")
    return Archive(window, root / "granules", root / "truth", root / "stations")


@pytest.fixture(scope="session")
def simulated(tmp_path_factory):
    return build(tmp_path_factory.mktemp("simulated"))


@pytest.fixture(scope="session")
def build_archive():
    return build
