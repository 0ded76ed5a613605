"""Runs of Snakemake in the background: waited for, killed with all that they started, and compared byte for byte."""

import contextlib
import hashlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import psutil

TOTAL = re.compile(r"^total\s+(\d+)", re.M)
DONE = re.compile(r"^(\d+) of \d+ steps", re.M)


def start(project, *args, env=None):
    """Start snakemake in a project; what it says goes to a file there."""
    words = ["snakemake", "--snakefile", project.root / "Snakefile", "--configfile", "config.yaml", *args]
    environment = os.environ | (env or {})
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    with said_by(project).open("w") as out:
        return subprocess.Popen(
            [str(word) for word in words], cwd=project.folder, env=environment, stdout=out, stderr=subprocess.STDOUT
        )  # fmt: skip


def said_by(project):
    """File of what a run said."""
    return project.folder / "said.txt"


@contextlib.contextmanager
def running(project, *args, env=None, timeout=2400):
    """A run in the background, which must end well after what is done meanwhile."""
    process = start(project, *args, env=env)
    try:
        yield process
        assert process.wait(timeout=timeout) == 0, said_by(project).read_text()
    finally:
        if process.poll() is None:
            kill_tree(process)


def until(ready, process, seconds=1500):
    """Wait for something while a run goes on, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := ready()):
        assert process.poll() is None, "the run ended before"
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.1)
    return found


def kill_tree(process):
    """SIGKILL to a process and to all below it; none is left."""
    tree = [psutil.Process(process.pid)]
    with contextlib.suppress(psutil.NoSuchProcess):
        tree += tree[0].children(recursive=True)
    for one in tree:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    process.wait()
    _, alive = psutil.wait_procs(tree, timeout=20)
    assert not alive


def killed_at(project, *args, share, delay, timeout=3000):
    """Run snakemake and kill it once a share of its jobs is done and some seconds have passed.

    Returns:
        Whether it was killed; not, if it was done before.
    """
    process = start(project, *args)
    deadline = time.monotonic() + timeout
    while process.poll() is None and time.monotonic() < deadline:
        text = said_by(project).read_text()
        total = TOTAL.search(text)
        if total and len(DONE.findall(text)) >= int(share * int(total[1])):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=delay)
            break
        time.sleep(0.1)
    if process.poll() is not None:
        assert process.returncode == 0, said_by(project).read_text()
        return False
    kill_tree(process)
    return True


def contents(project, *folders):
    """Digest of each file below some folders, by name: half-written ones would be among them."""
    return {
        path.relative_to(project.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in folders or ("results", "resources")
        for path in sorted((project.folder / folder).rglob("*"))
        if path.is_file()
    }
