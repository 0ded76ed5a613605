"""Periods: which blocks of time go together."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from smen.settings.period_sections import FIRST_SMAP_DATA, MapSettings, PeriodSettings

DAYS = st.dates(FIRST_SMAP_DATA, dt.date(2030, 12, 31))


def in_order(training, validation, test):
    """The rules in the words of the documents: training, then test; validation inside training, after its first day."""
    blocks = training[0] <= training[1] < test[0] <= test[1]
    inside = validation == "auto" or training[0] < validation[0] <= validation[1] <= training[1]
    return blocks and inside


@given(st.tuples(DAYS, DAYS), st.one_of(st.just("auto"), st.tuples(DAYS, DAYS)), st.tuples(DAYS, DAYS))
def test_periods_are_valid_just_where_they_are_in_order(training, validation, test):
    try:
        PeriodSettings(training=training, validation=validation, test=test)
    except ValidationError as error:
        assert not in_order(training, validation, test), error
    else:
        assert in_order(training, validation, test)


@given(st.lists(DAYS, min_size=4, max_size=4, unique=True).map(sorted))
def test_sorted_days_are_always_valid(days):
    periods = PeriodSettings(training=(days[0], days[2]), validation=(days[1], days[2]), test=(days[3], "today"))
    assert PeriodSettings.model_validate_json(periods.model_dump_json()) == periods


def test_nothing_is_learnt_from_days_before_smap():
    with pytest.raises(ValidationError, match="before SMAP's first data of 2015-03-31"):
        PeriodSettings(training=(FIRST_SMAP_DATA - dt.timedelta(days=1), dt.date(2016, 1, 1)))
    assert PeriodSettings(training=(FIRST_SMAP_DATA, dt.date(2016, 1, 1))).training[0] == FIRST_SMAP_DATA


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"training": (dt.date(2017, 2, 1), dt.date(2017, 1, 1))}, "swap them"),
        ({"test": (dt.date(2018, 2, 1), dt.date(2018, 1, 1))}, "swap them"),
        ({"test": (dt.date(2017, 12, 31), dt.date(2018, 1, 1))}, "let test begin after training"),
        ({"validation": (dt.date(2016, 1, 1), dt.date(2016, 2, 1))}, "must lie inside training"),
        ({"validation": (dt.date(2017, 12, 1), dt.date(2018, 1, 1))}, "must lie inside training"),
    ],
)
def test_messages_name_the_days_and_the_remedy(values, message):
    with pytest.raises(ValidationError, match=message):
        PeriodSettings(**values)


@pytest.mark.parametrize("period", ["test", "all", (dt.date(2018, 1, 1), "today")])
def test_periods_of_maps(period):
    assert MapSettings(period=period).period == period


@pytest.mark.parametrize("values", [{"period": "today"}, {"masked": ("rain",)}, {"masked": ["snow"]}])
def test_maps_refuse_what_they_do_not_have(values):
    with pytest.raises(ValidationError):
        MapSettings(**values)
