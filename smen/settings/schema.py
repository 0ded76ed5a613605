"""config.yaml as typed values: every key, its type, its default, its check and its comment stand here, once.

The default config.yaml, its JSON schema and the README's table are made from this module (`smen.settings.file`), and a
test fails where they drift apart. `load` turns what Snakemake (or a person) read from a file into `Settings`.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

RESERVED_NAMES = frozenset(
    re.split(
        r"\W+",
        "all paper refresh acquire simulate align pair train downscale evaluate publish granules aligned samples "
        "experiment compare reproduce models maps scores report results resources regions none settings summary "
        "comparison catalogue figures tables styles index simulated validate indices extract status check config",
    )
)
"""Names that a region must not have: targets, stages and folders of results."""

SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


class Section(BaseModel):
    """One block of config.yaml: immutable, typed strictly, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_default=True)


class Source(Section):
    """Where granules come from."""

    kind: Literal["simulated", "directory", "earthdata"] = Field(
        "simulated",
        description="simulated (made here, no account needed), directory (a tree of granules that you have), or "
        "earthdata (NASA's archive; needs a free login)",
    )
    directory: str | None = Field(
        None, description="for directory: the folder of the granules, of any depth, e.g. NSIDC's product/date folders"
    )
    truth: str | None = Field(
        None, description="for directory: a folder of truth files (CF NetCDF) to be evaluated against, if there is one"
    )
    bad_granules: Literal["stop", "skip"] = Field(
        "stop",
        description="a granule that cannot be read, or that the archive lists and does not have: stop and list them "
        "all, or skip it and say so",
    )
    seed: int = Field(1, ge=0, description="for simulated: another number gives another world")
    connections: int = Field(6, ge=1, le=32, description="for earthdata: downloads at a time, all jobs together")
    search: str | None = Field(
        None,
        pattern="^https://",
        description="for earthdata: the address of another search (CMR) than NASA's, e.g. that of a test system",
    )
    login: str | None = Field(None, description="for earthdata: the host of another Earthdata Login than NASA's")

    @model_validator(mode="after")
    def _directory_is_named(self) -> Self:
        if self.kind == "directory" and not self.directory:
            raise ValueError("source.kind is directory, but source.directory names no folder: name it")
        return self


class Periods(Section):
    """Blocks of time; first and last day, both included."""

    training: tuple[dt.date, dt.date] = Field(
        (dt.date(2016, 1, 1), dt.date(2017, 12, 31)), description="dates to learn from: first and last day"
    )
    validation: Literal["auto"] | tuple[dt.date, dt.date] = Field(
        "auto", description="for the early stop, a part of training; auto: the last fifth of the training dates"
    )
    test: tuple[dt.date, dt.date | Literal["today"]] = Field(
        (dt.date(2018, 1, 1), dt.date(2018, 12, 31)),
        description="dates to be judged by, after training; may end `today` (as of the last `snakemake refresh`)",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        first, last = self.training
        if first > last:
            raise ValueError(f"training begins on {first}, after its end on {last}: swap them")
        if self.test[0] <= last:
            raise ValueError(
                f"test begins on {self.test[0]}, before training ends on {last}: let test begin after training, "
                "or scores would be of dates that the network has seen or that lie in its past"
            )
        if isinstance(self.test[1], dt.date) and self.test[1] < self.test[0]:
            raise ValueError(f"test begins on {self.test[0]}, after its end on {self.test[1]}: swap them")
        if self.validation != "auto":
            begin, end = self.validation
            if not first < begin <= end <= last:
                raise ValueError(
                    f"validation {begin} to {end} must lie inside training {first} to {last} and begin after it does"
                )
        if first < dt.date(2015, 3, 31):
            raise ValueError(f"training begins on {first}, before SMAP's first data of 2015-03-31")
        return self


class Products(Section):
    """What is read, and which of it counts."""

    coarse: Literal["SPL2SMP", "SPL2SMP_E"] = Field(
        "SPL2SMP", description="the coarse product: SPL2SMP (36 km) or SPL2SMP_E (posted at 9 km)"
    )
    coarse_version: str = Field(
        "auto", description="its version at NSIDC, e.g. 009; auto: 009 for SPL2SMP, 006 for SPL2SMP_E"
    )
    fine: Literal["SPL2SMAP_S"] = Field("SPL2SMAP_S", description="the 3 km product")
    fine_version: str = Field("003", description="its version at NSIDC")
    fine_variable: Literal["soil_moisture_3km", "soil_moisture_apm_3km"] = Field(
        "soil_moisture_3km", description="the 3 km variable to learn"
    )
    quality: Literal["recommended", "successful"] = Field(
        "recommended", description="retrievals that count: recommended ones only, or all successful ones"
    )
    overpasses: tuple[Literal["descending", "ascending"], ...] = Field(
        ("descending", "ascending"),
        min_length=1,
        description="half-orbits that count: descending (about 6 am local), ascending (about 6 pm)",
    )


class SampleSettings(Section):
    """What belongs to a date."""

    history: int = Field(4, ge=1, le=64, description="k, earlier 3 km dates whose residuals are given to the network")
    coarse_history: int = Field(6, ge=0, le=64, description="earlier coarse fields given to those that use them")
    minimum_coverage: float = Field(
        0.1, gt=0, le=1, description="a 3 km date counts from this share of valid cells in the window"
    )


class Network(Section):
    """What maps the one to the other."""

    name: Literal["fusion", "smen"] = Field(
        "fusion",
        description="fusion: the default, with uncertainty; smen: the paper's network, its level matched to SMAP's",
    )
    missing: Literal["climatology", "zero"] = Field(
        "climatology",
        description="for smen: what it receives for a missing residual: the mean of the training residuals there, or 0",
    )
    learn_from: tuple[str, ...] = Field(
        (),
        description="for fusion: other regions to learn from as well, e.g. for a region with few dates or none; what "
        "their dates are worth is chosen by the region's own dates",
    )
    weights: str | None = Field(
        None, description="a .safetensors file of this network, trained elsewhere: used as it is, nothing is trained"
    )


class Training(Section):
    """How a network is trained; all of it is recorded with the weights."""

    epochs: int = Field(30, ge=1, description="at most so many passes over the training dates (published: 1000)")
    patience: int | None = Field(
        10, ge=1, description="stop after so many epochs without a better validation loss; null: never (published)"
    )
    learning_rate: float = Field(1e-3, gt=0, lt=1, description="Adam's step size (published: 0.0001)")
    schedule: Literal["constant", "cosine"] = Field(
        "cosine", description="constant (published), or falling to nearly 0 over the epochs like a cosine"
    )
    flips: bool = Field(False, description="mirror the images at random while training")
    batch_size: int = Field(4, ge=1, description="dates a step")
    seed: int = Field(1, ge=0, description="of the initial weights and the order of the dates")
    threads: Literal["auto"] | Annotated[int, Field(ge=1)] = Field(
        "auto",
        description="processors for one training; auto: one for fusion, for smen all, at most 4 (the number enters the "
        "result)",
    )
    number_format: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="of the convolutions; auto: the quicker one of those that the processor has"
    )
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="auto: a GPU where there is one")


class Maps(Section):
    """What is mapped."""

    period: Literal["test", "all"] | tuple[dt.date, dt.date | Literal["today"]] = Field(
        "test", description="test, all (training and test), or first and last day"
    )
    masked: tuple[Literal["frozen", "snow", "urban", "mountains", "dense_vegetation"], ...] = Field(
        (),
        description="conditions to leave out of the maps beside water and permanent ice; else mapped and marked "
        "in the quality raster",
    )


class Region(Section):
    """One region: a centre and a size; a section named here replaces keys of the section above for it alone."""

    longitude: float = Field(ge=-180, le=180, description="of the centre, degrees east")
    latitude: float = Field(ge=-85.04, le=85.04, description="of the centre, degrees north")
    size: Annotated[int, Field(ge=1, le=4872)] | tuple[int, int] = Field(
        100, description="cells of 3 km: one number, or [height, width]"
    )
    climate: Literal["auto", "oklahoma", "arizona", "geneva"] = Field(
        "auto", description="for simulated: whose climate; auto: the nearest of the three"
    )
    periods: dict[str, Any] = Field({}, description="for this region alone")
    products: dict[str, Any] = Field({}, description="for this region alone")
    samples: dict[str, Any] = Field({}, description="for this region alone")
    network: dict[str, Any] = Field({}, description="for this region alone")
    training: dict[str, Any] = Field({}, description="for this region alone")
    maps: dict[str, Any] = Field({}, description="for this region alone")


class Paper(Section):
    """The experiments of the paper, apart from `all`. Where the paper is silent, the choice is here."""

    epochs: int = Field(1000, ge=1, description="passes over the training dates (published: 1000); fewer: a quick look")
    learning_rate: float = Field(1e-4, gt=0, lt=1, description="Adam's step size (published: 0.0001)")
    batch_size: int = Field(4, ge=1, description="dates a step (the paper is silent; small, for there are few dates)")
    seeds: tuple[int, ...] = Field(
        (1,), min_length=1, description="each trains every network once more, from other initial weights"
    )
    padding: Literal["zeros", "reflect", "replicate"] = Field(
        "zeros", description="beyond the window's edge, for the convolutions (silent; zeros are usual)"
    )
    order: Literal["relu_norm", "norm_relu"] = Field(
        "relu_norm", description="of ReLU and batch normalisation in a block (relu_norm: as the paper lists them)"
    )
    missing: Literal["zero", "climatology"] = Field(
        "zero", description="what stands for a missing residual (silent; 0 means: the coarse value holds there)"
    )
    normalise: bool = Field(
        True, description="bring inputs to numbers near one (silent; without, Adam at 1e-4 moves slowly)"
    )
    minimum_coverage: float = Field(
        0.1,
        gt=0,
        le=1,
        description="a date counts from this share of valid cells (silent; gives about its numbers of dates)",
    )
    instance: Literal["overpass", "day"] = Field(
        "overpass",
        description="a time instance of the residuals: each half-orbit with a 3 km field, or the latest of each day "
        "(silent)",
    )
    number_format: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="of the convolutions while training; auto: the quicker one of those that the processor has"
    )
    inputs_region: str = Field(
        "auto", description="the region of Table 2; auto: tucson as published, or the first where there is none"
    )
    sizes_region: str = Field(
        "auto",
        description="the region of Table 3; the paper does not name it: auto: the first, for it has the most dates of "
        "the published three",
    )
    sizes: tuple[int, ...] = Field((10, 20, 50, 100), min_length=1, description="numbers of training dates in Table 3")
    sizes_test: int = Field(10, ge=2, description="test dates of Table 3: the last so many of the test period")
    sizes_drawn: Literal["random", "latest"] = Field(
        "random",
        description="which training dates of Table 3: drawn at random from all before the test dates, the smaller "
        "sets inside the larger ones, or the latest before them",
    )
    comparables: bool = Field(
        True, description="also fit the random forest, the SRCNN and the LSTM for the comparison (minutes a region)"
    )


class RegionsFile(Section):
    """A vector file with one region per feature, its window covering the feature."""

    path: str | None = Field(None, description="any file that GDAL reads (GeoPackage, GeoJSON, shapefile ...)")
    column: str | None = Field(None, description="the column that names the regions")

    @model_validator(mode="after")
    def _column_is_named(self) -> Self:
        if self.path and not self.column:
            raise ValueError("regions_file.column is missing: say which column of the file names the regions")
        return self


class Folders(Section):
    """Where files go; relative to where snakemake runs."""

    results: str = Field("results", min_length=1, description="maps, scores, models and all on the way to them")
    resources: str = Field("resources", min_length=1, description="granules")


def _paper_regions() -> dict[str, Region]:
    """Return the paper's three regions."""
    return {
        "oklahoma_city": Region(longitude=-97.5164, latitude=35.4676),
        "tucson": Region(longitude=-110.9747, latitude=32.2226),
        "geneva": Region(longitude=6.1432, latitude=46.2044),
    }


class Settings(Section):
    """All of config.yaml."""

    source: Source = Field(Source(), description="Where granules come from.")
    regions: dict[str, Region] = Field(
        default_factory=_paper_regions,
        description="Regions by name. A section such as `training: {seed: 2}` under a region holds for it alone.",
    )
    regions_file: RegionsFile = Field(RegionsFile(), description="More regions, from a vector file.")
    periods: Periods = Field(Periods(), description="Blocks of time: first and last day, both included.")
    products: Products = Field(Products(), description="What is read, and which of it counts.")
    samples: SampleSettings = Field(SampleSettings(), description="What belongs to a date.")
    network: Network = Field(Network(), description="What makes 3 km out of 36 km.")
    training: Training = Field(Training(), description="How it is trained.")
    maps: Maps = Field(Maps(), description="What is mapped.")
    paper: Paper = Field(Paper(), description="The paper's experiments: `snakemake --cores 8 paper`, apart from `all`.")
    folders: Folders = Field(Folders(), description="Where files go.")

    @model_validator(mode="after")
    def _paper_network_has_four(self) -> Self:
        if self.network.name == "smen" and self.samples.history != 4:
            raise ValueError(
                f"samples.history is {self.samples.history}, but the paper's network (network.name: smen) takes "
                "exactly 4: its three blocks of kernels over two dates each collapse four dates into one"
            )
        if self.network.name == "smen" and self.network.learn_from:
            raise ValueError(
                "network.learn_from names other regions, but the paper's network (network.name: smen) learns from its "
                "own region alone: leave it empty, or take fusion"
            )
        return self


def default_version(product: str) -> str:
    """NSIDC's current version of a product that the settings leave `auto`."""
    return {"SPL2SMP": "009", "SPL2SMP_E": "006", "SPL2SMAP_S": "003"}[product]


def results_path(settings: Settings) -> Path:
    """Return the folder of results."""
    return Path(settings.folders.results)
