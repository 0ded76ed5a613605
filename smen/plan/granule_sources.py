"""Where a job's granules come from: just those settings of the section `source` that a source of its kind uses."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from smen.settings.section import Section


class SimulatedGranules(Section):
    """Granules that were simulated."""

    kind: Literal["simulated"] = "simulated"
    world: str = Field(description="name of the world: of the region's own, or of the one that all tiles share")


class DirectoryGranules(Section):
    """Granules of a folder."""

    kind: Literal["directory"] = "directory"
    directory: str


class EarthdataGranules(Section):
    """Granules of NASA's archive."""

    kind: Literal["earthdata"] = "earthdata"
    coarse_version: str
    fine_version: str
    connections: int
    cmr_url: str | None
    edl_host: str | None


GranuleSource = Annotated[SimulatedGranules | DirectoryGranules | EarthdataGranules, Field(discriminator="kind")]
