"""The file of settings: reading, checks and messages."""

import datetime as dt

import pytest

from smen.errors import SettingsError
from smen.settings.file import check_settings
from smen.settings.yaml_file import read_settings


def test_empty_file_means_the_paper():
    settings = check_settings({})
    assert list(settings.regions) == ["oklahoma_city", "tucson", "geneva"]
    assert settings.periods.training == (dt.date(2016, 1, 1), dt.date(2017, 12, 31))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"perods": {}}, ["unknown key `perods`", "did you mean `periods`"]),
        ({"periods": {"trainin": []}}, ["`periods.trainin`", "did you mean `training`"]),
        ({"smen": {"epochs": "many"}}, ["`smen.epochs` is 'many': it must be a whole number"]),
        ({"smen": {"epochs": True}}, ["`smen.epochs` is true: it must be a whole number"]),
        ({"fusion": {"seed": -1}}, ["`fusion.seed` is -1: it must be at least 0"]),
        ({"source": {"kind": "simulation"}}, ["`source.kind`", "'simulated'", "'directory'"]),
        ({"source": {"kind": "directory"}}, ["source.directory"]),
        ({"products": {"fine_version": 3.5}}, ["`products.fine_version` is 3.5: it must be text (in quotes)"]),
        ({"products": {"fine_version": "latest"}}, ["products.fine_version: 'latest' is no version: write auto, or"]),
        ({"products": {"overpasses": []}}, ["`products.overpasses` is []: it must be a list of at least 1"]),
        ({"periods": {"test": ["2016-06-01", "2016-07-01"]}}, ["test begins on 2016-06-01", "before training ends"]),
        ({"periods": {"training": ["2017-01-01", "2016-01-01"]}}, ["training begins", "swap"]),
        ({"periods": {"training": ["2014-01-01", "2016-01-01"]}}, ["before SMAP's first data"]),
        ({"periods": {"validation": ["2015-01-01", "2015-02-01"]}}, ["validation", "inside training"]),
        ({"periods": {"test": ["2018-01-01", "tomorrow"]}}, ["`periods.test", "'today'"]),
        ({"samples": {"history": 5}, "method": "smen"}, ["samples.history is 5", "exactly 4"]),
        ({"regions": {"a": {"longitude": 0, "latitude": 91}}}, ["`regions.a.latitude`", "85.04"]),
        ({"regions": {"a": {"longitude": 0}}}, ["`regions.a.latitude` is missing"]),
        ({"regions": {"a": {"longitude": 0, "latitude": 0, "sise": 3}}}, ["`regions.a.sise`", "did you mean `size`"]),
        ({"regions": 5}, ["`regions`"]),
        ({"method": "lstm"}, ["method", "no method 'lstm'", "known: fusion, smen"]),
        (
            {"fusion": {"epochs": 3}},
            ["unknown key `fusion.epochs`", "known here: covariate_classes, covariates, "],
        ),
        ({"smen": {"learn_from": ["a"]}}, ["unknown key `smen.learn_from`"]),
        ({"smen": {"threads": 0}}, ["`smen.threads` is 0: it must be 'auto' or at least 1"]),
        ({"smen": {"threads": "all"}}, ["`smen.threads", "'auto'"]),
        ({"source": {"cmr_url": "http://plain"}}, ["`source.cmr_url`", "^https://"]),
        ({"regions_file": {"path": "a.gpkg"}}, ["regions_file.column is missing"]),
        ({"folders": {"results": ""}}, ["`folders.results`", "at least 1"]),
        ({"paper": {"sizes_test": 1}}, ["`paper.sizes_test` is 1: it must be at least 2"]),
    ],
)
def test_bad_settings_name_the_key_and_the_remedy(values, said):
    with pytest.raises(SettingsError) as error:
        check_settings(values, "mine.yaml")
    assert "mine.yaml" in str(error.value)
    for part in said:
        assert part in str(error.value)


def test_all_mistakes_are_reported_at_once():
    with pytest.raises(SettingsError) as error:
        check_settings({"smen": {"epochs": "x", "seed": "y"}, "perids": {}})
    assert len(str(error.value).splitlines()) == 3


def test_a_key_given_twice_is_refused(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("regions:\n  tucson: {longitude: 1, latitude: 2}\n  tucson: {longitude: 3, latitude: 4}\n")
    with pytest.raises(SettingsError, match=r"config.yaml, line 3: `tucson` is given twice"):
        read_settings(file)


@pytest.mark.parametrize(("text", "said"), [("a: [", "not valid YAML"), ("- 1\n", "no keys")])
def test_files_that_hold_no_settings(tmp_path, text, said):
    file = tmp_path / "config.yaml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=said):
        read_settings(file)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"nothing.yaml cannot be read"):
        read_settings(tmp_path / "nothing.yaml")


def test_dates_and_lists_of_yaml_are_taken(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("periods:\n  training: [2016-02-01, 2016-12-31]\n  test: ['2017-01-01', today]\n")
    periods = check_settings(read_settings(file)).periods
    assert periods.training == (dt.date(2016, 2, 1), dt.date(2016, 12, 31))
    assert periods.test == (dt.date(2017, 1, 1), "today")


def test_a_value_of_no_known_type_is_refused():
    with pytest.raises(SettingsError, match="of a type that no key takes"):
        check_settings({"source": {"directory": {1, 2}}})


def test_an_empty_file_holds_no_keys(tmp_path):
    (tmp_path / "config.yaml").write_text("# nothing\n")
    assert read_settings(tmp_path / "config.yaml") == {}


def test_a_key_twice_is_found_at_any_depth(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("smen: {epochs: 1}\nregions:\n  a:\n    smen:\n      seed: 1\n      seed: 2\n")
    with pytest.raises(SettingsError, match=r"line 6: `seed` is given twice"):
        read_settings(file)


def test_weights_are_those_of_the_chosen_method():
    settings = {"fusion": {"weights": "f"}, "smen": {"weights": "s"}}
    assert check_settings(settings | {"method": "fusion"}).weights == "f"
    assert check_settings(settings | {"method": "smen"}).weights == "s"
    assert check_settings({}).weights is None
    with pytest.raises(SettingsError, match=r"fusion.weights are used as they are.*write `method: fusion`"):
        check_settings(settings)


@pytest.mark.parametrize("section", [{}, {"regions": {"a": {"longitude": 0, "latitude": 0}}}])
def test_a_key_that_is_no_text_is_refused_wherever_it_comes_from(section):
    with pytest.raises(SettingsError, match="YAML reads a key as False, not as text; put it in quotes"):
        check_settings(section | {"smen": {False: 1}})
