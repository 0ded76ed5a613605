"""Several methods in one region: the better one makes the maps, and another list of them makes just what is new."""

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
import rasterio
import yaml

ROOT = Path(__file__).parents[2]
SETTINGS = {
    "regions": {"plains": {"longitude": -97.5164, "latitude": 35.4676, "size": [30, 26]}},
    "periods": {"training": ["2016-01-01", "2016-09-30"], "test": ["2016-10-01", "2016-12-31"]},
    "smen": {"epochs": 1, "threads": 1},
}


@pytest.fixture(scope="module")
def project(tmp_path_factory, command):
    """Run the workflow with some settings in a folder of its own; returns which rules ran."""
    folder = tmp_path_factory.mktemp("candidates")
    shutil.copy(ROOT / "Snakefile", folder)
    (folder / "workflow").symlink_to(ROOT / "workflow")
    text = (ROOT / "workflow" / "docs" / "own_method.md").read_text(encoding="utf-8")
    (folder / "mine.py").write_text(re.findall(r"```python\n(.*?)```", text, re.S)[0], encoding="utf-8")

    def run(*arguments, **settings):
        (folder / "config.yaml").write_text(yaml.safe_dump(SETTINGS | settings), encoding="utf-8")
        output = command("snakemake", "--cores", "2", *arguments, cwd=folder)
        return set(re.findall(r"^(?:local)?(?:rule|checkpoint) (\w+):", output, re.M))

    run.folder = folder
    return run


def choice(project):
    return json.loads((project.folder / "results/plains/models/choice.json").read_text())


def test_candidates_from_the_first_run_to_another_list(project):
    """One story, for each step takes the files of the one before."""
    ran = project(methods=["fusion", "mine:MeanDetail"])
    assert {"train", "choose", "downscale", "evaluate"} <= ran
    made = choice(project)
    assert [row["method"] for row in made["candidates"]] == ["fusion", "mine:MeanDetail"]
    first = sorted((project.folder / "results/plains/maps/2016").glob("*_[AD].tif"))[0]
    with rasterio.open(first) as raster:
        assert raster.tags()["MODEL_CHOICE"].startswith(f"{made['chosen']}; ubRMSE on {made['dates']} held-out dates")
    with (project.folder / "results/plains/scores/scores.csv").open() as file:
        assert {"fusion", "MeanDetail"} <= {row["method"] for row in csv.DictReader(file)}
    for name in ("plains/scores/scores.md", "summary.md"):
        assert made["reason"] in (project.folder / "results" / name).read_text()
    written = first.stat().st_mtime_ns

    assert project(methods=["fusion", "mine:MeanDetail"]) == set()

    ran = project(methods=["fusion", "mine:MeanDetail", "smen"])
    assert {"train", "choose", "evaluate"} <= ran and "downscale" not in ran
    assert len(choice(project)["candidates"]) == 3 and choice(project)["chosen"] == made["chosen"] == "fusion"

    ran = project(methods=["fusion", "smen"])
    assert "choose" in ran and not {"train", "downscale"} & ran
    assert (project.folder / "results/plains/models/mine.MeanDetail.safetensors").is_file()
    assert first.stat().st_mtime_ns == written

    ran = project(method="mine:MeanDetail")
    assert "downscale" in ran
    with rasterio.open(first) as raster:
        assert raster.tags()["MODEL"] == "MeanDetail" and "MODEL_CHOICE" not in raster.tags()
