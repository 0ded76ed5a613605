"""How long Snakemake plans 2,000 regions and three years: the first dry run, and a run with nothing to do.

Both start as a user starts them, `snakemake` in a folder of its own, and are measured from outside: wall seconds,
processor seconds, peak memory. For the second, all outputs must seem to be made, and Snakemake must remember by which
settings and code: 32,000 jobs cannot be run here, and `--touch` sleeps a tenth of a second for each. So a run of
Snakemake in which nothing else is changed is given a scheduler that makes every output an empty file, times rising
from one level of the workflow to the next, and lets Snakemake record the job as finished, as after a run.

Run from the repository's root::

    python tests/benchmarks/bench_planning.py [--regions 2000] [--folder DIR] [--json FILE]

A folder that is named is kept, and the outputs in it are used again.
"""

import asyncio
import itertools
import sys
import tempfile
import time
from pathlib import Path

import yaml
from measuring import ROOT, arguments, report, run

from smen.data.choice_file import Choice, write_choice
from smen.grid import Window
from smen.plan.land_share import land_share

SNAKEMAKE = ["--snakefile", ROOT / "Snakefile", "--configfile", "config.yaml", "--cores", "2"]


def settings(regions):
    """Regions of 30 x 30 cells on land, and the default periods: two years to learn from, one to map."""
    places = {}
    for longitude, latitude in everywhere():
        if land_share(Window.centred_on(longitude, latitude, 30, 30)) > 0.5:
            places[f"region_{len(places):04d}"] = {"longitude": longitude, "latitude": latitude, "size": 30}
        if len(places) == regions:
            break
    periods = {"training": ["2016-01-01", "2017-12-31"], "test": ["2018-01-01", "2018-12-31"]}
    return {"regions": places, "periods": periods}


def everywhere():
    """Longitudes and latitudes without end, spread over the world."""
    for i in itertools.count():
        yield round((i * 7.77) % 340 - 170, 3), round((i * 3.1) % 100 - 45, 2)


def pretend():
    """Be Snakemake, but make each output an empty file and record its job, in place of running it."""
    from snakemake.cli import main
    from snakemake.scheduling.job_scheduler import JobScheduler

    def schedule(self):
        dag = self.workflow.dag
        self.workflow.async_run(remember(dag))
        return True

    async def remember(dag):
        begin = time.time() - 1000
        for level, jobs in enumerate(dag.toposorted()):
            for job in jobs:
                for file in job.output:
                    file.touch_or_create()
                    if Path(file).name == "choice.json":  # which is read when jobs are planned
                        write_choice(Path(file), Choice("fusion", "", 0, ()))
                    file.touch((begin + level, begin + level))
                await dag.workflow.persistence.finished(job)
            await asyncio.sleep(0)

    JobScheduler.schedule = schedule
    sys.exit(main(["--quiet", "all", *map(str, SNAKEMAKE), "--", "all"]))


def measure(folder, regions):
    """Both runs; the first must plan all jobs, the second none."""
    snakemake = [Path(sys.executable).parent / "snakemake", *SNAKEMAKE, "--dry-run"]
    again = ["--forceall"] if (folder / "results").exists() else []
    (folder / "config.yaml").write_text(yaml.safe_dump(settings(regions), sort_keys=False))
    first, said = run([*snakemake, *again, "all"], folder)
    jobs = int(said.split("total ")[1].split()[0])
    for _ in range(2):  # what follows a choice of the method is planned anew once the choice is there
        run([sys.executable, Path(__file__).resolve(), "--pretend", "yes"], folder)
    second, said = run([*snakemake, "all"], folder)
    if "Nothing to be done" not in said:
        sys.exit(f"there should be nothing to do, but:\n{said[-2000:]}")
    return {"regions": regions, "jobs": jobs, "first": first, "second": second}


def main():
    given = arguments(__doc__, regions=2000, folder="", pretend="")
    if given.pretend:
        pretend()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(given.folder or made)
        folder.mkdir(parents=True, exist_ok=True)
        figures = measure(folder, given.regions)
    lines = [f"{figures['regions']} regions, {figures['jobs']} jobs{'':12}wall s   processor s   peak MB"]
    for what, name in (("first dry run", "first"), ("second, nothing to do", "second")):
        f = figures[name]
        lines.append(f"{what:34}  {f['wall']:8.1f}   {f['cpu']:11.1f}   {f['peak_mb']:7.0f}")
    report(given, figures, lines)


if __name__ == "__main__":
    main()
