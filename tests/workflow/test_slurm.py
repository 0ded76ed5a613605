"""`snakemake --profile workflow/profiles/slurm` on a real Slurm of one node, without accounting and with it."""

import importlib.util
from pathlib import Path

import pytest
from background_run import contents, running, said_by, until
from slurm_accounting import ACCOUNT
from slurm_cluster import SlurmCluster, missing_programs
from tiny import SMALL

PROFILE = Path(__file__).parent.parent.parent / "workflow" / "profiles" / "slurm"
QUICK = ["--slurm-init-seconds-before-status-checks", "3", "--latency-wait", "10"]
"""A cluster of one disk and seconds-long jobs: the profile's own patience would only be slept away."""

pytestmark = [pytest.mark.workflow, pytest.mark.debian]


def skip_without_programs(*, accounting=False):
    """Skip where Debian's packages or the plugin are missing."""
    if missing := missing_programs(accounting=accounting):
        pytest.skip(f"{', '.join(missing)} not installed (see tests/debian-packages.sh)")
    if not importlib.util.find_spec("snakemake_executor_plugin_slurm"):
        pytest.skip("snakemake-executor-plugin-slurm is not installed (pip install -e '.[test]')")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A running Slurm without accounting."""
    skip_without_programs()
    with SlurmCluster(tmp_path_factory.mktemp("slurm") / "cluster") as running:
        yield running


@pytest.fixture(scope="module")
def billed(tmp_path_factory):
    """A running Slurm with accounting, which refuses jobs of users without an account."""
    skip_without_programs(accounting=True)
    with SlurmCluster(tmp_path_factory.mktemp("billed") / "cluster", accounting=True) as running:
        yield running


def arguments(*more):
    """What the documents tell, with less patience."""
    return [*more, "--profile", PROFILE, *QUICK, "all"]


def run(project, cluster, *more):
    """Run it to its end, and return what it said."""
    with running(project, *arguments(*more), env=cluster.environment):
        pass
    return said_by(project).read_text()


def test_a_cluster_without_accounting_makes_the_same_maps_as_one_machine(tmp_path, project, cluster, small):
    known = {number for number, *_ in cluster.jobs()}
    mine = project(tmp_path / "p").settings(**SMALL)
    run(mine, cluster)
    assert contents(mine) == contents(small)
    jobs = [job for job in cluster.jobs() if job[0] not in known]
    assert {state for _, state, _ in jobs} == {"COMPLETED"}
    # simulate to pair together, train, maps to what is published together, index
    assert len(jobs) == 4
    assert "Nothing to be done" in run(mine, cluster)


def test_a_cluster_with_accounting_makes_the_same_maps_and_bills_them(tmp_path, billed, small):
    """The profile as it is for the account that is the user's own; an account is named as the documents tell."""
    mine = small.copy_before_training(tmp_path / "p")
    run(mine, billed)
    assert contents(mine) == contents(small)
    of_account = billed.accounting.jobs(least=3)  # train, maps to what is published together, index
    assert of_account == [("COMPLETED", ACCOUNT)] * 3
    (mine.folder / "results/plains/scores/scores.csv").unlink()
    run(mine, billed, "--default-resources", f"slurm_account={ACCOUNT}")
    assert len(billed.accounting.jobs(least=4)) > 3
    assert contents(mine) == contents(small)


def test_a_cancelled_job_and_a_lost_node_cost_nothing_but_time(tmp_path, cluster, small):
    """The training is cancelled in the middle, the node is lost while maps are written and comes back."""
    last = max((int(number) for number, *_ in cluster.jobs()), default=0)
    mine = small.copy_before_training(tmp_path / "p")
    log, maps = mine.folder / "logs/results/plains/train_fusion.log", mine.folder / "results/plains/maps/2016"

    def state(number):  # asked at once: the cluster forgets ended jobs after a while
        return {int(job): state for job, state, _ in cluster.jobs()}.get(number)

    with running(mine, *arguments(), env=cluster.environment) as process:
        until(log.exists, process)
        assert state(last + 1) == "RUNNING"
        cluster.run("scancel", str(last + 1))
        until(lambda: state(last + 1) == "CANCELLED", process)
        until(lambda: len(list(maps.glob("*.tif"))) > 5, process)
        assert state(last + 3) == "RUNNING"  # the second is the training again
        cluster.kill_node()
        written = len(list(maps.glob("*.tif")))
        until(lambda: cluster.node_state().startswith("down"), process)
        assert state(last + 3) in ("NODE_FAIL", "FAILED")  # the job's processes are killed before the node is missed
        cluster.start_node()
    assert written < len(list(maps.glob("*.tif")))
    assert contents(mine) == contents(small)
    assert max(int(number) for number, *_ in cluster.jobs()) == last + 5  # the maps again, the index
