"""`snakemake paper` on two tiny regions that are none of the paper's, and a training that is killed on its way."""

import signal
import subprocess
import sys
from pathlib import Path

import h5netcdf
import numpy as np
import pandas as pd
import pytest
import yaml

from smen.outputs.tables import read_table
from smen.plan.plan import Plan
from smen.settings.file import check_settings

pytestmark = pytest.mark.workflow

PAPER = {
    "epochs": 8,
    "sizes": [3, 6],
    "sizes_test": 3,
    "seeds": [1, 2],
    "learned_baselines": False,
    "inputs_region": "desert",
}
QUICK = Path(__file__).parent.parent.parent / "workflow" / "paper_quick.yaml"

KILLED = """
import os, signal, sys
from smen.plan.paper_jobs import ExperimentJob
from smen.methods.smen_cnn.resume import TrainingCheckpoint
from smen.paper import experiment

class Doomed(TrainingCheckpoint):
    def save(self, state):
        super().save(state)
        if state()["epoch"] == 5:
            os.kill(os.getpid(), signal.SIGKILL)

experiment.TrainingCheckpoint = lambda path, description: Doomed(path, description, every=0)
experiment.run(ExperimentJob.model_validate_json(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def reproduced(finished, tmp_path_factory):
    """The finished project after `paper`."""
    project = finished.copy(tmp_path_factory.mktemp("reproduced") / "p").settings(paper=PAPER)
    project.said = project.snakemake("paper")
    return project


def table(project, name):
    return read_table(project.folder / "results/paper" / name)


def dates_of(project, region):
    """How many dates there are to learn from and to be judged by, from the aligned series alone."""
    with h5netcdf.File(project.folder / f"results/{region}/aligned/fine_2016.nc") as file:
        seconds, fine = file["time"][:], file["soil_moisture"][:]
    with h5netcdf.File(project.folder / f"results/{region}/aligned/coarse_2016.nc") as file:
        seen = set(file["time"][:].tolist())
    counted = [s for s, field in zip(seconds.tolist(), fine, strict=True) if s in seen and (field > 0).mean() >= 0.1]
    october = int((np.datetime64("2016-10-01") - np.datetime64("2000-01-01")) / np.timedelta64(1, "s"))
    return sum(s < october for s in counted), sum(s >= october for s in counted)


def test_each_training_is_a_job_of_its_own(reproduced):
    found = sorted(path.stem for path in (reproduced.folder / "results/paper").glob("*/trained/*"))
    cases = ["both", "spatial", "temporal"], ["both", "size_3", "size_6"]
    assert found == sorted(f"{case}_{seed}" for part in cases for case in part for seed in (1, 2))
    assert reproduced.said.count("rule experiment:") == len(found)
    assert not list((reproduced.folder / "results/paper").glob("*/unfinished/*"))


def test_the_tables_count_the_dates_that_there_are(reproduced):
    first = table(reproduced, "table1.csv").set_index("region")
    for region in ("plains", "desert"):
        assert (first.loc[region, "train_dates"], first.loc[region, "test_dates"]) == dates_of(reproduced, region)
    second = table(reproduced, "table2.csv").set_index("inputs")
    assert list(second.index) == ["spatial", "temporal", "spatiotemporal"]
    assert (second["test_dates"] == dates_of(reproduced, "desert")[1]).all()
    third = table(reproduced, "table3.csv").set_index("asked for")
    assert third["train_dates"].to_dict() == {3: 3, 6: 6}
    assert (third["test_dates"] == 3).all()


def test_the_tables_are_whole(reproduced):
    for name in ("table1", "table2", "table3", "comparison"):
        made = table(reproduced, f"{name}.csv")
        ours = made[[c for c in made if not c.startswith("paper") and "difference" not in c]]
        assert ours.drop(columns=["R", "R_inside", "blockiness"], errors="ignore").notna().all(axis=None), name
        assert (made["simulated"] == "yes").all()
        assert (reproduced.folder / f"results/paper/{name}.md").is_file()
    methods = {
        "smen",
        "fusion",
        "constant",
        "nearest_neighbour",
        "bilinear",
        "bicubic",
        "mean_residual",
        "shrunk_residual",
    }
    for name in ("comparison.csv", "plains/comparison.csv", "desert/comparison.csv"):
        made = table(reproduced, name)
        assert set(made["against"]) == {"3 km product", "truth"}
        assert methods <= set(made["method"])
        assert made["ubRMSE"].between(0.005, 0.2).all()
    assert {"smen_spatial", "smen_temporal"} <= set(table(reproduced, "desert/comparison.csv")["method"])


def test_a_second_run_has_nothing_to_do(reproduced):
    assert "Nothing to be done" in reproduced.snakemake("paper")


def test_one_more_seed_trains_that_seed_alone(reproduced, tmp_path):
    project = reproduced.copy(tmp_path / "p").settings(paper=PAPER | {"seeds": [1, 2, 3]})
    said = project.snakemake("--dry-run", "paper")
    assert said.count("rule experiment:") == 6
    assert said.count("rule compare:") == 2


def test_a_training_that_is_killed_goes_on_where_it_was(reproduced, tmp_path):
    project = reproduced.copy(tmp_path / "p")
    weights = project.folder / "results/paper/plains/trained/both_1.safetensors"
    uninterrupted = weights.read_bytes()
    weights.unlink()
    values = yaml.safe_load((project.folder / "config.yaml").read_text())
    job = Plan(check_settings(values)).experiment("plains", "both", 1)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, job.model_dump_json()], cwd=project.folder, check=False, capture_output=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not weights.exists()
    said = project.snakemake("results/paper/plains/trained/both_1.safetensors")
    assert "both_1.pt: the training goes on after epoch 5" in said
    assert weights.read_bytes() == uninterrupted
    assert not list(weights.parent.parent.glob("unfinished/*"))


def test_the_reduced_setting_lies_over_any_other(reproduced):
    """As the README says it: the file of settings first, then what makes it quick."""
    arguments = ["--dry-run", "--printshellcmds", "paper", "--configfile", "config.yaml", str(QUICK)]
    said = reproduced.command(
        "snakemake", "--snakefile", reproduced.root / "Snakefile", "--cores", 2, *arguments, cwd=reproduced.folder
    )
    assert '"epochs":20,"learning_rate":0.001' in said
    assert '"sizes":[3,6]' in said  # what it does not name stays


def test_a_truth_that_nobody_knows_leaves_the_tables_without_it(reproduced, tmp_path):
    """The same granules as a folder of unknown origin: the same scores against the product, and no others."""
    project = reproduced.copy(tmp_path / "p")
    (project.folder / "granules").mkdir()
    values = yaml.safe_load((project.folder / "config.yaml").read_text())
    source = {"kind": "directory", "directory": str(project.folder / "granules")}
    project.settings(paper=values["paper"], source=source)
    for region in ("plains", "desert"):
        project.smen("compare", region)
    project.smen("reproduce")
    before, after = table(reproduced, "comparison.csv"), table(project, "comparison.csv")
    kept = before[before["against"] == "3 km product"].reset_index(drop=True)
    pd.testing.assert_frame_equal(after, kept)
    assert "test_truth" not in table(project, "table1.csv")
