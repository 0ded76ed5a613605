"""Maps at cells, read once while they do not change."""

from dataclasses import replace

import numpy as np
from made_maps import WINDOW, two_maps

from smen.data.kept import Kept
from smen.outputs import maps_at_cells as module
from smen.outputs.map_files import read_map
from smen.outputs.maps_at_cells import TOGETHER, maps_at_cells

CELLS = np.array([3, 19, 0]), np.array([2, 20, 14])


def many(folder, count):
    """So many maps, by turns the one and the other of two."""
    two = two_maps(folder)
    return [replace(two[number % 2], digest=f"{number}") for number in range(count)]


def test_values_and_mean_are_those_of_the_maps(tmp_path):
    maps = many(tmp_path, TOGETHER + 8)
    values, mean = maps_at_cells(maps, CELLS, WINDOW.shape, Kept(None))
    stack = np.stack([read_map(file) for file in maps])
    np.testing.assert_array_equal(values, stack[:, :2, *CELLS].swapaxes(0, 1))
    np.testing.assert_allclose(mean, np.nanmean(stack[:, 0].astype(float), axis=0), rtol=1e-12)
    assert np.isnan(values[0, 1]).tolist() == [True, False, True]


def test_only_maps_beside_new_ones_are_read_again(tmp_path, monkeypatch):
    maps = many(tmp_path, 2 * TOGETHER + 3)
    maps_at_cells(maps[:-1], CELLS, WINDOW.shape, Kept(tmp_path / "kept", "code"))
    read = []
    monkeypatch.setattr(module, "read_map", lambda file: read.append(file) or read_map(file))
    later = maps_at_cells(maps, CELLS, WINDOW.shape, Kept(tmp_path / "kept", "code"))
    assert read == maps[2 * TOGETHER :]
    for one, other in zip(later, maps_at_cells(maps, CELLS, WINDOW.shape, Kept(None)), strict=True):
        np.testing.assert_array_equal(one, other)
    read.clear()
    maps_at_cells(maps, (CELLS[0][:2], CELLS[1][:2]), WINDOW.shape, Kept(tmp_path / "kept", "code"))
    assert read == maps


def test_no_maps_are_no_values():
    values, mean = maps_at_cells([], CELLS, WINDOW.shape, Kept(None))
    assert values.shape == (2, 0, 3) and np.isnan(mean).all()
