"""The day that `today` stands for."""

import datetime as dt
from pathlib import Path

import pytest

from smen.errors import OutputError, SettingsError
from smen.plan.refresh_day import new_day, refreshed
from smen.plan.resource_layout import ResourceLayout


@pytest.fixture
def layout(tmp_path):
    return ResourceLayout(str(tmp_path / "resources"))


def day_file(layout, text=None):
    path = Path(layout.refreshed())
    if text is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return path


def test_the_first_refresh_is_today_and_stays(layout):
    first = refreshed(layout)
    assert abs((dt.datetime.now(dt.UTC).date() - first).days) <= 1  # midnight may pass
    day_file(layout, "2019-05-06\n")
    assert refreshed(layout) == dt.date(2019, 5, 6)


def test_a_file_that_holds_no_day_is_named(layout):
    day_file(layout, "soon")
    with pytest.raises(SettingsError, match=r"refreshed.txt should hold a date, not 'soon'"):
        refreshed(layout)


def test_a_new_day_replaces_the_old_one(layout):
    day_file(layout, "2019-05-06\n")
    with new_day(layout):
        assert not day_file(layout).exists()
        day = refreshed(layout)
    assert refreshed(layout) == day != dt.date(2019, 5, 6)


def test_a_new_day_that_fails_leaves_the_old_one(layout):
    day_file(layout, "2019-05-06\n")
    with pytest.raises(OutputError), new_day(layout):
        refreshed(layout)
        raise OutputError("full")
    assert refreshed(layout) == dt.date(2019, 5, 6)
