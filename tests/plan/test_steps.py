"""The jobs of a region are those that the rules make, with files that the jobs write."""

from pathlib import Path

import pytest
from made_project import make_plan
from made_region import REGION

from smen.errors import SettingsError
from smen.plan.stage_files import written_by
from smen.plan.steps import steps_of


def test_the_steps_of_a_region_with_all_there_is(tmp_path):
    indices = {"which": ["drought"], "record_from": "2016-01-01"}
    steps = steps_of(make_plan(tmp_path, method="auto", indices=indices), REGION)
    names = [step.name for step in steps]
    assert {"acquire 2016", "align 2016", "pair 2016", "train fusion", "train smen", "choose"} <= set(names)
    assert {"downscale 2016", "normals", "indicators 2016", "evaluate", "insitu", "publish"} <= set(names)
    assert names.index("pair 2016") < names.index("train fusion") < names.index("choose")
    assert len(names) == len(set(names))


def test_fixed_methods_and_given_weights_leave_jobs_out(tmp_path):
    names = [step.name for step in steps_of(make_plan(tmp_path), REGION)]
    assert "choose" not in names and "normals" not in names and "train fusion" in names
    bare = steps_of(make_plan(tmp_path, validation={"stations": []}), REGION)
    assert "insitu" in names and "insitu" not in [step.name for step in bare]
    given = [step.name for step in steps_of(make_plan(tmp_path, fusion={"weights": "w.safetensors"}), REGION)]
    assert not [name for name in given if name.startswith("train")]


def test_the_files_are_those_that_the_jobs_write(tmp_path):
    plan = make_plan(tmp_path)
    for step in steps_of(plan, REGION):
        written = written_by(plan.job(step.stage, REGION, step.year))
        for path in step.files:
            assert path in written or any(folder in path.parents for folder in written), step.name


def test_logs_are_those_of_the_rules(tmp_path):
    logs = {step.name: step.log for step in steps_of(make_plan(tmp_path), REGION)}
    assert logs["downscale 2016"].name == "downscale_2016.log"
    assert logs["train fusion"].name == "train_fusion.log"
    assert logs["evaluate"] == Path(f"logs/{tmp_path}/results/{REGION}/evaluate.log")


def test_an_unknown_region_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="no region `sahara`"):
        steps_of(make_plan(tmp_path), "sahara")
