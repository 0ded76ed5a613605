"""The table of stages, and that a new stage is made in four places."""

import ast
import re
from pathlib import Path

import pytest

from smen.plan import jobs, paper_jobs
from smen.plan.plan import Plan
from smen.plan.stage_table import STAGES
from smen.settings.file import check_settings

ROOT = Path(__file__).parents[2]
RULES = {path.stem: path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk")}
NO_STAGES = {"common", "targets", "refresh", "paper"}
"""Files of rules that are of no stage in `smen/stages`."""


def folder_of(stage):
    return stage.job.module.split(".")[0]


def test_stages_stand_in_the_order_in_which_they_run():
    assert list(STAGES) == [
        "simulate", "acquire", "align", "pair", "train", "choose", "downscale", "normals", "indicators", "mosaic",
        "evaluate",
        "insitu", "publish", "index", "upload",
        "experiment", "compare", "reproduce",
    ]  # fmt: skip


@pytest.mark.parametrize("stage", STAGES.values(), ids=str)
def test_what_a_stage_is_of_follows_from_its_job(stage):
    assert stage.of_region == ("region" in stage.job.model_fields)
    assert stage.of_year == ("year" in stage.job.model_fields)
    assert stage.of_region or not stage.of_year


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_has_its_module_with_a_run(name):
    module = ROOT / "smen" / f"{STAGES[name].job.module.replace('.', '/')}.py"
    functions = [node for node in ast.parse(module.read_text()).body if isinstance(node, ast.FunctionDef)]
    (run,) = [node for node in functions if node.name == "run"]
    assert ast.unparse(run.args) == f"job: {STAGES[name].job.__name__}"


def test_loading_a_stage_imports_its_module():
    assert STAGES["align"].load().__name__ == "smen.stages.align"


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_has_its_rule(name):
    file = RULES["paper" if folder_of(STAGES[name]) == "paper" else name]
    assert re.search(rf"^(rule|checkpoint) {name}:$", file, re.M)
    assert f'code=code("{name}")' in file
    place = "{wildcards.region} " * STAGES[name].of_region + "{wildcards.year} " * STAGES[name].of_year
    assert f'"smen {name} {place}--job {{params.job:q}} --log {{log}}"' in file


def test_the_plan_makes_the_job_of_every_stage():
    place = {"tucson": {"longitude": -110.97, "latitude": 32.22}}
    tiles = {"area": [-97.55, 35.4, -97.45, 35.5]}
    plan = Plan(check_settings({"indices": {"which": ["drought"]}, "regions": place, "tiles": tiles}))
    for name, stage in STAGES.items():
        if name == "experiment":
            continue
        place = ["tucson"] * stage.of_region + [2018] * stage.of_year
        job = plan.train("tucson", "smen") if name == "train" else plan.job(name, *place)
        assert type(job) is stage.job
        assert stage.parse(job.model_dump_json()) == job


def test_a_job_without_a_module_is_of_no_stage():
    bare = {jobs.Job, jobs.RegionJob, jobs.WindowJob, jobs.MappingJob}
    classes = {
        c for m in (jobs, paper_jobs) for c in vars(m).values() if isinstance(c, type) and issubclass(c, jobs.Job)
    }
    assert classes - bare == {stage.job for stage in STAGES.values()}


@pytest.mark.parametrize("name", [name for name in STAGES if folder_of(STAGES[name]) == "stages"])
def test_a_stage_is_named_in_four_places(name):
    """Its module, its job, the plan and its rule; beside them the steps of a region and how long each takes name it."""
    places = {"smen/plan/jobs.py", "smen/plan/plan.py", f"workflow/rules/{name}.smk"}
    files = [ROOT / "smen/cli.py", *(ROOT / "smen/plan").glob("*.py"), *(ROOT / "smen/settings").glob("*.py")]
    files += (ROOT / "workflow/rules").glob("*.smk")
    quoted = re.compile(rf'"(smen )?(stages\.)?{name}( .*)?"')
    naming = {str(path.relative_to(ROOT)) for path in files if any(map(quoted.fullmatch, strings(path)))}
    assert naming - OF_ALL_STAGES == places | FURTHER.get(name, set())


OF_ALL_STAGES = {f"smen/plan/{name}.py" for name in ("steps", "step_seconds", "job_resources", "job_size")}


FURTHER = {
    "acquire": {"smen/cli.py"},
    "train": {"smen/cli.py"},
    "choose": {"workflow/rules/common.smk"},
    "insitu": {"smen/plan/stage_files.py"},
    "publish": {"smen/plan/stage_files.py"},
    "mosaic": {"smen/plan/target_names.py", "smen/plan/stage_files.py", "workflow/rules/common.smk"},
}
"""Places beyond the four: the commands `acquire` and `train` have an option of their own; `mosaic` is a target, and the
report has a folder of that name; `insitu` and `publish` keep what they derive in a folder of their name; Snakemake does
not know beforehand what comes after `choose`."""


def strings(path):
    """Yield the texts in quotes of a module or of a file of rules, docstrings left out."""
    text = path.read_text()
    if path.suffix == ".py":
        tree = ast.parse(text)
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        found = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in docs]
        return [f'"{n.value}"' for n in found if isinstance(n.value, str)]
    return re.findall(r'"[^"\n]*"', text)


def test_a_file_of_rules_is_of_a_stage_or_has_its_reason():
    assert RULES.keys() - NO_STAGES == {name for name, stage in STAGES.items() if folder_of(stage) == "stages"}
