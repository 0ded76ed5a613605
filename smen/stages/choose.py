"""Which of a region's methods makes its maps? The one that is better on dates held out of its training."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smen.data.choice_file import CandidateScore, Choice, write_choice
from smen.data.held_out_file import HeldOutScores, read_held_out
from smen.errors import DataError
from smen.plan.jobs import ChooseJob
from smen.plan.without_data import note_no_data
from smen.scores.intervals import Interval
from smen.scores.paired_choice import LEAST_DATES, best_of

log = logging.getLogger(__name__)


def run(job: ChooseJob) -> None:
    """Compare the candidates on their common held-out dates; write which one makes the maps, and why.

    A tile none of whose methods can make maps has none.

    Raises:
        DataError: the errors of a candidate are missing, or none of the candidates can make maps.
        OutputError: the choice cannot be written.
    """
    held_out = {name: read_held_out(Path(job.layout.held_out(job.region, name))) for name in job.candidates}
    try:
        choice = choice_of(held_out)
        reason = None
    except DataError as error:
        if not job.may_be_empty:
            raise
        reason = str(error)
        choice = Choice(job.candidates[0], reason, 0, ())
    if job.may_be_empty:
        note_no_data(job.layout, job.region, reason)
    write_choice(Path(job.layout.choice(job.region)), choice)
    log.info("%s", choice.reason)


def choice_of(held_out: dict[str, HeldOutScores]) -> Choice:
    """Choose among candidates.

    Args:
        held_out: errors of each on dates held out, the quickest first.

    Raises:
        DataError: none can make maps.
    """
    usable = [name for name, held in held_out.items() if not held.note]
    if not usable:
        raise DataError("no method can be used: " + "; ".join(f"{n}: {h.note}" for n, h in held_out.items()))
    scored = [name for name in usable if held_out[name].scores]
    dates = sorted(set.intersection(*(set(held_out[name].scores) for name in scored))) if scored else []
    best, differences, errors = usable[0], dict[str, Interval](), dict[str, NDArray[np.float64]]()
    if dates:
        errors = {name: np.array([held_out[name].scores[date] for date in dates]) for name in scored}
        best, differences = best_of(errors)
    rows = []
    for name, held in held_out.items():
        note = held.note or ("" if name in errors else "no held-out date")
        mean = float(np.mean(errors[name])) if name in errors else np.nan
        apart = differences.get(name, Interval(np.nan, np.nan, np.nan, 0))
        rows.append(CandidateScore(name, mean, apart.value, apart.low, apart.high, note))
    return Choice(best, _reason(best, rows, len(dates)), len(dates), tuple(rows))


def _reason(best: str, rows: list[CandidateScore], dates: int) -> str:
    """The reason of a choice in a sentence."""
    others = [row for row in rows if np.isfinite(row.difference)]
    left = [f"{row.method} does not count ({row.note})" for row in rows if row.note and row.method != best]
    better, tied = [row for row in others if row.low > 0], [row for row in others if not row.low > 0]
    if not others:
        only = "one of the methods that can be compared" if left else "candidate"
        reason = f"{best} is the only {only}"
    elif dates < LEAST_DATES:
        reason = f"{dates} held-out dates in common are too few to tell methods apart, and {best} is the quickest"
    else:
        parts = [f"better than {_listed(better)}: the 95 % interval excludes zero"] if better else []
        parts += [f"not told apart from {_listed(tied)}, and quicker"] if tied else []
        reason = f"{best} is {', and '.join(parts)}"
    return "; ".join([reason, *left])


def _listed(rows: list[CandidateScore]) -> str:
    """Candidates with their differences, m3/m3."""
    return " and ".join(f"{r.method} ({r.difference:+.4f}, {r.low:+.4f} to {r.high:+.4f} m3/m3)" for r in rows)
