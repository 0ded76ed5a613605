"""Accidents to a whole run: another run beside it, a clock that jumps back; others stand with what they happen to."""

import os
import time

import pytest
from background_run import contents, running, until

pytestmark = pytest.mark.workflow
DAY = 86_400


def test_a_second_run_in_the_same_folder_is_refused_and_harms_nothing(tmp_path, small):
    mine = small.copy_before_training(tmp_path / "p")
    with running(mine, "--cores", 2, "all") as process:
        until((mine.folder / "logs/results/plains/train_fusion.log").exists, process)
        second = mine.snakemake("all", status=1)
        assert "Directory cannot be locked" in second and "another Snakemake process" in second
    assert contents(mine) == contents(small)


def test_a_clock_that_jumps_back_makes_work_and_no_harm(tmp_path, small):
    """What is there was written tomorrow: what depends on it is made, at most more than once, with the same bytes."""
    mine = small.copy_before_training(tmp_path / "p")
    for path in (path for folder in ("results", "resources") for path in (mine.folder / folder).rglob("*")):
        os.utime(path, (time.time() + DAY,) * 2)
    for _ in range(2):
        mine.snakemake("all")
        assert contents(mine) == contents(small)
