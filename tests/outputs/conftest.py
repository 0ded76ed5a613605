"""A small map to write: what the tests of the outputs share."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from smen.grid import Window

TIME = np.datetime64("2018-07-04T11:59:59", "s")
TAGS = {
    "SOURCE": "simulated archive",
    "MODEL_DIGEST": "0123abcd",
    "SIMULATED": "yes",
    "TIFFTAG_SOFTWARE": "smen 0.1.0",
}


@dataclass
class Map:
    """The fields of one map."""

    window: Window
    soil_moisture: np.ndarray
    standard_deviation: np.ndarray
    age: np.ndarray
    codes: np.ndarray

    @property
    def bands(self) -> list[np.ndarray]:
        return [self.soil_moisture, self.standard_deviation, self.age]


def make_map(window: Window, seed: int = 0) -> Map:
    """Random fields with gaps in different places."""
    rng = np.random.default_rng(seed)
    soil_moisture = rng.uniform(0.02, 0.5, window.shape).astype("f4")
    soil_moisture[:3] = np.nan
    standard_deviation = rng.uniform(0.01, 0.05, window.shape).astype("f4")
    age = rng.integers(1, 60, window.shape).astype("f4")
    age[:, :5] = np.nan
    codes = rng.integers(0, 3, window.shape).astype("u1")
    codes[:3] = 255
    return Map(window, soil_moisture, standard_deviation, age, codes)


@pytest.fixture
def overpass() -> dict:
    """What every map needs beside its arrays, as keyword arguments."""
    return {"time": TIME, "direction": "D", "tags": dict(TAGS)}


@pytest.fixture
def new_map() -> Callable[..., Map]:
    return make_map


@pytest.fixture
def tucson() -> Map:
    return make_map(Window.centred_on(-110.97, 32.22, 40, 60))
