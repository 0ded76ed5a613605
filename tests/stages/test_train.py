"""The stage train: which method is fitted with which options, and what is written."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
import rasterio
from made_project import make_plan
from made_region import REGION

from smen.errors import DataError
from smen.methods.checkpoint import load_checkpoint, read_header
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.smen_cnn.network_method import NetworkMethod
from smen.plan.recipes import FusionRecipe, SmenRecipe
from smen.stages import train
from smen.stages.train import unfitted

SMEN = {"epochs": 1, "threads": 1, "precision": "float32", "device": "cpu"}


def smen_recipe(**options):
    return SmenRecipe(**make_plan(Path("x"), method="smen", smen=options).train(REGION).recipe.model_dump())


def test_fusion_takes_its_seed():
    method = unfitted(FusionRecipe(seed=7, donor_regions={}), history=3)
    assert isinstance(method, FusionMethod)
    assert (method.seed, method.history) == (7, 3)


def test_smen_takes_its_options():
    recipe = smen_recipe(
        epochs=9, patience=None, learning_rate=0.01, schedule="constant", augment_flips=True, batch_size=2, seed=5,
        threads=3, precision="float32", device="cpu", missing_residual="zero",
    )  # fmt: skip
    method = unfitted(recipe, history=4)
    assert isinstance(method, NetworkMethod)
    training = method.training
    assert (training.epochs, training.patience, training.learning_rate) == (9, None, 0.01)
    assert (training.schedule, training.augment_flips, training.batch) == ("constant", True, 2)
    assert (training.seed, training.threads, training.precision, training.device) == (5, 3, "float32", "cpu")
    assert (method.missing, method.history) == ("zero", 4)


def test_auto_threads_become_a_number_for_the_record():
    threads = unfitted(smen_recipe(threads="auto"), history=4).training.threads
    assert threads == min(len(os.sched_getaffinity(0)), 4)


def test_fusion_is_fitted_and_written_with_its_settings(made, trained):
    path = Path(trained.layout.model(REGION, "fusion"))
    assert isinstance(load_checkpoint(path, made.fields.window), FusionMethod)
    record = read_header(path)["extra"]
    assert record["region"] == REGION
    assert record["settings"]["recipe"] == {
        "method": "fusion", "seed": 1, "donor_regions": {}, "covariates": {}, "covariate_classes": [],
    }  # fmt: skip
    assert "results" not in record["settings"]  # the same training in another place gives the same bytes


def test_covariates_enter_the_pattern(copied, made):
    window = made.fields.window
    folder = Path(copied().layout.results).parent
    values = np.random.default_rng(1).normal(0, 1, window.shape)
    with rasterio.open(
        folder / f"{REGION}_sand.tif", "w", driver="GTiff", count=1, dtype="float64", height=window.height,
        width=window.width, crs="EPSG:6933", transform=window.transform,
    ) as raster:  # fmt: skip
        raster.write(values, 1)
    plan = copied(fusion={"covariates": {"sand": str(folder / "{region}_sand.tif")}})
    assert plan.train(REGION).recipe.covariates == {"sand": str(folder / f"{REGION}_sand.tif")}
    before = load_checkpoint(Path(plan.layout.model(REGION, "fusion"))).parameters.pattern.mean
    train.run(plan.train(REGION))
    after = load_checkpoint(Path(plan.layout.model(REGION, "fusion"))).parameters.pattern.mean
    assert (after != before).any()
    lost = copied(fusion={"covariates": {"sand": "nowhere.tif"}})
    with pytest.raises(DataError, match=r"the covariate sand, nowhere\.tif, cannot be read"):
        train.run(lost.train(REGION))


def test_smen_is_fitted_and_its_epochs_are_written(copied, monkeypatch):
    monkeypatch.setattr("smen.methods.smen_cnn.recipe.unavailable_reason", lambda: "no kernels in this test")
    plan = copied(method="smen", smen=SMEN)
    train.run(plan.train(REGION))
    method = load_checkpoint(Path(plan.layout.model(REGION, "smen")))
    assert isinstance(method, NetworkMethod)
    with Path(plan.layout.training_log(REGION, "smen")).open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1"]
    assert all(float(row["train"]) > 0 for row in rows)


def test_the_same_job_gives_the_same_bytes(copied):
    plan = copied()
    path = Path(plan.layout.model(REGION, "fusion"))
    before = path.read_bytes()
    train.run(plan.train(REGION))
    assert path.read_bytes() == before
    train.run(copied(fusion={"seed": 2}).train(REGION))
    assert path.read_bytes() != before


def test_samples_that_are_missing_are_named(copied):
    plan = copied()
    Path(plan.layout.samples(REGION, 2016)).unlink()
    with pytest.raises(DataError, match=r"samples/2016.nc is missing: run the stage pair"):
        train.run(plan.train(REGION))
