"""Regions and years: what `today` is, which regions teach others, which period lies behind what."""

import datetime as dt
from pathlib import Path

import pytest
import yaml

from smen.errors import SettingsError
from smen.plan.periods import RESERVED_NAMES, RegionPeriods
from smen.settings.file import check_settings

PLACES = {name: {"longitude": 5 + i, "latitude": 45} for i, name in enumerate(("north", "south", "west"))}


def periods(today=None, **values):
    return RegionPeriods(check_settings({"regions": PLACES} | values), today)


def test_the_day_is_only_asked_for_where_a_period_ends_today(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    periods().years("north")
    assert not (tmp_path / "resources").exists()
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources/refreshed.txt").write_text("2021-02-03\n")
    own = PLACES | {"north": PLACES["north"] | {"periods": {"test": ["2018-01-01", "today"]}}}
    found = periods(regions=own)
    assert found.years("north")[-1] == 2021
    assert found.years("south")[-1] == 2018
    assert found.today == dt.date(2021, 2, 3)


@pytest.mark.parametrize(
    ("maps", "years", "mapped"),
    [
        ({}, (2016, 2017, 2018), (2018,)),
        ({"period": "all"}, (2016, 2017, 2018), (2016, 2017, 2018)),
        ({"period": ["2015-05-01", "2015-06-01"]}, (2015, 2016, 2017, 2018), (2015,)),
        ({"period": ["2019-05-01", "today"]}, (2016, 2017, 2018, 2019, 2020), (2019, 2020)),
    ],
)
def test_years_reach_over_training_test_and_maps(maps, years, mapped):
    found = periods(today=dt.date(2020, 1, 9), maps=maps)
    assert (found.years("north"), found.map_years("north")) == (years, mapped)
    assert found.years_behind_maps("north") == tuple(y for y in years if y <= mapped[-1] + 1)
    causal = periods(today=dt.date(2020, 1, 9), maps=maps | {"mode": "causal"})
    assert causal.years_behind_maps("north") == tuple(y for y in years if y <= mapped[-1])
    assert found.years_until("north", 2016) == tuple(y for y in years if y <= 2016)


def test_maps_that_know_what_comes_after_read_the_next_year():
    found, causal = (periods(maps={"period": "all", "mode": mode}) for mode in ("retrospective", "causal"))
    assert found.years_around("north", 2016) == (2016, 2017)
    assert found.map_sample_years("north", 2017) == (2017, 2018)
    assert found.map_sample_years("north", 2018) == (2018,)
    assert causal.years_around("north", 2017) == (2016, 2017)
    assert causal.map_sample_years("north", 2017) == (2017,)


def test_samples_of_a_training_year_depend_on_all_training_years():
    found = periods(periods={"training": ["2016-01-01", "2018-12-31"], "test": ["2020-01-01", "2020-12-31"]})
    assert found.pair_years("north", 2016) == (2016, 2017, 2018)
    assert found.pair_years("north", 2019) == (2016, 2017, 2018, 2019)


@pytest.mark.parametrize(
    ("donor", "message"),
    [
        ("north", "names `north`, the region itself"),
        ("suoth", "did you mean `south`"),
        ("east", "there is no such region; did you mean"),
    ],
)
def test_a_donor_region_that_cannot_be_one(donor, message):
    own = PLACES | {"north": PLACES["north"] | {"fusion": {"learn_from": [donor]}}}
    with pytest.raises(SettingsError, match=message) as error:
        periods(regions=own)
    assert f"fusion.learn_from of north names `{donor}`" in str(error.value)


@pytest.mark.parametrize(
    "own", [{"products": {"coarse": "SPL2SMP_E"}}, {"samples": {"history": 5}, "method": "fusion"}]
)
def test_a_donor_region_has_the_same_coarse_product_and_history(own):
    regions = PLACES | {
        "north": PLACES["north"] | {"fusion": {"learn_from": ["south"]}},
        "south": PLACES["south"] | own,
    }
    with pytest.raises(SettingsError, match=r"products.coarse or samples.history differ"):
        periods(regions=regions)


def test_donor_regions_come_with_their_own_training_years():
    regions = PLACES | {
        "north": PLACES["north"] | {"fusion": {"learn_from": ["south", "west"]}},
        "south": PLACES["south"] | {"periods": {"training": ["2017-01-01", "2017-12-31"]}},
    }
    assert periods(regions=regions).donor_regions("north") == {"south": (2017,), "west": (2016, 2017)}
    assert periods(regions=regions).donor_regions("west") == {}


def test_donor_regions_are_of_the_method_fusion_alone():
    own = PLACES["north"] | {"fusion": {"learn_from": ["south"]}, "method": "smen"}
    assert periods(regions=PLACES | {"north": own}).donor_regions("north") == {}


def test_truth_is_that_of_the_source():
    assert periods().truth("north") == "resources/simulated/north/truth"
    given = {"kind": "directory", "directory": "granules", "truth": "true"}
    assert periods(source=given).truth("north") == "true"
    assert periods(source={"kind": "earthdata"}).truth("north") is None


def test_cells_are_those_of_the_window():
    window = periods().regions["north"].window
    assert periods().cells("north") == (window.row, window.column, 100, 100)


def test_stages_targets_and_folders_are_reserved():
    assert {"align", "compare", "all", "refresh", "extract", "maps", "report", "paper"} <= RESERVED_NAMES


@pytest.mark.parametrize(
    ("written", "typed", "said"),
    [
        ({}, {"smen": {"epochs": "x"}}, ["config.yaml with --config: `smen.epochs` is 'x'"]),
        ({"smen": {"seed": "y"}}, {}, ["config.yaml: `smen.seed` is 'y'"]),
        (
            {"smen": {"seed": "y"}},
            {"smen": {"epochs": "x", "seed": "y"}},
            ["config.yaml with --config: `smen.epochs` is 'x'", "config.yaml: `smen.seed` is 'y'"],
        ),
        ({"method": "smen"}, {"samples": {"history": 5}}, ["config.yaml with --config: samples.history is 5"]),
        ({}, {"fusion": {"learn_from": ["x"]}}, ["config.yaml with --config: fusion.learn_from"]),
        ({}, {"perods": 1}, ["config.yaml with --config: unknown key `perods`"]),
    ],
)
def test_what_the_command_line_adds_is_not_blamed_on_the_file(tmp_path, monkeypatch, written, typed, said):
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text(yaml.safe_dump({"regions": PLACES} | written))
    with pytest.raises(SettingsError) as error:
        RegionPeriods.load({"regions": PLACES} | written | typed, [Path("config.yaml")])
    lines = [line for line in str(error.value).splitlines() if not line.startswith(" ")]
    assert len(lines) == len(said)
    for line, beginning in zip(lines, said, strict=True):
        assert line.startswith(beginning)


def test_the_command_line_mends_a_mistake_of_the_file(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("smen: {seed: x}")
    assert RegionPeriods.load({"smen": {"seed": 3}}, [file]).settings.smen.seed == 3


def test_a_second_file_lies_over_the_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text("smen: {seed: 1, epochs: x}")
    Path("b.yaml").write_text("smen: {seed: 2}")
    with pytest.raises(SettingsError, match=r"^a.yaml, b.yaml: `smen.epochs`"):
        RegionPeriods.load({"smen": {"seed": 2, "epochs": "x"}}, [Path("a.yaml"), Path("b.yaml")])
