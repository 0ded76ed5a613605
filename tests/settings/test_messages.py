"""Messages about values: in plain words, naming the key, what it is and what it must be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from smen.errors import SettingsError
from smen.settings.file import check_settings
from smen.settings.messages import _NEEDED
from smen.settings.region_sections import Region
from smen.settings.schema import Settings

FOREIGN = (
    "input should", "a valid", "literal", "type=", "tuple", "array", "string", "integer", "boolean", "object",
    "mapping", "field required", "pydantic", "after validation", "json", "extra",
)  # fmt: skip
"""Words of pydantic, small."""

WRONG = (3.25, -1, 10**30, "x y", "", "2018-06-31", "009", "~nobody-here", True, None, [], {}, {"a": 1}, [{}], [[]],
         ["x"], [1, "x", 3], [3.25], ["2018-06-31", 4], [None, None], float("inf"), float("nan"))  # fmt: skip


def leaves():
    """Return the place of each key that holds a value."""
    sections = {name: field.annotation for name, field in Settings.model_fields.items()}
    for name, section in sections.items():
        if isinstance(section, type) and issubclass(section, BaseModel):
            yield from ((name, key) for key in section.model_fields)
        elif name == "regions":
            yield from ((name, "date", key) for key in Region.model_fields)
        yield (name,)


def complaint(place, value):
    """Return what is said of a value at a place; empty where nothing is."""
    values = {"regions": {"date": {"longitude": 5, "latitude": 45}}, "regions_file": {"column": "name"}}
    here = values
    for key in place[:-1]:
        here = here.setdefault(key, {})
    here[place[-1]] = value
    try:
        check_settings(values, "mine.yaml")
    except SettingsError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("place", sorted(leaves()), ids=".".join)
def test_every_key_refuses_values_of_another_kind_in_plain_words(place):
    said = [message for message in (complaint(place, value) for value in WRONG) if message]
    assert len(said) > 3
    for message in said:
        assert ".".join(place) in message and "mine.yaml: " in message
        assert not [word for word in FOREIGN if word in message.lower()], message
        assert "another value" not in message


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"maps": {"period": "tests"}}, "`maps.period` is 'tests': it must be 'test' or 'all' or a list in square"),
        (
            {"maps": {"period": ["2018-01-01", "tomorrow"]}},
            "`maps.period`, number 2, is 'tomorrow': it must be a date such as 2018-06-30 or 'today'",
        ),
        ({"periods": {"training": ["2018-01-01"]}}, "`periods.training` is ['2018-01-01']: it must be a list of two"),
        ({"smen": {"learning_rate": "1e-3"}}, "a number, and YAML takes 1e-3 for text: write 0.001"),
        ({"smen": {"seed": "009"}}, "a whole number, and YAML takes 009 for text: write 9"),
        ({"regions_file": {"path": "a", "column": False}}, "`regions_file.column` is false: it must be text"),
        ({"folders": {"results": None}}, "`folders.results` is null: it must be text (in quotes)"),
        ({"smen": 3}, "`smen` is 3: it must be a section"),
        ({"regions": {"date": {"longitude": 0, "latitude": 0, "size": [1]}}}, "`regions.date.size` is [1]: it must be"),
        (
            {"regions": {"int": {"longitude": "0 E", "latitude": 0}}},
            "`regions.int.longitude` is '0 E': it must be",
        ),
        ({"paper": {"sizes": [10, "x"]}}, "`paper.sizes`, number 2, is 'x': it must be a whole number"),
        ({"source": {"directory": [0] * 500}}, "0, 0, ...: it must be text"),
    ],
)
def test_a_value_is_shown_with_what_it_must_be(values, said):
    with pytest.raises(SettingsError) as error:
        check_settings(values)
    assert said in str(error.value) and len(str(error.value).splitlines()) == 1


@given(st.sampled_from(["int", "date", "tuple[date, date]", "literal['auto']", "function-after", "constrained-int"]))
def test_a_region_may_be_named_like_a_type(name):
    with pytest.raises(SettingsError) as error:
        check_settings({"regions": {name: {"longitude": 0, "latitude": 99}}})
    assert str(error.value) == f"config.yaml: `regions.{name}.latitude` is 99: it must be at most 85.04"


def test_each_wording_is_of_a_type_that_pydantic_has():
    from typing import get_args

    from pydantic_core.core_schema import ErrorType

    assert set(_NEEDED) <= set(get_args(ErrorType))
