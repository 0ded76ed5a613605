"""A stage computes with one thread of linear algebra, whatever the environment says and whatever is loaded when."""

import os
import subprocess
import sys

PROGRAM = """
import numpy as np
from threadpoolctl import threadpool_info
from smen.cli import _run

class Stage:
    def load(self):
        return self
    def run(self, job):
        import scipy.linalg
        import subprocess, sys
        np.ones((200, 200)) @ scipy.linalg.cholesky(np.eye(200))
        pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
        print(len(pools), sorted({pool["num_threads"] for pool in pools}))
        print(subprocess.check_output([sys.executable, "-c", CHILD], text=True).strip())

CHILD = "import numpy; from threadpoolctl import threadpool_info as i; print({p['num_threads'] for p in i()})"
import smen.plan.stage_files
smen.plan.stage_files.written_by = lambda job: []
_run(Stage(), None)
"""


def test_one_thread_whatever_the_environment_says():
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "4", "OMP_NUM_THREADS": "4"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    pools, child = done.stdout.splitlines()
    assert pools in ("1 [1]", "2 [1]"), pools  # numpy's and scipy's, or one that both share
    assert child == "{1}"
