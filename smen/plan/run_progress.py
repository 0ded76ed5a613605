"""What a run of the workflow says while it goes on, beside Snakemake's own lines.

A line for each job of a region when it begins, one when it ends with what is left, one a minute while nothing ends,
and at last what stopped the run. Snakemake sends its events to its logger, whatever runs the jobs: here they are taken.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from smen.plan.job_log import last_error
from smen.plan.step_seconds import in_words

QUIET_SECONDS = 50.0
"""After so long without a line one is written: no minute passes in silence."""

ERROR_LINES = 60
"""Lines of an error that are shown at most."""


@dataclass(frozen=True)
class RunJob:
    """A job of a run.

    Attributes:
        rule: its rule.
        wildcards: region, year and method, as far as it has them.
        log: its log files; a rule that only gathers files, as `all` does, has none.
    """

    rule: str
    wildcards: Mapping[str, str]
    log: tuple[str, ...]

    @property
    def works(self) -> bool:
        """Whether it does anything that is worth a line."""
        return bool(self.log)

    @property
    def region(self) -> str:
        """Its region; ``all regions`` for a job of none."""
        return self.wildcards.get("region", "all regions")

    @property
    def label(self) -> str:
        """Region, stage and the rest in words."""
        rest = [value for name, value in self.wildcards.items() if name != "region"]
        return f"{self.region}: {' '.join([self.rule, *rest])}"


def _to_terminal(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


class RunProgress(logging.Handler):
    """Handler of Snakemake's events that tells how far a run is."""

    def __init__(
        self,
        remaining: Callable[[], Iterable[RunJob]],
        seconds: Callable[[RunJob], float],
        say: Callable[[str], None] = _to_terminal,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make it.

        Args:
            remaining: the jobs that are still to be done, those on their way among them.
            seconds: about how long a job takes, of one core.
            say: writes a line.
            clock: seconds of a clock.
        """
        super().__init__(logging.INFO)
        self._remaining, self._seconds, self._say, self._clock = remaining, seconds, say, clock
        self._jobs: dict[int, RunJob] = {}
        self._began: dict[int, float] = {}
        self._done = 0.0
        self._start = self._last = clock()
        self._failed: dict[int, RunJob] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Take an event; all others are let be.

        Args:
            record: of Snakemake's logger.
        """
        event = getattr(getattr(record, "event", None), "name", "")
        taken = {
            "JOB_INFO": self._begins, "JOB_FINISHED": self._ends, "PROGRESS": self._left, "JOB_ERROR": self._fails,
        }.get(event)  # fmt: skip
        if taken:
            try:
                taken(record)
            except Exception:  # noqa: BLE001  (what is said of a run must not end it)
                self.handleError(record)

    def _begins(self, record: logging.LogRecord) -> None:
        job = RunJob(record.rule_name, dict(record.wildcards), tuple(map(str, record.log or ())))  # type: ignore[attr-defined]
        number: int = record.jobid  # type: ignore[attr-defined]
        self._jobs[number], self._began[number] = job, self._clock()
        self._failed.pop(number, None)  # tried again
        if job.works:
            self._line(f"{job.label} begins, about {in_words(self._pace() * self._seconds(job))}")

    def _ends(self, record: logging.LogRecord) -> None:
        number: int = record.job_id  # type: ignore[attr-defined]
        job = self._jobs.get(number)
        if job is not None:
            took = self._clock() - self._began.pop(number, self._clock())
            self._done += self._seconds(job)
            if job.works:
                self._line(f"{job.label} is done, after {in_words(took, step=1)}")

    def _left(self, record: logging.LogRecord) -> None:
        if words := self.left():
            self._line(words)

    def _fails(self, record: logging.LogRecord) -> None:
        number: int = record.jobid  # type: ignore[attr-defined]
        job = self._jobs.get(number)
        if job is not None:
            self._began.pop(number, None)
            self._failed[number] = job

    def _line(self, text: str) -> None:
        self._last = self._clock()
        self._say(text)

    def _pace(self) -> float:
        """Seconds that pass for a second of work as it was guessed, by what was done so far; 1 at first."""
        if not self._done:
            return 1.0
        half = sum(self._seconds(job) for job, _ in self._on_their_way()) / 2  # of these, half is done on average
        return (self._clock() - self._start) / (self._done + half)

    def left(self) -> str:
        """Return which jobs of which regions are left and about how long they take; empty where none is."""
        jobs = [job for job in self._remaining() if job.works]
        if not jobs:
            return ""
        running = sum(self._seconds(job) for job, _ in self._on_their_way())
        work = sum(self._seconds(job) for job in jobs) - running / 2
        counts: dict[str, int] = {}
        for job in jobs:
            counts[job.region] = counts.get(job.region, 0) + 1
        most = sorted(counts, key=lambda region: -counts[region])[:4]
        named = ", ".join(f"{region} {counts[region]}" for region in most) + (", ..." if len(counts) > 4 else "")
        number = "1 job" if len(jobs) == 1 else f"{len(jobs)} jobs"
        return f"left: about {in_words(self._pace() * max(work, 0.0))}, {number} ({named})"

    def _on_their_way(self) -> list[tuple[RunJob, float]]:
        return [(self._jobs[number], began) for number, began in self._began.items()]

    def tick(self) -> None:
        """Say what is running, if nothing was said for long."""
        if self._clock() - self._last < QUIET_SECONDS:
            return
        running = [
            f"{job.label} for {in_words(self._clock() - began)}" for job, began in self._on_their_way() if job.works
        ]
        if running:
            self._line(f"still running: {'; '.join(running[:4])}. {self.left()}".rstrip())

    def watch(self) -> None:
        """Call `tick` from now on, in a thread that ends with the process."""

        def loop() -> None:
            while True:
                time.sleep(5)
                self.tick()

        threading.Thread(target=loop, daemon=True).start()

    def failures(self) -> str:
        """Return which jobs stopped the run and why, by their logs; empty where none did."""
        parts = []
        for job in self._failed.values():
            reasons = [error for path in job.log if (error := last_error(Path(path), ERROR_LINES))]
            why = (
                reasons[0].partition(" ERROR ")[2]
                if reasons
                else "it ended without a message: killed, perhaps for memory?"
            )
            parts.append(f"{job.label} failed:\n  " + "\n  ".join(why.splitlines()))
            parts += [f"  (log: {path})" for path in job.log]
        return "\n".join(parts)


def without_job(record: logging.LogRecord) -> bool:
    """Shorten the JSON of a job in what Snakemake shows of a failed one; a filter that lets all pass.

    Args:
        record: of Snakemake's logger.
    """
    if record.levelno >= logging.ERROR:
        record.msg, record.args = _shortened(record.getMessage()), ()
        if isinstance(getattr(record, "shellcmd", None), str):
            record.shellcmd = _shortened(record.shellcmd)  # type: ignore[attr-defined]
    return True


def _shortened(text: str) -> str:
    """A text without what stands between ``--job`` and ``--log``."""
    before, job, rest = text.partition(" --job ")
    after = rest.rpartition(" --log ")
    return f"{before} --job ... --log {after[2]}" if job and after[1] else text
