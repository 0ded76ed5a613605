"""config.yaml as typed values: all sections together, and the checks that concern several of them.

Every key, its type, its default, its check and its comment stand once, in the module of its section. The default
config.yaml, its JSON schema and the table in workflow/docs/settings.md are made from them (`smen.settings.document`);
a test fails where they drift apart. `smen.settings.file` turns what was read from a file into `Settings`.
"""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from smen.settings.choices import BUILT_IN, MethodChoice, MethodName, UserPath
from smen.settings.index_section import IndexSettings
from smen.settings.method_sections import FRAMES, FusionSettings, SmenSettings
from smen.settings.paper_section import PaperSettings
from smen.settings.period_sections import MapSettings, PeriodSettings
from smen.settings.product_sections import ProductSettings, SampleSettings
from smen.settings.region_sections import Region, RegionsFile, paper_regions
from smen.settings.section import Section
from smen.settings.source_section import SourceSettings
from smen.settings.storage_section import StorageSettings
from smen.settings.tiles_section import TileSettings
from smen.settings.validation_section import ValidationSettings


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
    regions_file: RegionsFile = Field(
        RegionsFile(),
        description="More regions, from a vector file. Where it is given and `regions` is not, they are the only ones.",
    )
    tiles: TileSettings = Field(
        TileSettings(),
        description="Land covered by overlapping windows, each a region, with one mosaic a day: see "
        "`workflow/docs/tiles.md`. Where an area is given and `regions` is not, its tiles are the only regions.",
    )
    periods: PeriodSettings = Field(PeriodSettings(), description="Blocks of time: first and last day, both included.")
    products: ProductSettings = Field(ProductSettings(), description="What is read, and which of it counts.")
    samples: SampleSettings = Field(SampleSettings(), description="How training samples are built.")
    method: MethodChoice = Field(
        "auto",
        description="The downscaling method of the maps. auto: the one of `methods` that is better on the region's "
        "own held-out dates; or one alone: fusion, in closed form; smen, the paper's network; package.module:Class, a "
        "method of your own.",
    )
    methods: tuple[MethodName, ...] = Field(
        BUILT_IN,
        min_length=1,
        description="With `method: auto`, the candidates that each region trains, the quickest first: a tie goes to "
        "the first.",
    )
    fusion: FusionSettings = Field(FusionSettings(), description="For the method `fusion`.")
    smen: SmenSettings = Field(SmenSettings(), description="For the method `smen`.")
    maps: MapSettings = Field(MapSettings(), description="What is mapped.")
    indices: IndexSettings = Field(
        IndexSettings(), description="How dry for the place and the season: see `workflow/docs/indices.md`."
    )
    validation: ValidationSettings = Field(
        ValidationSettings(),
        description="Stations in the ground that maps are held against: see `workflow/docs/validation.md`.",
    )
    paper: PaperSettings = Field(
        PaperSettings(), description="The paper's experiments: `snakemake --cores 8 paper`, apart from `all`."
    )
    folders: Folders = Field(Folders(), description="Where files go.")
    storage: StorageSettings = Field(
        StorageSettings(), description="Where results are put beside that: see `workflow/docs/operation.md`."
    )

    @property
    def weights(self) -> str | None:
        """File of weights that the method takes as they are; None: it is trained."""
        sections: dict[str, FusionSettings | SmenSettings] = {"fusion": self.fusion, "smen": self.smen}
        return sections[self.method].weights if self.method in sections else None

    @property
    def candidates(self) -> tuple[str, ...]:
        """Methods that a region trains: all of `methods`, or the one that `method` names."""
        return self.methods if self.method == "auto" else (self.method,)

    @model_validator(mode="after")
    def _smen_has_four_frames(self) -> Self:
        if "smen" in self.candidates and self.samples.history != FRAMES:
            instead = "; `method: fusion` takes any number" if self.method == "auto" else ""
            raise ValueError(
                f"samples.history is {self.samples.history}, but the paper's network (method: smen) takes exactly "
                f"{FRAMES}: its three blocks of kernels over two dates each collapse four dates into one{instead}"
            )
        return self

    @model_validator(mode="after")
    def _candidates_are_trained_here(self) -> Self:
        if len(set(self.methods)) < len(self.methods):
            raise ValueError(f"methods names one twice: {', '.join(self.methods)}; name each once")
        for name, section in (("fusion", self.fusion), ("smen", self.smen)):
            if self.method == "auto" and name in self.methods and section.weights:
                raise ValueError(
                    f"{name}.weights are used as they are, so that they cannot be judged by dates held out of their "
                    f"training: write `method: {name}`, or leave {name}.weights out"
                )
        return self
