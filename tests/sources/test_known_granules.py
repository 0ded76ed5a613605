"""What was found of granules before is taken again, as long as their files are as they were."""

import json
import os
import time
from pathlib import Path

import pytest
from made_granules import BEGIN, END, WINDOW, add_coarse, coarse_name

from smen.errors import GranuleError
from smen.sources import directory, manifest
from smen.sources.known_granules import KnownGranules

ALL = {coarse_name(1), coarse_name(2, "A"), coarse_name(4)}


@pytest.fixture
def tree(tmp_path):
    """Three granules of an hour ago, one of them far from the window."""
    folder = tmp_path / "tree"
    add_coarse(folder, coarse_name(1))
    add_coarse(folder, coarse_name(2, "A"))
    add_coarse(folder, coarse_name(4), rows=(10, 14), columns=(10, 14))
    for path in folder.rglob("*.h5"):
        age(path)
    return folder


@pytest.fixture
def opened(monkeypatch):
    """Names of the granules that are read."""
    names, read_each = [], directory.READER.read_each

    def counting(readings):
        wanted = list(readings)
        names.extend(reading.path.name for reading in wanted)
        return read_each(wanted)

    monkeypatch.setattr(directory.READER, "read_each", counting)
    return names


def age(path, seconds=3600):
    then = time.time() - seconds
    os.utime(path, (then, then))


def search(tree, path, asked="window", **options):
    known = KnownGranules(path, asked)
    records = directory.find(tree, "SPL2SMP", WINDOW, BEGIN, END, known=known, **options)
    known.keep()
    return records


def granule(tree, name):
    return next(tree.rglob(name))


def test_what_is_known_is_not_read_again_and_gives_the_same_manifest(tree, tmp_path, opened):
    path = tmp_path / "known" / "a.json"
    first = search(tree, path)
    assert set(opened) == ALL and len(first) == 2
    opened.clear()
    again = search(tree, path)
    assert opened == []  # the one that does not touch the window is known as well
    for number, records in enumerate((first, again)):
        manifest.write(tmp_path / f"{number}.geojson", records)
    assert (tmp_path / "0.geojson").read_bytes() == (tmp_path / "1.geojson").read_bytes()
    assert directory.find(tree, "SPL2SMP", WINDOW, BEGIN, END) == again


def test_a_new_granule_alone_is_read(tree, tmp_path, opened):
    search(tree, tmp_path / "a.json")
    opened.clear()
    add_coarse(tree, coarse_name(3))
    assert len(search(tree, tmp_path / "a.json")) == 3
    assert opened == [coarse_name(3)]


def test_a_file_that_has_changed_is_read_again(tree, tmp_path, opened):
    search(tree, tmp_path / "a.json")
    spoiled = granule(tree, coarse_name(1))
    whole = spoiled.read_bytes()
    spoiled.write_bytes(b"x" * len(whole))  # the same size
    opened.clear()
    for _ in range(2):  # and again each time while it is bad
        with pytest.raises(GranuleError, match=spoiled.name):
            search(tree, tmp_path / "a.json")
    assert opened == [spoiled.name] * 2
    spoiled.write_bytes(whole)
    age(spoiled, 60)
    assert len(search(tree, tmp_path / "a.json")) == 2


def test_a_file_changed_moments_ago_is_read_once_more(tree, tmp_path, opened):
    """Within a tick of the file system's clock it could change again without another time."""
    add_coarse(tree, coarse_name(3))
    for _ in range(2):
        search(tree, tmp_path / "a.json")
    assert opened.count(coarse_name(3)) == 2 and opened.count(coarse_name(1)) == 1


def test_another_question_reads_all_again(tree, tmp_path, opened):
    search(tree, tmp_path / "a.json")
    search(tree, tmp_path / "a.json", asked="another window")
    assert len(opened) == 2 * len(ALL)


@pytest.mark.parametrize("damage", ["", "{", '{"asked": "window"}', '{"asked": "window", "granules": {"a": 1}}'])
def test_a_damaged_file_is_left_aside(tree, tmp_path, opened, damage):
    path = tmp_path / "a.json"
    first = search(tree, path)
    path.write_text(damage)
    assert search(tree, path) == first
    assert len(opened) == 2 * len(ALL)


def test_a_damaged_record_is_read_again(tree, tmp_path, opened):
    path = tmp_path / "a.json"
    first = search(tree, path)
    content = json.loads(path.read_text())
    key = next(key for key in content["granules"] if coarse_name(1) in key)
    content["granules"][key]["record"].pop("sha256")
    path.write_text(json.dumps(content))
    opened.clear()
    assert search(tree, path) == first and opened == [coarse_name(1)]


def test_what_is_gone_is_forgotten(tree, tmp_path):
    path = tmp_path / "a.json"
    search(tree, path)
    granule(tree, coarse_name(1)).unlink()
    assert len(search(tree, path)) == 1
    assert coarse_name(1) not in path.read_text()


def test_without_a_place_nothing_is_kept(tree, tmp_path, opened):
    known = KnownGranules(None)
    for _ in range(2):
        directory.find(tree, "SPL2SMP", WINDOW, BEGIN, END, known=known)
    known.keep()
    assert len(opened) == 2 * len(ALL)
    assert known.look(Path("none.h5"), "SPL2SMP") is None
