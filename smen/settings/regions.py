"""Regions as the settings give them: by a centre or by a feature of a vector file, each with its own settings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from smen.errors import GridError, SettingsError
from smen.grid import Window
from smen.settings.choices import Climate
from smen.settings.file import check_section
from smen.settings.region_sections import OWN_SECTIONS, Region, RegionsFile
from smen.settings.schema import Settings
from smen.settings.section import Section

if TYPE_CHECKING:
    import geopandas as gpd

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
    """

    name: str
    window: Window
    centre: tuple[float, float]
    climate: Literal["auto"] | Climate
    settings: Settings


def resolve(
    settings: Settings, where: str = "config.yaml", reserved: Collection[str] = ()
) -> dict[str, RegionSettings]:
    """Return all regions by name, in the order of the file.

    Args:
        settings: checked settings.
        where: name of the file of settings, for messages.
        reserved: names that a region must not have.

    Raises:
        SettingsError: no region at all, a name that is reserved, no slug or given twice, a window off the grid, a
            vector file without CRS or without the column, or a region's own section that is not valid.
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
    for name, window, centre in _from_vector_file(settings.regions_file, where, reserved):
        if name in regions:
            raise SettingsError(f"{where}: two regions are named `{name}`; give one of them another name")
        regions[name] = RegionSettings(name, window, centre, "auto", settings)
    if not regions:
        raise SettingsError(f"{where}: there is no region; name one under `regions` or a file under `regions_file`")
    return regions


def _check_name(name: str, where: str, reserved: Collection[str]) -> None:
    if name in reserved:
        raise SettingsError(f"{where}: `{name}` is the name of a stage, a target or a folder; choose another one")
    if not SLUG.fullmatch(name):
        raise SettingsError(
            f"{where}: `{name}` cannot be the name of a folder and a target; use small letters, digits, _ and -, "
            f"beginning with a letter or digit, for example `{slug(name)}`"
        )


def slug(text: str) -> str:
    """Return a name as a slug: ``Val d'Aran`` becomes ``val_d_aran``."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9-]+", "_", plain).strip("_")[:63] or "region"


def _own_settings(settings: Settings, region: Region, where: str, name: str) -> Settings:
    """Merge a region's own method and sections over the general ones."""
    own: dict[str, Mapping[str, Any]] = {s: getattr(region, s) for s in OWN_SECTIONS if getattr(region, s)}
    if not own and region.method is None:
        return settings
    values = {**settings.model_dump(mode="json", exclude={"regions"}), "regions": {}}
    if region.method is not None:
        values["method"] = region.method
    for section, keys in own.items():
        general: Section = getattr(settings, section)
        merged = {**general.model_dump(mode="json"), **keys}
        model = check_section(type(general), merged, where, f"regions.{name}.{section}")
        values[section] = model.model_dump(mode="json")
    return check_section(Settings, values, where, f"regions.{name}")


def _from_vector_file(
    file: RegionsFile, where: str, reserved: Collection[str]
) -> list[tuple[str, Window, tuple[float, float]]]:
    """Return name, window and centre of each feature."""
    if not file.path:
        return []
    features = _read_vector_file(file, where)
    regions = []
    for label, geometry in zip(features[file.column], features.geometry, strict=True):
        name = slug(str(label))
        at = f"{file.path}: the feature with {file.column} = {label!r}"
        _check_name(name, at, reserved)
        if geometry is None or geometry.is_empty:
            raise SettingsError(f"{at} has no geometry; draw it or remove the feature")
        try:
            window = Window.covering(geometry)
        except GridError as error:
            raise SettingsError(f"{at}: {error}") from error
        centre = geometry.representative_point()
        regions.append((name, window, (float(centre.x), float(centre.y))))
    names = [name for name, _, _ in regions]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SettingsError(
            f"{file.path}: column {file.column!r} gives the name {', '.join(twice)} to more than one feature; "
            "names must differ after conversion to small letters, digits and _"
        )
    return regions


def _read_vector_file(file: RegionsFile, where: str) -> gpd.GeoDataFrame:
    """Read the file in longitude and latitude."""
    import geopandas as gpd
    from pyogrio.errors import DataSourceError

    if file.path is None or not Path(file.path).exists():
        raise SettingsError(f"{where}: regions_file.path is {file.path}, but there is no such file")
    try:
        features = gpd.read_file(file.path)
    except DataSourceError as error:
        raise SettingsError(f"{file.path} is no vector file that can be read: {error}") from error
    if file.column not in features.columns:
        known = ", ".join(str(c) for c in features.columns if c != features.geometry.name)
        raise SettingsError(f"{file.path} has no column {file.column!r}; its columns: {known}")
    if features.crs is None:
        raise SettingsError(f"{file.path} does not say its coordinate system; assign one in GIS and save it again")
    return features.to_crs("EPSG:4326")
