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
        # Which of the two Snakemake says first depends on whether a job is at its outputs.
        assert "Directory cannot be locked" in second or "Incomplete files" in second
    assert contents(mine) == contents(small)


def test_a_clock_that_jumps_back_stops_the_run_and_harms_nothing(tmp_path, small):
    """What is there was written tomorrow: Snakemake says so; once its times are today's, a rerun completes."""
    mine = small.copy_before_training(tmp_path / "p")
    there = [path for folder in ("results", "resources") for path in (mine.folder / folder).rglob("*")]
    for path in there:
        os.utime(path, (time.time() + DAY,) * 2)
    before = contents(mine)
    said = mine.snakemake("all", status=1)
    assert "could indicate a clock skew problem" in said
    assert contents(mine, "resources") == contents(small, "resources")
    assert all(name in before or "/models/last_fit/" in name or "/kept/" in name for name in contents(mine))
    for path in there:
        os.utime(path)
    mine.snakemake("all")
    assert contents(mine) == contents(small)
