"""`snakemake --profile workflow/profiles/slurm` on a real Slurm of one node, without accounting."""

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from slurm_cluster import SlurmCluster, missing_programs
from tiny import TINY

ROOT = Path(__file__).parent.parent.parent
PROFILE = ROOT / "workflow" / "profiles" / "slurm"
QUICK = ["--slurm-init-seconds-before-status-checks", "3", "--latency-wait", "10"]
"""A cluster of one disk and seconds-long jobs: the profile's own patience would only be slept away."""

pytestmark = [pytest.mark.workflow, pytest.mark.debian]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A running Slurm; skips where Debian's packages or the plugin are missing."""
    if missing := missing_programs():
        pytest.skip(f"{', '.join(missing)} not installed (Debian: slurm-wlm munge; see tests/debian-packages.sh)")
    if not importlib.util.find_spec("snakemake_executor_plugin_slurm"):
        pytest.skip("snakemake-executor-plugin-slurm is not installed (pip install -e '.[test]')")
    with SlurmCluster(tmp_path_factory.mktemp("slurm") / "cluster") as running:
        yield running


def plains(project, folder):
    """A project of one small region."""
    return project(folder).settings(regions={"plains": TINY["regions"]["plains"]})


def arguments(*more):
    """The documented command, with the tiny configuration."""
    command = ["snakemake", "--snakefile", ROOT / "Snakefile", "--configfile", "config.yaml", "--profile", PROFILE]
    return [str(word) for word in (*command, *QUICK, *more, "all")]


def run(project, cluster, *more, status=0):
    """Run it to its end, and return what it said."""
    return project.command(
        *arguments(*more), cwd=project.folder, env=environment(cluster), status=status, timeout=800
    )  # fmt: skip


@contextmanager
def running(project, cluster):
    """The same in the background; ends with what it said, and asserts that it ended well."""
    said = project.folder / "said.txt"
    with said.open("w") as out:
        process = subprocess.Popen(
            arguments(), cwd=project.folder, env=os.environ | environment(cluster), stdout=out, stderr=subprocess.STDOUT
        )
    try:
        yield process
        assert process.wait(timeout=800) == 0, said.read_text()
    finally:
        process.kill()
        process.wait()


def until(ready, process, seconds=200):
    """Wait for something while a run goes on, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := ready()):
        assert process.poll() is None, "the run ended before"
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.1)
    return found


def before_training(finished, folder):
    """The finished project as it was before its first region was trained, mapped and published."""
    mine = finished.copy(folder)
    for name in ("models", "maps", "scores", "validation"):
        shutil.rmtree(mine.folder / "results" / "plains" / name)
    shutil.rmtree(mine.folder / "logs")
    return mine.settings(regions={"plains": TINY["regions"]["plains"]})


def environment(cluster):
    """Slurm's variables, with this Python's programs before all others."""
    return cluster.environment | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{cluster.environment['PATH']}"}


def assert_same_results(project, reference):
    """Maps, parameters and scores have the same bytes as those of a local run, and no half-written file is left."""
    results = project.folder / "results" / "plains"
    wanted = reference.folder / "results" / "plains"
    names = sorted(path.relative_to(wanted) for path in (wanted / "maps").rglob("*.tif"))
    assert len(names) > 40
    assert sorted(path.relative_to(results) for path in (results / "maps").rglob("*.tif")) == names
    for name in [
        *names,
        "models/fusion.safetensors",
        "aligned/coarse_2016.nc",
        "samples/2016.nc",
        "scores/scores.csv",
    ]:
        assert (results / name).read_bytes() == (wanted / name).read_bytes(), name
    assert not list((project.folder / "results").rglob("*.part-*"))


def test_a_cluster_without_accounting_makes_the_same_maps_as_one_machine(tmp_path, project, cluster, finished):
    known = {number for number, *_ in cluster.jobs()}
    mine = plains(project, tmp_path / "p")
    run(mine, cluster)
    assert_same_results(mine, finished)
    jobs = [job for job in cluster.jobs() if job[0] not in known]
    assert {state for _, state, _ in jobs} == {"COMPLETED"}
    # simulate to pair together, train, maps to what is published together, index
    assert len(jobs) == 4
    assert "Nothing to be done" in run(mine, cluster)


def test_a_cancelled_job_and_a_lost_node_cost_nothing_but_time(tmp_path, cluster, finished):
    """The training is cancelled in the middle, the node is lost while maps are written and comes back."""
    known = {number for number, *_ in cluster.jobs()}
    mine = before_training(finished, tmp_path / "p")
    log, maps = mine.folder / "logs/results/plains/train_fusion.log", mine.folder / "results/plains/maps/2016"
    with running(mine, cluster) as process:
        until(log.exists, process)
        (trains,) = [number for number, state, _ in cluster.jobs() if state == "RUNNING" and number not in known]
        cluster.run("scancel", trains)
        until(lambda: len(list(maps.glob("*.tif"))) > 5, process)
        (mapping,) = [number for number, state, _ in cluster.jobs() if state == "RUNNING" and number not in known]
        cluster.kill_node()
        written = len(list(maps.glob("*.tif")))
        until(lambda: cluster.node_state().startswith("down"), process)
        cluster.start_node()
    assert written < len(list(maps.glob("*.tif")))
    assert_same_results(mine, finished)
    states = {number: state for number, state, _ in cluster.jobs() if number not in known}
    assert states.pop(trains) == "CANCELLED"
    assert states.pop(mapping, "NODE_FAIL") in ("NODE_FAIL", "COMPLETED")
    assert len(states) >= 2 and set(states.values()) == {"COMPLETED"}
