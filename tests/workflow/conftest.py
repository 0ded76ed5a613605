"""Real runs of the workflow on a tiny configuration: two small regions, a year, one network each."""

import shutil
import time
from pathlib import Path

import pytest
import yaml
from tiny import SMALL, TINY

ROOT = Path(__file__).parent.parent.parent


class Project:
    """A folder in which the workflow runs."""

    def __init__(self, folder, command, root=ROOT):
        self.folder, self.command, self.root = Path(folder), command, root

    def settings(self, **changes):
        """Write config.yaml: the tiny one with some sections replaced."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "config.yaml").write_text(yaml.safe_dump({**TINY, **changes}, sort_keys=False))
        return self

    def snakemake(self, *args, cores=2, **options):
        """Run snakemake here."""
        return self.command(
            "snakemake", "--snakefile", self.root / "Snakefile", "--configfile", "config.yaml", "--cores", cores,
            *args, cwd=self.folder, **options,
        )  # fmt: skip

    def planned(self, *args, **options):
        """Return which rules a dry run would run for which region; what publish gathers at the end is left out."""
        text = self.snakemake("--dry-run", *args, **options)
        jobs, rule = [], None
        for line in text.splitlines():
            words = line.split()
            if line.startswith(("rule ", "localrule ")):
                rule = words[1].rstrip(":")
            elif words[:1] == ["wildcards:"] and not rule.startswith(("publish", "index")):
                jobs.append((rule, dict(part.rstrip(",").split("=") for part in words[1:])["region"]))
        return set(jobs)

    def smen(self, *args, **options):
        """Run the command line here."""
        return self.command("smen", *args, cwd=self.folder, **options)

    def copy(self, folder):
        """Return a copy of the whole folder, with times and Snakemake's memory."""
        shutil.copytree(self.folder, folder, symlinks=True, copy_function=shutil.copy2)
        return Project(folder, self.command, self.root)

    def copy_before_training(self, folder, region="plains"):
        """Return a copy in which a region's series are there, and nothing that was made of them."""
        mine = self.copy(folder)
        for name in ("models", "maps", "scores", "validation"):
            shutil.rmtree(mine.folder / "results" / region / name)
        shutil.rmtree(mine.folder / "logs")
        return mine


@pytest.fixture(scope="session")
def project(command):
    """Make a project in a folder."""
    return lambda folder, root=ROOT: Project(folder, command, root)


@pytest.fixture(scope="session")
def finished(tmp_path_factory, project):
    """A project after `all`, with what the run said; not to be changed by a test."""
    done = project(tmp_path_factory.mktemp("finished") / "project").settings()
    done.said = done.snakemake("all")
    return done


@pytest.fixture(scope="session")
def small(tmp_path_factory, project):
    """The smallest project after `all` on two cores, with the mean seconds of a job; not to be changed."""
    done = project(tmp_path_factory.mktemp("small") / "project").settings(**SMALL)
    begin = time.monotonic()
    done.said = done.snakemake("all")
    done.seconds = (time.monotonic() - begin) / 11
    return done
