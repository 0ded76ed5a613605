"""The sections `regions` and `regions_file`, and what a region may set for itself alone."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from smen.settings.choices import Climate, MethodChoice, MethodName, UserPath
from smen.settings.section import Section

OWN = "for this region alone"
"""Description of the keys that replace general ones."""


class Region(Section):
    """One region: a centre and a size; a section named here replaces keys of the section above for it alone."""

    longitude: float = Field(ge=-180, le=180, description="of the centre, degrees east")
    latitude: float = Field(ge=-85.04, le=85.04, description="of the centre, degrees north")
    size: Annotated[int, Field(ge=1, le=4872)] | tuple[int, int] = Field(
        100, description="cells of 3 km: one number, or [height, width]"
    )
    climate: Literal["auto"] | Climate = Field(
        "auto", description="for simulated: whose climate; auto: the nearest of the three"
    )
    periods: dict[str, Any] = Field({}, description=OWN)
    products: dict[str, Any] = Field({}, description=OWN)
    samples: dict[str, Any] = Field({}, description=OWN)
    method: MethodChoice | None = Field(None, description=OWN)
    methods: tuple[MethodName, ...] | None = Field(None, min_length=1, description=OWN)
    fusion: dict[str, Any] = Field({}, description=OWN)
    smen: dict[str, Any] = Field({}, description=OWN)
    maps: dict[str, Any] = Field({}, description=OWN)


OWN_SECTIONS = tuple(name for name, field in Region.model_fields.items() if field.default == {})
"""Sections of the settings that a region may have for itself; beside them its own `method` and `methods`."""


class RegionsFile(Section):
    """A vector file with one region per feature, its window covering the feature."""

    path: UserPath | None = Field(None, description="any file that GDAL reads (GeoPackage, GeoJSON, shapefile ...)")
    layer: str | None = Field(None, description="the layer with the regions, where the file has several")
    column: str | None = Field(None, description="the column that names the regions")

    @model_validator(mode="after")
    def _column_is_named(self) -> Self:
        if self.path and not self.column:
            raise ValueError("regions_file.column is missing: say which column of the file names the regions")
        return self


def paper_regions() -> dict[str, Region]:
    """Return the paper's three regions by name."""
    return {
        "oklahoma_city": Region(longitude=-97.5164, latitude=35.4676),
        "tucson": Region(longitude=-110.9747, latitude=32.2226),
        "geneva": Region(longitude=6.1432, latitude=46.2044),
    }
