"""The section `validation`: the stations in the ground that maps are held against, and how."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from smen.settings.choices import UserPath
from smen.settings.section import Section

Depth = Annotated[float, Field(ge=0, le=10)]
"""Metres below the surface."""

ValueKind = Literal["absolute", "moving_mean_anomaly", "climatology_anomaly"]
PointMetric = Literal["bias", "rmsd", "ubrmsd", "pearson_r", "spearman_r"]
Scaling = Literal["none", "mean_std"]


class ProbeSelection(Section):
    """Which values of stations are used: those keys of `ValidationSettings` that say so."""

    networks: tuple[str, ...]
    depth: tuple[float, float]
    flags: tuple[str, ...]
    window: float
    sensors: Literal["mean", "nearest_depth"]


class ValidationSettings(Section):
    """Stations that the maps are judged by."""

    stations: Literal["auto"] | tuple[UserPath, ...] = Field(
        "auto",
        description="archives of the International Soil Moisture Network (zip or folder), and tables of own sensors "
        "(CSV, GeoPackage); auto: simulated stations where granules are simulated, else none; []: none",
    )
    networks: tuple[str, ...] = Field((), description="names of networks to use; none named: all")
    depth: tuple[Depth, Depth] = Field(
        (0.0, 0.05), description="metres below the surface: both ends of a sensor's depth lie in this range"
    )
    flags: tuple[str, ...] = Field(("G",), min_length=1, description="of the values to use; G is ISMN's for good")
    window: float = Field(
        12.0, gt=0, le=48, description="hours in all, centred on the overpass, in which a station's value may lie"
    )
    minimum: int = Field(10, ge=4, description="pairs below which a station has a reason in the place of scores")
    kinds: tuple[ValueKind, ...] = Field(
        ("absolute", "moving_mean_anomaly", "climatology_anomaly"),
        min_length=1,
        description="what is compared: absolute values, anomalies from a moving mean of 35 days, anomalies from a "
        "climatology",
    )
    metrics: tuple[PointMetric, ...] = Field(
        ("bias", "rmsd", "ubrmsd", "pearson_r", "spearman_r"), min_length=1, description="by their names in pytesmo"
    )
    scaling: Scaling = Field(
        "none", description="of the maps to the stations; none: the bias is part of the claim; mean_std takes it out"
    )
    sensors: Literal["mean", "nearest_depth"] = Field(
        "mean", description="where a station has several sensors in the range: their mean, or the one at its middle"
    )
    shared_cells: Literal["separate", "mean"] = Field(
        "separate", description="whether stations in one 3 km cell are judged one by one, or by their mean"
    )
    third_path: UserPath | None = Field(
        None,
        description="a NetCDF with time, lat and lon, such as of ASCAT or of a land surface model; with it the errors "
        "of map, station and this data set are estimated by triple collocation",
    )
    third_variable: str | None = Field(None, description="its variable of soil moisture; null: its only one")
    third_sources: tuple[str, ...] = Field(
        (), description="what it is made of, such as [ascat]; smap or sentinel1 among them is refused"
    )

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.depth[1] < self.depth[0]:
            raise ValueError(f"depth ends at {self.depth[1]} m, above its begin at {self.depth[0]} m: swap them")
        for key in ("networks", "flags", "kinds", "metrics"):
            values: tuple[str, ...] = getattr(self, key)
            if len(set(values)) < len(values):
                raise ValueError(f"{key} names one twice: {', '.join(values)}; name each once")
        if "absolute" not in self.kinds:
            raise ValueError("kinds lacks absolute, which the comparison with 36 km and the intervals rest on: add it")
        return self

    @model_validator(mode="after")
    def _third_is_independent(self) -> Self:
        if self.third_path and not self.third_sources:
            raise ValueError(
                "validation.third_path needs validation.third_sources beside it: name what the third data set is made "
                "of, such as [ascat], for triple collocation holds only for data sets that share no instrument"
            )
        if shared := {"smap", "sentinel1"} & {source.lower() for source in self.third_sources}:
            raise ValueError(
                f"third_sources names {', '.join(sorted(shared))}, which the maps are made of as well: triple "
                "collocation needs a data set that errs independently"
            )
        return self
