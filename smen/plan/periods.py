"""Which regions and years there are: the settings' periods, region by region, with `today` as a date."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

from smen.errors import SettingsError, SmenError
from smen.grid import Window
from smen.plan.jobs import Cells
from smen.plan.layout import RESULT_FOLDERS, TARGETS, Layout
from smen.plan.refresh_day import refreshed
from smen.plan.region_size import require_land
from smen.plan.resource_layout import ResourceLayout
from smen.plan.stage_table import STAGES
from smen.plan.tile_grid import cells_of, tiles_over
from smen.settings.choices import IndexName, Span
from smen.settings.file import check_settings
from smen.settings.regions import RegionSettings, resolve
from smen.settings.schema import Settings
from smen.settings.yaml_file import read_settings

RESERVED_NAMES = RESULT_FOLDERS | TARGETS | STAGES.keys()
"""Names that a region must not have: targets, stages and folders of results."""


TILES = "tiles"
"""Name of the one simulated world that all tiles lie in."""


class _Regions(dict[str, RegionSettings]):
    """Regions by name; the error for an unknown one names the nearest that exists."""

    def __missing__(self, name: str) -> RegionSettings:
        near = difflib.get_close_matches(name, self, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"regions: {', '.join(self)}"
        raise SettingsError(f"there is no region `{name}` in the settings; {hint}")


class RegionPeriods:
    """All regions and their years.

    Args:
        settings: checked settings.
        today: the date that `today` stands for; None: the day of the last refresh.
        where: name of the file of settings, for messages.

    Raises:
        SettingsError: regions or periods are not valid together.
    """

    def __init__(self, settings: Settings, today: dt.date | None = None, where: str = "config.yaml") -> None:
        self.settings = settings
        self.layout = Layout(settings.folders.results)
        self.resource_layout = ResourceLayout(settings.folders.resources)
        self.regions: dict[str, RegionSettings] = _Regions(resolve(settings, where, RESERVED_NAMES))
        self.tiles = tiles_over(settings.tiles, where)
        self.regions.update(_tile_regions(self.tiles, settings, where, self.regions))
        self._today = today
        for name, region in self.regions.items():
            require_land(region.window, region.centre, f"{where}: the region {name}")
            if self._mapped(name)[0] > self._mapped(name)[1] or self._full_period(name)[1] < self._full_period(name)[0]:
                raise SettingsError(f"{where}: the period to be mapped for {name} ends before it begins")
            self.record(name)
            for donor in self._donor_names(name):
                self._check_donor(name, donor, where)

    @classmethod
    def load(cls, values: Mapping[str, Any], files: Sequence[Path] = ()) -> Self:
        """Check settings and use them; `today` is the day of the last refresh.

        Args:
            values: the settings, as read from files and from the command line.
            files: where they were read from, for messages; read once more, because Snakemake accepts a key that is
                given twice.

        Raises:
            SettingsError: a key is wrong.
        """
        of_files: dict[str, Any] = {}
        for file in files:
            _lay_over(of_files, read_settings(file))
        where = ", ".join(str(file) for file in files) or "settings"
        changed = f"{where} with --config" if files and values != of_files else where
        try:
            return cls(check_settings(values, changed), where=changed)
        except SettingsError as error:
            if changed == where:
                raise
            # What the files say wrong by themselves is said of them; the rest came with the command line.
            own = cls._complaints(of_files, changed)
            lines = [line.replace(changed, where, 1) if line in own else line for line in str(error).splitlines()]
            raise SettingsError("\n".join(lines)) from error

    @classmethod
    def _complaints(cls, values: Mapping[str, Any], where: str) -> list[str]:
        """Return what is wrong with settings, line by line; `where` is the name of their file."""
        try:
            cls(check_settings(values, where), where=where)
        except SmenError as error:
            return str(error).splitlines()
        return []

    @cached_property
    def today(self) -> dt.date:
        """The date that `today` stands for; read only where a period ends today."""
        return self._today or refreshed(self.resource_layout)

    def world(self, region: str) -> str:
        """Return the name of the simulated world that a region lies in: its own, or the one of all tiles.

        Args:
            region: its name.
        """
        return TILES if self.regions[region].tile else region

    def mosaic_years(self) -> tuple[int, ...]:
        """Return the years of which there are mosaics of the tiles; none without tiles."""
        return self.map_years(next(iter(self.tiles))) if self.tiles else ()

    def years(self, region: str) -> tuple[int, ...]:
        """Return all years of a region from the first day of training to the last of test and maps."""
        first, last = self._full_period(region)
        return tuple(range(first.year, last.year + 1))

    def full_period(self, region: str) -> Span:
        """Return the first day of training and the last one of test and maps."""
        return self._full_period(region)

    def mapped_period(self, region: str) -> Span:
        """Return the first and the last day that are mapped."""
        return self._mapped(region)

    def training_years(self, region: str) -> tuple[int, ...]:
        """Return the years that training depends on."""
        first, last = self.regions[region].settings.periods.training
        return tuple(range(first.year, last.year + 1))

    def covariates(self, region: str) -> dict[str, str]:
        """Return the static rasters that a region's method learns from, by name; none where the method has no use.

        Args:
            region: its name.
        """
        settings = self.regions[region].settings
        if "fusion" not in settings.candidates or settings.weights:
            return {}
        return {name: path.replace("{region}", region) for name, path in settings.fusion.covariates.items()}

    def donor_regions(self, region: str) -> dict[str, tuple[int, ...]]:
        """Return the other regions that a region's method learns from as well, and their training years."""
        return {name: self.training_years(name) for name in self._donor_names(region)}

    def map_years(self, region: str) -> tuple[int, ...]:
        """Return the years that are mapped."""
        first, last = self._mapped(region)
        return tuple(range(first.year, last.year + 1))

    def years_until(self, region: str, year: int) -> tuple[int, ...]:
        """Return all years of a region up to one, whose overpasses may be history to its dates.

        Args:
            region: its name.
            year: the last one.
        """
        return tuple(y for y in self.years(region) if y <= year)

    def years_around(self, region: str, year: int) -> tuple[int, ...]:
        """Return all years whose overpasses a year's maps may know of: up to it, and for retrospective maps the next.

        Args:
            region: its name.
            year: to map.
        """
        retrospective = self.regions[region].settings.maps.mode == "retrospective"
        return self.years_until(region, year + 1 if retrospective else year)

    def map_sample_years(self, region: str, year: int) -> tuple[int, ...]:
        """Return the years whose samples a year's maps need: its own, and for retrospective maps the next.

        Args:
            region: its name.
            year: to map.
        """
        return tuple(y for y in self.years_around(region, year) if y >= year)

    def years_behind_maps(self, region: str) -> tuple[int, ...]:
        """Return the years mapped and all others that their maps may know of."""
        return self.years_around(region, self.map_years(region)[-1])

    def indices(self, region: str) -> tuple[IndexName, ...]:
        """Return which indices are made of a region's maps."""
        return self.regions[region].settings.indices.which

    def record(self, region: str) -> Span | None:
        """Return the first and last day of the coarse record that says what is usual; None where no index is wanted.

        Args:
            region: its name.

        Raises:
            SettingsError: it ends before it begins.
        """
        settings = self.regions[region].settings.indices
        if not settings.which:
            return None
        last = settings.record_until
        if last == "auto":
            last = self._full_period(region)[1]
            last = dt.date(last.year - 1, 12, 31) if self._ends_today(region) else last
        if last <= settings.record_from:
            raise SettingsError(
                f"indices.record_from is {settings.record_from}, but the record of {region} ends on {last}: let it "
                "begin earlier"
            )
        return settings.record_from, last

    def granule_period(self, region: str) -> Span:
        """Return the first and last day of which granules are needed: the full period and the record."""
        first, last = self._full_period(region)
        record = self.record(region) or (first, last)
        return min(first, record[0]), max(last, record[1])

    def pair_years(self, region: str, year: int) -> tuple[int, ...]:
        """Return the years of aligned series behind one year's samples.

        All years before it, and for a training year all training years: the validation dates are the last of all
        training dates, so the samples of a training year depend on the others.

        Args:
            region: its name.
            year: of the samples.
        """
        training = self.training_years(region)
        last = training[-1] if year in training else year
        return tuple(y for y in self.years(region) if y <= last)

    def cells(self, region: str) -> Cells:
        """Return row, column, height and width of a region's window."""
        return cells_of(self.regions[region].window)

    def truth(self, region: str) -> str | None:
        """Return the folder or file of a region's true soil moisture; None where there is none."""
        if self.settings.source.kind == "simulated":
            return str(Path(self.resource_layout.simulated_truth(self.world(region), 0)).parent)
        return self.settings.source.truth

    def _donor_names(self, region: str) -> tuple[str, ...]:
        settings = self.regions[region].settings
        return settings.fusion.learn_from if "fusion" in settings.candidates else ()

    def _check_donor(self, name: str, donor: str, where: str) -> None:
        """Refuse a donor region that does not exist, is the region itself, or has other products."""
        key = f"{where}: fusion.learn_from of {name} names `{donor}`"
        if donor == name:
            raise SettingsError(f"{key}, the region itself: it learns from its own dates anyway, leave it out")
        if donor not in self.regions:
            near = difflib.get_close_matches(donor, self.regions, n=1)
            raise SettingsError(
                f"{key}, and there is no such region; did you mean `{(near or list(self.regions))[0]}`?"
            )
        own, other = (self.regions[n].settings for n in (name, donor))
        if (own.products.coarse, own.samples.history) != (other.products.coarse, other.samples.history):
            raise SettingsError(f"{key}, whose products.coarse or samples.history differ: let them be the same")

    def _date(self, day: dt.date | Literal["today"]) -> dt.date:
        return self.today if day == "today" else day

    def _test(self, region: str) -> Span:
        first, last = self.regions[region].settings.periods.test
        return first, self._date(last)

    def _mapped(self, region: str) -> Span:
        settings = self.regions[region].settings
        if settings.maps.period == "test":
            return self._test(region)
        if settings.maps.period == "all":
            return settings.periods.training[0], self._test(region)[1]
        return settings.maps.period[0], self._date(settings.maps.period[1])

    def _full_period(self, region: str) -> Span:
        periods = self.regions[region].settings.periods
        mapped = self._mapped(region)
        first = min(periods.training[0], mapped[0])
        return first, max(periods.training[1], self._test(region)[1], mapped[1])

    def _last_day(self, region: str, year: int) -> dt.date:
        return min(dt.date(year, 12, 31), self.granule_period(region)[1])

    def _ends_today(self, region: str) -> bool:
        settings = self.regions[region].settings
        ends = [settings.periods.test[1], settings.maps.period[1] if isinstance(settings.maps.period, tuple) else None]
        return "today" in ends


def _tile_regions(
    tiles: Mapping[str, Window], settings: Settings, where: str, others: Mapping[str, RegionSettings]
) -> Iterator[tuple[str, RegionSettings]]:
    """Yield the tiles as regions; the general settings hold for all of them."""
    for name, window in tiles.items():
        if name in others:
            raise SettingsError(f"{where}: a region is named `{name}`, as a tile is; give it another name")
        centre = float(window.longitudes[window.width // 2]), float(window.latitudes[window.height // 2])
        yield name, RegionSettings(name, window, centre, settings.tiles.climate, settings, tile=True)


def _lay_over(values: dict[str, Any], others: Mapping[str, Any]) -> None:
    """Put other settings over some, section by section, as Snakemake does with several files."""
    for key, value in others.items():
        if isinstance(value, Mapping) and isinstance(values.get(key), dict):
            _lay_over(values[key], value)
        else:
            values[key] = value
