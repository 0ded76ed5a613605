"""The store: shared by regions and processes, whole after any interruption, and honest about a full disk."""

import dataclasses
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import faulty_answers as faulty
import numpy as np
import pytest
from made_granules import add_coarse, add_scene, coarse_name, scene_name

from smen.errors import ArchiveError, OutputError
from smen.grid import Window
from smen.sources import manifest
from smen.sources.earthdata import Archive, earthdata_system
from smen.sources.earthdata.run_control import RunControl
from smen.sources.earthdata.store import Store
from smen.sources.earthdata.transfer_errors import TransferError

from earthdata_server import FAST_POLICY  # isort: skip

PATIENT_POLICY = dataclasses.replace(FAST_POLICY, read_timeout=30.0, stall_window=30.0)

CHILD = """
import json, sys
import numpy as np
from smen.sources.earthdata import Archive, RetryPolicy, GranuleQuery, earthdata_system
from smen.grid import Window
given = json.loads(sys.argv[1])
archive = Archive(given["store"], earthdata_system(given["search"], given["login"]), RetryPolicy(**given["policy"]))
query = GranuleQuery("SPL2SMP", "009", Window(*given["window"]), *np.array(["2016-01-01", "2017-01-01"], "M8[s]"))
print(len(archive.obtain([query])[0]))
"""
"""Another process that wants the same granules."""


@pytest.fixture
def start(server, archive, query, tmp_path):
    """Start such a process; all are ended with the test."""
    started = []

    def run(**policy):
        given = {
            "store": str(tmp_path / "store"),
            "search": server.search,
            "login": server.login,
            "window": dataclasses.astuple(query.window),
            "policy": dataclasses.asdict(
                dataclasses.replace(FAST_POLICY, read_timeout=30.0, stall_window=30.0, **policy)
            ),
        }
        root = str(Path(__file__).resolve().parents[3])
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        process = subprocess.Popen(
            [sys.executable, "-c", CHILD, json.dumps(given)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()


def until(condition, seconds=30.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def test_kill_9_in_mid_download_and_rerun(server, start, archive, query, names, visible, tmp_path, tree):
    server.answer_with(names[2], faulty.stall)
    process = start()
    until(lambda: server.count(f"/{names[2]}") and len(list((tmp_path / "store").rglob("*R19240_001.h5"))) == 3)
    process.send_signal(signal.SIGKILL)
    process.wait()
    left = [p for p in (tmp_path / "store").rglob("*.h5") if ".part" in p.name]
    assert len(left) == 1  # half a granule, under another name
    shown = sorted(p.name for p in (tmp_path / "store").rglob("*.h5") if ".part" not in p.name)
    assert shown == sorted(set(names) - {names[2]})
    asked = len(server.requests)
    archive.obtain([query])
    assert [p.rpartition("/")[2] for _, p in server.requests[asked:] if p.startswith("/data/")] == [names[2]]
    assert visible() == sorted(names)  # and nothing is left of the other


def test_two_processes_on_one_store(server, start, names, visible, tree, tmp_path):
    for name in names:
        server.answer_with(name, faulty.slowly(0.6))
    both = [start(), start()]
    said = [process.communicate(timeout=60) for process in both]
    assert [(process.returncode, out) for process, (out, _) in zip(both, said, strict=True)] == [(0, "4\n")] * 2, said
    assert server.count("/data/") == 4  # each granule was fetched once
    assert visible() == sorted(names)
    for name in names:
        assert next((tmp_path / "store").rglob(name)).read_bytes() == next(tree.rglob(name)).read_bytes()


def test_connections_of_all_processes_together(server, start, tree):
    for day in range(11, 27):
        add_coarse(tree, coarse_name(day))
    server.refresh()
    for record in server.records:
        server.answer_with(record["umm"]["GranuleUR"], faulty.slowly(0.2))
    both = [start(connections=3), start(connections=3)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert 1 < server.most <= 3


def test_a_second_process_does_not_wait_for_a_killed_one(tmp_path):
    store, control = Store(tmp_path), RunControl()
    path = tmp_path / "x" / "a.h5"
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom smen.sources.earthdata.store import Store\n"
        "from smen.sources.earthdata.run_control import RunControl\n"
        "with Store(sys.argv[1]).claim(Path(sys.argv[2]), RunControl()) as part:\n"
        "    part.write(b'half'); print('here', flush=True); time.sleep(60)\n"
    )
    root = str(Path(__file__).resolve().parents[3])
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(path)], stdout=subprocess.PIPE, text=True,
                          env={**os.environ, "PYTHONPATH": root}) as process:  # fmt: skip
        assert process.stdout.readline() == "here\n"
        waiting = threading.Thread(target=_claim, args=(store, path, control))
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()  # it is another's
        process.kill()
        waiting.join(10)
    assert path.read_bytes() == b"whole"
    assert sorted(p.name for p in path.parent.iterdir()) == ["a.h5"]


def _claim(store, path, control):
    with store.claim(path, control) as part:
        part.write(b"whole")
        store.publish(part, path)


def test_waiting_for_another_ends_with_the_run(tmp_path):
    store, control = Store(tmp_path), RunControl()
    with store.claim(tmp_path / "a.h5", RunControl()):
        threading.Timer(0.2, control.stop, ["enough"]).start()
        with pytest.raises(TransferError, match="enough"), store.claim(tmp_path / "a.h5", control):
            pass


def test_disk_full(server, archive, query, names, visible, tree):
    """A limit on the size of files stands in for the disk's end: the error comes from the same calls."""
    add_coarse(tree, names[2], rows=(0, 400), columns=(0, 300))  # larger than all others
    server.refresh()
    size = next(tree.rglob(names[2])).stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, hard))
    try:
        with pytest.raises(OutputError, match=r"cannot be written: File too large\. Free some space"):
            archive.obtain([query])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert names[2] not in visible()  # which also sees that no part is left
    (records,) = archive.obtain([query])
    assert len(records) == 4


def test_a_store_that_cannot_be_written(server, query, tmp_path):
    (tmp_path / "file").write_text("in the way")
    archive = Archive(tmp_path / "file" / "store", earthdata_system(server.search, server.login), FAST_POLICY)
    with pytest.raises(OutputError, match="Not a directory"):
        archive.obtain([query])


def test_nothing_is_fetched_twice(server, archive, query, names, tmp_path, monkeypatch):
    archive.obtain([query])
    asked = server.count("/data/")
    east = dataclasses.replace(query, window=Window(1020, 2700, 50, 50))  # another region under the same half-orbits
    monkeypatch.delenv("EARTHDATA_TOKEN")  # nothing to fetch: no login either
    again = Archive(tmp_path / "store", earthdata_system(server.search, server.login), FAST_POLICY)
    assert [r.name for r in again.obtain([east])[0]] == names
    assert server.count("/data/") == asked


@pytest.mark.parametrize("harm", ["cut", "other", "empty"])
def test_a_file_damaged_on_disk_is_fetched_again(server, archive, query, names, visible, tmp_path, tree, harm, caplog):
    archive.obtain([query])
    path = next((tmp_path / "store").rglob(names[1]))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes({"cut": data[:5000], "other": data, "empty": b""}[harm])
    archive.obtain([query])
    assert server.count(f"/{names[1]}") == 2
    assert f"{names[1]} is fetched again" in caplog.text
    assert path.read_bytes() == next(tree.rglob(names[1])).read_bytes()


def test_new_and_reprocessed_granules(server, archive, query, names, visible, tree):
    archive.obtain([query])
    asked = len(server.requests)
    newer, new = coarse_name(4, version="R19240_002"), coarse_name(20)
    add_coarse(tree, newer)
    add_coarse(tree, new)
    server.refresh()
    (records,) = archive.obtain([query])
    assert [r.name for r in records] == [names[0], newer, *names[2:], new]
    assert sorted(p.rpartition("/")[2] for _, p in server.requests[asked:] if p.startswith("/data/")) == sorted(
        [newer, new]
    )


def test_both_products_with_one_login(server, archive, query, names, tree, visible):
    add_scene(tree, scene_name(3))
    server.refresh()
    scenes = dataclasses.replace(query, product="SPL2SMAP_S", version="003")
    coarse, fine = archive.obtain([query, scenes])
    assert ([r.name for r in coarse], [r.name for r in fine]) == (names, [scene_name(3)])
    assert fine[0].sentinel1_time == np.datetime64("2016-01-03T00:30:00")
    assert visible() == sorted([*names, scene_name(3)])


def test_a_failing_product_leaves_the_other_alone(server, archive, query, names, tree, visible):
    add_scene(tree, scene_name(3))
    server.refresh()
    for name in names:
        server.answer_with(name, faulty.status(403), always=True)
    scenes = dataclasses.replace(query, product="SPL2SMAP_S", version="003")
    with pytest.raises(ArchiveError, match="4 of 5 granules could not be fetched"):
        archive.obtain([query, scenes])
    assert visible() == [scene_name(3)]


def test_manifest_opens_in_gis_tools(server, archive, query, names, tmp_path):
    import geopandas as gpd

    (records,) = archive.obtain([query])
    path = tmp_path / "manifest.geojson"
    manifest.write(path, records)
    frame = gpd.read_file(path)
    assert list(frame["name"]) == names
    assert frame.crs.to_epsg() == 4326
    assert all(frame.geometry.intersects(query.window.polygon()))
    assert list(frame["state"]) == ["present"] * 4
    assert all(url.startswith(server.base) for url in frame["url"])
    assert all(text.startswith("MD5 ") for text in frame["checksum"])
    assert [r.name for r in manifest.read(path)] == names


def test_wanted_granules_make_a_manifest_too(server, archive, query, tmp_path):
    listed = archive.listing(query)
    records = [one.record(archive.store.path(one.name, one.version)) for one in listed]
    assert all(record.state == "wanted" for record in records)
    manifest.write(tmp_path / "wanted.geojson", records)
    assert [r.size for r in manifest.read(tmp_path / "wanted.geojson")] == [one.size for one in listed]


def test_the_user_stops_the_run(server, start, names, tmp_path):
    server.answer_with(names[2], faulty.stall)
    process = start()
    until(lambda: server.count(f"/{names[2]}") and len(list((tmp_path / "store").rglob("*R19240_001.h5"))) == 3)
    process.send_signal(signal.SIGINT)
    server.closing.set()  # the stalled connection ends, and with it the wait for its thread
    process.wait(20)
    assert not [p for p in (tmp_path / "store").rglob("*.h5") if ".part" in p.name]
