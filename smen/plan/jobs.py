"""The job of each stage: just those settings that it uses, resolved for its region and cut to its year.

Snakemake compares jobs as text, so a job runs again when, and only when, something that it uses has changed. A job's
first line of documentation is the help of its command.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from smen.data.choice_file import read_choice
from smen.grid import Window
from smen.plan.granule_sources import GranuleSource
from smen.plan.layout import Layout
from smen.plan.recipes import Recipe
from smen.plan.resource_layout import ResourceLayout
from smen.settings.choices import (
    BadGranules,
    Climate,
    CoarseProduct,
    FineProduct,
    FineVariable,
    IndexName,
    IndexPeriod,
    MapMode,
    OpenSpan,
    Overpass,
    RetrievalQuality,
    SourceKind,
    Span,
    SurfaceCondition,
)
from smen.settings.region_sections import RegionsFile
from smen.settings.section import Section
from smen.settings.validation_section import ProbeSelection, ValidationSettings

Cells = tuple[int, int, int, int]
"""Row, column, height and width of a window, in cells of the 3 km grid."""


class Job(Section):
    """What every job has."""

    module: ClassVar[str] = ""
    """Module of the stage below `smen`, whose `run` takes the job; empty for a class that is of no stage itself."""

    results: str = Field(description="folder of results")

    @property
    def layout(self) -> Layout:
        """Where this job's files lie."""
        return Layout(self.results)


class RegionJob(Job):
    """A job on one region."""

    region: str
    may_be_empty: bool = Field(default=False, description="whether it ends well without any data, as a tile does")


class WindowJob(RegionJob):
    """A job on one region's cells."""

    cells: Cells

    @property
    def window(self) -> Window:
        """The region's cells."""
        return Window(*self.cells)


class SimulateJob(WindowJob):
    """Write one year of a simulated world as granules."""

    module: ClassVar[str] = "stages.simulate"

    resources: str
    year: int
    centre: tuple[float, float] = Field(description="longitude and latitude, degrees")
    climate: Literal["auto"] | Climate
    seed: int
    coarse: CoarseProduct
    span: Span
    coarse_only: bool = Field(default=False, description="whether the year belongs to the coarse record alone")
    parts: tuple[Cells, ...] = Field(default=(), description="tiles that share the world; without any it is one region")

    @property
    def resource_layout(self) -> ResourceLayout:
        """Where granules lie."""
        return ResourceLayout(self.resources)


class AcquireJob(WindowJob):
    """List, check and, where they are remote, fetch the granules of a year."""

    module: ClassVar[str] = "stages.acquire"

    resources: str
    year: int
    source: GranuleSource
    bad_granules: BadGranules
    coarse: CoarseProduct
    fine: FineProduct
    fine_variable: FineVariable
    overpasses: tuple[Overpass, ...]
    span: OpenSpan
    coarse_only: bool = Field(default=False, description="whether the year belongs to the coarse record alone")

    @property
    def resource_layout(self) -> ResourceLayout:
        """Where granules lie."""
        return ResourceLayout(self.resources)


class AlignJob(WindowJob):
    """Put a year's granules on the region's 3 km window."""

    module: ClassVar[str] = "stages.align"

    year: int
    coarse: CoarseProduct
    fine: FineProduct
    fine_variable: FineVariable
    quality: RetrievalQuality


class PairJob(RegionJob):
    """Find target, history and block of time of each overpass of a year."""

    module: ClassVar[str] = "stages.pair"

    year: int
    years: tuple[int, ...] = Field(description="years of the aligned series that it reads")
    history: int
    minimum_coverage: float
    training: Span | None
    validation: Literal["auto"] | Span | None
    test: Span | None


class TrainJob(RegionJob):
    """Train one of the region's methods."""

    module: ClassVar[str] = "stages.train"

    years: tuple[int, ...]
    recipe: Recipe
    candidate: bool = Field(description="whether it is one of several: if it cannot be trained, the others count")


class ChooseJob(RegionJob):
    """Choose the method whose maps are better on dates held out of its training."""

    module: ClassVar[str] = "stages.choose"

    candidates: tuple[str, ...]


class MappingJob(WindowJob):
    """A job that uses the weights that a region is mapped with."""

    model: str | None = Field(description="file of the weights; None: of the method that was chosen")

    def model_path(self) -> Path:
        """Return the file of the weights.

        Raises:
            DataError: there is no choice yet.
        """
        if self.model is not None:
            return Path(self.model)
        return Path(self.layout.model(self.region, read_choice(self.choice_path()).chosen))

    def choice_path(self) -> Path:
        """Return the file of the choice, where the method was chosen."""
        return Path(self.layout.choice(self.region))


class DownscaleJob(MappingJob):
    """Map every SMAP overpass of a year."""

    module: ClassVar[str] = "stages.downscale"

    year: int
    source: SourceKind
    years: tuple[int, ...] = Field(description="years of the aligned series that it reads")
    sample_years: tuple[int, ...] = Field(description="its own, and the next one where maps know what comes after")
    span: Span
    mode: MapMode
    goes_on: bool = Field(description="whether the region's period ends today, so that more is still to come")
    masked: tuple[SurfaceCondition, ...]
    members: int
    probes: tuple[str, ...] = Field(default=(), description="archives and tables that the maps are conditioned on")
    selection: ProbeSelection | None = Field(default=None, description="which of their values count")


class NormalsJob(MappingJob):
    """Learn the climatology that a region's indices are held against."""

    module: ClassVar[str] = "stages.normals"

    record: Span = Field(description="first and last day of the coarse record")
    record_years: tuple[int, ...]
    years: tuple[int, ...] = Field(description="whose overpasses are mapped to learn how the cells follow the record")
    mode: MapMode


class IndicatorsJob(WindowJob):
    """Make the indices of a year's maps: anomaly, percentile, drought class, water index."""

    module: ClassVar[str] = "stages.indicators"

    year: int
    years: tuple[int, ...] = Field(description="of the coarse series: its own and the one before")
    which: tuple[IndexName, ...]
    every: IndexPeriod
    time_constants: tuple[int, ...] = Field(description="of the water index, days")


class MosaicJob(Job):
    """Put the maps of all tiles together, one raster for each day and direction."""

    module: ClassVar[str] = "stages.mosaic"

    tiles: dict[str, Cells] = Field(description="their cells, by name")
    map_years: tuple[int, ...]
    overlap: int = Field(description="cells that neighbouring tiles share")
    source: SourceKind

    @property
    def windows(self) -> dict[str, Window]:
        """The tiles' cells, by name."""
        return {name: Window(*cells) for name, cells in self.tiles.items()}


class EvaluateJob(MappingJob):
    """Score the method and the baselines."""

    module: ClassVar[str] = "stages.evaluate"

    years: tuple[int, ...]
    coarse_history: int = Field(description="earlier coarse fields, for the baselines that use them")
    candidates: tuple[str, ...] = Field(description="where the method was chosen, among which; else none")
    mode: MapMode
    truth: str | None = Field(description="folder or file of the truth, None where there is none")


class InsituJob(MappingJob):
    """Hold the maps against stations in the ground."""

    module: ClassVar[str] = "stages.insitu"

    map_years: tuple[int, ...]
    years: tuple[int, ...] = Field(description="of the aligned series and samples that the methods learn from and use")
    source: SourceKind
    archives: tuple[str, ...] = Field(description="of the stations: files of the network, tables of own sensors")
    protocol: ValidationSettings
    probes: tuple[str, ...] = Field(default=(), description="archives and tables that the maps were conditioned on")


class PolygonSource(RegionsFile):
    """Where the outline of a region is read from."""

    digest: str = Field(description="of the outline")


class PublishJob(MappingJob):
    """Make a region's cube, QGIS project, STAC collection and report."""

    module: ClassVar[str] = "stages.publish"

    map_years: tuple[int, ...]
    years: tuple[int, ...] = Field(description="of the aligned series and samples behind the maps")
    digest: str = Field(description="of the region's settings")
    source: SourceKind
    indices: tuple[IndexName, ...] = Field(default=(), description="those that are shown")
    validated: bool = Field(default=False, description="whether the maps were held against stations")
    polygon: PolygonSource | None = Field(default=None, description="of a region that is given by one")


class IndexJob(Job):
    """Gather scores, outlines, catalogue and report of all regions."""

    module: ClassVar[str] = "stages.index"

    regions: tuple[str, ...]
    cells: tuple[Cells, ...]
    map_years: dict[str, tuple[int, ...]]
    chosen: tuple[str, ...] = Field(description="regions whose method was chosen among several")
    source: SourceKind
    products: tuple[tuple[str, str | None], ...] = Field(
        description="short names of the products and their versions, None where a folder holds whatever version"
    )
    years: tuple[int, int] = Field(description="the first and the last year of granules")
    tiles: tuple[str, ...] = Field(default=(), description="regions that are tiles of an area")
    mosaic_years: tuple[int, ...] = Field(default=(), description="years of which there are mosaics of the tiles")
    mosaic_cells: Cells | None = Field(default=None, description="of the mosaics")

    @property
    def windows(self) -> dict[str, Window]:
        """The regions' cells, by name."""
        return {name: Window(*cells) for name, cells in zip(self.regions, self.cells, strict=True)}


class UploadJob(Job):
    """Put new and changed results into a bucket of S3."""

    module: ClassVar[str] = "stages.upload"

    address: str | None = Field(description="of the bucket, s3://BUCKET/PREFIX; None where none is set")
    parts: tuple[str, ...] = Field(description="regions, and `index` for what is of all of them")
