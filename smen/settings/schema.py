"""config.yaml as typed values: all sections together, and the checks that concern several of them.

Every key, its type, its default, its check and its comment stand once, in the module of its section. The default
config.yaml, its JSON schema and the README's table are made from them (`smen.settings.document`), and a test fails
where they drift apart. `smen.settings.file` turns what was read from a file into `Settings`.
"""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from smen.settings.choices import MethodName, UserPath
from smen.settings.index_section import IndexSettings
from smen.settings.method_sections import FRAMES, FusionSettings, SmenSettings
from smen.settings.paper_section import PaperSettings
from smen.settings.period_sections import MapSettings, PeriodSettings
from smen.settings.product_sections import ProductSettings, SampleSettings
from smen.settings.region_sections import Region, RegionsFile, paper_regions
from smen.settings.section import Section
from smen.settings.source_section import SourceSettings


class Folders(Section):
    """Where files go; relative to where snakemake runs."""

    results: UserPath = Field("results", min_length=1, description="maps, scores, models and all on the way to them")
    resources: UserPath = Field("resources", min_length=1, description="granules")


class Settings(Section):
    """All of config.yaml."""

    source: SourceSettings = Field(SourceSettings(), description="Where granules come from.")
    regions: dict[str, Region] = Field(
        default_factory=paper_regions,
        description="Regions by name. `method: smen`, or a section such as `fusion: {seed: 2}`, under a region holds "
        "for it alone.",
    )
    regions_file: RegionsFile = Field(RegionsFile(), description="More regions, from a vector file.")
    periods: PeriodSettings = Field(PeriodSettings(), description="Blocks of time: first and last day, both included.")
    products: ProductSettings = Field(ProductSettings(), description="What is read, and which of it counts.")
    samples: SampleSettings = Field(SampleSettings(), description="How training samples are built.")
    method: MethodName = Field(
        "fusion",
        description="The downscaling method. fusion: the default, with uncertainty; smen: the paper's network, its "
        "level matched to SMAP's. Each has a section of its own.",
    )
    fusion: FusionSettings = Field(FusionSettings(), description="For regions with `method: fusion`.")
    smen: SmenSettings = Field(SmenSettings(), description="For regions with `method: smen`.")
    maps: MapSettings = Field(MapSettings(), description="What is mapped.")
    indices: IndexSettings = Field(
        IndexSettings(), description="How dry for the place and the season: see `workflow/docs/indices.md`."
    )
    paper: PaperSettings = Field(
        PaperSettings(), description="The paper's experiments: `snakemake --cores 8 paper`, apart from `all`."
    )
    folders: Folders = Field(Folders(), description="Where files go.")

    @property
    def weights(self) -> str | None:
        """File of weights that the chosen method takes as they are; None: it is trained."""
        sections: dict[MethodName, FusionSettings | SmenSettings] = {"fusion": self.fusion, "smen": self.smen}
        return sections[self.method].weights

    @model_validator(mode="after")
    def _smen_has_four_frames(self) -> Self:
        if self.method == "smen" and self.samples.history != FRAMES:
            raise ValueError(
                f"samples.history is {self.samples.history}, but the paper's network (method: smen) takes exactly "
                f"{FRAMES}: its three blocks of kernels over two dates each collapse four dates into one"
            )
        return self
