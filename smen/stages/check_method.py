"""Does a method keep the contract? Tries a user's class on a small simulated region, before a run depends on it."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from smen.data.records import TEST
from smen.errors import SmenError
from smen.methods.checkpoint import load_checkpoint, save_checkpoint
from smen.methods.own_method import OwnMethod
from smen.simulation.small_region import small_region

if TYPE_CHECKING:
    from smen.data.records import Fields, Samples


@dataclass(frozen=True)
class Check:
    """One rule of the contract, tried.

    Attributes:
        rule: what must hold.
        problem: what does not, and what to do; empty if all is well.
    """

    rule: str
    problem: str

    def __str__(self) -> str:
        """Return one line."""
        return f"{'FAILED' if self.problem else 'ok':<7} {self.rule}{': ' + self.problem if self.problem else ''}"


@dataclass(frozen=True)
class Trial:
    """A fitted method with what it was fitted to and what it gave.

    Attributes:
        method: fitted.
        fields: of the small region.
        samples: of the small region.
        test: those of the test period.
        mean: estimates of these, (N, H, W), m3/m3.
    """

    method: OwnMethod
    fields: Fields
    samples: Samples
    test: Samples
    mean: np.ndarray


def run(place: str) -> list[Check]:
    """Try a method.

    Args:
        place: ``package.module:Class``.

    Returns:
        The rules in the order in which they were tried; after one that all others rest on has failed no more.
    """
    checks = []
    begin = time.perf_counter()
    try:
        method = OwnMethod.from_settings(4, {"place": place})
        fields, samples = small_region()
        method.fit(fields, samples)
        fitted = time.perf_counter()
        test = samples.select(samples.split == TEST)
        mean = method.predict(fields, test).mean
    except Exception as error:  # noqa: BLE001  (whatever a user's class raises is the answer)
        return [Check("it is found, fits and predicts with the shape (N, H, W)", _said(error))]
    checks.append(Check("it is found, fits and predicts with the shape (N, H, W)", ""))
    trial = Trial(method, fields, samples, test, mean)
    checks += [Check(rule, _tried(problem, trial)) for rule, problem in RULES]
    seconds, mapped = fitted - begin, time.perf_counter()
    size = fields.window.height * fields.window.width
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    checks.append(
        Check(
            f"time and memory: fitted twice in {seconds:.1f} s on {size} cells and 40 dates, "
            f"{1000 * (mapped - fitted) / len(test):.0f} ms a map with all checks, at most {memory:.0f} MB",
            "",
        )
    )
    return checks


def _numbers(trial: Trial) -> str:
    """Estimates are soil moisture."""
    finite = trial.mean[np.isfinite(trial.mean)]
    if not finite.size:
        return "all estimates are NaN: give a value wherever the coarse field has one"
    if finite.min() < -0.05 or finite.max() > 1:
        return f"estimates reach from {finite.min():.2f} to {finite.max():.2f}: give soil moisture in m3/m3"
    return ""


def _gaps(trial: Trial) -> str:
    """Gaps in what it receives do not spread over the map."""
    coarse, fine = trial.fields.coarse.copy(), trial.fields.fine.copy()
    coarse[:, 0, 0], fine[:, :3] = np.nan, np.nan
    method = OwnMethod(trial.method.place)
    method.fit(replace(trial.fields, coarse=coarse, fine=fine), trial.samples)
    mean = method.predict(replace(trial.fields, coarse=coarse, fine=fine), trial.test).mean
    share = np.isfinite(mean[:, 12:, 12:]).mean()
    if share < 0.9:
        share = 100 * share
        return f"with some cells missing {share:.0f} % of the others have an estimate: pass over NaN (numpy.nanmean)"
    return ""


def _causality(trial: Trial) -> str:
    """What comes later changes nothing."""
    half = len(trial.test) // 2
    now = trial.test.time[half]
    fine, coarse = trial.fields.fine.copy(), trial.fields.coarse.copy()
    fine[trial.fields.fine_ready >= now] += 0.1
    coarse[trial.fields.coarse_time > now] += 0.1
    changed = trial.method.predict(
        replace(trial.fields, fine=fine, coarse=coarse), trial.test.select(slice(0, half + 1))
    )
    if not np.array_equal(changed.mean, trial.mean[: half + 1], equal_nan=True):
        return "maps change when later fields do: use `samples.fine_history` and `samples.coarse`, and nothing later"
    return ""


def _each_by_itself(trial: Trial) -> str:
    """A map does not depend on which others are asked for."""
    alone = trial.method.predict(trial.fields, trial.test.select(slice(3, 4))).mean[0]
    if not np.array_equal(alone, trial.mean[3], equal_nan=True):
        return "a map is another one when it is asked for alone: compute each row by itself"
    return ""


def _determinism(trial: Trial) -> str:
    """The same arrays give the same maps."""
    again = OwnMethod(trial.method.place)
    again.fit(trial.fields, trial.samples)
    if not np.array_equal(again.predict(trial.fields, trial.test).mean, trial.mean, equal_nan=True):
        return "a second fit gives other maps: set the seed of its random numbers in `fit`"
    return ""


def _test_dates(trial: Trial) -> str:
    """The fit does not look at test dates."""
    fine = trial.fields.fine.copy()
    fine[trial.test.fine[trial.test.fine >= 0]] += 0.1
    other = OwnMethod(trial.method.place)
    other.fit(replace(trial.fields, fine=fine), trial.samples)
    first = trial.test.select(slice(0, 1))
    if not np.array_equal(other.predict(trial.fields, first).mean, trial.mean[:1], equal_nan=True):
        return "test dates change what is learnt: fit to `samples.with_target(TRAIN, VALIDATION)` alone"
    return ""


def _file(trial: Trial) -> str:
    """It comes back from its file."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "method.safetensors")
        save_checkpoint(path, trial.method)
        loaded = load_checkpoint(path, trial.fields.window)
    if not np.array_equal(loaded.predict(trial.fields, trial.test).mean, trial.mean, equal_nan=True):
        return "maps are others after `save` and `load`: save all that `predict` uses"
    return ""


RULES = (
    ("estimates are soil moisture in m3/m3", _numbers),
    ("missing cells do not spread", _gaps),
    ("what comes later changes nothing", _causality),
    ("each map is computed by itself", _each_by_itself),
    ("the same arrays give the same maps", _determinism),
    ("test dates are not learnt from", _test_dates),
    ("it comes back from its file", _file),
)
"""The rules beyond the first, each with a function that returns what is wrong."""


def _tried(problem: Callable[[Trial], str], trial: Trial) -> str:
    """What is wrong by one rule, an exception of the class included."""
    try:
        return problem(trial)
    except Exception as error:  # noqa: BLE001  (as above)
        return _said(error)


def _said(error: Exception) -> str:
    """An error in words: those of SMEN as they are, others with their kind."""
    return str(error) if isinstance(error, SmenError) else f"{type(error).__name__}: {error}"
