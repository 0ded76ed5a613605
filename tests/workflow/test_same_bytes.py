"""The same bytes on any number of cores, in any folder, locale and time zone, and after being killed thirty times."""

import os
import random
import shutil
import sys
import time
from pathlib import Path

import pytest
from killing import contents, killed_at
from tiny import SMALL

pytestmark = pytest.mark.workflow
CORES = 2
ROUNDS = int(os.environ.get("SMEN_KILL_ROUNDS", "30"))


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory, project):
    """A run that nothing happened to, and the seconds that each of its jobs took in the mean."""
    p = project(tmp_path_factory.mktemp("unbroken") / "p").settings(**SMALL)
    begin = time.monotonic()
    p.snakemake("all", cores=CORES)
    p.seconds = (time.monotonic() - begin) / 11
    assert len(contents(p)) > 300
    return p


@pytest.mark.parametrize(
    ("cores", "folder", "variables"),
    [
        (1, "elsewhere", {"TZ": "Pacific/Chatham", "LC_ALL": "C"}),
        (8, "größer als/zwei Kerne", {"TZ": "America/St_Johns", "LC_ALL": "C.UTF-8"}),
    ],
)
def test_cores_folder_locale_and_time_zone_change_no_byte(tmp_path, project, unbroken, cores, folder, variables):
    p = project(tmp_path / folder).settings(**SMALL)
    p.snakemake("all", cores=cores, env=variables)
    assert contents(p) == contents(unbroken)


@pytest.mark.campaign
@pytest.mark.timeout(0)
def test_killed_runs_end_with_the_same_bytes_and_leave_nothing(tmp_path, project, unbroken):
    """SIGKILL to all processes of a run at drawn moments, up to three times, then a rerun; of all files the bytes."""
    wanted, kills, stages = contents(unbroken), 0, []
    command = ["snakemake", "--snakefile", unbroken.root / "Snakefile", "--configfile", "config.yaml", "--cores", CORES]
    command = [str(word) for word in command]
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for number in range(ROUNDS):
        draw = random.Random(number)
        p = project(tmp_path / f"run_{number}").settings(**SMALL)
        if number % 3:  # two of three begin with the granules there: the simulation is the longest job
            shutil.copytree(unbroken.folder / "resources", p.folder / "resources", copy_function=shutil.copy2)
        more = []
        for _ in range(draw.randint(1, 3)):
            share, delay = draw.random(), draw.uniform(0, unbroken.seconds)
            if not killed_at([*command, *more, "all"], p.folder, environment, share, delay):
                break
            kills += 1
            stages.append(last_rule(p))
            p.snakemake("--unlock")
            more = ["--rerun-incomplete"]
        p.snakemake(*more, "all", cores=CORES)
        assert contents(p) == wanted, f"run {number}"
        shutil.rmtree(p.folder)
        print(f"round {number}: {kills} kills so far, last in {stages[-1:]}", flush=True)
    counts = {stage: stages.count(stage) for stage in sorted(set(stages))}
    print(f"{ROUNDS} runs, {kills} kills, of the jobs begun last: {counts}", flush=True)
    assert kills >= ROUNDS


def last_rule(project):
    """Name of the job that a run began last."""
    lines = [line for line in (project.folder / "said.txt").read_text().splitlines() if line.startswith("rule ")]
    return lines[-1].split()[1].rstrip(":") if lines else "none"
