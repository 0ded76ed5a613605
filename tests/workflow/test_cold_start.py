"""A region without training dates of its own learns from another one, through the whole workflow."""

import copy

import numpy as np
import pandas as pd
import pytest
import rasterio
from tiny import TINY

from smen.methods.checkpoint import load_checkpoint

pytestmark = pytest.mark.workflow


def test_a_region_without_training_dates_is_mapped_by_what_another_one_teaches(finished, tmp_path):
    project = finished.copy(tmp_path / "project")
    regions = copy.deepcopy(TINY["regions"])
    regions["desert"] |= {
        "method": "fusion",
        "fusion": {"learn_from": ["plains"]},
        "periods": {"training": ["2016-01-01", "2016-01-02"], "test": ["2016-10-01", "2016-12-31"]},
    }
    project.settings(regions=regions)
    planned = project.planned("desert")
    assert ("train", "desert") in planned and not any(region == "plains" for _, region in planned)
    project.snakemake("desert")
    fitted = load_checkpoint(project.folder / "results/desert/models/fusion.safetensors").parameters
    assert fitted.transferred and (fitted.pattern.count == 0).all()
    scores = pd.read_csv(project.folder / "results/desert/scores/scores.csv")
    assert set(scores["method"]) == {"fusion", "fusion, causal", "nearest_neighbour", "bilinear"}
    product = scores[(scores["split"] == "test") & (scores["against"] == "3 km product")].set_index("method")
    assert (product["ubRMSE [m3/m3]"] < 0.1).all()
    maps = sorted((project.folder / "results/desert/maps/2016").glob("desert_*_[AD].tif"))
    assert len(maps) > 20
    deviations = []
    for path in maps:
        with rasterio.open(path) as raster:
            mean, deviation = raster.read(1, masked=True), raster.read(2, masked=True)
        assert (mean.mask == deviation.mask).all()
        deviations.append(deviation.mean())
    home = sorted((finished.folder / "results/plains/maps/2016").glob("plains_*_[AD].tif"))
    with rasterio.open(home[-1]) as raster:
        taught = raster.read(2, masked=True).mean()
    assert 0.3 * taught < np.mean(deviations) < 3 * taught


def test_a_donor_region_that_does_not_exist_is_named(finished, tmp_path):
    project = finished.copy(tmp_path / "project")
    regions = copy.deepcopy(TINY["regions"])
    regions["desert"] |= {"method": "fusion", "fusion": {"learn_from": ["plain"]}}
    said = project.settings(regions=regions).snakemake("desert", "--dry-run", status=1)
    assert "learn_from of desert names `plain`" in said and "did you mean `plains`" in said
