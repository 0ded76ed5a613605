"""One thread for the linear algebra of a command: jobs keep to their processors, and sums round alike on all of them.

OpenBLAS starts a thread for each processor, or as many as Snakemake tells it by environment variables: the cores that
a job reserves, which are more than the machine has where `--cores` is. Two such jobs at once wait for each other most
of the time, and sums over another number of threads round otherwise. Torch's threads are another matter: a training
sets them itself.
"""

from __future__ import annotations

import os

from threadpoolctl import threadpool_limits

_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""What libraries of linear algebra read when they are loaded."""


def limit_algebra_threads() -> None:
    """Give linear algebra one thread: in libraries that are loaded, in those loaded later, and in child processes."""
    os.environ.update(dict.fromkeys(_VARIABLES, "1"))
    threadpool_limits(limits=1, user_api="blas")
