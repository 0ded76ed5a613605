"""The jobs that train a region's methods and choose among them, and what the choice is made of."""

from __future__ import annotations

from typing import TypedDict

from smen.errors import SettingsError
from smen.own_class import source_digest
from smen.plan.jobs import ChooseJob, TrainJob
from smen.plan.layout import method_file_name
from smen.plan.paper_plan import PaperPlan
from smen.plan.processors import training_threads
from smen.plan.recipes import FusionRecipe, OwnRecipe, Recipe, SmenRecipe
from smen.settings.section import narrow


class RegionFields(TypedDict):
    """Fields that every job of a region has."""

    results: str
    region: str
    may_be_empty: bool


class MethodPlan(PaperPlan):
    """The jobs of a region's methods; arguments and errors as of `RegionPeriods`."""

    def train(self, region: str, method: str | None = None) -> TrainJob:
        """Return the job that trains one of a region's methods.

        Args:
            region: its name.
            method: as in the settings, or as in names of files; None: the only one.

        Raises:
            SettingsError: it is not one of the region's methods, or there are several and none is named.
        """
        settings = self.regions[region].settings
        known = {method_file_name(name): name for name in settings.candidates}
        if method is None and len(known) > 1:
            raise SettingsError(f"{region} has several methods, name one of them: {', '.join(settings.candidates)}")
        wanted = method_file_name(settings.candidates[0] if method is None else method)
        if wanted not in known:
            raise SettingsError(f"{method} is none of the methods of {region}: {', '.join(settings.candidates)}")
        return TrainJob(
            **self._region(region),
            years=self.training_years(region),
            recipe=self._recipe(region, known[wanted]),
            candidate=settings.method == "auto",
        )

    def choose(self, region: str) -> ChooseJob:
        """Return the job that chooses among a region's methods."""
        return ChooseJob(**self._region(region), candidates=self.regions[region].settings.candidates)

    def model(self, region: str) -> str | None:
        """Return the file of weights that a region is mapped with; None where its method is still to be chosen."""
        settings = self.regions[region].settings
        if settings.method == "auto":
            return None
        return settings.weights or self.layout.model(region, settings.method)

    def methods(self, region: str) -> tuple[str, ...]:
        """Return the methods of a region as in names of files, the quickest first."""
        return tuple(method_file_name(name) for name in self.regions[region].settings.candidates)

    def training_threads(self, region: str, method: str) -> int:
        """Return how many processors a training uses; the closed form of `fusion` gains nothing from more.

        Args:
            region: its name.
            method: as in names of files.
        """
        return training_threads(self.regions[region].settings.smen.threads) if method == "smen" else 1

    def _recipe(self, region: str, method: str) -> Recipe:
        """Return how a region's method is trained: the part of the method's section that a training uses."""
        settings = self.regions[region].settings
        if method == "smen":
            return narrow(SmenRecipe, settings.smen)
        if method != "fusion":
            return OwnRecipe(method=method, digest=source_digest(method))
        fusion = settings.fusion
        return FusionRecipe(
            seed=fusion.seed,
            covariates=self.covariates(region),
            covariate_classes=fusion.covariate_classes,
            donor_regions=self.donor_regions(region),
        )

    def _region(self, region: str) -> RegionFields:
        place = self.regions[region]
        return {"results": self.settings.folders.results, "region": place.name, "may_be_empty": place.tile}
