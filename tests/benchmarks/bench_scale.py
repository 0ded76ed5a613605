"""Many small regions to their end: how much longer `snakemake --cores 2 all` takes than its jobs' work over the cores.

Regions of 10 x 10 cells on land, five months without frost in the north, method `fusion`. The parts are those of
`bench_overhead.py`: the stages' own work, start-up of the processes, Snakemake before the first job and after the
last, idle cores. The figure is wall time times cores over the work of the jobs, their start-up included (each is a
process of its own); beside it, over the stages' own work alone. Other work on the machine makes both larger: run it
on a quiet one.

Run from the repository's root (200 regions: two hours)::

    python tests/benchmarks/bench_scale.py [--regions 200] [--cores 2] [--json FILE]
"""

import tempfile
from pathlib import Path

import bench_planning
import yaml
from bench_overhead import measure, table
from measuring import arguments, report

PERIODS = {"training": ["2016-04-01", "2016-07-31"], "test": ["2016-08-01", "2016-08-31"]}
SIDE = 10
OPTIONS = ("--keep-going",)
"""What workflow/docs/operation.md advises for hundreds of regions."""


def settings(regions):
    """Small regions, short periods."""
    places = bench_planning.settings(regions)["regions"]
    return {
        "regions": {name: place | {"size": SIDE} for name, place in places.items()},
        "periods": PERIODS,
        "method": "fusion",
        "products": {"quality": "successful"},  # single windows of 30 km may have no recommended retrieval at all
    }


def main():
    given = arguments(__doc__, regions=200, cores=2)
    with tempfile.TemporaryDirectory() as made:
        file = Path(made, "settings.yaml")
        file.write_text(yaml.safe_dump(settings(given.regions), sort_keys=False))
        figures = measure(Path(made, "run"), given.cores, file, *OPTIONS)
        ended = len(list(Path(made, "run", "results").glob("region_*/scores/scores.csv")))
    whole, own = figures["wall"] * given.cores, figures["parts"]["own"]
    jobs = own + figures["parts"]["start_up"]
    figures |= {"regions": given.regions, "ended": ended, "over_jobs": whole / jobs, "over_own_work": whole / own}
    ratios = f"{whole / jobs:.2f} times the jobs, {whole / own:.2f} their own work"
    lines = [*table(figures), f"{ended} of {given.regions} regions to their end: {ratios}"]
    report(given, figures, lines)


if __name__ == "__main__":
    main()
