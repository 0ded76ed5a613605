"""The section `indices`: how dry it is for the place and the season, and how wet the root zone, if that is wanted."""

from __future__ import annotations

import datetime as dt
from typing import Literal, Self

from pydantic import Field, model_validator

from smen.settings.choices import IndexName, IndexPeriod
from smen.settings.period_sections import FIRST_SMAP_DATA
from smen.settings.section import Section

MOST_TIME_CONSTANTS = 10
"""More bands of a water index than this are refused: each costs as much as a map."""


class IndexSettings(Section):
    """What is made of the maps for people who act on them."""

    which: tuple[IndexName, ...] = Field(
        (),
        description="any of anomaly, percentile, drought (classes D0 to D4) and water_index (of the root zone); "
        "`snakemake indices` makes them, and the region's files show them",
    )
    every: IndexPeriod = Field("week", description="one for each overpass, day or week (from Monday)")
    record_from: dt.date = Field(
        FIRST_SMAP_DATA,
        description="first day of the coarse record that says what is usual; ten years are good, fewer than five are "
        "said to be few",
    )
    record_until: dt.date | Literal["auto"] = Field(
        "auto",
        description="its last day; auto: the last of the region's periods, or of the last whole year where they end "
        "`today`, so that the climatology is kept from day to day",
    )
    time_constants: tuple[int, ...] = Field(
        (5, 10, 20, 40),
        min_length=1,
        max_length=MOST_TIME_CONSTANTS,
        description="of the water index, days: the longer, the deeper the layer that it stands for (Copernicus has 1, "
        "5, 10, 15, 20, 40, 60 and 100)",
    )

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if len(set(self.which)) < len(self.which):
            raise ValueError(f"which names an index twice ({', '.join(self.which)}): name each once")
        if self.record_from < FIRST_SMAP_DATA:
            raise ValueError(
                f"record_from is {self.record_from}, before SMAP's first data of {FIRST_SMAP_DATA}: let it begin then"
            )
        if self.record_until != "auto" and self.record_until <= self.record_from:
            raise ValueError(
                f"record_until is {self.record_until}, not after record_from, {self.record_from}: swap them"
            )
        if any(not 1 <= days <= 365 for days in self.time_constants) or len(set(self.time_constants)) < len(
            self.time_constants
        ):
            raise ValueError(
                f"time_constants are {', '.join(map(str, self.time_constants))}: let each be of 1 to 365 days, and "
                "none stand twice"
            )
        return self
