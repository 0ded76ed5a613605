"""Differences of uncertain retrievals from recommended ones: by hand, and of the real half-orbit against the table."""

import h5py
import numpy as np
import pytest

from smen.products.flags import SurfaceFlag
from smen.simulation.measured_statistics import TIER_TARGETS
from smen.simulation.tier_statistics import CellGrid, cell_grid, classes, neighbour_differences, tier_table

NAN = np.nan


def grid_of(moisture, quality, surface=None, water=0.08):
    moisture = np.array(moisture, float)
    surface = np.zeros(moisture.shape, int) if surface is None else np.array(surface)
    return CellGrid(moisture, np.array(quality), surface, np.full(moisture.shape, water))


def test_the_real_half_orbit_is_what_the_table_says(real_half_orbit):
    with h5py.File(real_half_orbit) as file:
        group = file["Soil_Moisture_Retrieval_Data"]
        values = {
            name: group[name][:]
            for name in ("soil_moisture", "retrieval_qual_flag", "surface_flag", "static_water_body_fraction")
        }
        table = tier_table([cell_grid(group["EASE_row_index"][:], group["EASE_column_index"][:], values)])
    assert list(table) == list(TIER_TARGETS)
    for row, (number, mean, sd) in TIER_TARGETS.items():
        assert table[row][0] == number, row
        assert table[row][1:] == pytest.approx((mean, sd), abs=6e-4), row


def test_cells_lie_where_their_indices_say():
    """Three cells in two rows and three columns; what is fill has no value, what is not listed was not seen."""
    values = {
        "soil_moisture": np.array([0.1, -9999, 0.3], np.float32),
        "retrieval_qual_flag": np.array([0, 7, 1], np.uint16),
        "surface_flag": np.array([0, 1024, 8], np.uint16),
        "static_water_body_fraction": np.array([0, 0.1, 0.2], np.float32),
    }
    grid = cell_grid(np.array([60000, 60001, 60001], np.uint16), np.array([7, 7, 9], np.uint16), values)
    np.testing.assert_allclose(grid.moisture, [[0.1, NAN, NAN], [NAN, NAN, 0.3]], rtol=1e-6)
    assert grid.quality.tolist() == [[0, -1, -1], [7, -1, 1]]
    np.testing.assert_allclose(grid.water, [[0, 0, 0], [0.1, 0, 0.2]], rtol=1e-6)
    assert grid.surface.tolist() == [[0, 0, 0], [1024, 0, 8]]
    assert grid.recommended.tolist() == [[True, False, False], [False] * 3]
    assert grid.uncertain.tolist() == [[False] * 3, [False, False, True]]


def test_differences_are_from_the_mean_of_recommended_neighbours():
    """The middle has three recommended neighbours (.1, .2, .3), one of them diagonal, and an uncertain one; corners see
    but those beside them."""
    grid = grid_of([[0.1, 0.2, 0.9], [0.3, 0.5, NAN], [NAN, NAN, NAN]], [[0, 8, 1], [0, 1, 7], [-1, -1, -1]])
    difference = neighbour_differences(grid)
    assert difference[1, 1] == pytest.approx(0.5 - 0.2)
    assert difference[0, 0] == pytest.approx(0.1 - 0.25)
    assert np.isnan(difference[0, 2])  # one recommended neighbour
    assert np.isnan(difference[1, 2])  # no value


def test_opposite_edges_are_no_neighbours():
    moisture = np.full((4, 4), NAN)
    quality = np.full((4, 4), -1)
    moisture[0, :2], quality[0, :2] = 0.2, 0
    moisture[3, 0], quality[3, 0] = 0.4, 1
    assert np.isnan(neighbour_differences(grid_of(moisture, quality))[3, 0])


@pytest.mark.parametrize(
    ("surface", "row"),
    [
        (SurfaceFlag.STATIC_WATER | SurfaceFlag.RADAR_WATER, "  water alone, 5-10 %"),
        (SurfaceFlag.STATIC_WATER | SurfaceFlag.RADAR_WATER | SurfaceFlag.COAST, "  water alone, 5-10 %"),
        (SurfaceFlag.DENSE_VEGETATION | SurfaceFlag.FROZEN_OBSERVED, "  dense vegetation alone"),
        (SurfaceFlag.MOUNTAINS, "  mountains alone"),
        (SurfaceFlag.URBAN | SurfaceFlag.NADIR_OR_SCENE_EDGE, "  urban alone"),
        (SurfaceFlag.PRECIPITATION, "  precipitation alone"),
        (SurfaceFlag.URBAN | SurfaceFlag.MOUNTAINS, None),
        (SurfaceFlag.FROZEN_MODEL | SurfaceFlag.MOUNTAINS, None),
    ],
)
def test_a_cell_counts_in_the_row_of_its_only_cause(surface, row):
    found = {name for name, cells in classes(grid_of([[0.2]], [[1]], [[int(surface)]])).items() if cells.any()}
    assert found == {"uncertain, successful"} | ({row} if row else set())
    failed = {name for name, cells in classes(grid_of([[0.2]], [[5]], [[int(surface)]])).items() if cells.any()}
    assert failed == {"uncertain, failed"}


@pytest.mark.parametrize(("water", "share"), [(0.06, "5-10"), (0.1, "5-10"), (0.11, "10-20"), (0.4, "20-50")])
def test_cells_with_water_are_sorted_by_its_share(water, share):
    grid = grid_of([[0.2]], [[1]], [[3]], water)
    found = {name for name, cells in classes(grid).items() if cells.any()}
    assert found == {"uncertain, successful", f"  water alone, {share} %"}


def test_half_orbits_are_pooled():
    """Differences +.1 and +.3 in two half-orbits."""
    quality = [[0, 0, 1]] * 2
    quality[1] = [0, 0, -1]
    grids = [grid_of([[0.2, 0.2, x], [0.2, 0.2, NAN]], quality) for x in (0.3, 0.5)]
    number, mean, sd = tier_table(grids)["uncertain, successful"]
    assert (number, mean, sd) == (2, pytest.approx(0.2), pytest.approx(0.1))
    assert tier_table(grids)["uncertain, failed"][0] == 0
