"""The paper's tables from scores that are made up, every number worked out again from them."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from smen.errors import DataError
from smen.outputs.tables import read_table
from smen.paper import reproduce
from smen.plan.paper_jobs import ReproduceJob

REGIONS = ("oklahoma_city", "harbour")
METHODS = {"smen": 0.04, "smen_spatial": 0.05, "smen_temporal": 0.06, "fusion": 0.03, "mean_residual": 0.0401}
METRICS = [
    "ubRMSE",
    "ubRMSE_zeros",
    "bias",
    "RMSE",
    "R",
    "R_inside",
    "ubRMSE_inside",
    "deviation_ratio",
    "spectrum_ratio",
    "blockiness",
    "g_down",
]
DATES = {"train": 12, "test": 8}
SIZES = (10, 20)


def scores(region):
    """Scores by date: each method's error, plus what is peculiar to a date, and half of it against the truth."""
    rows = []
    random = np.random.default_rng(len(region))
    peculiar = {split: random.normal(0, 0.005, number) for split, number in DATES.items()}
    sizes = {f"size_{n}": 1 / n for n in SIZES} if region == "oklahoma_city" else {}
    for method, error in (METHODS | sizes).items():
        for seed in (1, 2) if method.startswith(("smen", "size")) else (0,):
            for against, share in (("3 km product", 1), ("truth", 0.5)):
                for split, number in DATES.items():
                    for day in range(number):
                        time = f"{2017 if split == 'train' else 2018}-05-{day + 1:02} 06:00:00"
                        value = share * (error + 0.001 * seed + peculiar[split][day])
                        if region == "harbour" and split == "train" and day < 2:
                            value = np.nan
                        key = {"method": method, "seed": seed, "split": split, "against": against, "time": time}
                        rows.append(key | dict.fromkeys(METRICS, value))
    return pd.DataFrame(rows)


def aggregations(table):
    found = table.groupby(["method", "seed", "split", "against"])["ubRMSE"].agg(["count", "mean"]).reset_index()
    found = found.rename(columns={"count": "dates", "mean": "ubRMSE"})
    return found.assign(**{f"ubRMSE_{sense}": found["ubRMSE"] for sense in ("median", "pooled", "per_cell", "zeros")})


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reproduced")
    made = ReproduceJob(
        regions=REGIONS,
        cells=((971, 2600, 30, 40), (500, 900, 30, 40)),
        inputs_region="oklahoma_city",
        sizes_region="oklahoma_city",
        sizes=SIZES,
        sizes_test=8,
        sampling="random",
        seeds=(1, 2),
        epochs=7,
        learning_rate=1e-4,
        batch_size=4,
        results=str(folder),
    )
    for region in REGIONS:
        table = scores(region)
        if region == "harbour":  # only one region has all kinds of inputs
            table = table[~table["method"].isin(["smen_spatial", "smen_temporal"])]
        place = Path(made.layout.comparison(region, "dates.csv"))
        place.parent.mkdir(parents=True)
        table.to_csv(place, index=False)
        aggregations(table).to_csv(place.with_name("aggregation.csv"), index=False)
        field = (("y", "x"), np.random.default_rng(0).uniform(0, 0.5, (30, 40)))
        example = xr.Dataset(dict.fromkeys(("coarse", "target", "estimate"), field))
        example.attrs = {"time": "2018-05-03T06:00:00", "simulated": 1}
        example.to_netcdf(place.with_name("example.nc"), engine="h5netcdf")
    reproduce.run(made)
    return made


def table_of(job, name, region=None):
    return read_table(Path(job.layout.paper(name) if region is None else job.layout.comparison(region, name)))


def mean(region, method, split="test", against="3 km product"):
    t = scores(region)
    return t[(t["method"] == method) & (t["split"] == split) & (t["against"] == against)]["ubRMSE"].mean()


def words(job, name):
    return Path(job.layout.paper(f"{name}.md")).read_text(encoding="utf-8")


def test_table1(job):
    table = table_of(job, "table1.csv").set_index("region")
    for region in REGIONS:
        row = table.loc[region]
        assert (row["train_dates"], row["test_dates"]) == (12, 8)
        assert row["train"] == pytest.approx(mean(region, "smen", "train"), rel=1e-5)
        assert row["test"] == pytest.approx(mean(region, "smen"), rel=1e-5)
        assert row["test_low"] < row["test"] < row["test_high"]
        assert row["seed_deviation"] == pytest.approx(0.001 / np.sqrt(2), rel=1e-4)
        assert row["test_truth"] == pytest.approx(mean(region, "smen", against="truth"), rel=1e-5)
    theirs = [c for c in table if c.startswith("paper (other data): ")]
    assert table.loc["oklahoma_city", theirs].tolist() == [80, 50, 0.021, 0.048]
    assert table.loc["harbour", theirs].isna().all()
    assert "harbour 2 and 0" in words(job, "table1")
    assert "Trained for 7 epochs instead of the published 1000, Adam at 0.0001, 4 dates a step, seeds 1, 2." in words(
        job, "table1"
    )


def test_table2(job):
    table = table_of(job, "table2.csv").set_index("inputs")
    assert list(table.index) == ["spatial", "temporal", "spatiotemporal"]
    assert table["test"].tolist() == pytest.approx(
        [mean("oklahoma_city", m) for m in ("smen_spatial", "smen_temporal", "smen")], rel=1e-5
    )
    # Methods differ by the same on each date, so that pairs leave no doubt at all.
    for kind, gap in (("spatial", 0.01), ("temporal", 0.02)):
        row = table.loc[kind, ["difference", "difference_low", "difference_high"]]
        assert row.tolist() == pytest.approx([gap] * 3, rel=1e-4)
    assert table.loc["spatiotemporal", ["difference", "difference_low"]].isna().all()
    assert table["paper (other data): test"].tolist() == [0.039, 0.049, 0.034]


def test_table3(job):
    table = table_of(job, "table3.csv").set_index("asked for")
    assert list(table.index) == list(SIZES)
    assert table["test"].tolist() == pytest.approx([mean("oklahoma_city", f"size_{n}") for n in SIZES], rel=1e-5)
    assert table["difference"].tolist() == pytest.approx([1 / 10 - 1 / 20, np.nan], nan_ok=True, rel=1e-4)
    assert table["paper (other data): test"].tolist() == [0.085, 0.068]
    said = words(job, "table3")
    assert "the last 8 dates of the test period, 2018-05-01 to 2018-05-08" in said
    assert "drawn at random" in said
    assert "The paper does not name its region" in said
    assert "oklahoma_city" in said.splitlines()[0]


def test_a_comparison_for_each_region_and_one_for_all(job):
    for region in REGIONS:
        table = table_of(job, "comparison.csv", region)
        own = scores(region)
        own = own[(own["split"] == "test") & ~own["method"].str.startswith("size")]
        for against, part in table.groupby("against"):
            wanted = own[own["against"] == against].groupby("method")["ubRMSE"].mean().sort_values()
            if region == "harbour":
                wanted = wanted.drop(["smen_spatial", "smen_temporal"])
            assert part["method"].tolist() == list(wanted.index)
            assert part["ubRMSE"].tolist() == pytest.approx(wanted.tolist(), rel=1e-4)
    together = table_of(job, "comparison.csv")
    assert set(together["method"]) == {"smen", "fusion", "mean_residual"}
    assert (together["dates"] == 16).all()
    row = together[(together["method"] == "fusion") & (together["against"] == "3 km product")].iloc[0]
    assert row["ubRMSE"] == pytest.approx(np.mean([mean(r, "fusion") for r in REGIONS]), rel=1e-4)


def test_nothing_is_called_better_without_its_interval(job):
    table = table_of(job, "differences.csv")
    assert set(table["region"]) == {*REGIONS, "all"}
    said = table["the first is"].to_numpy()
    assert (said[table["high"] < 0] == "better").all()
    assert (said[table["low"] > 0] == "worse").all()
    assert (said[(table["low"] <= 0) & (table["high"] >= 0)] == "not told apart").all()
    row = table[(table["region"] == "oklahoma_city") & (table["second"] == "smen_spatial")].iloc[0]
    assert (row["first"], row["the first is"], row["dates"]) == ("smen", "better", 8)


def test_all_says_that_it_is_simulated_and_has_its_pictures(job):
    for name in ("table1", "table2", "table3", "comparison"):
        assert "Simulated data" in words(job, name)
        assert not Path(job.layout.paper(f"{name}.png")).exists()
    for name in ("figure2.png", "comparison_figure.png"):
        assert Path(job.layout.paper(name)).stat().st_size > 10_000
    assert Path(job.layout.comparison("harbour", "comparison_figure.png")).is_file()


def test_what_is_missing_is_named(job, tmp_path):
    shutil.copytree(job.results, tmp_path / "results")
    moved = job.model_copy(update={"results": str(tmp_path / "results")})
    for name in ("example.nc", "dates.csv"):
        Path(moved.layout.comparison("harbour", name)).unlink()
        with pytest.raises(DataError, match=rf"harbour/{name}"):
            reproduce.run(moved)
