"""Regions as the settings give them: by a centre or by a feature of a vector file, each with its own settings."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from smen.errors import DataError, GridError, SettingsError
from smen.grid import Window
from smen.settings.choices import Climate
from smen.settings.file import check_section
from smen.settings.region_sections import OWN_SECTIONS, Region, RegionsFile
from smen.settings.schema import Settings
from smen.settings.section import Section
from smen.vector_file import feature_names, read_places

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
"""Names that can be the name of a folder and of a Snakemake target everywhere."""


@dataclass(frozen=True)
class RegionSettings:
    """One region with the settings that hold for it.

    Attributes:
        name: its slug, the name of its folder of results and of its target.
        window: its cells.
        centre: longitude and latitude in degrees.
        climate: the climate that the simulated source gives it, or ``auto``.
        settings: all settings, its own sections merged in.
        polygon: its outline in longitude and latitude, where it is given by one.
        tile: whether it is one of the windows that cover the area of `tiles`.
    """

    name: str
    window: Window
    centre: tuple[float, float]
    climate: Literal["auto"] | Climate
    settings: Settings
    polygon: BaseGeometry | None = None
    tile: bool = False


def resolve(
    settings: Settings, where: str = "config.yaml", reserved: Collection[str] = ()
) -> dict[str, RegionSettings]:
    """Return all regions by name, in the order of the file.

    Args:
        settings: checked settings.
        where: name of the file of settings, for messages.
        reserved: names that a region must not have.

    Raises:
        SettingsError: no region at all and no tiles either, a name that is reserved, no slug or given twice, a window
            off the grid, a vector file that cannot be used, a feature without a name or an area, or a region's own
            section that is not valid.
    """
    regions: dict[str, RegionSettings] = {}
    for name, region in settings.regions.items():
        _check_name(name, f"{where}: regions.{name}", reserved)
        height, width = region.size if isinstance(region.size, tuple) else (region.size, region.size)
        try:
            window = Window.centred_on(region.longitude, region.latitude, height, width)
        except GridError as error:
            raise SettingsError(f"{where}: regions.{name}: {error}") from error
        own = _own_settings(settings, region, where, name)
        regions[name] = RegionSettings(name, window, (region.longitude, region.latitude), region.climate, own)
    for name, window, polygon in _from_vector_file(settings.regions_file, where, reserved):
        if name in regions:
            raise SettingsError(f"{where}: two regions are named `{name}`; give one of them another name")
        place = polygon.representative_point()
        regions[name] = RegionSettings(name, window, (float(place.x), float(place.y)), "auto", settings, polygon)
    if not regions and settings.tiles.area is None:
        raise SettingsError(
            f"{where}: there is no region; name one under `regions`, a file under `regions_file`, or an area under "
            "`tiles`"
        )
    return regions


def _check_name(name: str, where: str, reserved: Collection[str]) -> None:
    if name in reserved:
        raise SettingsError(f"{where}: `{name}` is the name of a stage, a target or a folder; choose another one")
    if not SLUG.fullmatch(name):
        raise SettingsError(
            f"{where}: `{name}` cannot be the name of a folder and a target; use small letters, digits, _ and -, "
            f"beginning with a letter or digit, for example `{slug(name)}`"
        )


def slug(text: str, otherwise: str = "region") -> str:
    """Return a name as a slug: ``Val d'Aran`` becomes ``val_d_aran``; other scripts are written in Latin letters.

    Args:
        text: the name.
        otherwise: the slug of a name of which nothing can be written so.
    """
    plain = "".join(_in_ascii(letter) for letter in unicodedata.normalize("NFC", text)).lower()
    return re.sub(r"[^a-z0-9-]+", "_", plain).lstrip("_-").rstrip("_")[:63] or otherwise


def _in_ascii(letter: str) -> str:
    """A letter less its accents or, in another script than Latin, as it sounds."""
    from anyascii import anyascii

    return unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode() or anyascii(letter)


def _own_settings(settings: Settings, region: Region, where: str, name: str) -> Settings:
    """Merge a region's own method and sections over the general ones."""
    own: dict[str, Mapping[str, Any]] = {s: getattr(region, s) for s in OWN_SECTIONS if getattr(region, s)}
    if not own and region.method is None and region.methods is None:
        return settings
    values = {**settings.model_dump(mode="json", exclude={"regions"}), "regions": {}}
    values |= {key: getattr(region, key) for key in ("method", "methods") if getattr(region, key) is not None}
    for section, keys in own.items():
        general: Section = getattr(settings, section)
        merged = {**general.model_dump(mode="json"), **keys}
        model = check_section(type(general), merged, where, f"regions.{name}.{section}")
        values[section] = model.model_dump(mode="json")
    return check_section(Settings, values, where, f"regions.{name}")


def _from_vector_file(
    file: RegionsFile, where: str, reserved: Collection[str]
) -> list[tuple[str, Window, BaseGeometry]]:
    """Return name, window and outline of each feature."""
    if not file.path:
        return []
    labels, geometries = _read_regions(file, where)
    regions = []
    for number, (label, geometry) in enumerate(zip(labels, geometries, strict=True), 1):
        name = slug(str(label), f"region_{number}")
        at = f"{file.path}: the feature with {file.column} = {label!r}"
        _check_name(name, at, reserved)
        if geometry is None or geometry.is_empty:
            raise SettingsError(f"{at} has no geometry; draw it or remove the feature")
        if not geometry.area:
            raise SettingsError(f"{at} {_without_area(geometry, name)}")
        try:
            window = Window.covering(geometry)
        except GridError as error:
            raise SettingsError(f"{at}: {error}") from error
        regions.append((name, window, geometry))
    names = [name for name, _, _ in regions]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        same = ", ".join(repr(label) for label, name in zip(labels, names, strict=True) if name in twice)
        raise SettingsError(
            f"{file.path}: column {file.column!r} gives the name {', '.join(twice)} to more than one feature ({same}); "
            "names must differ after conversion to small letters a to z, digits and _"
        )
    return regions


def read_polygon(file: RegionsFile, region: str) -> BaseGeometry:
    """Read the outline of a region from the file of regions, in longitude and latitude.

    Args:
        file: the section of the settings.
        region: name of the region.

    Raises:
        SettingsError: the file cannot be used, or has no such region.
    """
    polygons = {name: polygon for name, _, polygon in _from_vector_file(file, "settings", ())}
    if region not in polygons:
        raise SettingsError(f"{file.path} has no region {region} any more: run again, with the settings as they are")
    return polygons[region]


def polygon_digest(polygon: BaseGeometry) -> str:
    """Return a short digest of an outline."""
    return hashlib.sha256(polygon.wkb).hexdigest()[:16]


def _without_area(geometry: BaseGeometry, name: str) -> str:
    """What is wrong with a point or a line as a region, and what to write instead."""
    place = geometry.centroid
    return (
        f"is a {geometry.geom_type} without an area: draw a polygon, or write a centre with a size under `regions`, "
        f"for example `{name}: {{longitude: {place.x:.4f}, latitude: {place.y:.4f}, size: 100}}`"
    )


def _read_regions(file: RegionsFile, where: str) -> tuple[list[Any], list[BaseGeometry]]:
    """Read names and geometries, the latter in longitude and latitude."""
    if file.path is None or not Path(file.path).exists():
        raise SettingsError(f"{where}: regions_file.path is {file.path}, but there is no such file")
    try:
        features = read_places(Path(file.path), file.layer, "`regions_file.layer`")
        if features.empty:
            raise SettingsError(f"{file.path} holds no features: draw regions in it, or remove `regions_file.path`")
        if file.column not in features.columns:
            known = ", ".join(str(c) for c in features.columns if c != features.geometry.name)
            raise SettingsError(f"{file.path} has no column {file.column!r}; its columns: {known}")
        labels = feature_names(features[file.column], Path(file.path))
    except DataError as error:
        raise SettingsError(f"{where}: regions_file: {error}") from error
    return labels, features.geometry.to_crs("EPSG:4326").tolist()
