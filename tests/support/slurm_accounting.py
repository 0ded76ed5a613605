"""Slurm's accounting for tests: MariaDB and slurmdbd as plain processes in a folder, with one account and one user.

Debian's packages `slurmdbd` and `mariadb-server` hold the programs. Jobs without an association are refused, as on
clusters that bill their users.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import time

PROGRAMS = ("mariadbd", "mariadb-install-db", "mariadb", "slurmdbd", "sacctmgr", "sacct")
ACCOUNT = "soil"

IN_SLURM_CONF = """
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort={port}
AccountingStoragePass={folder}/munge.socket
AccountingStorageEnforce=associations
"""

CONFIGURATION = """
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort={port}
SlurmUser={user}
PidFile={folder}/slurmdbd.pid
LogFile={folder}/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={database_port}
StorageUser=slurm
StoragePass={password}
StorageLoc=slurm
"""


class SlurmAccounting:
    """What a `SlurmCluster` with accounting needs beside its own daemons.

    Args:
        cluster: whose folder and means to start processes are used; munge runs there.
        port: of slurmdbd.
        database_port: of MariaDB.
    """

    def __init__(self, cluster, port, database_port):
        self.cluster, self.folder = cluster, cluster.folder
        self.port, self.database_port = port, database_port
        self.user = pwd.getpwuid(os.getuid()).pw_name

    def in_slurm_conf(self):
        """Lines for slurm.conf."""
        return IN_SLURM_CONF.format(port=self.port, folder=self.folder)

    def start(self):
        """Start database and daemon, and register the cluster, an account and this user."""
        password = secrets.token_hex(16)
        self._start_database(password)
        conf = self.folder / "slurmdbd.conf"
        conf.touch(mode=0o600)  # slurmdbd refuses a file that others may read
        conf.write_text(
            CONFIGURATION.format(
                folder=self.folder, port=self.port, database_port=self.database_port, user=self.user, password=password
            )
        )
        self.cluster.start("slurmdbd", "slurmdbd", "-D")
        self.cluster.until(lambda: self._manage("show", "cluster") is not None, "slurmdbd gives no answer")
        user = ["add", "user", self.user, f"account={ACCOUNT}"]
        default = ["modify", "user", self.user, "set", f"defaultaccount={ACCOUNT}"]  # root has had one of its own
        for words in (["add", "cluster", "smen"], ["add", "account", ACCOUNT], user, default):
            if self._manage("--immediate", *words) is None:
                raise RuntimeError(f"sacctmgr does not {' '.join(words)}")

    def _start_database(self, password):
        data, socket = self.folder / "database", self.folder / "mariadb.socket"
        own = [f"--datadir={data}", f"--user={self.user}"]
        install = [
            shutil.which("mariadb-install-db"),
            "--no-defaults",
            *own,
            "--auth-root-authentication-method=normal",
        ]
        subprocess.run(install, check=True, capture_output=True)
        own += [f"--socket={socket}", f"--pid-file={self.folder}/mariadb.pid"]
        there = ["--bind-address=127.0.0.1", f"--port={self.database_port}", "--innodb-buffer-pool-size=64M"]
        self.cluster.start("mariadbd", "mariadbd", "--no-defaults", *own, *there)
        grant = f"GRANT ALL ON slurm.* TO slurm@'127.0.0.1' IDENTIFIED BY '{password}'"
        client = [shutil.which("mariadb"), "--no-defaults", f"--socket={socket}", f"--execute={grant}"]
        self.cluster.until(
            lambda: subprocess.run(client, capture_output=True, check=False).returncode == 0, "MariaDB gives no answer"
        )

    def _manage(self, *words):
        """What sacctmgr answers; None where it fails."""
        done = subprocess.run(
            ["sacctmgr", *words], env=os.environ | self.cluster.environment, text=True, capture_output=True, check=False
        )
        return done.stdout if done.returncode == 0 else None

    def jobs(self, least=1, seconds=30):
        """(state, account) of each job in the accounting, when there are enough of them, steps left out."""
        deadline = time.monotonic() + seconds
        while True:
            said = self.cluster.run("sacct", "--allocations", "--noheader", "--parsable2", "--format=State,Account")
            jobs = [tuple(line.split("|")) for line in said.splitlines()]
            if len(jobs) >= least or time.monotonic() > deadline:
                return jobs
            time.sleep(0.5)
