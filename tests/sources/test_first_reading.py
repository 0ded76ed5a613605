"""The first reading of a granule: whatever a file does to the process that reads it, the others are read."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
from made_granules import add_coarse, add_scene, coarse_name, scene_name

from smen.errors import ArchiveError, GranuleError, SmenError
from smen.products.verify import verify_granule
from smen.sources.first_reading import AHEAD, FirstReader, FirstReading, read_first

STUB = """
import os, sys, time
from smen.products.verify import verify_granule
from smen.sources import reading_child

def read(path, **more):
    if "abort" in path:
        os.abort()
    if "hang" in path:
        while True:
            pass
    if "sleep" in path:
        time.sleep(60)
    if "large" in path:
        reading_child.limit_memory(1 << 28)
        bytearray(1 << 32)
    if "exit" in path:
        os._exit(3)
    if "bug" in path:
        raise IndexError("out of all bounds")
    if "chatter" in path:
        print("HDF5 says hello", flush=True)
        os.write(1, b"and again")
        path = path.replace("chatter/", "")
    return verify_granule(path, **more)

reading_child.verify_granule = read
reading_child.main()
"""


@pytest.fixture
def reader():
    reader = FirstReader([sys.executable, "-c", STUB], seconds=1)
    yield reader
    reader.close()


@pytest.fixture
def good(tmp_path):
    return add_coarse(tmp_path, coarse_name())


def read(reader, path):
    return reader.read(FirstReading(path, "SPL2SMP"))


def same(a, b):
    return (
        all(np.array_equal(getattr(a, n), getattr(b, n)) for n in a.__dataclass_fields__) and a.row.dtype == b.row.dtype
    )


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ("abort", "HDF5 crashes with it (SIGABRT)"),
        ("hang", "reading it takes longer than 1 s"),
        ("sleep", "reading it takes longer than 1 s"),
        ("large", "needs more than 2 GiB of memory"),
        ("exit", "HDF5 gives up with it (status 3)"),
        ("bug", "IndexError, out of all bounds"),
    ],
)
def test_a_file_that_ends_the_process_is_an_error_that_names_it(reader, good, where, reason):
    bad = good.parent / where / good.name
    begin = time.monotonic()
    with pytest.raises(GranuleError) as caught:
        read(reader, bad)
    assert str(caught.value).startswith(f"{bad}: ") and reason in str(caught.value)
    assert "bad_granules: skip" in str(caught.value)
    assert time.monotonic() - begin < 30
    assert same(read(reader, good), verify_granule(good, "SPL2SMP"))


def test_the_same_granules_as_without_a_process(tmp_path, good):
    scene = add_scene(tmp_path, scene_name())
    for path, product in ((good, "SPL2SMP"), (scene, "SPL2SMAP_S")):
        assert same(read_first(path, product), verify_granule(path, product))
    with h5py.File(good, "r+") as file:
        file.require_group("Metadata/DatasetIdentification").attrs["fileName"] = good.name
    other = good.rename(tmp_path / "1.h5")
    found = read_first(other, "SPL2SMP", filename=good.name)
    assert found.name.filename == found.stated_name == good.name


def test_errors_of_reading_are_the_same(tmp_path, good):
    scene = add_scene(tmp_path, scene_name())
    with h5py.File(good, "r+") as file:
        del file["Soil_Moisture_Retrieval_Data/soil_moisture"]
    cases = [
        (good, "SPL2SMP", None, GranuleError),
        (scene, "SPL2SMAP_S", "soil_moisture_apm_3km", GranuleError),
        (scene, "SPL2SMAP_S", "soil_moisture_9km", ArchiveError),
        (tmp_path / coarse_name(day=2), "SPL2SMP", None, GranuleError),
    ]
    for path, product, variable, kind in cases:
        with pytest.raises(kind) as direct:
            verify_granule(path, product, variable)
        with pytest.raises(kind) as first:
            read_first(path, product, variable)
        assert str(first.value) == str(direct.value)


@pytest.mark.parametrize("bad", [(0,), (4,), (3, 4, 5), (0, 11), tuple(range(12))])
def test_of_many_each_gets_its_own_answer(reader, tmp_path, bad):
    """Also those that were asked for when the process ended over an earlier one."""
    paths = [add_coarse(tmp_path, coarse_name(day=day), rows=(70, 72 + day)) for day in range(1, 13)]
    asked = [path.parent / "abort" / path.name if i in bad else path for i, path in enumerate(paths)]
    found = list(reader.read_each(FirstReading(path, "SPL2SMP") for path in asked))
    assert len(found) == len(paths) > 2 * AHEAD
    for i, (path, granule) in enumerate(zip(asked, found, strict=True)):
        if i in bad:
            assert isinstance(granule, GranuleError) and str(granule).startswith(f"{path}: HDF5 crashes")
        else:
            assert same(granule, verify_granule(path, "SPL2SMP"))


def test_relative_paths_follow_the_working_directory(reader, tmp_path, monkeypatch):
    """The process was started in another folder than that of the later granules."""
    for folder in ("a", "b"):
        path = add_coarse(tmp_path / folder, coarse_name(day=1 + (folder == "b")), rows=(70, 75 + (folder == "b")))
        monkeypatch.chdir(tmp_path / folder)
        found = read(reader, path.relative_to(tmp_path / folder))
        assert same(found, verify_granule(path, "SPL2SMP"))
    with pytest.raises(GranuleError, match=r"^no_such.*cannot be read"):
        read(reader, Path("no_such") / coarse_name(day=9))


def test_what_is_not_wanted_any_more_is_not_answered_later(reader, tmp_path, good):
    others = [add_coarse(tmp_path, coarse_name(day=day), rows=(70, 72)) for day in range(2, 9)]
    each = reader.read_each(FirstReading(path, "SPL2SMP") for path in others)
    next(each)
    each.close()
    assert same(read(reader, good), verify_granule(good, "SPL2SMP"))


def test_what_a_library_prints_does_not_come_between(reader, good):
    for _ in range(2):
        assert same(read(reader, good.parent / "chatter" / good.name), verify_granule(good, "SPL2SMP"))


def test_the_process_is_kept(reader, good):
    read(reader, good)
    first = reader._process.pid
    read(reader, good)
    assert reader._process.pid == first
    with pytest.raises(GranuleError):
        read(reader, good.parent / "abort" / good.name)
    read(reader, good)
    assert reader._process.pid != first


def test_threads_share_it(reader, tmp_path):
    paths = [add_coarse(tmp_path, coarse_name(day=day)) for day in range(1, 9)]
    bad = [paths[0].parent / "abort" / coarse_name(day=day) for day in (20, 21)]
    found = {}

    def work(path):
        try:
            found[path] = read(reader, path).row.size
        except GranuleError as problem:
            found[path] = str(problem)

    threads = [threading.Thread(target=work, args=(path,)) for path in [*paths[:4], bad[0], *paths[4:], bad[1]]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert all(found[path] == verify_granule(path, "SPL2SMP").row.size for path in paths)
    assert all(str(found[path]).startswith(f"{path}: HDF5 crashes") for path in bad)


def test_a_process_that_does_not_start_says_what_to_do(good):
    reader = FirstReader([sys.executable, "-c", "raise SystemExit(5)"])
    with pytest.raises(SmenError, match=r"ended with status 5.*run this command by itself"):
        read(reader, good)


def test_an_interrupt_leaves_no_answer_for_the_next(reader, good, monkeypatch):
    read(reader, good)

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("smen.sources.first_reading.json.loads", interrupted)
    with pytest.raises(KeyboardInterrupt):
        read(reader, good)
    monkeypatch.undo()
    other = add_coarse(good.parent, coarse_name(day=5), rows=(70, 80))
    assert same(read(reader, other), verify_granule(other, "SPL2SMP"))


@pytest.mark.parametrize("where", ["idle", "hang"])
def test_no_process_outlives_a_parent_that_is_killed(good, where):
    """The parent is killed while the process waits, and while it hangs in a file."""
    path = good if where == "idle" else good.parent / "hang" / good.name
    script = textwrap.dedent(f"""
        import pathlib, sys, threading, time
        from smen.sources.first_reading import FirstReader, FirstReading
        reader = FirstReader([sys.executable, "-c", {STUB!r}], seconds=3)
        reader.read(FirstReading(pathlib.Path({str(good)!r}), "SPL2SMP"))
        print(reader._process.pid, flush=True)
        reading = FirstReading(pathlib.Path({str(path)!r}), "SPL2SMP")
        threading.Thread(target=reader.read, args=[reading], daemon=True).start()
        time.sleep(60)
    """)
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env={**os.environ})
    child = int(parent.stdout.readline())
    time.sleep(0.3)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 15
    while _alive(child) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _alive(child)


def _alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_folder_with_a_module_of_the_same_name_does_no_harm(good, tmp_path, monkeypatch):
    (tmp_path / "h5py.py").write_text("raise SystemExit('not this one')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    reader = FirstReader()
    assert same(read(reader, good), verify_granule(good, "SPL2SMP"))
    reader.close()


def test_the_process_imports_no_torch():
    code = "import sys; import smen.sources.reading_child; print('torch' in sys.modules, 'xarray' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
