"""What a run says: jobs begin and end, what is left, no silent minute, errors without the job's JSON."""

import logging
from enum import Enum

import pytest

from smen.plan.run_progress import RunJob, RunProgress, without_job

Event = Enum("Event", ["JOB_INFO", "JOB_FINISHED", "PROGRESS", "JOB_ERROR"])
JOBS = [
    RunJob("align", {"region": "plains", "year": "2016"}, ("a.log",)),
    RunJob("downscale", {"region": "plains", "year": "2016"}, ("a.log",)),
    RunJob("downscale", {"region": "desert", "year": "2016"}, ("a.log",)),
    RunJob("all", {}, ()),
]


class Run:
    """A run with a clock that the test moves; each job counts as 10 seconds of work."""

    def __init__(self):
        self.now, self.said, self.jobs = 0.0, [], list(JOBS)
        self.progress = RunProgress(lambda: self.jobs, lambda job: 10.0, self.said.append, lambda: self.now)

    def event(self, kind, **attributes):
        record = logging.LogRecord("snakemake", logging.INFO, "", 0, "", (), None)
        record.__dict__.update(event=Event[kind], **attributes)
        self.progress.handle(record)
        return self

    def begin(self, number, log=None):
        job = JOBS[number]
        log = list(job.log if log is None else log)
        return self.event("JOB_INFO", rule_name=job.rule, wildcards=job.wildcards, jobid=number, log=log)

    def end(self, number):
        self.jobs.remove(JOBS[number])
        return self.event("JOB_FINISHED", job_id=number).event("PROGRESS")


@pytest.fixture
def run():
    return Run()


def test_a_line_when_a_job_begins_and_ends_with_what_is_left(run):
    run.begin(0)
    run.now = 41.0
    run.end(0)
    assert run.said == [
        "plains: align 2016 begins, about 10 s",
        "plains: align 2016 is done, after 41 s",
        # 41 s for 10 s of work, so that the other 20 s take 82
        "left: about 80 s, 2 jobs (plains 1, desert 1)",
    ]


def test_the_last_job_leaves_nothing_and_all_is_no_job(run):
    for number in (0, 1, 2):
        run.begin(number).end(number)
    assert not run.said[-1].startswith("left")
    before = len(run.said)
    run.begin(3).end(3)
    assert len(run.said) == before


def test_no_minute_is_silent(run):
    run.begin(1)
    run.now = 30.0
    run.progress.tick()
    assert len(run.said) == 1
    run.now = 51.0
    run.progress.tick()
    assert (
        run.said[-1] == "still running: plains: downscale 2016 for 50 s. left: about 20 s, 3 jobs (plains 2, desert 1)"
    )
    run.progress.tick()
    assert len(run.said) == 2


def test_nothing_is_said_while_nothing_runs(run):
    run.now = 500.0
    run.progress.tick()
    assert run.said == []


def test_what_failed_and_why_once(run, tmp_path):
    log = tmp_path / "align.log"
    log.write_text(
        "2026-01-01 00:00:00,000 INFO begun\n2026-01-01 00:00:01,000 ERROR error: g.h5 is cut\n  fetch it again\n"
    )
    run.begin(0, [log]).event("JOB_ERROR", jobid=0)
    assert run.progress.failures().splitlines() == [
        "plains: align 2016 failed:", "  error: g.h5 is cut", "    fetch it again",
        f"  (log: {log})",
    ]  # fmt: skip
    run.begin(0, [log])  # Snakemake tries it again
    assert run.progress.failures() == ""


def test_a_job_that_was_killed_is_named(run, tmp_path):
    run.begin(0, [tmp_path / "none.log"]).event("JOB_ERROR", jobid=0)
    assert "killed" in run.progress.failures()


COMMAND = """smen align plains 2016 --job '{"results":"r --log x"}' --log logs/align.log"""
SHORT = "smen align plains 2016 --job ... --log logs/align.log"


def test_the_command_of_a_failed_job_is_shown_without_its_json():
    record = logging.LogRecord("snakemake", logging.ERROR, "", 0, f"Command {COMMAND} returned 1", (), None)
    record.shellcmd = COMMAND
    assert without_job(record)
    assert record.shellcmd == SHORT
    assert record.getMessage() == f"Command {SHORT} returned 1"


def test_other_records_pass_unchanged():
    record = logging.LogRecord("snakemake", logging.INFO, "", 0, COMMAND, (), None)
    record.shellcmd = COMMAND
    assert without_job(record)
    assert record.getMessage() == record.shellcmd == COMMAND
