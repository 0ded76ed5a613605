"""Static rasters of a simulated world that a user could have of a real one: sand in the soil, and elevation.

Sand explains `EXPLAINED_SHARE` of the static pattern of soil moisture: sandy soil is drier. Elevation is the relief
that valleys, mountains and temperature follow, and by itself tells next to nothing of soil moisture. The two files are
unlike on purpose, as a user's are: one lies on the product's own grid, the other in degrees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from affine import Affine
from rasterio.io import MemoryFile

from smen.atomic import atomic_from_memory
from smen.grid import CRS_CODE
from smen.products.conventions import FLOAT_FILL
from smen.simulation.land import GRADIENT_KM, REGIONAL_KM, SMALL_SCALES
from smen.simulation.random_fields import PeriodicLattice, Stream, random_stream

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from smen.simulation.world import World

EXPLAINED_SHARE = 0.4
"""Share of the variance of the static pattern that sand explains (chosen: 30 to 50 % make its use visible)."""

SAND_MEAN, SAND_SD, SAND_RANGE = 45.0, 14.0, (3.0, 95.0)
"""Sand in the soil, per cent of its mass (chosen: loams between clay and loamy sand)."""

LOWEST_M = 150.0
"""Elevation of the lowest cell of every region (chosen: the simulation knows but differences of elevation)."""

DEGREES = 0.03
"""Height of a cell of the raster in degrees; its width is that of the 3 km grid, 360 degrees / 11568."""


def static_pattern(world: World) -> NDArray[np.float32]:
    """Return the part of the soil's pattern that never changes, at mean wetness, m3/m3, (height, width) of the area."""
    climate, land = world.climate, world.land
    small = climate.within_cell_sd * np.sqrt(1 - climate.moving_share) * land.small
    pattern = small + climate.regional_sd * land.regional + climate.gradient_sd * land.gradient
    return np.asarray(pattern, np.float32)


def sand(world: World) -> NDArray[np.float32]:
    """Return the sand in the soil, per cent, (height, width) of the area: NaN under open water.

    It is the static pattern and a noise of the same covariance, so that sand is no more and no less smooth than soil
    moisture.
    """
    climate = world.climate
    lattice = PeriodicLattice.over(world.area)
    within = climate.within_cell_sd**2 * (1 - climate.moving_share)
    parts = [(within * share, km) for share, km in SMALL_SCALES]
    parts += [(climate.regional_sd**2, REGIONAL_KM), (climate.gradient_sd**2, GRADIENT_KM)]
    rng = random_stream(world.seed, world.name, Stream.COVARIATE)
    noise = lattice.two_fields(rng, lattice.amplitudes(parts))[0]
    dry, other = (-(field - field.mean()) / field.std() for field in (static_pattern(world), noise))
    mixed = np.sqrt(EXPLAINED_SHARE) * dry + np.sqrt(1 - EXPLAINED_SHARE) * other
    per_cent = np.round(np.clip(SAND_MEAN + SAND_SD * mixed, *SAND_RANGE), 1)
    return np.where(world.land.water, np.nan, per_cent).astype(np.float32)


def elevation(world: World) -> NDArray[np.float32]:
    """Return the elevation in metres, (height, width) of the area."""
    return np.asarray(np.round(LOWEST_M + world.land.elevation - world.land.elevation.min()), np.float32)


def write_covariates(world: World, root: Path, simulated: str) -> list[Path]:
    """Write ``sand.tif`` (per cent, EPSG:6933) and ``elevation.tif`` (metres, EPSG:4326) of a world's area.

    The same world gives the same bytes, whatever the period. A file that holds them already is not written again.

    Args:
        world: the world.
        root: folder of the files.
        simulated: text of the tag `SIMULATED`, which marks the files.

    Returns:
        The files' paths.

    Raises:
        OutputError: a file cannot be written.
    """
    area = world.area
    degrees, transform = _in_degrees(world, elevation(world))
    rasters = {
        "sand": (sand(world), area.transform, CRS_CODE, "%", "sand in the soil"),
        "elevation": (degrees, transform, "EPSG:4326", "m", "elevation above sea level"),
    }
    paths = []
    for name, (field, place, crs, units, meaning) in rasters.items():
        tags = {"SIMULATED": simulated, "TIFFTAG_IMAGEDESCRIPTION": f"Simulated {meaning}"}
        paths.append(root / f"{name}.tif")
        _write(paths[-1], field, place, crs, name, units, tags)
    return paths


def _in_degrees(world: World, field: NDArray[np.float32]) -> tuple[NDArray[np.float32], Affine]:
    """Interpolate a field of the area linearly to rows evenly spaced in latitude; its columns are so in longitude."""
    longitudes, latitudes = world.area.longitudes, world.area.latitudes
    rows = max(int((latitudes[0] - latitudes[-1]) / DEGREES), 1)
    centres = latitudes[0] - DEGREES * np.arange(rows)
    at = np.interp(-centres, -latitudes, np.arange(latitudes.size))
    above = np.minimum(at.astype(int), latitudes.size - 2)
    share = (at - above)[:, None]
    step = float(np.mod(longitudes[1] - longitudes[0], 360))
    transform = Affine(step, 0, longitudes[0] - step / 2, 0, -DEGREES, latitudes[0] + DEGREES / 2)
    return np.asarray((1 - share) * field[above] + share * field[above + 1], np.float32), transform


def _write(
    path: Path,
    field: NDArray[np.float32],
    transform: Affine,
    crs: str,
    name: str,
    units: str,
    tags: dict[str, str],
) -> None:
    """Write one band as a GeoTIFF with what it is."""
    values = np.where(np.isnan(field), FLOAT_FILL, field).astype(np.float32)
    options = {"driver": "GTiff", "compress": "deflate", "nodata": FLOAT_FILL, "count": 1, "dtype": "float32"}
    options |= {"height": values.shape[0], "width": values.shape[1], "crs": crs, "transform": transform}
    with MemoryFile() as memory:
        with memory.open(**options) as raster:
            raster.write(values, 1)
            raster.descriptions, raster.units = (name,), (units,)
            raster.update_tags(**tags)
        content = memory.read()
    if not (path.is_file() and path.read_bytes() == content):
        with atomic_from_memory(path) as file:
            file.write(content)
