"""Kill a running Snakemake with all that it has started, at a moment that is drawn, and compare what is left."""

import contextlib
import hashlib
import re
import subprocess
import time

import psutil

TOTAL = re.compile(r"^total\s+(\d+)", re.M)
DONE = re.compile(r"^(\d+) of \d+ steps", re.M)


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


def killed_at(command, folder, env, share, delay, timeout=3000):
    """Run a command and kill it once a share of its jobs is done and some seconds have passed.

    Returns:
        Whether it was killed; not, if it was done before.
    """
    said = folder / "said.txt"
    with said.open("w") as out:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=out, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + timeout
    while process.poll() is None and time.monotonic() < deadline:
        text = said.read_text()
        total = TOTAL.search(text)
        if total and len(DONE.findall(text)) >= int(share * int(total[1])):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=delay)
            break
        time.sleep(0.1)
    if process.poll() is not None:
        assert process.returncode == 0, said.read_text()
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
