"""The section `tiles`: land that is covered by overlapping windows, each a region."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from smen.settings.choices import Climate, UserPath
from smen.settings.section import Section

ALL_LAND = "all land"
"""The area of all land that the 3 km product reaches."""

BoundingBox = tuple[
    Annotated[float, Field(ge=-180, le=180)],
    Annotated[float, Field(ge=-90, le=90)],
    Annotated[float, Field(ge=-180, le=180)],
    Annotated[float, Field(ge=-90, le=90)],
]
"""West, south, east, north in degrees; west is greater than east across 180 degrees, as in RFC 7946."""


class TileSettings(Section):
    """Which land is covered, and by which windows."""

    area: BoundingBox | UserPath | None = Field(
        None,
        description="what is covered: [west, south, east, north] in degrees, a file of polygons that GDAL reads, a "
        "country in English, or `all land`",
    )
    size: int = Field(100, ge=12, le=1000, description="rows and columns of a tile, cells of 3 km")
    overlap: int = Field(
        16,
        ge=0,
        description="cells that neighbouring tiles share, at most half of `size`; there the mosaic blends them",
    )
    climate: Literal["auto"] | Climate = Field(
        "auto", description="for simulated: the climate of the one world of all tiles; auto: the nearest of the three"
    )

    @model_validator(mode="after")
    def _overlap_fits(self) -> Self:
        if 2 * self.overlap > self.size:
            raise ValueError(
                f"tiles.overlap is {self.overlap}, more than half of tiles.size ({self.size}): three tiles would meet "
                "in a row; make it smaller"
            )
        return self

    @model_validator(mode="after")
    def _box_has_an_area(self) -> Self:
        if isinstance(self.area, tuple):
            west, south, east, north = self.area
            if south >= north or west == east:
                raise ValueError(f"tiles.area {list(self.area)} has no area: write [west, south, east, north], degrees")
        return self
