"""Scores of the made region, worked out again from its arrays."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from made_project import WINDOW, make_plan
from made_region import REGION, TEST
from matplotlib.image import imread
from scipy.stats import norm

from smen.data.load import read_samples
from smen.errors import ArchiveError, DataError
from smen.methods.checkpoint import load_checkpoint
from smen.methods.interpolation import NearestNeighbour
from smen.outputs.tables import read_table
from smen.stages import evaluate

FIGURES = ("scores.png", "training.png", "fields.png")
BASELINES = ["nearest_neighbour", "bilinear", "mean_residual", "shrunk_residual", "filtered_residual"]
STATED = ["coverage_90", "crps", "spread_skill"]


def with_truth(folder):
    return {"source": {"kind": "directory", "directory": str(folder), "truth": str(folder / "truth")}}


@pytest.fixture(scope="module")
def evaluated(made, trained, tmp_path_factory):
    """The plan after its evaluation, with a known truth."""
    folder = shutil.copytree(made.folder, tmp_path_factory.mktemp("evaluated"), dirs_exist_ok=True)
    plan = make_plan(folder, **with_truth(folder))
    evaluate.run(plan.evaluate(REGION))
    return plan


def table_of(plan):
    return read_table(Path(plan.layout.scores(REGION, "scores.csv")))


def row_of(table, method, split="test", against="3 km product"):
    chosen = (table["method"] == method) & (table["split"] == split) & (table["against"] == against)
    (index,) = np.flatnonzero(chosen)
    return table.iloc[index]


def dates_of_test(made):
    """Indices of the fine fields on the test dates."""
    return np.flatnonzero(made.fields.fine_time >= np.datetime64(TEST[0]))


def errors_by_date(estimate, target):
    valid = np.isfinite(estimate) & np.isfinite(target)
    return [(x - y)[v].astype(float) for x, y, v in zip(estimate, target, valid, strict=True)]


def coarse_on_the_window(made, test):
    """The coarse field on the window's cells at some fine dates."""
    samples = read_samples(make_plan(made.folder).layout, REGION, [2016], made.fields).with_target(3)
    assert (samples.fine == test).all()
    return NearestNeighbour().predict(made.fields, samples).mean


def test_every_method_has_a_row_for_each_split_and_reference(evaluated):
    table = table_of(evaluated)
    assert set(table["split"]) == {"train", "validation", "test"}
    assert set(table["against"]) == {"3 km product", "truth"}
    for _, part in table.groupby(["split", "against"]):
        assert part["method"].tolist() == ["fusion", "fusion, causal", *BASELINES]
        assert part["dates"].nunique() == 1
    assert set(table["region"]) == {REGION}
    assert set(table["simulated"]) == {"yes"}


def test_errors_of_the_coarse_field_are_those_of_its_arrays(made, evaluated):
    fields = made.fields
    test = dates_of_test(made)
    coarse = coarse_on_the_window(made, test)
    for against, reference in (
        ("3 km product", fields.fine[test]),
        ("truth", made.truth[np.searchsorted(fields.coarse_time, fields.fine_time[test])]),
    ):
        row = row_of(table_of(evaluated), "nearest_neighbour", against=against)
        # Against the truth the cells are those that the truth has: all of them.
        errors = errors_by_date(coarse, reference)
        assert row["dates"] == len(test)
        assert row["ubRMSE"] == pytest.approx(np.mean([np.std(e) for e in errors]), rel=1e-4)
        assert row["bias"] == pytest.approx(np.mean([np.mean(e) for e in errors]), rel=1e-3, abs=1e-6)
        assert row["RMSE"] == pytest.approx(np.mean([np.sqrt(np.mean(e**2)) for e in errors]), rel=1e-4)
        assert row["ubRMSE_pooled"] == pytest.approx(np.std(np.concatenate(errors)), rel=1e-4)
        assert row["ubRMSE_low"] <= row["ubRMSE"] <= row["ubRMSE_high"]


def test_the_stated_deviation_is_judged_where_a_method_states_one(made, evaluated):
    table = table_of(evaluated)
    ours = table["method"].isin(["fusion", "fusion, causal"])
    assert table.loc[~ours, STATED].isna().all(axis=None)
    assert table.loc[ours, STATED].notna().all(axis=None)
    assert table.attrs["units"]["crps"] == "m3/m3"
    assert not {"coverage_90", "spread_skill"} & set(table.attrs["units"])
    test = dates_of_test(made)
    samples = read_samples(evaluated.layout, REGION, [2016], made.fields).with_target(3)
    prediction = load_checkpoint(Path(evaluated.model(REGION)), WINDOW).predict(made.fields, samples)
    target = made.fields.fine[test]
    valid = np.isfinite(target) & np.isfinite(prediction.mean) & np.isfinite(coarse_on_the_window(made, test))
    mean, stated, observed = (a[valid].astype(float) for a in (prediction.mean, prediction.standard_deviation, target))
    row = row_of(table, "fusion, causal")
    low, high = norm.interval(0.9, mean, stated)
    assert row["coverage_90"] == pytest.approx(np.mean((low <= observed) & (observed <= high)), abs=2e-3)
    z = (observed - mean) / stated
    crps = np.mean(stated * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi)))
    assert row["crps"] == pytest.approx(crps, rel=2e-3)
    assert row["spread_skill"] == pytest.approx(np.sqrt(np.mean(stated**2) / np.mean((observed - mean) ** 2)), rel=2e-3)


def test_the_markdown_has_a_dash_where_nothing_is_stated(evaluated):
    lines = Path(evaluated.layout.scores(REGION, "scores.md")).read_text(encoding="utf-8").splitlines()
    (heading,) = [line for line in lines if "coverage_90" in line]
    names = [cell.strip() for cell in heading.strip("|").split("|")]
    (row,) = [line for line in lines if "| test" in line and "bilinear" in line and "3 km product" in line]
    cells = dict(zip(names, [cell.strip() for cell in row.strip("|").split("|")], strict=True))
    assert cells["coverage_90"] == cells["crps [m3/m3]"] == cells["spread_skill"] == "–"
    assert cells["ubRMSE [m3/m3]"] != "–"
    assert "Simulated data" in lines[-1]


def test_the_figures_are_drawn(evaluated):
    for name in FIGURES:
        assert imread(evaluated.layout.scores(REGION, name)).shape[1] > 300


def test_without_a_truth_there_is_only_the_product(copied, monkeypatch):
    for figure in ("scores_figure", "training_figure", "region_figure"):
        monkeypatch.setattr(evaluate, figure, lambda *arguments, **options: None)
    folder = Path(copied().layout.results).parent
    plan = copied(source={"kind": "directory", "directory": str(folder)})
    evaluate.run(plan.evaluate(REGION))
    assert set(table_of(plan)["against"]) == {"3 km product"}


def test_a_truth_that_is_not_there_is_named(copied):
    plan = copied()  # simulated: the truth should lie among the resources
    with pytest.raises(ArchiveError, match="holds no truth"):
        evaluate.run(plan.evaluate(REGION))
    assert not Path(plan.layout.scores(REGION, "scores.csv")).exists()


@pytest.mark.parametrize(
    ("lost", "message"),
    [
        ("samples", r"samples/2016\.nc is missing"),
        ("aligned", r"coarse_2016\.nc is missing"),
        ("model", "is not there"),
    ],
)
def test_what_is_missing_is_named(copied, lost, message):
    plan = copied()
    path = {
        "samples": plan.layout.samples(REGION, 2016),
        "aligned": plan.layout.aligned(REGION, "coarse", 2016),
        "model": plan.model(REGION),
    }[lost]
    Path(path).unlink()
    with pytest.raises(DataError, match=message):
        evaluate.run(plan.evaluate(REGION))


def test_without_training_dates_only_baselines_that_need_none_are_compared(copied, monkeypatch, caplog):
    for figure in ("scores_figure", "training_figure", "region_figure"):
        monkeypatch.setattr(evaluate, figure, lambda *arguments, **options: None)
    plan = copied(source={"kind": "directory", "directory": "."})
    path = plan.layout.samples(REGION, 2016)
    with xr.open_dataset(path, engine="h5netcdf") as dataset:
        samples = dataset.load()
    samples["split"][:] = 3  # all of them test dates
    samples.to_netcdf(path, engine="h5netcdf")
    evaluate.run(plan.evaluate(REGION))
    table = table_of(plan)
    assert table["method"].tolist() == ["fusion", "fusion, causal", "nearest_neighbour", "bilinear"]
    assert set(table["split"]) == {"test"}
    assert "no training date" in caplog.text


def test_scores_by_class_count_every_mapped_cell_against_the_truth(made, evaluated):
    table = read_table(Path(evaluated.layout.scores(REGION, "classes.csv")))
    ours = table[table["method"] == "fusion, causal"].set_index("class")
    assert table["against"].unique().tolist() == ["truth"] and ours.index[0] == "everywhere mapped"
    samples = read_samples(evaluated.layout, REGION, [2016], made.fields).with_target(3)
    prediction = load_checkpoint(Path(evaluated.model(REGION)), WINDOW).predict(made.fields, samples)
    truth = made.truth[np.searchsorted(made.fields.coarse_time, samples.time)]
    errors = errors_by_date(prediction.mean, truth)
    row = ours.loc["everywhere mapped"]
    assert row["share"] == 100
    assert row["ubRMSE"] == pytest.approx(np.mean([np.std(e) for e in errors]), rel=1e-4)
    assert row["RMSE"] == pytest.approx(np.sqrt(np.mean(np.concatenate(errors) ** 2)), rel=1e-4)
    observed = np.isfinite(made.fields.fine[samples.fine])
    absent = ours.loc["no 3 km product on that date"]
    assert absent["share"] == pytest.approx(100 * (~observed & np.isfinite(prediction.mean)).mean(), abs=0.5)
    assert {"bilinear", "mean_residual"} <= set(table["method"])


def test_the_product_judges_maps_without_its_scene_and_the_truth_with_it(made, evaluated):
    table = table_of(evaluated)
    samples = read_samples(evaluated.layout, REGION, [2016], made.fields)
    test = samples.with_target(3)
    method = load_checkpoint(Path(evaluated.model(REGION)), WINDOW)
    truth = made.truth[np.searchsorted(made.fields.coarse_time, test.time)]
    for against, reference, own in (("3 km product", made.fields.fine[test.fine], False), ("truth", truth, True)):
        estimate = method.predict_retrospective(made.fields, test, samples.fine, own_scene=own).mean
        errors = errors_by_date(estimate, reference)
        row = row_of(table, "fusion", against=against)
        assert row["RMSE"] == pytest.approx(np.sqrt(np.mean([np.mean(e**2) for e in errors])), rel=0.05)
    causal, made_maps = (row_of(table, name, against="truth")["ubRMSE"] for name in ("fusion, causal", "fusion"))
    # What the retrospective weights are learnt from ends with the training: of so few dates they gain next to nothing.
    assert made_maps < 1.03 * causal


def test_without_a_truth_the_classes_are_judged_by_the_product(made, trained, tmp_path):
    folder = shutil.copytree(made.folder, tmp_path / "region")
    plan = make_plan(folder, source={"kind": "directory", "directory": str(folder)})
    evaluate.run(plan.evaluate(REGION))
    table = read_table(Path(plan.layout.scores(REGION, "classes.csv")))
    assert set(table["against"]) == {"3 km product"}
    assert "no 3 km product on that date" not in set(table["class"])
