"""The same bytes on any number of cores, in any folder, locale and time zone, and after being killed thirty times."""

import os
import random
import shutil

import numpy as np
import pytest
import rasterio
from background_run import contents, killed_at, said_by
from tiny import SMALL

pytestmark = pytest.mark.workflow
OLD_PROCESSOR = {
    "OPENBLAS_CORETYPE": "Nehalem",
    "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
    "ATEN_CPU_CAPABILITY": "default",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL",
}
ROUNDS = int(os.environ.get("SMEN_KILL_ROUNDS", "30"))


@pytest.mark.parametrize(
    ("cores", "folder", "variables"),
    [
        (1, "elsewhere", {"TZ": "Pacific/Chatham", "LC_ALL": "C"}),
        (8, "größer als/zwei Kerne", {"TZ": "America/St_Johns", "LC_ALL": "C.UTF-8"}),
    ],
)
def test_cores_folder_locale_and_time_zone_change_no_byte(tmp_path, project, small, cores, folder, variables):
    p = project(tmp_path / folder).settings(**SMALL)
    p.snakemake("all", cores=cores, env=variables)
    wanted = contents(small)
    assert len(wanted) > 300
    assert contents(p) == wanted


def test_a_processor_without_wide_vectors_changes_the_last_digits_alone(tmp_path, small):
    """Libraries told to do without AVX2 and FMA sum in another order: all that may differ between processors."""
    mine = small.copy_before_training(tmp_path / "p")
    mine.smen("train", "plains", env=OLD_PROCESSOR)
    mine.smen("downscale", "plains", "2016", env=OLD_PROCESSOR)
    maps = sorted((small.folder / "results/plains/maps/2016").glob("*_[AD].tif"))
    assert len(maps) > 20
    for path in maps:
        with rasterio.open(path) as one, rasterio.open(mine.folder / path.relative_to(small.folder)) as other:
            a, b = one.read(), other.read()
            assert ((a == -9999) == (b == -9999)).all()
            assert np.abs(a - b).max() < 1e-6


@pytest.mark.campaign
@pytest.mark.timeout(0)
def test_killed_runs_end_with_the_same_bytes_and_leave_nothing(tmp_path, project, small):
    """SIGKILL to all processes of a run at drawn moments, up to three times, then a rerun; of all files the bytes."""
    wanted, kills, stages = contents(small), 0, []
    for number in range(ROUNDS):
        draw = random.Random(number)
        p = project(tmp_path / f"run_{number}").settings(**SMALL)
        if number % 3:  # two of three begin with the granules there: the simulation is the longest job
            shutil.copytree(small.folder / "resources", p.folder / "resources", copy_function=shutil.copy2)
        more = []
        for _ in range(draw.randint(1, 3)):
            share, delay = draw.random(), draw.uniform(0, small.seconds)
            if not killed_at(p, "--cores", 2, *more, "all", share=share, delay=delay):
                break
            kills += 1
            stages.append(last_rule(p))
            p.snakemake("--unlock")
            more = ["--rerun-incomplete"]
        p.snakemake(*more, "all")
        assert contents(p) == wanted, f"run {number}"
        shutil.rmtree(p.folder)
        print(f"round {number}: {kills} kills so far, last in {stages[-1:]}", flush=True)
    counts = {stage: stages.count(stage) for stage in sorted(set(stages))}
    print(f"{ROUNDS} runs, {kills} kills, of the jobs begun last: {counts}", flush=True)
    assert kills >= ROUNDS


def last_rule(project):
    """Name of the job that a run began last."""
    lines = [line for line in said_by(project).read_text().splitlines() if line.startswith(("rule ", "localrule "))]
    return lines[-1].split()[1].rstrip(":") if lines else "none"
