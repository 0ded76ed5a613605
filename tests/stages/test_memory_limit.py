"""Memory runs out in training and mapping: a message that says so, nothing half-written, and a rerun that completes."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from made_region import REGION

LIMITED = """
import resource, sys
from pathlib import Path

import numpy, rasterio, scipy.linalg, sklearn.linear_model, torch  # what is limited is the work, not the libraries
from xarray.namedarray.utils import is_dask_collection
is_dask_collection(None)  # xarray loads dask, where it is installed, when it first reads a file
square = numpy.eye(300)
scipy.linalg.cho_factor(square @ square)  # each OpenBLAS takes its buffers once, or ends the process
from smen import cli
from smen.plan.stage_table import STAGES

stage, more = sys.argv.pop(1), int(sys.argv.pop(1))
module = STAGES[stage].load()
sys.argv.insert(1, stage)

def limited(job, run=module.run):
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + more, used + more))
    run(job)

if more:
    module.run = limited
cli.main()
"""


def run(stage, job, more):
    """Status and messages of a stage that may take so many MB more than its libraries; 0: as many as it likes."""
    words = [sys.executable, "-c", LIMITED, stage, str(more << 20), *place(job), "--job", job.model_dump_json()]
    process = subprocess.run(words, text=True, capture_output=True, check=False)
    return process.returncode, process.stderr


def place(job):
    return [str(getattr(job, name)) for name in ("region", "year") if hasattr(job, name)]


def files(plan):
    """Digest of each file of results."""
    paths = [path for path in sorted(Path(plan.layout.results).rglob("*")) if path.is_file()]
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def written_last(plan):
    """What a job writes once it is done."""
    return [Path(plan.layout.map_list(REGION, 2016)), Path(plan.layout.model(REGION, "fusion"))]


@pytest.mark.parametrize("stage", ["train", "downscale"])
def test_memory_that_runs_out_is_said_and_costs_nothing(copied, stage):
    plan = copied(maps={"period": ["2016-03-11", "2016-03-20"], "mode": "causal"})
    job = plan.train(REGION) if stage == "train" else plan.downscale(REGION, 2016)
    limits, ended = [2, 12], []
    for more in limits:
        before = files(plan)
        status, said = run(stage, job, more)
        ended.append(status)
        if status:
            assert "there is not enough memory for this job" in said, said
            assert status == 1
            after = files(plan)  # whole files of this job may be there already, but not the one that says it is done
            assert {path: after.get(path) for path in before} == before
            assert not (after.keys() - before) & set(written_last(plan))
        assert not list(Path(plan.layout.results).rglob("*.part-*"))
    assert 1 in ended
    status, said = run(stage, job, 0)
    assert status == 0, said
