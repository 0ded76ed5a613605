"""Times of jobs: those that were measured come back, and they grow with cells, days and epochs."""

import json
from pathlib import Path

import pytest
from made_project import make_plan
from made_region import REGION

from smen.plan.job_size import JobSize
from smen.plan.plan import Plan
from smen.plan.step_seconds import SECONDS, START, in_words, job_seconds, region_seconds, step_seconds
from smen.plan.steps import steps_of

MEASURED = json.loads((Path(__file__).parents[1] / "benchmarks" / "job_resources.json").read_text())
JOBS = [(JobSize(kind, cells, days), s) for kind, of in MEASURED["kinds"].items() for cells, days, _, s in of["jobs"]]


def test_a_rule_that_is_no_stage_takes_as_long_as_a_command_needs_to_begin(tmp_path):
    assert step_seconds(make_plan(tmp_path), "another", REGION) == START


@pytest.mark.parametrize(("size", "seconds"), JOBS, ids=lambda value: getattr(value, "kind", None))
def test_a_job_takes_what_was_measured_or_somewhat_more(size, seconds):
    assert 0.95 * seconds <= job_seconds(size) <= 3 * seconds + START


def test_all_stages_of_a_region_are_known():
    plan = Plan.load({}, [])
    assert {f"{step.stage}_{step.method}" if step.method else step.stage for step in steps_of(plan, "geneva")} <= (
        SECONDS.keys()
    )


def test_what_grows_with_cells_is_four_times_as_much_for_four_times_the_cells():
    place = {"longitude": 6.1, "latitude": 46.2}
    plan = Plan.load({"regions": {"whole": {**place, "size": 100}, "quarter": {**place, "size": 50}}}, [])
    whole, quarter = (step_seconds(plan, "train", name, method="fusion") for name in ("whole", "quarter"))
    fixed = SECONDS["train_fusion"].fixed
    assert whole - fixed == pytest.approx(4 * (quarter - fixed))


def test_all_jobs_of_a_region_add_up():
    plan = Plan.load({}, [])
    jobs = [(step.stage, step.year, step.method) for step in steps_of(plan, "geneva")]
    total = sum(step_seconds(plan, stage, "geneva", year, method) for stage, year, method in jobs)
    assert region_seconds(plan, "geneva") == pytest.approx(total)
    assert step_seconds(plan, "train", "geneva", method="smen") > step_seconds(plan, "train", "geneva", method="fusion")


def test_epochs_of_the_paper_s_experiments_take_their_time_and_the_start_does_not_grow():
    few, many = (
        step_seconds(Plan.load({"paper": {"epochs": epochs}}, []), "experiment", "geneva") for epochs in (80, 800)
    )
    fixed = SECONDS["experiment"].fixed
    assert many - fixed == pytest.approx(10 * (few - fixed))


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "10 s"), (44, "40 s"), (100, "2 min"), (5000, "83 min"), (7200, "2.0 h")]
)
def test_times_in_words(seconds, text):
    assert in_words(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "1 s"), (3.6, "4 s"), (100, "2 min")])
def test_what_was_measured_is_not_rounded_to_tens(seconds, text):
    assert in_words(seconds, step=1) == text
