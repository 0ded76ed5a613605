"""A lock that one process holds at a time, and that ends with its holder."""

import os
import signal
import subprocess
import sys

import pytest

from smen.errors import ArchiveError, OutputError
from smen.sources.only_one import only_one

HOLD = """
import sys, time
from pathlib import Path
from smen.sources.only_one import only_one

with only_one(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_second_holder_is_told_who_the_first_is_until_that_is_killed(tmp_path):
    path = tmp_path / "deeper" / "refresh.lock"
    with subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(ArchiveError, match=f"process {holder.pid};.*wait"), only_one(path):
            pass
        holder.send_signal(signal.SIGKILL)
    with only_one(path):
        assert path.read_text() == f"{os.getpid()}\n"
    with only_one(path):
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"refresh\.lock cannot be written"), only_one(tmp_path / "file/refresh.lock"):
        pass
