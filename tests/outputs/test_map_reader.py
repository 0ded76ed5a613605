"""Maps are read once, and only so many are remembered."""

import numpy as np
import pytest
from made_maps import WINDOW, two_maps

from smen.outputs import map_reader
from smen.outputs.map_files import read_bands
from smen.outputs.map_reader import BYTES, MapReader


@pytest.fixture
def maps(tmp_path):
    return two_maps(tmp_path)


def test_a_map_is_read_once(maps):
    reader = MapReader(WINDOW)
    expected = read_bands(maps[0])
    first = reader.bands(maps[0])
    for path in (maps[0].path, maps[0].quality):
        path.unlink()
    again = reader.bands(maps[0])
    for values in (first, again):
        for one, other in zip(values, expected, strict=True):
            np.testing.assert_array_equal(one, other)


def test_only_the_last_ones_are_remembered(maps, monkeypatch):
    monkeypatch.setattr(map_reader, "MEMORY", BYTES * WINDOW.height * WINDOW.width)
    read = []
    monkeypatch.setattr(map_reader, "read_bands", lambda file: read.append(file) or read_bands(file))
    reader = MapReader(WINDOW)
    for number in (0, 0, 1, 1, 0):
        reader.bands(maps[number])
    assert read == [maps[0], maps[1], maps[0]]


def test_soil_moisture_alone_is_that_of_the_bands(maps):
    reader = MapReader(WINDOW)
    alone = reader.moisture(maps[1])
    np.testing.assert_array_equal(alone, read_bands(maps[1])[0][0])
    assert np.isnan(alone[:, :15]).all()
    reader.bands(maps[1])
    maps[1].path.unlink()
    np.testing.assert_array_equal(reader.moisture(maps[1]), alone)
