"""`smen check`: what a run needs and what is missing, before anything is made."""

import shutil
from types import SimpleNamespace

import pytest
import yaml
from made_granules import add_coarse, add_scene, coarse_name, scene_name

from smen.errors import SettingsError
from smen.plan.plan import Plan
from smen.settings.yaml_file import read_settings
from smen.stages import check

PLACE = {"longitude": -97.5164, "latitude": 35.4676, "size": 100}


def plan(folder, **sections):
    """The plan of a file of settings with one region."""
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump({"regions": {"plains": PLACE}, **sections}), encoding="utf-8")
    return Plan.load(read_settings(file), [file])


def test_the_overpasses_are_those_that_the_simulated_source_makes():
    """Counted in the granules of the default run (workflow/docs/earthdata.md): 1365 at Oklahoma City."""
    found = check.run(Plan.load({}, []), ("oklahoma_city",), with_map=False)
    assert "about 1365 dates of SMAP, 454 of them mapped" in found.text
    assert "granules: about 1365 of SPL2SMP; " in found.text
    assert "all of it within 60 degrees north and south" in found.text
    assert not found.missing and not found.warnings


def test_one_direction_has_half_of_them(tmp_path):
    text = check.run(plan(tmp_path, products={"overpasses": ["descending"]}), with_map=False).text
    number = int(text.split("about ")[1].split(" dates")[0])
    assert 0.45 * 1365 < number < 0.55 * 1365


def test_granules_of_a_folder_are_counted(tmp_path):
    tree = tmp_path / "granules"
    for day in (1, 2, 3):
        add_coarse(tree, coarse_name(day))
    add_scene(tree, scene_name(2))
    found = check.run(plan(tmp_path, source={"kind": "directory", "directory": str(tree)}), with_map=False)
    assert "granules: 1 of SPL2SMAP_S and 3 of SPL2SMP" in found.text
    assert not found.missing


def test_a_folder_that_is_not_there_is_missing(tmp_path):
    found = check.run(plan(tmp_path, source={"kind": "directory", "directory": str(tmp_path / "no")}), with_map=False)
    assert len(found.missing) == 1
    assert str(tmp_path / "no") in found.missing[0] and "no such folder" in found.missing[0]


def test_a_login_that_is_not_there_is_missing(tmp_path, monkeypatch):
    for name in ("EARTHDATA_TOKEN", "EARTHDATA_USERNAME", "EARTHDATA_PASSWORD", "NETRC"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    found = check.run(plan(tmp_path, source={"kind": "earthdata"}), with_map=False)
    assert len(found.missing) == 1
    assert "no Earthdata login" in found.missing[0] and ".netrc" in found.missing[0]


def test_weights_and_rasters_that_are_not_there_are_missing(tmp_path):
    tree = tmp_path / "granules"
    add_coarse(tree, coarse_name())
    add_scene(tree, scene_name())
    source = {"kind": "directory", "directory": str(tree)}
    found = check.run(plan(tmp_path, source=source, fusion={"covariates": {"sand": "soil/sand.tif"}}), with_map=False)
    assert found.missing == ["plains: no file soil/sand.tif: correct `fusion.covariates.sand`"]
    found = check.run(
        plan(tmp_path, source=source, method="fusion", fusion={"weights": "mine.safetensors"}), with_map=False
    )
    assert "no file mine.safetensors" in found.missing[0]


def test_too_little_room_on_disk_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=100e6))
    found = check.run(plan(tmp_path), with_map=False)
    assert len(found.missing) == 1
    assert found.missing[0].startswith("disk: about 0.4 GB are needed and 0.1 GB are free at ")


def test_a_region_that_is_not_there(tmp_path):
    with pytest.raises(SettingsError, match="plain"):
        check.run(plan(tmp_path), ("plain",))


def test_stations_that_are_not_there_are_missing_once(tmp_path):
    (tmp_path / "there.zip").write_bytes(b"")
    named = [str(tmp_path / "there.zip"), "ISMN.zip"]
    findings = check.run(
        plan(tmp_path, validation={"stations": named}, maps={"condition_on_stations": ["probes.csv"]}), with_map=False
    )
    assert findings.missing == [
        "no file or folder ISMN.zip: correct `validation.stations`",
        "no file or folder probes.csv: correct `maps.condition_on_stations`",
    ]


def test_in_short_a_line_for_each_of_the_first_regions(tmp_path):
    file = tmp_path / "config.yaml"
    places = {f"plains{number}": PLACE for number in range(check.SHORT + 3)}
    file.write_text(yaml.safe_dump({"regions": places}), encoding="utf-8")
    lines = check.short_lines(Plan.load(read_settings(file), [file]))
    assert len(lines) == check.SHORT + 1 and lines[-1] == "and 3 regions more: `smen check`"
    assert lines[0].startswith("plains0: 282 km wide, 319 km high")
    assert "1365 dates, 454 maps; " in lines[0] and "of one core" in lines[0]


def test_too_little_memory_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(check, "memory_bytes", lambda: 0.3e9)
    found = check.run(plan(tmp_path), with_map=False)
    assert [text.split(":")[1] for text in found.missing] == [" memory"]
    monkeypatch.setattr(check, "memory_bytes", lambda: None)
    assert not check.run(plan(tmp_path), with_map=False).missing
