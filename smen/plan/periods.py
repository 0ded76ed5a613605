"""Which regions and years there are: the settings' periods, region by region, with `today` as a date."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self

from smen.atomic import write_text
from smen.errors import SettingsError
from smen.plan.jobs import Span
from smen.plan.layout import Layout
from smen.settings.file import check_settings, read_settings
from smen.settings.regions import RegionSettings, resolve
from smen.settings.schema import Settings

FAR_FUTURE = dt.date(9999, 12, 31)


class _Regions(dict[str, RegionSettings]):
    """Regions by name; one that is not there is named, with the nearest that is."""

    def __missing__(self, name: str) -> RegionSettings:
        near = difflib.get_close_matches(name, self, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"regions: {', '.join(self)}"
        raise SettingsError(f"there is no region `{name}` in the settings; {hint}")


class Calendar:
    """All regions and their years.

    Args:
        settings: checked settings.
        today: the date that `today` stands for.
        where: name of the file of settings, for messages.

    Raises:
        SettingsError: regions or periods do not hold together.
    """

    def __init__(self, settings: Settings, today: dt.date, where: str = "config.yaml") -> None:
        self.settings = settings
        self.today = today
        self.layout = Layout(settings.folders.results, settings.folders.resources)
        self.regions: dict[str, RegionSettings] = _Regions(resolve(settings, where))
        for name in self.regions:
            if self._mapped(name)[0] > self._mapped(name)[1] or self._full_period(name)[1] < self._full_period(name)[0]:
                raise SettingsError(f"{where}: the period to be mapped for {name} ends before it begins")
            for other in self.regions[name].settings.network.learn_from:
                self._check_teacher(name, other, where)

    @classmethod
    def load(cls, values: Mapping[str, Any], files: Sequence[Path] = ()) -> Self:
        """Check settings and go by them; `today` is the day of the last refresh.

        Args:
            values: the settings, as read from files and from the command line.
            files: where they were read from, for messages; read once more, because Snakemake lets pass a key that
                stands there twice.

        Raises:
            SettingsError: a key is wrong.
        """
        for file in files:
            read_settings(file)
        where = ", ".join(str(file) for file in files) or "settings"
        settings = check_settings(values, where)
        layout = Layout(settings.folders.results, settings.folders.resources)
        return cls(settings, refreshed(layout) if _says_today(settings) else FAR_FUTURE, where)

    def years(self, region: str) -> tuple[int, ...]:
        """All years of a region from the first day of training to the last of test and maps."""
        first, last = self._full_period(region)
        return tuple(range(first.year, last.year + 1))

    def training_years(self, region: str) -> tuple[int, ...]:
        """The years that training depends on."""
        first, last = self.regions[region].settings.periods.training
        return tuple(range(first.year, last.year + 1))

    def learns_from(self, region: str) -> dict[str, tuple[int, ...]]:
        """The other regions that a region's network learns from as well, and their training years."""
        return {name: self.training_years(name) for name in self.regions[region].settings.network.learn_from}

    def map_years(self, region: str) -> tuple[int, ...]:
        """The years that are mapped."""
        first, last = self._mapped(region)
        return tuple(range(first.year, last.year + 1))

    def years_until(self, region: str, year: int) -> tuple[int, ...]:
        """All years of a region up to one: what may be history to its dates."""
        return tuple(y for y in self.years(region) if y <= year)

    def years_behind_maps(self, region: str) -> tuple[int, ...]:
        """The years behind a region's maps: those mapped and all before them, which may be their history."""
        return self.years_until(region, self.map_years(region)[-1])

    def pair_years(self, region: str, year: int) -> tuple[int, ...]:
        """The years of aligned series behind one year's samples: all before it, and all training for a training year.

        The validation dates are the last of all training dates, so no training year can be told without the others.
        """
        training = self.training_years(region)
        last = training[-1] if year in training else year
        return tuple(y for y in self.years(region) if y <= last)

    def paper_years(self, region: str) -> tuple[int, ...]:
        """The years that the paper's experiments read: those of training and test, and the years between."""
        settings = self.regions[region].settings
        return tuple(range(settings.periods.training[0].year, self._date(settings.periods.test[1]).year + 1))

    def _check_teacher(self, name: str, other: str, where: str) -> None:
        """Refuse a region to learn from that is not there, or is the region itself, or has other products."""
        key = f"{where}: network.learn_from of {name} names `{other}`"
        if other == name:
            raise SettingsError(f"{key}, the region itself: it learns from its own dates anyway, leave it out")
        if other not in self.regions:
            near = difflib.get_close_matches(other, self.regions, n=1)
            raise SettingsError(
                f"{key}, and there is no such region; did you mean `{(near or list(self.regions))[0]}`?"
            )
        ours, theirs = (self.regions[n].settings for n in (name, other))
        if (ours.products.coarse, ours.samples.history) != (theirs.products.coarse, theirs.samples.history):
            raise SettingsError(f"{key}, whose products.coarse or samples.history differ: let them be the same")

    def _date(self, day: dt.date | Literal["today"]) -> dt.date:
        return self.today if day == "today" else day

    def _mapped(self, region: str) -> Span:
        settings = self.regions[region].settings
        test = (settings.periods.test[0], self._date(settings.periods.test[1]))
        if settings.maps.period == "test":
            return test
        if settings.maps.period == "all":
            return settings.periods.training[0], test[1]
        return settings.maps.period[0], self._date(settings.maps.period[1])

    def _full_period(self, region: str) -> Span:
        periods = self.regions[region].settings.periods
        mapped = self._mapped(region)
        first = min(periods.training[0], mapped[0])
        return first, max(periods.training[1], self._date(periods.test[1]), mapped[1])

    def _last_day(self, region: str, year: int) -> dt.date:
        return min(dt.date(year, 12, 31), self._full_period(region)[1])

    def _ends_today(self, region: str) -> bool:
        settings = self.regions[region].settings
        ends = [settings.periods.test[1], settings.maps.period[1] if isinstance(settings.maps.period, tuple) else None]
        return "today" in ends


def _says_today(settings: Settings) -> bool:
    return '"today"' in settings.model_dump_json()


def refreshed(layout: Layout) -> dt.date:
    """Return the day on which listings were last refreshed; the first time, today becomes that day.

    Raises:
        SettingsError: the file that holds the day does not hold one.
    """
    path = Path(layout.refreshed())
    if not path.is_file():
        write_text(path, f"{dt.datetime.now(dt.UTC).date()}\n")
    text = path.read_text(encoding="utf-8").strip()
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"{path} should hold a date, not {text!r}: delete it") from error
