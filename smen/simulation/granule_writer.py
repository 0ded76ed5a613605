"""Granules of a simulated world as HDF5 files with layout, name and folder of the real products, written atomically.

A granule is marked as simulated by the attribute `simulated` of `/Metadata`. The same arguments give the same bytes:
no file holds the time of its writing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import h5py
import numpy as np

from smen.atomic import atomic_from_memory
from smen.products.conventions import EPOCH, FLAG_FILL
from smen.products.metadata import SIMULATED
from smen.products.names import GranuleName, half_orbit_name, scene_name
from smen.products.product_tables import product
from smen.simulation.dataset_writer import write_dataset
from smen.simulation.product_seconds import seconds_since_epoch
from smen.simulation.smap_overpasses import SMAP

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from smen.simulation.radiometer import HalfOrbitObservation
    from smen.simulation.scene_cutting import SceneObservation
    from smen.simulation.smap_overpasses import SimulatedHalfOrbit


def stamp(region: str, seed: int) -> str:
    """Return the text that marks a granule as simulated.

    Args:
        region: name of the region.
        seed: of the simulated world.
    """
    return f"SMEN simulation, region {region}, seed {seed}: no measurement"


def write_half_orbit(
    root: Path, short_name: str, orbit: SimulatedHalfOrbit, seen: HalfOrbitObservation, simulated: str
) -> Path:
    """Write a half-orbit of SPL2SMP or SPL2SMP_E.

    Args:
        root: folder of the tree; the file goes to `<product>.<version>/<yyyy.mm.dd>/` in it.
        short_name: the product.
        orbit: the half-orbit.
        seen: its cells.
        simulated: text that marks the granule, see `stamp`.

    Returns:
        The file's path.

    Raises:
        OutputError: it cannot be written.
    """
    layout = product(short_name)
    begin = (orbit.begin + np.timedelta64(500, "ms")).astype("datetime64[s]")
    name = half_orbit_name(short_name, orbit.number, orbit.letter, begin)
    longitude, latitude = layout.grid.centres(seen.row, seen.column)
    values = dict(seen.values) | {
        "EASE_row_index": seen.row,
        "EASE_column_index": seen.column,
        "latitude": latitude,
        "longitude": longitude,
        "latitude_centroid": latitude,
        "longitude_centroid": longitude,
        "tb_time_utc": _utc(seen.values["tb_time_seconds"]),
    }
    path = root / name.folder() / name.filename
    with atomic_from_memory(path) as content, h5py.File(content, "w", libver="earliest") as h5:
        group = h5.create_group(layout.group)
        coordinates = np.bytes_(f"/{layout.group}/latitude /{layout.group}/longitude")
        for dataset in filter(lambda dataset: dataset.simulated, layout.datasets):
            shape = (seen.row.size,) if dataset.columns == 1 else (seen.row.size, dataset.columns)
            write_dataset(group, dataset, values.get(dataset.name), shape, coordinates)
        _describe(h5, name, simulated, orbit.begin, orbit.end, longitude, latitude)
        measured = h5.create_group("Metadata/OrbitMeasuredLocation").attrs
        measured["orbitDirection"] = "Descending" if orbit.descending else "Ascending"
        measured["revNumber"] = np.int32(orbit.number)
        measured["cycleNumber"] = np.int32(1 + (orbit.number - 61) // SMAP.revolutions)
        measured["equatorCrossingDateTime"] = _zulu(orbit.crossing)
        measured["equatorCrossingLongitude"] = np.float64(orbit.longitude)
        measured["inclination"] = np.float32(SMAP.inclination)
        measured["orbitPeriod"] = np.float32(SMAP.period_s)
    return path


def write_scene(root: Path, scene: SceneObservation, orbit: SimulatedHalfOrbit, simulated: str) -> Path:
    """Write a scene of SPL2SMAP_S.

    Args:
        root: folder of the tree; the file goes to `<product>.<version>/<yyyy.mm.dd>/` in it.
        scene: its cells.
        orbit: the half-orbit that it belongs to.
        simulated: text that marks the granule, see `stamp`.

    Returns:
        The file's path.

    Raises:
        OutputError: it cannot be written.
    """
    layout = product("SPL2SMAP_S")
    name = scene_name(scene.smap_time, scene.sentinel1_time, scene.longitude, scene.latitude, platform=scene.platform)
    path = root / name.folder() / name.filename
    inside = scene.values["EASE_row_index_3km"] != FLAG_FILL
    longitude, latitude = scene.values["longitude_3km"][inside], scene.values["latitude_3km"][inside]
    with atomic_from_memory(path) as content, h5py.File(content, "w", libver="earliest") as h5:
        group = h5.create_group(layout.group)
        coordinates = np.bytes_(f"/{layout.group}/latitude_3km /{layout.group}/longitude_3km")
        for dataset in filter(lambda dataset: dataset.simulated, layout.datasets):
            write_dataset(group, dataset, scene.values.get(dataset.name), inside.shape, coordinates)
        seconds = scene.values["spacecraft_overpass_time_seconds_3km"][inside]
        reference = seconds_since_epoch(orbit.crossing)
        begin, end = (orbit.crossing + np.timedelta64(round((s - reference) * 1000), "ms") for s in _ends(seconds))
        _describe(h5, name, simulated, begin, end, longitude, latitude)
        measured = h5.create_group("Metadata/OrbitMeasuredLocation").attrs
        measured["orbitDirection"] = "Descending" if orbit.descending else "Ascending"
        measured["revNumber"] = np.int32(orbit.number)
    return path


def _ends(values: NDArray[np.generic]) -> tuple[float, float]:
    """Return the least and the greatest value."""
    return float(np.min(values)), float(np.max(values))


def _describe(
    h5: h5py.File,
    name: GranuleName,
    simulated: str,
    begin: np.datetime64,
    end: np.datetime64,
    longitude: NDArray[np.generic],
    latitude: NDArray[np.generic],
) -> None:
    """Write the groups of `/Metadata` that all granules have."""
    layout = product(name.product)
    h5.create_group("Metadata").attrs[SIMULATED] = simulated
    identification = h5.create_group("Metadata/DatasetIdentification").attrs
    identification["shortName"] = layout.short_name
    identification["SMAPShortName"] = layout.prefix.removeprefix("SMAP_")
    identification["ECSVersionID"] = layout.version
    identification["VersionID"] = layout.version
    identification["CompositeReleaseID"] = name.crid
    identification["fileName"] = name.filename
    identification["format"] = "HDF5"
    identification["abstract"] = f"{simulated}. Layout of {layout.short_name}, cells in and around one region only."
    extent = h5.create_group("Metadata/Extent").attrs
    extent["rangeBeginningDateTime"], extent["rangeEndingDateTime"] = _zulu(begin), _zulu(end)
    west, east = _ends(longitude)
    south, north = _ends(latitude)
    ring = [west, south, east, south, east, north, west, north, west, south]
    extent["polygonPosList"] = np.array(ring, np.float32)
    grid = h5.create_group("Metadata/GridSpatialRepresentation").attrs
    grid["resolution"] = np.float32(round(layout.grid.cell / 1000))
    grid["dimensionSize"] = np.uint32(latitude.size)


def _zulu(time: np.datetime64) -> str:
    return f"{time.astype('datetime64[ms]')}Z"


def _utc(seconds: NDArray[np.generic]) -> NDArray[np.bytes_]:
    """Return seconds since the products' epoch as their texts, (n,) S24."""
    times = EPOCH + np.round(seconds.astype(np.float64) * 1000).astype("timedelta64[ms]")
    return np.char.add(np.datetime_as_string(times, unit="ms").astype("S23"), b"Z")
