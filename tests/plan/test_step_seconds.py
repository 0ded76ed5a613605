"""Guessed times of jobs: in proportion to cells and days, and never nothing."""

import pytest
from made_project import make_plan
from made_region import REGION

from smen.plan.plan import Plan
from smen.plan.step_seconds import PER_DAY, START, in_words, region_seconds, step_seconds
from smen.plan.steps import steps_of


def test_unknown_jobs_take_as_long_as_a_command_needs_to_begin(tmp_path):
    plan = make_plan(tmp_path)
    assert step_seconds(plan, "index") == START
    assert step_seconds(plan, "another", REGION) == START


def test_all_stages_of_a_region_are_known():
    names = {step.stage for step in steps_of(Plan.load({}, []), "geneva")}
    assert names <= PER_DAY.keys()


def test_the_years_of_a_stage_are_parts_of_its_period():
    plan = Plan.load({}, [])
    years = [step_seconds(plan, "align", "geneva", year) - START for year in (2016, 2017, 2018)]
    assert years[0] > years[1] == years[2] > 0
    assert sum(years) == pytest.approx(sum(PER_DAY["align"]) * 1096)


def test_a_quarter_of_the_cells_has_a_quarter_of_what_is_of_cells():
    place = {"longitude": 6.1, "latitude": 46.2}
    plan = Plan.load({"regions": {"whole": {**place, "size": 100}, "quarter": {**place, "size": 50}}}, [])
    whole, quarter = (step_seconds(plan, "train", name) - START for name in ("whole", "quarter"))
    assert whole > 0
    assert quarter == pytest.approx(whole / 4)


def test_the_paper_s_network_takes_its_own_time_and_all_jobs_add_up():
    plan = Plan.load({}, [])
    assert step_seconds(plan, "train", "geneva", method="smen") > step_seconds(plan, "train", "geneva", method="fusion")
    jobs = [(step.stage, step.year, step.method or "") for step in steps_of(plan, "geneva")]
    total = sum(step_seconds(plan, stage, "geneva", year, method) for stage, year, method in jobs)
    assert region_seconds(plan, "geneva") == pytest.approx(total)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "10 s"), (44, "40 s"), (100, "2 min"), (5000, "83 min"), (7200, "2.0 h")]
)
def test_times_in_words(seconds, text):
    assert in_words(seconds) == text
