"""The documents made from the schema: the default file, the table, the JSON schema."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from smen.settings.document import default_config, json_schema, markdown_table
from smen.settings.file import check_settings
from smen.settings.schema import Settings
from smen.settings.section import Section

ROOT = Path(__file__).parents[2]


def leaf_keys():
    """Return (dotted key, field) of every key but those of regions."""
    for name, field in Settings.model_fields.items():
        section = getattr(Settings(), name)
        if isinstance(section, Section):
            yield from ((f"{name}.{key}", inner) for key, inner in type(section).model_fields.items())
        elif name != "regions":
            yield name, field


def as_json(text):
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


def test_default_config_is_the_generated_one():
    assert (ROOT / "config.yaml").read_text() == default_config()


def test_default_config_holds_just_the_defaults():
    assert check_settings(yaml.safe_load(default_config())) == Settings()


def test_the_documents_hold_the_generated_table():
    assert markdown_table() in (ROOT / "workflow/docs/settings.md").read_text()


def test_every_key_and_section_has_its_comment_in_the_default_file():
    text = " ".join(default_config().replace("#", " ").split())
    for key, field in leaf_keys():
        assert field.description, key
        assert " ".join(field.description.split()) in text, key
    for name, section in Settings.model_fields.items():
        assert section.description in text, name


def test_default_config_fits_a_screen():
    assert max(len(line) for line in default_config().splitlines()) <= 120


def test_the_table_has_a_row_for_every_key():
    rows = markdown_table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows if "`regions`" not in row] == [key for key, _ in leaf_keys()]
    assert all(row.count(" | ") == 2 for row in rows)


@pytest.mark.parametrize(
    ("key", "cell"),
    [
        ("method", "`auto`"),
        ("smen.patience", "`null`"),
        ("smen.learning_rate", "`0.002`"),
        ("paper.sizes", "`[10, 20, 50, 100]`"),
        ("paper.normalise", "`true`"),
        ("source.directory", "`null`"),
        ("periods.training", "`[2016-01-01, 2017-12-31]`"),
    ],
)
def test_defaults_in_the_table_are_yaml(key, cell):
    (row,) = [row for row in markdown_table().splitlines() if row.startswith(f"| `{key}` ")]
    assert row.split(" | ")[1] == cell


def test_choices_stand_in_the_table_where_the_description_does_not_name_them():
    rows = {row.split("`")[1]: row for row in markdown_table().splitlines()[2:]}
    assert rows["smen.precision"].endswith("(auto, float32, bfloat16) |")
    assert "(recommended, successful)" not in rows["products.quality"]


def test_schema_accepts_the_default_file_and_refuses_others():
    schema = json.loads(json_schema())
    jsonschema.validate(as_json(default_config()), schema)
    for wrong in ({"method": "lstm"}, {"smen": {"epoch": 3}}, {"periods": {"test": ["2018-01-01"]}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)
