"""Settings: defaults, checks and messages."""

import datetime as dt
from pathlib import Path

import pytest
import yaml

from smen.errors import SettingsError
from smen.settings.document import default_config, json_schema, markdown_table
from smen.settings.file import check_settings, read_settings
from smen.settings.schema import Settings

ROOT = Path(__file__).parents[2]


def test_default_config_is_the_generated_one():
    assert (ROOT / "config.yaml").read_text() == default_config()


def test_default_config_says_just_the_defaults():
    assert check_settings(yaml.safe_load(default_config())) == Settings()


def test_readme_holds_the_generated_table():
    assert markdown_table() in (ROOT / "README.md").read_text()


def test_every_key_has_a_comment_in_the_default_file():
    text = default_config()
    for section in Settings.model_fields.values():
        assert section.description in " ".join(text.split()).replace("# ", "") or section.description in text


def test_empty_file_means_the_paper():
    settings = check_settings({})
    assert list(settings.regions) == ["oklahoma_city", "tucson", "geneva"]
    assert settings.periods.training == (dt.date(2016, 1, 1), dt.date(2017, 12, 31))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"perods": {}}, ["unknown key `perods`", "did you mean `periods`"]),
        ({"periods": {"trainin": []}}, ["`periods.trainin`", "did you mean `training`"]),
        ({"training": {"epochs": "many"}}, ["`training.epochs`", "'many'", "integer"]),
        ({"training": {"epochs": True}}, ["`training.epochs`", "integer"]),
        ({"training": {"seed": -1}}, ["`training.seed`", "greater than or equal to 0"]),
        ({"source": {"kind": "simulation"}}, ["`source.kind`", "'simulated'", "'directory'"]),
        ({"source": {"kind": "directory"}}, ["source.directory"]),
        ({"products": {"fine_version": 3}}, ["`products.fine_version`", "string"]),
        ({"products": {"overpasses": []}}, ["`products.overpasses`", "at least 1"]),
        ({"periods": {"test": ["2016-06-01", "2016-07-01"]}}, ["test begins on 2016-06-01", "before training ends"]),
        ({"periods": {"training": ["2017-01-01", "2016-01-01"]}}, ["training begins", "swap"]),
        ({"periods": {"training": ["2014-01-01", "2016-01-01"]}}, ["before SMAP's first data"]),
        ({"periods": {"validation": ["2015-01-01", "2015-02-01"]}}, ["validation", "inside training"]),
        ({"periods": {"test": ["2018-01-01", "tomorrow"]}}, ["`periods.test", "'today'"]),
        ({"samples": {"history": 5}, "network": {"name": "smen"}}, ["samples.history is 5", "exactly 4"]),
        ({"regions": {"a": {"longitude": 0, "latitude": 91}}}, ["`regions.a.latitude`", "85.04"]),
        ({"regions": {"a": {"longitude": 0}}}, ["`regions.a.latitude` is missing"]),
        ({"regions": {"a": {"longitude": 0, "latitude": 0, "sise": 3}}}, ["`regions.a.sise`", "did you mean `size`"]),
        ({"regions": 5}, ["`regions`"]),
    ],
)
def test_bad_settings_name_the_key_and_the_remedy(values, said):
    with pytest.raises(SettingsError) as error:
        check_settings(values, "mine.yaml")
    assert "mine.yaml" in str(error.value)
    for part in said:
        assert part in str(error.value)


def test_all_mistakes_are_told_at_once():
    with pytest.raises(SettingsError) as error:
        check_settings({"training": {"epochs": "x", "seed": "y"}, "perids": {}})
    assert len(str(error.value).splitlines()) == 3


def test_a_key_given_twice_is_refused(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("regions:\n  tucson: {longitude: 1, latitude: 2}\n  tucson: {longitude: 3, latitude: 4}\n")
    with pytest.raises(SettingsError, match=r"config.yaml, line 3: `tucson` stands there twice"):
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


def test_schema_accepts_the_default_file():
    import json

    import jsonschema

    values = json.loads(json.dumps(yaml.safe_load(default_config()), default=str))
    jsonschema.validate(values, json.loads(json_schema()))
