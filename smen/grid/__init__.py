"""The grid of all fields: EASE-Grid 2.0 with its nested grids, and windows on its 3 km cells."""

from smen.grid.ease_grid import CRS_CODE, EDGE_SNAP, GRIDS, LEFT, M03, M09, M36, TOP, Grid, grid_with_factor
from smen.grid.window import Window

__all__ = [
    "CRS_CODE",
    "EDGE_SNAP",
    "GRIDS",
    "LEFT",
    "M03",
    "M09",
    "M36",
    "TOP",
    "Grid",
    "Window",
    "grid_with_factor",
]
