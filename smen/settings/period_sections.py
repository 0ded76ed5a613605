"""The sections `periods` and `maps`: which dates are learnt from, which are tested on, which are mapped."""

from __future__ import annotations

import datetime as dt
from typing import Literal, Self

from pydantic import Field, model_validator

from smen.settings.choices import MapMode, OpenSpan, Span, SurfaceCondition, UserPath
from smen.settings.section import Section

FIRST_SMAP_DATA = dt.date(2015, 3, 31)
"""First day of SMAP's radiometer products (NSIDC's product pages: temporal coverage from 31 March 2015)."""


class PeriodSettings(Section):
    """Blocks of time; first and last day, both included."""

    training: Span = Field(
        (dt.date(2016, 1, 1), dt.date(2017, 12, 31)), description="dates to learn from: first and last day"
    )
    validation: Literal["auto"] | Span = Field(
        "auto", description="for the early stop, a part of training; auto: the last fifth of the training dates"
    )
    test: OpenSpan = Field(
        (dt.date(2018, 1, 1), dt.date(2018, 12, 31)),
        description="dates to be tested on, after training; may end `today` (as of the last `snakemake refresh`)",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        first, last = self.training
        if first > last:
            raise ValueError(f"training begins on {first}, after its end on {last}: swap them")
        if self.test[0] <= last:
            raise ValueError(
                f"test begins on {self.test[0]}, before training ends on {last}: let test begin after training, "
                "or scores would be of dates that the method has seen or that lie in its past"
            )
        if isinstance(self.test[1], dt.date) and self.test[1] < self.test[0]:
            raise ValueError(f"test begins on {self.test[0]}, after its end on {self.test[1]}: swap them")
        if self.validation != "auto":
            begin, end = self.validation
            if not first < begin <= end <= last:
                raise ValueError(
                    f"validation {begin} to {end} must lie inside training {first} to {last} and begin after it does"
                )
        if first < FIRST_SMAP_DATA:
            raise ValueError(f"training begins on {first}, before SMAP's first data of {FIRST_SMAP_DATA}")
        return self


class MapSettings(Section):
    """What is mapped."""

    period: Literal["test", "all"] | OpenSpan = Field(
        "test", description="test, all (training and test), or first and last day"
    )
    mode: MapMode = Field(
        "retrospective",
        description="retrospective: from what was observed before, at and after each overpass; causal: from what was "
        "known at the overpass alone (smen, whose network takes earlier fields alone, maps causally in either mode)",
    )
    masked: tuple[SurfaceCondition, ...] = Field(
        (),
        description="conditions to leave out of the maps beside water and permanent ice; else mapped and marked "
        "in the quality raster",
    )
    condition_on_stations: tuple[UserPath, ...] = Field(
        (),
        description="archives and tables of your own probes, as in validation.stations: maps then follow what these "
        "measured, at and around them (`method: fusion`); `snakemake validate` shows the gain, leaving each one out",
    )
    members: int = Field(
        0,
        ge=0,
        le=100,
        description="beside each map so many members, which it might as well have been: their errors go together in "
        "space and time as those of the map do (`method: fusion`; of smen this is not known, and there are none)",
    )

    @model_validator(mode="after")
    def _members_or_probes(self) -> Self:
        if self.members and self.condition_on_stations:
            raise ValueError(
                "maps.members and maps.condition_on_stations do not go together: how the errors of conditioned maps "
                "go together is not known; set members to 0, or name no stations"
            )
        return self
