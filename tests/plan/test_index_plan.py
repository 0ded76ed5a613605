"""Jobs of indices: years of the coarse record, what is made of it alone, and when it is kept."""

import datetime as dt

import pytest

from smen.errors import SettingsError
from smen.plan.plan import Plan
from smen.settings.file import check_settings

PLACE = {"regions": {"here": {"longitude": -97.5, "latitude": 35.5, "size": 24}}}


def plan(today=None, **sections):
    return Plan(check_settings({**PLACE, **sections}), today)


def wanted(**more):
    return {"indices": {"which": ["drought"], **more}}


def test_without_an_index_there_is_no_record_and_no_job():
    bare = plan()
    assert bare.record("here") is None and bare.record_years("here") == ()
    with pytest.raises(SettingsError, match=r"indices\.which"):
        bare.normals("here")
    with pytest.raises(SettingsError, match=r"indices\.which"):
        bare.indicators("here", 2018)
    assert bare.publish("here").indices == ()


def test_a_job_is_the_same_without_an_index_as_before_there_were_any():
    """Only then is nothing run again in old folders."""
    assert plan().acquire("here", 2016).coarse_only is False
    with pytest.raises(SettingsError, match="not a year"):
        plan().job("acquire", "here", 2015)


def test_years_of_the_record_alone_are_of_the_coarse_product_alone():
    made = plan(**wanted(record_until=dt.date(2020, 3, 31).isoformat()))
    assert made.record_years("here") == tuple(range(2015, 2021))
    assert made.acquire("here", 2015).coarse_only and made.simulate("here", 2020).coarse_only
    assert not made.acquire("here", 2017).coarse_only
    assert made.acquire("here", 2015).span == (dt.date(2015, 3, 31), dt.date(2015, 12, 31))
    assert made.acquire("here", 2020).span == (dt.date(2020, 1, 1), dt.date(2020, 3, 31))
    assert made.align("here", 2020).year == 2020
    with pytest.raises(SettingsError, match="not a year"):
        made.job("downscale", "here", 2020)


def test_the_record_ends_with_the_periods_or_with_the_last_whole_year():
    assert plan(**wanted()).record("here")[1] == dt.date(2018, 12, 31)
    open_end = {"periods": {"test": ["2018-01-01", "today"]}}
    days = [plan(dt.date(2021, 5, day), **wanted(), **open_end).normals("here") for day in (1, 20)]
    assert days[0] == days[1]  # the climatology is kept from day to day
    assert days[0].record == (dt.date(2015, 3, 31), dt.date(2020, 12, 31))


def test_a_record_that_ends_before_it_begins_is_refused():
    with pytest.raises(SettingsError, match="record_until"):
        plan(**wanted(record_until="2014-01-01"))
    with pytest.raises(SettingsError, match="record_from"):
        plan(**wanted(record_from="2019-06-01"))


def test_indices_of_a_year_begin_with_the_coarse_fields_of_the_year_before():
    assert plan(**wanted()).indicators("here", 2018).years == (2017, 2018)
    first = plan(**wanted(), maps={"period": ["2016-01-01", "2016-12-31"]})
    assert first.indicators("here", 2016).years == (2015, 2016)


def test_time_constants_are_of_the_water_index_alone():
    assert plan(**wanted()).indicators("here", 2018).time_constants == ()
    water = plan(indices={"which": ["water_index"], "time_constants": [60, 5]})
    assert water.indicators("here", 2018).time_constants == (5, 60)


def test_normals_learn_from_the_training_period_and_the_regions_own_weights():
    assert plan(**wanted()).normals("here").model is None
    job = plan(**wanted(), method="fusion").normals("here")
    assert job.years == (2016, 2017) and job.model.endswith("here/models/fusion.safetensors")
    other = plan(**wanted(), method="fusion", fusion={"weights": "elsewhere.safetensors"}).normals("here")
    assert other.model == "elsewhere.safetensors"


def test_a_region_may_have_its_own_indices():
    regions = {"regions": {"here": PLACE["regions"]["here"], "there": {**PLACE["regions"]["here"], "longitude": -90.0}}}
    made = Plan(check_settings({**regions, **wanted()}))
    assert made.indices("here") == made.indices("there") == ("drought",)
