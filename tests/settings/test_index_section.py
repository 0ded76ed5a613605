"""The section `indices`: what is refused, and what is said of it."""

import pytest

from smen.errors import SettingsError
from smen.settings.file import check_settings


def section(**keys):
    return check_settings({"indices": keys}).indices


def test_no_index_is_wanted_by_default():
    assert check_settings({}).indices.which == ()


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"which": ["drought", "drought"]}, "twice"),
        ({"which": ["dryness"]}, "which"),
        ({"every": "month"}, "every"),
        ({"record_from": "2010-01-01"}, "first data"),
        ({"record_from": "2016-01-01", "record_until": "2015-06-01"}, "swap"),
        ({"time_constants": [0]}, "1 to 365"),
        ({"time_constants": [5, 5]}, "none stand twice"),
        ({"time_constants": []}, "time_constants"),
        ({"whihc": ["drought"]}, "which"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_remedy(keys, message):
    with pytest.raises(SettingsError, match=message):
        section(**keys)


def test_dates_and_lists_are_taken_as_they_are_written():
    found = section(which=["anomaly", "water_index"], record_from="2016-01-01", time_constants=[1, 100])
    assert str(found.record_from) == "2016-01-01" and found.time_constants == (1, 100)
