"""Locks between processes, and files that their holder removes."""

import os
import subprocess
import sys

import pytest

from smen.sources.earthdata.locks import lock_removable, try_lock


def test_one_holder_at_a_time(tmp_path):
    path = tmp_path / "lock"
    first = try_lock(path)
    assert try_lock(path) is None
    first.close()
    second = try_lock(path)
    assert second is not None
    second.close()


def test_another_process_is_kept_out(tmp_path):
    path = tmp_path / "lock"
    code = "import fcntl, sys; f = open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)"
    with try_lock(path):
        process = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
        assert "BlockingIOError" in process.stderr
    process = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert process.returncode == 0


def test_the_content_of_the_file_stays(tmp_path):
    path = tmp_path / "lock"
    path.write_text("something")
    try_lock(path).close()
    assert path.read_text() == "something"


def test_a_removed_file_is_locked_anew(tmp_path):
    path = tmp_path / "lock"
    first = lock_removable(path)
    path.unlink()  # as its holder does at the end
    second = lock_removable(path)  # a new file of this name
    assert second is not None
    assert os.fstat(first.fileno()).st_ino != os.fstat(second.fileno()).st_ino
    assert lock_removable(path) is None
    first.close()
    second.close()


def test_a_lock_on_a_file_that_is_gone_is_given_up(tmp_path, monkeypatch):
    """The holder removes the file between our opening and our lock: the lock of the old file is worth nothing."""
    from smen.sources.earthdata import locks

    path = tmp_path / "lock"
    real, calls = locks.try_lock, []

    def racing(where):
        lock = real(where)
        calls.append(lock)
        if len(calls) == 1:
            path.unlink()
        return lock

    monkeypatch.setattr(locks, "try_lock", racing)
    lock = locks.lock_removable(path)
    assert len(calls) == 2
    assert calls[0].closed
    assert lock is calls[1]
    assert path.exists()
    lock.close()


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        try_lock(tmp_path / "none" / "lock")
