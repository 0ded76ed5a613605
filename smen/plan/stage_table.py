"""The stages as a table: what the command line, the rules and the plan need of each, taken from its job.

A new stage is made in four places: its module (in `smen/stages`), its job (in `plan/jobs.py`), what makes the job of
the settings (in `plan/plan.py`) and its rule (in `workflow/rules`). All else follows.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any, Protocol, cast

from pydantic import ValidationError

from smen.errors import SettingsError
from smen.plan import jobs, paper_jobs
from smen.plan.jobs import Job


class StageModule(Protocol):
    """The module of a stage."""

    def run(self, job: Any) -> None:  # noqa: ANN401  (each stage takes its own job)
        """Do the job."""


@dataclass(frozen=True)
class Stage:
    """One stage.

    Attributes:
        name: of its command and its rule.
        job: class of its jobs.
    """

    name: str
    job: type[Job]

    @property
    def of_region(self) -> bool:
        """Whether a job is of one region."""
        return "region" in self.job.model_fields

    @property
    def of_year(self) -> bool:
        """Whether a job is of one year."""
        return "year" in self.job.model_fields

    @property
    def help(self) -> str:
        """What it does, in one line."""
        return (self.job.__doc__ or "").partition("\n")[0]

    def parse(self, text: str) -> Job:
        """Return the job that a text holds as JSON.

        Raises:
            SettingsError: it is not a job of this stage.
        """
        try:
            return self.job.model_validate_json(text)
        except ValidationError as error:
            lines = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise SettingsError(f"--job is not a job of the stage {self.name} ({lines}): use the plan's") from error

    def load(self) -> StageModule:
        """Import the stage's module."""
        return cast("StageModule", importlib.import_module(f"smen.{self.job.module}"))


def _stages() -> dict[str, Stage]:
    """Return all stages by name, in the order in which their jobs stand."""
    classes = [*vars(jobs).values(), *vars(paper_jobs).values()]
    with_module = dict.fromkeys(c for c in classes if isinstance(c, type) and issubclass(c, Job) and c.module)
    return {name: Stage(name, job) for job in with_module for name in [job.module.rpartition(".")[2]]}


STAGES = _stages()
"""All stages by name."""
