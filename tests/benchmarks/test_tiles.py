"""A tiled map is the untiled one."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tiles import PAPER_REACH, map_tiles, tiles_of

from smen.errors import GridError
from smen.grid import M03, Window
from smen.methods.smen_cnn import build_network
from smen.methods.smen_cnn.interface import Inputs
from smen.methods.smen_cnn.normalisation import Normalisation

NORMALISATION = Normalisation(0.2, 0.1, 0.05)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(5)
    made = build_network("smen", 4, {})
    for block in made.f:  # statistics away from zero and one, so that an edge in the wrong place shows
        block["norm"].running_mean += torch.rand(32)
        block["norm"].running_var += torch.rand(32)
    return made.eval()


class World:
    """Random fields on a band of rows all around the Earth, cut as windows ask for."""

    def __init__(self, row, height):
        chance = np.random.default_rng(7)
        self.row = row
        self.values = torch.from_numpy(chance.normal(size=(5, height, M03.columns)).astype(np.float32))

    def read(self, window):
        rows = slice(window.row - self.row, window.row - self.row + window.height)
        cut = self.values[:, rows][:, :, torch.from_numpy(window.columns())]
        there = torch.ones_like(cut[None], dtype=torch.bool)
        return Inputs(cut[None, 0], there[:, 0], cut[None, 1:], there[:, 1:], torch.ones(1, 4), cut[None, 0])


def mosaic(network, world, area, side, **options):
    found = np.full(area.shape, np.nan, np.float32)
    for window, values in map_tiles(network, NORMALISATION, tiles_of(area, side, PAPER_REACH), world.read, **options):
        top, left = window.row - area.row, (window.column - area.column) % M03.columns
        place = found[top : top + window.height, left : left + window.width]
        assert np.isnan(place).all()
        place[:] = values
    return found


@pytest.mark.parametrize("column", [4000, M03.columns - 30])
@pytest.mark.parametrize("side", [7, 16, 33, 200])
def test_it_is_the_untiled_map_whatever_the_tiles(network, side, column):
    area = Window(2000, column, 50, 61)
    world = World(area.row, area.height)
    with torch.inference_mode():
        whole = NORMALISATION.coarse_mean + NORMALISATION.coarse_std * network(world.read(area))[0].numpy()
    assert np.ptp(whole) > 0.01
    np.testing.assert_allclose(mosaic(network, world, area, side), whole, atol=1e-6)


def test_an_area_all_around_the_earth_has_no_seam(network):
    height, turn = 12, 5000
    area = Window(1000, 0, height, M03.columns)
    world = World(area.row, height)
    found = mosaic(network, world, area, 2000)
    # The same world seen as a window whose middle is the antimeridian: there no tile ends.
    middle = Window(area.row, M03.columns - 40, height, 80)
    with torch.inference_mode():
        seen = NORMALISATION.coarse_mean + NORMALISATION.coarse_std * network(world.read(middle))[0].numpy()
    inside = slice(PAPER_REACH, -PAPER_REACH)
    np.testing.assert_allclose(np.roll(found, 40, axis=1)[:, :80][:, inside], seen[:, inside], atol=1e-6)
    world.values = torch.roll(world.values, turn, dims=2)
    np.testing.assert_allclose(mosaic(network, world, area, 2000), np.roll(found, turn, axis=1), atol=1e-6)


@pytest.mark.parametrize("area", [Window(10, 20, 30, 41), Window(0, 0, 40, M03.columns), Window(5, 11500, 17, 200)])
@pytest.mark.parametrize("side", [13, 1000])
def test_every_cell_is_inside_one_tile(area, side):
    count = np.zeros(area.shape, int)
    for tile in tiles_of(area, side, PAPER_REACH):
        rows = tile.inner.rows() - area.row
        columns = (tile.inner.columns() - area.column) % M03.columns
        count[np.ix_(rows, columns)] += 1
        rows, columns = tile.kept
        assert (tile.outer.rows()[rows] == tile.inner.rows()).all()
        assert (tile.outer.columns()[columns] == tile.inner.columns()).all()
        assert tile.outer.height < tile.inner.height + 2 * PAPER_REACH + -(-side // 4)
        assert area.row <= tile.outer.row and tile.outer.row + tile.outer.height <= area.row + area.height
    assert (count == 1).all()


@settings(max_examples=40, deadline=None)
@given(
    wanted=arrays(
        bool, st.tuples(st.integers(2, 40), st.integers(2, 40)), elements=st.sampled_from([False] * 9 + [True])
    ),
    side=st.integers(1, 30),
)
def test_cells_that_are_wanted_are_mapped_as_in_the_whole_area(wanted, side):
    area = Window(2000, M03.columns - 15, *wanted.shape)
    seen = np.zeros(area.shape, int)
    shapes = set()
    for tile in tiles_of(area, side, PAPER_REACH, wanted):
        rows = tile.inner.rows() - area.row
        columns = (tile.inner.columns() - area.column) % M03.columns
        seen[np.ix_(rows, columns)] += 1
        part = wanted[np.ix_(rows, columns)]
        assert all(edge.any() for edge in (part[0], part[-1], part[:, 0], part[:, -1]))
        top, left = tile.outer.row - area.row, (tile.outer.column - area.column) % M03.columns
        bottom, right = top + tile.outer.height, left + tile.outer.width
        assert top == 0 or top <= rows[0] - PAPER_REACH
        assert left == 0 or left <= columns[0] - PAPER_REACH
        assert bottom == area.height or (bottom > rows[-1] + PAPER_REACH and bottom < area.height)
        assert right == area.width or (right > columns[-1] + PAPER_REACH and right < area.width)
        shapes.add(tile.outer.shape)
    assert (seen <= 1).all() and seen[wanted].all()
    assert len(shapes) <= 16


def test_cells_wanted_of_another_area_are_refused():
    with pytest.raises(GridError, match=r"\(3, 4\) do not fit an area of \(10, 20\)"):
        next(tiles_of(Window(0, 0, 10, 20), 5, 4, np.ones((3, 4), bool)))


def test_threads_are_as_before_and_change_nothing(network):
    area = Window(2000, 300, 40, 60)
    world = World(area.row, area.height)
    before = torch.get_num_threads()
    try:
        found = []
        for threads in (1, 3):
            torch.set_num_threads(threads)
            found.append(mosaic(network, world, area, 16))
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    assert np.array_equal(*found)


def test_a_reach_that_is_too_short_shows(network):
    area = Window(2000, 300, 60, 60)
    world = World(area.row, area.height)
    exact = mosaic(network, world, area, 100)
    found = np.full(area.shape, np.nan, np.float32)
    for window, values in map_tiles(network, NORMALISATION, tiles_of(area, 20, PAPER_REACH - 1), world.read):
        top, left = window.row - area.row, window.column - area.column
        found[top : top + window.height, left : left + window.width] = values
    assert np.abs(found - exact).max() > 1e-5


def test_tiles_with_nothing_to_map_are_left_out(network):
    area = Window(2000, 300, 20, 40)
    world = World(area.row, area.height)

    def west(window):
        return world.read(window) if window.column < 310 else None

    found = [window for window, _ in map_tiles(network, NORMALISATION, tiles_of(area, 20, PAPER_REACH), west)]
    assert found == [Window(2000, 300, 20, 20)]


def test_bfloat16_is_near_float32(network):
    area = Window(2000, 300, 40, 40)
    world = World(area.row, area.height)
    exact = mosaic(network, world, area, 20)
    near = mosaic(network, world, area, 20, dtype=torch.bfloat16)
    assert near.dtype == np.float32
    assert 0 < np.abs(near - exact).max() < 0.05 * np.ptp(exact)


@pytest.mark.parametrize(("side", "reach"), [(0, 4), (10, -1), (11565, 4)])
def test_tiles_that_cannot_be_are_refused(side, reach):
    with pytest.raises(GridError):
        next(tiles_of(Window(0, 0, 10, M03.columns), side, reach))
