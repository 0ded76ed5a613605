"""From settings to jobs: the job of each stage for each region and year."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping

from smen.errors import SettingsError
from smen.plan.granule_sources import DirectoryGranules, EarthdataGranules, SimulatedGranules
from smen.plan.jobs import (
    AcquireJob,
    AlignJob,
    Cells,
    DownscaleJob,
    EvaluateJob,
    IndexJob,
    Job,
    PairJob,
    PolygonSource,
    PublishJob,
    UploadJob,
)
from smen.plan.method_plan import RegionFields
from smen.plan.periods import TILES
from smen.plan.tile_grid import around, cells_of
from smen.plan.tile_plan import TilePlan
from smen.products.product_tables import product
from smen.settings.choices import FineProduct, SourceKind, Span
from smen.settings.regions import polygon_digest
from smen.settings.section import narrow
from smen.settings.validation_section import ProbeSelection

FINE: FineProduct = "SPL2SMAP_S"
"""The 3 km product."""

INDEX = "index"
"""Name of what is of all regions, as the stage that makes it; no region may be named so."""


class _Window(RegionFields):
    cells: Cells


class Plan(TilePlan):
    """The job of each stage for all regions and their years; arguments and errors as of `RegionPeriods`."""

    def job(self, stage: str, region: str | None = None, year: int | None = None) -> Job:
        """Return the job of a stage by name.

        Args:
            stage: its name.
            region: name of the region, for a stage of one.
            year: for a stage of one.

        Raises:
            SettingsError: there is no such region or year, or a job of the stage needs other arguments.
        """
        if stage == "simulate" and region == TILES and self.tiles:
            region = next(iter(self.tiles))  # any of them leads to the world that they share
        if region is not None and year is not None and year not in self.stage_years(stage, region):
            first, last = self.years(region)[0], self.years(region)[-1]
            raise SettingsError(f"{year} is not a year of {region}: its periods reach from {first} to {last}")
        if region is None and stage in self._of_all:
            return self._of_all[stage]()
        if region is not None and year is None and stage in self._of_region:
            return self._of_region[stage](region)
        if region is not None and year is not None and stage in self._of_year:
            return self._of_year[stage](region, year)
        raise SettingsError(f"a region and a year are not enough for a job of the stage {stage}: give --job")

    @property
    def _of_year(self) -> Mapping[str, Callable[[str, int], Job]]:
        """Stages of one region and year, and what makes their jobs."""
        return {
            "simulate": self.simulate,
            "acquire": self.acquire,
            "align": self.align,
            "pair": self.pair,
            "downscale": self.downscale,
            "indicators": self.indicators,
        }

    @property
    def _of_region(self) -> Mapping[str, Callable[[str], Job]]:
        """Stages of one region, and what makes their jobs."""
        return {
            "train": self.train,
            "choose": self.choose,
            "normals": self.normals,
            "evaluate": self.evaluate,
            "insitu": self.insitu,
            "publish": self.publish,
            "compare": self.compare,
        }

    @property
    def _of_all(self) -> Mapping[str, Callable[[], Job]]:
        """Stages of all regions together, and what makes their jobs."""
        return {"index": self.index, "mosaic": self.mosaic, "reproduce": self.reproduce, "upload": self.upload}

    def acquire(self, region: str, year: int, kind: SourceKind | None = None) -> AcquireJob:
        """Return the job that lists, and fetches, one year's granules.

        Args:
            region: its name.
            year: of the granules.
            kind: where they come from; None: as the settings have it.
        """
        settings, products = self.settings, self.regions[region].settings.products
        ends_today = self._ends_today(region) and year == self.years(region)[-1]
        first = max(dt.date(year, 1, 1), self.granule_period(region)[0])
        return AcquireJob(
            **self._window(region),
            resources=settings.folders.resources,
            year=year,
            source=self._source(region, kind or settings.source.kind),
            bad_granules=settings.source.bad_granules,
            coarse=products.coarse,
            fine=FINE,
            fine_variable=products.fine_variable,
            overpasses=products.overpasses,
            span=(first, "today" if ends_today else self._last_day(region, year)),
            coarse_only=year not in self.years(region),
        )

    def align(self, region: str, year: int) -> AlignJob:
        """Return the job that puts one year's granules on the window.

        Args:
            region: its name.
            year: of the granules.
        """
        products = self.regions[region].settings.products
        return AlignJob(
            **self._window(region),
            year=year,
            coarse=products.coarse,
            fine=FINE,
            fine_variable=products.fine_variable,
            quality=products.quality,
        )

    def pair(self, region: str, year: int) -> PairJob:
        """Return the job that makes one year's samples; periods that do not touch what it reads are left out.

        Args:
            region: its name.
            year: of the overpasses.
        """
        settings = self.regions[region].settings
        periods, samples = settings.periods, settings.samples
        trains = year in self.training_years(region)
        return PairJob(
            **self._region(region),
            year=year,
            years=self.pair_years(region, year),
            history=samples.history,
            minimum_coverage=samples.minimum_coverage,
            training=periods.training if trains else None,
            validation=periods.validation if trains else None,
            test=_cut(self._test(region), year),
        )

    def downscale(self, region: str, year: int) -> DownscaleJob:
        """Return the job that maps one year.

        Args:
            region: its name.
            year: to map.

        Raises:
            SettingsError: the year is not one that is mapped.
        """
        span = _cut(self._mapped(region), year)
        if span is None:
            raise SettingsError(f"{year} is not a year to be mapped for {region}: see maps.period")
        return DownscaleJob(
            **self._window(region),
            year=year,
            source=self.settings.source.kind,
            years=self.years_around(region, year),
            sample_years=self.map_sample_years(region, year),
            span=span,
            model=self.model(region),
            mode=self.regions[region].settings.maps.mode,
            goes_on=self._ends_today(region),
            masked=self.regions[region].settings.maps.masked,
            members=self.regions[region].settings.maps.members,
            probes=self.probes(region),
            selection=narrow(ProbeSelection, self.regions[region].settings.validation) if self.probes(region) else None,
        )

    def evaluate(self, region: str) -> EvaluateJob:
        """Return the job that scores a region."""
        return EvaluateJob(
            **self._window(region),
            years=self.years(region),
            coarse_history=self.regions[region].settings.samples.coarse_history,
            model=self.model(region),
            candidates=self.regions[region].settings.candidates if self.model(region) is None else (),
            mode=self.regions[region].settings.maps.mode,
            truth=self.truth(region),
        )

    def publish(self, region: str) -> PublishJob:
        """Return the job that makes the files of one region that a person opens."""
        return PublishJob(
            **self._window(region),
            map_years=self.map_years(region),
            years=self.years_behind_maps(region),
            model=self.model(region),
            digest=self._digest(region),
            source=self.settings.source.kind,
            indices=self.indices(region),
            validated=self.validated(region),
            polygon=self._polygon(region),
        )

    def _polygon(self, region: str) -> PolygonSource | None:
        """Return where a region's outline is read from; None where it is given by a centre."""
        polygon = self.regions[region].polygon
        if polygon is None:
            return None
        return PolygonSource(**self.settings.regions_file.model_dump(), digest=polygon_digest(polygon))

    def index(self) -> IndexJob:
        """Return the job that gathers all regions."""
        return IndexJob(
            results=self.settings.folders.results,
            regions=tuple(self.regions),
            cells=tuple(self.cells(name) for name in self.regions),
            map_years={name: self.map_years(name) for name in self.regions},
            chosen=tuple(name for name in self.regions if self.model(name) is None),
            source=self.settings.source.kind,
            products=self._products(),
            years=(
                min(self.granule_period(name)[0].year for name in self.regions),
                max(self.granule_period(name)[1].year for name in self.regions),
            ),
            tiles=tuple(self.tiles),
            mosaic_years=self.mosaic_years(),
            mosaic_cells=cells_of(around(self.tiles.values())) if self.tiles else None,
        )

    def upload(self, part: str | None = None) -> UploadJob:
        """Return the job that puts results into a bucket.

        Args:
            part: a region, or `index` for what is of all regions; None: everything.
        """
        parts = (*self.regions, INDEX) if part is None else (part,)
        return UploadJob(results=self.settings.folders.results, address=self.settings.storage.results, parts=parts)

    def _products(self) -> tuple[tuple[str, str | None], ...]:
        """Return the products of all regions and their versions; those of a folder of granules are not known."""
        known = self.settings.source.kind != "directory"
        used: set[tuple[str, str | None]] = set()
        for region in self.regions.values():
            products = region.settings.products
            for name, version in ((products.coarse, products.coarse_version), (FINE, products.fine_version)):
                used.add((name, _version(version, name) if known else None))
        return tuple(sorted(used, key=lambda pair: (pair[0] == FINE, pair[0], pair[1] or "")))

    def _source(self, region: str, kind: SourceKind) -> SimulatedGranules | DirectoryGranules | EarthdataGranules:
        """Return where a region's granules come from: the part of the section that a source of this kind uses."""
        source, products = self.settings.source, self.regions[region].settings.products
        if kind == "simulated":
            return SimulatedGranules(world=self.world(region))
        if kind == "directory":
            return DirectoryGranules(directory=source.directory or "")
        return EarthdataGranules(
            coarse_version=_version(products.coarse_version, products.coarse),
            fine_version=_version(products.fine_version, FINE),
            connections=source.connections,
            cmr_url=source.cmr_url,
            edl_host=source.edl_host,
        )

    def _digest(self, region: str) -> str:
        """Return a short digest of the settings that a region's results depend on; folders do not count."""
        settings = self.regions[region].settings
        methods = {"fusion", "smen"} - set(settings.candidates)
        apart = {"folders", "regions", "regions_file", "tiles", "source", "paper", "storage", "validation"}
        text = settings.model_dump_json(exclude=apart | methods)
        text += f" {self.settings.source.kind} {self.settings.source.seed} {self.cells(region)}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _window(self, region: str) -> _Window:
        return {**self._region(region), "cells": self.cells(region)}


def _version(version: str, name: str) -> str:
    """Return a version of a product, the one that SMEN reads for `auto`."""
    return product(name).version if version == "auto" else version


def _cut(span: Span, year: int) -> Span | None:
    """Return the part of a span that lies in a year."""
    first, last = max(span[0], dt.date(year, 1, 1)), min(span[1], dt.date(year, 12, 31))
    return (first, last) if first <= last else None
