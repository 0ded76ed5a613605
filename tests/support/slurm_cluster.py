"""A Slurm of one node for tests: munged, slurmctld and slurmd as plain processes with their own key and ports.

Debian's packages `slurm-wlm` and `munge` hold the programs. Accounting is off, as on many small clusters, unless it is
asked for (`slurm_accounting`). Nothing is written outside one folder, and nothing is left running.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import slurm_accounting

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scancel", "sinfo", "scontrol")
NODE = "smen-node"

CONFIGURATION = """
ClusterName=smen
SlurmctldHost={host}
SlurmUser={user}
SlurmdUser={user}
SlurmctldPort={controller_port}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CryptoType=crypto/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
JobAcctGatherType=jobacct_gather/none
ProctrackType=proctrack/pgid
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=2,sched_min_interval=0
SlurmdTimeout={node_timeout}
MessageTimeout=20
KillWait=2
MinJobAge={min_job_age}
ReturnToService=2
LaunchParameters=use_interactive_step
NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={node_port} CPUs={cpus} RealMemory={memory_mb} State=UNKNOWN
PartitionName=all Nodes={node} Default=YES MaxTime=INFINITE State=UP
"""
WITHOUT_ACCOUNTING = "AccountingStorageType=accounting_storage/none\n"


def missing_programs(*, accounting=False):
    """Programs that are not installed here; Debian lays some into folders that only root searches."""
    needed = PROGRAMS + (slurm_accounting.PROGRAMS if accounting else ())
    return [name for name in needed if not shutil.which(name, path=_search_path())]


class SlurmCluster:
    """A running Slurm of one node.

    Attributes:
        folder: all of its files.
        environment: variables with which sbatch, squeue and Snakemake's plugin find it.
        accounting: its `SlurmAccounting`, where it has one.
    """

    def __init__(self, folder, cpus=2, memory_mb=8000, node_timeout=10, min_job_age=300, *, accounting=False):
        self.folder = Path(folder)
        self.cpus, self.memory_mb = cpus, memory_mb
        self.node_timeout, self.min_job_age = node_timeout, min_job_age
        self.processes = {}
        self.accounting = slurm_accounting.SlurmAccounting(self, *_free_ports(2)) if accounting else None
        self.environment = {
            "SLURM_CONF": str(self.folder / "slurm.conf"),
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{_search_path()}",
        }

    def __enter__(self):
        """Start it, and wait until its node takes jobs."""
        self.folder.mkdir(parents=True, mode=0o755)
        for name in ("state", "spool", "bin"):
            (self.folder / name).mkdir()
        self._write_configuration()
        self._wrap_srun()
        try:
            self._start_munge()
            if self.accounting:
                self.accounting.start()
            self.start("slurmctld", "slurmctld", "-D", "-c", "-i")
            self.start_node()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        """Stop every process."""
        self.stop()

    def start_node(self):
        """Start the node's daemon, and wait until it takes jobs."""
        self.start("slurmd", "slurmd", "-D", "-N", NODE)
        self.until(lambda: self.node_state() in ("idle", "mixed", "allocated"), "the node takes no jobs")

    def kill_node(self):
        """Lose the node: SIGKILL to its daemon and to all that runs below it."""
        process = self.processes.pop("slurmd")
        for pid in [*_descendants(process.pid), process.pid, *_jobs_of(self.folder)]:
            _signal(pid, signal.SIGKILL)
        process.wait()

    def node_state(self):
        """State of the node as sinfo names it, such as ``idle``, ``down`` or ``idle*`` (does not answer)."""
        answer = self.run("sinfo", "--noheader", "--format=%T", check=False)
        return answer.split()[0] if answer.split() else ""

    def run(self, *words, check=True):
        """What one of Slurm's commands answers."""
        environment = os.environ | self.environment
        return subprocess.run(words, env=environment, text=True, capture_output=True, check=check).stdout

    def jobs(self, states="all"):
        """(number, state, comment) of each job, ended ones among them."""
        lines = self.run("squeue", "--noheader", f"--states={states}", "--format=%i|%T|%k").splitlines()
        return [tuple(line.split("|", 2)) for line in lines]

    def stop(self):
        """End all daemons, the node's jobs first."""
        for name in ("slurmd", "slurmctld", "slurmdbd", "mariadbd", "munged"):
            if process := self.processes.pop(name, None):
                below = _descendants(process.pid)
                process.terminate()
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                for pid in below:
                    _signal(pid, signal.SIGKILL)

    def _write_configuration(self):
        controller_port, node_port = _free_ports(2)
        accounting = self.accounting.in_slurm_conf() if self.accounting else WITHOUT_ACCOUNTING
        (self.folder / "slurm.conf").write_text(
            CONFIGURATION.format(
                folder=self.folder, host=socket.gethostname().split(".")[0], user=pwd.getpwuid(os.getuid()).pw_name,
                node=NODE, cpus=self.cpus, memory_mb=self.memory_mb, node_timeout=self.node_timeout,
                min_job_age=self.min_job_age, controller_port=controller_port, node_port=node_port,
            ) + accounting
        )  # fmt: skip

    def _wrap_srun(self):
        # Snakemake's plugin takes all variables of Slurm from a job's environment; a Slurm of /etc needs none of them.
        wrapper = self.folder / "bin" / "srun"
        program = shutil.which("srun", path=_search_path())
        wrapper.write_text(f'#!/bin/sh\nSLURM_CONF={self.folder}/slurm.conf exec {program} "$@"\n')
        wrapper.chmod(0o755)

    def _start_munge(self):
        key = self.folder / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o400)
        options = {
            "key-file": key, "socket": self.folder / "munge.socket", "pid-file": self.folder / "munged.pid",
            "log-file": self.folder / "munged.log", "seed-file": self.folder / "munged.seed",
        }  # fmt: skip
        words = [f"--{name}={value}" for name, value in options.items()]
        self.start("munged", "munged", "--foreground", "--force", *words)
        self.until((self.folder / "munge.socket").exists, "munged has no socket")

    def start(self, name, program, *words):
        """Start a daemon under a name; what it says goes to a file of that name."""
        with (self.folder / f"{name}.out").open("a") as out:
            self.processes[name] = subprocess.Popen(
                [shutil.which(program, path=_search_path()), *words], env=os.environ | self.environment,
                stdout=out, stderr=out, stdin=subprocess.DEVNULL,
            )  # fmt: skip

    def until(self, ready, message, seconds=60):
        """Wait until something is ready; a daemon that ended meanwhile is an error with what all have logged."""
        deadline = time.monotonic() + seconds
        while not ready():
            ended = [name for name, process in self.processes.items() if process.poll() is not None]
            if ended or time.monotonic() > deadline:
                raise RuntimeError(f"{message}; ended: {ended}\n{self._logs()}")
            time.sleep(0.2)

    def _logs(self):
        files = [*sorted(self.folder.glob("*.out")), *sorted(self.folder.glob("*.log"))]
        return "\n".join(f"{file.name}: {file.read_text(errors='replace')[-2000:]}" for file in files)


def _search_path():
    return os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"])


def _free_ports(count):
    """Ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _descendants(pid):
    """Processes below one, the lowest last."""
    children = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended meanwhile
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, todo = [], [pid]
    while todo:
        below = children.get(todo.pop(), [])
        found += below
        todo += below
    return found


def _jobs_of(folder):
    """Processes of this Slurm's jobs: their keepers leave the daemon's tree, but carry its configuration."""
    mark = f"SLURM_CONF={folder}/slurm.conf".encode()
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            variables = environ.read_bytes().split(b"\0")
        except OSError:
            continue
        if mark in variables and any(v.startswith((b"SLURM_JOB_ID=", b"SLURMD_NODENAME=")) for v in variables):
            found.append(int(environ.parent.name))
    return found


def _signal(pid, number):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
