"""Memory and time that jobs ask for, against what was measured of regions of several sizes."""

import json
from pathlib import Path

import pytest
from made_project import make_plan
from made_region import REGION

from smen.plan.job_resources import LEAST_MB, MEMORY, START_MINUTES, gpus, memory_mb, most_memory_mb, runtime_minutes
from smen.plan.job_size import COSTLIEST, JobSize, size_of
from smen.plan.stage_table import STAGES
from smen.plan.steps import steps_of

MEASURED = json.loads((Path(__file__).parents[1] / "benchmarks" / "job_resources.json").read_text())
LOCAL = {"choose", "upload"}
"""Stages that run beside Snakemake, not on the cluster."""

JOBS = [
    (JobSize(kind, cells, days), mb, s) for kind, of in MEASURED["kinds"].items() for cells, days, mb, s in of["jobs"]
]


def test_two_sizes_at_least_were_measured_of_each_stage():
    assert {size.kind.partition("_")[0] for size, *_ in JOBS} == set(STAGES)
    for kind in (
        "simulate",
        "acquire",
        "align",
        "pair",
        "train_fusion",
        "train_smen",
        "downscale",
        "evaluate",
        "publish",
    ):
        assert len({size.cells for size, *_ in JOBS if size.kind == kind}) >= 2, kind


@pytest.mark.parametrize(("size", "measured", "seconds"), JOBS, ids=lambda value: getattr(value, "kind", None))
def test_a_job_asks_for_what_it_takes_and_for_no_more_than_four_times_that(size, measured, seconds):
    assert measured <= memory_mb(size)
    assert memory_mb(size) <= 4 * measured or size.kind in LOCAL
    assert seconds / 60 < runtime_minutes(size) - START_MINUTES + 0.5


def test_a_retry_asks_for_more():
    size = JobSize("train_smen", 10_000, 730)
    assert [memory_mb(size, attempt) / memory_mb(size) for attempt in (2, 3)] == pytest.approx([2, 4], rel=1e-3)
    assert runtime_minutes(size, 2) == 2 * runtime_minutes(size)


def test_more_epochs_take_more_time_and_no_more_memory():
    few, many = (JobSize("train_smen", 10_000, 730, times) for times in (1.0, 125.0))
    assert runtime_minutes(many) > 50 * (runtime_minutes(few) - START_MINUTES)
    assert memory_mb(many) == memory_mb(few)


def test_a_method_of_the_user_s_is_taken_for_the_costliest():
    own, known = (JobSize(kind, 900, 365) for kind in ("train_my.module.Mine", COSTLIEST))
    assert (memory_mb(own), runtime_minutes(own)) == (memory_mb(known), runtime_minutes(known))
    assert all(memory_mb(JobSize(kind, 1, 1)) >= LEAST_MB for kind in MEMORY)


@pytest.mark.parametrize(("device", "number"), [("auto", 0), ("cpu", 0), ("cuda", 1)])
def test_a_gpu_is_asked_for_where_the_settings_name_one(tmp_path, device, number):
    plan = make_plan(tmp_path, method="smen", smen={"device": device})
    assert gpus(plan, REGION, "smen") == number
    assert gpus(plan, REGION, "fusion") == 0


def test_the_largest_job_of_a_region_is_known(tmp_path):
    plan = make_plan(tmp_path, method="smen")
    asked = [memory_mb(size_of(plan, step.stage, REGION, step.year, step.method)) for step in steps_of(plan, REGION)]
    assert most_memory_mb(plan, REGION) == max(asked) >= memory_mb(size_of(plan, "train", REGION, method="smen"))
