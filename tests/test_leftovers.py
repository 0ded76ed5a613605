"""What a killed writer leaves goes once the writer is gone; what a living one writes stays."""

import os
import signal
import subprocess
import sys

import pytest

from smen.atomic import PART_NAME, Writer, part_path
from smen.leftovers import abandoned, leftovers, remove_leftovers

WRITE_AND_WAIT = """
import sys, time
from pathlib import Path
from smen.atomic import atomic

with atomic(Path(sys.argv[1])) as part:
    part.write_bytes(b"half of it")
    print("written", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def writer():
    """Start processes that are in the middle of writing a file."""
    started = []

    def start(path):
        process = subprocess.Popen([sys.executable, "-c", WRITE_AND_WAIT, path], stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout.readline() == "written\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def test_what_a_killed_writer_left_is_removed_and_what_a_living_one_writes_is_not(tmp_path, writer):
    path = tmp_path / "plains.nc"
    killed, living = writer(path), writer(path)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    left, kept = (next(tmp_path.glob(f"*-{process.pid}-*.nc")) for process in (killed, living))
    assert left.read_bytes() == b"half of it"
    assert leftovers([path]) == [left]
    assert remove_leftovers([path]) == [left]
    assert sorted(tmp_path.iterdir()) == [kept]


def test_another_process_of_the_same_number_is_not_the_writer(tmp_path):
    own = Writer.here()
    assert own.start > 0 and own.lives()
    other = tmp_path / f"a.part-{own.host}-{own.pid}-{own.start - 1}.nc"
    for part in (other, part_path(tmp_path / "a.nc")):
        part.touch()
    assert remove_leftovers([tmp_path / "a.nc"]) == [other]


def test_files_of_other_machines_and_old_versions_go_after_a_day_without_a_write(tmp_path):
    parts = [tmp_path / "a.part-elsewhere-1-2.nc", tmp_path / "a.part-32066.nc"]
    for part in parts:
        part.touch()
    assert leftovers([tmp_path]) == []
    for part in parts:
        os.utime(part, (0, part.stat().st_mtime - 86_500))
    assert leftovers([tmp_path]) == sorted(parts)


def test_only_the_owner_s_files_go_and_results_never_do(tmp_path):
    host = Writer.here().host
    names = ["b.nc", "my.part-time.nc", "a.partial.nc", f"b.part-{host}-4194304-1.nc"]
    for name in names:
        (tmp_path / name).touch()
    assert remove_leftovers([tmp_path / "a.nc", tmp_path / "missing" / "c.nc"]) == []
    assert not abandoned(tmp_path / "b.nc")
    deep = tmp_path / "maps" / "2016"
    deep.mkdir(parents=True)
    left = deep / f"m.part-{host}-4194304-1.tif"
    left.touch()
    assert remove_leftovers([tmp_path / "maps"]) == [left]
    assert {path.name for path in tmp_path.iterdir()} == {*names, "maps"}


@pytest.mark.parametrize("name", ["map.tif", "training.csv", "no_suffix", "a.b.c.nc"])
def test_the_name_tells_file_and_writer(tmp_path, name):
    part = part_path(tmp_path / name)
    match = PART_NAME.fullmatch(part.name)
    assert match["stem"] + match["suffix"] == name
    assert (match["host"], int(match["pid"])) == (Writer.here().host, os.getpid())
