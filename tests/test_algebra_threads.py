"""Every command computes with one thread of linear algebra, whatever the environment says and what is loaded when."""

import os
import subprocess
import sys

PROGRAM = """
import subprocess, sys
from smen.cli import smen

@smen.command()
def shown():
    import numpy as np
    import scipy.linalg
    from threadpoolctl import threadpool_info
    np.ones((200, 200)) @ scipy.linalg.cholesky(np.eye(200))
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    print(len(pools), sorted({pool["num_threads"] for pool in pools}))
    child = "import numpy; from threadpoolctl import threadpool_info as i; print({p['num_threads'] for p in i()})"
    print(subprocess.check_output([sys.executable, "-c", child], text=True).strip())

smen(["shown"])
"""


def test_one_thread_whatever_the_environment_says():
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "4", "OMP_NUM_THREADS": "4"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    pools, child = done.stdout.splitlines()
    assert pools in ("1 [1]", "2 [1]"), pools  # numpy's and scipy's, or one that both share
    assert child == "{1}"
