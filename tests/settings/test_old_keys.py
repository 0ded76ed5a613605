"""Keys of earlier versions: each is refused with the name of the new one."""

import pytest

from smen.errors import SettingsError
from smen.plan.plan import Plan
from smen.settings.file import check_settings
from smen.settings.old_keys import OLD_KEYS, OLD_SECTIONS, without_old_keys
from smen.settings.region_sections import OWN_SECTIONS
from smen.settings.schema import Settings

PLACE = {"longitude": 0, "latitude": 0}


def nested(dotted, value=1):
    """Return {section: {key: value}} of a dotted key."""
    section, _, key = dotted.partition(".")
    return {section: {key: value}}


def exists(dotted):
    """Return whether the schema has a key."""
    section, _, key = dotted.partition(".")
    field = Settings.model_fields.get(section)
    return field is not None and (not key or key in field.annotation.model_fields)


@pytest.mark.parametrize("old", OLD_KEYS)
def test_an_old_key_is_refused_with_the_new_one_named(old):
    with pytest.raises(SettingsError) as error:
        check_settings(nested(old), "mine.yaml")
    (line,) = str(error.value).splitlines()
    assert line.startswith(f"mine.yaml: `{old}` ")
    assert all(f"`{new}`" in line for new in OLD_KEYS[old])
    assert ("is now" in line) == bool(OLD_KEYS[old])


@pytest.mark.parametrize("old", [key for key in OLD_KEYS if key.split(".")[0] in {*OLD_SECTIONS, *OWN_SECTIONS}])
def test_an_old_key_under_a_region_is_refused_with_its_place(old):
    with pytest.raises(SettingsError) as error:
        check_settings({"regions": {"north": PLACE | nested(old)}})
    (line,) = str(error.value).splitlines()
    assert f"`regions.north.{old}`" in line
    assert all(f"`regions.north.{new}`" in line for new in OLD_KEYS[old])


@pytest.mark.parametrize("old", OLD_KEYS)
def test_old_keys_are_gone_and_new_ones_exist(old):
    assert not exists(old)
    assert all(exists(new) for new in OLD_KEYS[old])


@pytest.mark.parametrize(("section", "value"), [("network", {}), ("training", 5), ("training", None)])
def test_an_old_section_without_keys_is_refused(section, value):
    with pytest.raises(SettingsError, match=rf"`{section}` is now .*`smen`"):
        check_settings({section: value})


def test_an_unknown_key_of_an_old_section_is_named():
    with pytest.raises(
        SettingsError, match=r"unknown key `training.epoch`; the section `training` is now `fusion` and"
    ):
        check_settings({"training": {"epoch": 3}})


def test_old_keys_and_other_mistakes_are_reported_together():
    values = {"training": {"epochs": 3, "flips": True}, "smen": {"epochs": "x"}, "source": {"search": "https://x"}}
    with pytest.raises(SettingsError) as error:
        check_settings(values)
    lines = str(error.value).splitlines()
    assert len(lines) == 4
    assert any("`smen.epochs` is 'x'" in line for line in lines)


def test_settings_without_old_keys_stay_as_they_are():
    values = {"smen": {"epochs": 3}, "regions": {"a": PLACE | {"fusion": {"seed": 2}}, "b": 5}, "method": "smen"}
    assert without_old_keys(values) == (values, [])


def test_the_settings_given_are_not_changed():
    values = {"training": {"epochs": 3}, "paper": {"instance": "day", "epochs": 2}}
    rest, messages = without_old_keys(values)
    assert rest == {"paper": {"epochs": 2}}
    assert len(messages) == 2
    assert values == {"training": {"epochs": 3}, "paper": {"instance": "day", "epochs": 2}}


def test_the_plan_refuses_them_too():
    with pytest.raises(SettingsError, match=r"`network.name` is now `method`"):
        Plan.load({"network": {"name": "smen"}})
