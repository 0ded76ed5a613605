"""Cells on a window, against a naive placement."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from true_granules import COARSE_NAME, ENHANCED_NAME, FILL, FLAG_FILL, SCENE_NAME, write_coarse, write_scene

from smen.grid import M03, M36, Window
from smen.products.placement import CellPlacement
from smen.products.read import read_coarse, read_scene
from smen.products.verify import verify_granule

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


windows = st.builds(
    Window,
    row=st.integers(0, 60),
    column=st.one_of(st.integers(11530, 11567), st.integers(0, 40)),
    height=st.integers(1, 70),
    width=st.integers(1, 80),
)


quality_flags = st.sampled_from([0, 1, 2, 4, 5, 7, 8, 9, 13, 15, FLAG_FILL])
numbers = st.one_of(st.just(FILL), st.just(float("nan")), st.floats(0, 0.9375, width=32))
# By the definitions: the first bit clear; the second and third clear. Real granules have no 2 and no 4.
KEPT = {"recommended": {0, 2, 4, 8}, "successful": {0, 1, 8, 9}}


@st.composite
def sparse_cells(draw, rows, columns, most):
    """Distinct cells near 180 degrees, some of them without an index, with values and flags."""
    row = st.one_of(st.integers(0, rows), st.just(FLAG_FILL))
    column = st.one_of(st.integers(0, 12), st.integers(columns - 12, columns - 1), st.just(FLAG_FILL))
    cells = draw(st.lists(st.tuples(row, column), max_size=most, unique=True))
    return [(r, c, draw(numbers), draw(quality_flags), draw(st.integers(0, 4095))) for r, c in cells]


def naive(window, cells, nesting, kept):
    """Place cells one window cell at a time, by looking each up."""
    table = {(r, c): (v, q, s) for r, c, v, q, s in cells if FLAG_FILL not in (r, c)}
    values = np.full(window.shape, np.nan, np.float32)
    flags = np.full(window.shape, FLAG_FILL, np.uint16)
    for i in range(window.height):
        for j in range(window.width):
            key = ((window.row + i) // nesting, ((window.column + j) % 11568) // nesting)
            if key in table:
                value, quality, surface = table[key]
                flags[i, j] = surface
                if quality in kept and value != FILL:
                    values[i, j] = value
    return values, flags


@pytest.mark.parametrize(
    ("product", "name", "nesting"), [("SPL2SMP", COARSE_NAME, 12), ("SPL2SMP_E", ENHANCED_NAME, 3)]
)
@QUICK
@given(data=st.data(), window=windows, quality=st.sampled_from(["recommended", "successful"]))
def test_coarse_against_naive_placement(tmp_path, product, name, nesting, data, window, quality):
    cells = data.draw(sparse_cells(150 // nesting, 11568 // nesting, 30))
    path = write_coarse(
        tmp_path / name, *(np.array(v) for v in (list(zip(*cells, strict=True)) or [[]] * 5)), product=product
    )
    field = read_coarse(path, window, product, quality)
    values, flags = naive(window, cells, nesting, KEPT[quality])
    assert field.grid.coarse_factor == nesting
    np.testing.assert_array_equal(window.expand(field.soil_moisture, field.grid), values)
    np.testing.assert_array_equal(window.expand(field.surface_flag, field.grid), flags)
    assert field.soil_moisture.dtype == np.float32
    assert field.surface_flag.dtype == np.uint16
    assert verify_granule(path, product).touches(window) == bool(field.cells)
    assert np.isnat(field.overpass_time) == (field.cells == 0)


@QUICK
@given(data=st.data(), window=windows, quality=st.sampled_from(["recommended", "successful"]))
def test_scene_against_naive_placement(tmp_path, data, window, quality):
    cells = data.draw(sparse_cells(140, 11568, 60))
    cells += [(FLAG_FILL, FLAG_FILL, FILL, FLAG_FILL, 0)] * (-len(cells) % 6 or (0 if cells else 6))
    columns = [np.array(v).reshape(6, -1) for v in zip(*cells, strict=True)]
    path = write_scene(tmp_path / SCENE_NAME, *columns, deviation=np.full(columns[0].shape, 0.02))
    scene = read_scene(path, window, quality=quality)
    values, flags = naive(window, cells, 1, KEPT[quality])
    np.testing.assert_array_equal(scene.soil_moisture, values)
    np.testing.assert_array_equal(scene.surface_flag, flags)
    np.testing.assert_array_equal(np.isfinite(scene.standard_deviation), np.isfinite(values))
    assert verify_granule(path, "SPL2SMAP_S").touches(window) == bool(scene.cells)


def test_a_window_around_the_whole_globe_from_within_a_coarse_cell(tmp_path):
    path = write_coarse(tmp_path / COARSE_NAME, [0, 0], [0, 963], [0.1, 0.2])
    window = Window(0, 5, 1, 11568)
    field = read_coarse(path, window, "SPL2SMP")
    assert field.soil_moisture.shape == (1, 965) and field.cells == 2  # the first one is seen at both ends
    expected = np.full(11568, np.nan, np.float32)
    expected[:7], expected[-5:], expected[-17:-5] = 0.1, 0.1, 0.2
    np.testing.assert_array_equal(window.expand(field.soil_moisture, M36)[0], expected)


class Cells:
    """Takes the place of an open granule: its indices alone."""

    def __init__(self, grid, row, column):
        self.product = SimpleNamespace(grid=grid)
        self._cells = np.ones(len(row), bool), np.array(row), np.array(column)

    def cells(self):
        return self._cells


def test_entries_are_counted_and_placed():
    window = Window(13, 25, 24, 12)  # M36 rows 1 to 3, columns 2 to 3
    cells = CellPlacement.of(Cells(M36, [0, 1, 2, 3, 4, 2], [2, 2, 3, 3, 2, 4]), window)
    assert cells.count == 3
    assert cells.shape == (3, 2)
    np.testing.assert_array_equal(cells.index, [1, 2, 3])
    field = cells.field(np.array([7, 8, 9]), -1, np.int16)
    np.testing.assert_array_equal(field, [[7, -1], [-1, 8], [-1, 9]])
    assert field.dtype == np.int16


def test_of_two_entries_of_one_cell_the_last_counts():
    cells = CellPlacement.of(Cells(M03, [5, 5], [7, 7]), Window(5, 7, 1, 1))
    assert cells.count == 2
    assert cells.field(np.array([0.25, 0.5]), np.nan, np.float32).item() == 0.5


def test_columns_wrap_at_180_degrees():
    cells = CellPlacement.of(Cells(M03, [5, 5, 5], [11566, 0, 2]), Window(5, 11566, 1, 4))
    np.testing.assert_array_equal(cells.field(cells.index + 1, 0, np.uint8), [[1, 0, 2, 0]])
