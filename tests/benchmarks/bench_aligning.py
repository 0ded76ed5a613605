"""How long aligning three years of one region takes, against reading alone, and whether memory grows with the years.

The reference is the floor, granule by granule, in the same run: opening the file and decompressing with h5py the
datasets that are needed. One process does both, a year after the other and in turn, so that the number of cores
divides both alike. The granules are 900 half-orbits and 300 scenes: the real half-orbit under as many names (links),
and a scene made here in a real one's size. A region of 100 x 100 cells takes from them what it takes in a true
archive; only their contents repeat. With `--simulated DIR`, the manifests of a finished run are aligned instead
(`DIR/results/REGION/granules`; paths as in them).

Memory: the peak of a process that aligns one year of N granules, and of one that aligns a year of eight times as many.

Run from the repository's root::

    python tests/benchmarks/bench_aligning.py [--rounds 3] [--granules 300] [--json FILE]
"""

import hashlib
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
from bench_reading import COARSE, FINE, GROUP, GROUP_3KM, WINDOW, floor, full_scene
from measuring import ROOT, arguments, interleaved, ratio, real_half_orbit, report, run

from smen.grid import Window
from smen.plan.jobs import AlignJob
from smen.products.names import half_orbit_name, scene_name
from smen.sources import manifest
from smen.stages import align

YEARS = (2016, 2017, 2018)


def record(name, path, time, minutes, **more):
    """What a manifest says of a granule that is there."""
    end = time + np.timedelta64(minutes, "m")
    values = {
        "name": name.filename, "product": name.product, "direction": name.direction, "orbit": name.orbit,
        "sentinel1_time": None, "version": name.version, "size": 0, "sha256": None, "path": str(path), "url": None,
        "state": "present", "reason": None, "simulated": False, "footprint": None,
    }  # fmt: skip
    times = {"time": time, "begin": time, "end": end}
    return manifest.GranuleRecord(**(values | times | more))


def make_year(folder, year, count, half_orbit, scene):
    """Manifests of a year of half-orbits, every third with a scene, and the granules as links."""
    coarse, fine = [], []
    begin, step = np.datetime64(f"{year}-01-01", "ms"), np.timedelta64(int(360 * 86400e3 / count), "ms")
    for i in range(count):
        moment = (begin + i * step).astype("M8[s]").astype("M8[ms]")
        name = half_orbit_name("SPL2SMP", (year - 2015) * 9000 + i, "D", moment)
        coarse.append(record(name, link(folder, half_orbit, name), moment, 50))
        if i % 3 == 0:
            over, sentinel1 = moment + np.timedelta64(20, "m"), moment - np.timedelta64(6, "h")
            name = scene_name(over, sentinel1, -70, -41)
            fine.append(record(name, link(folder, scene, name), over, 0, sentinel1_time=sentinel1))
    write_manifests(folder, "links", year, coarse, fine)
    return job(folder, "links", WINDOW, year)


def write_manifests(folder, region, year, coarse, fine):
    for role, records in (("coarse", coarse), ("fine", fine)):
        path = folder / region / "granules" / f"{role}_{year}.geojson"
        path.parent.mkdir(parents=True, exist_ok=True)
        manifest.write(path, records)


def link(folder, granule, name):
    path = folder / "granules" / name.filename
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(granule)
    return path


def job(folder, region, window, year):
    cells = (window.row, window.column, window.height, window.width)
    return AlignJob(
        region=region, results=str(folder), cells=cells, year=year,
        coarse="SPL2SMP", fine="SPL2SMAP_S", fine_variable="soil_moisture_3km", quality="recommended",
    )  # fmt: skip


def copied(folder, results, region):
    """The jobs of a finished run's region, its manifests copied: nothing is written beside the originals."""
    jobs = []
    for year in YEARS:
        listed = [results / region / "granules" / f"{role}_{year}.geojson" for role in ("coarse", "fine")]
        coarse, fine = map(manifest.read, listed)
        write_manifests(folder, region, year, coarse, fine)
        with h5py.File(results / region / "aligned" / f"coarse_{year}.nc") as aligned:
            jobs.append(job(folder, region, Window(*aligned.attrs["window"].tolist()), year))
    return jobs


def floors(given):
    """The floor of all granules of a job."""
    for role, group, names in (("coarse", GROUP, COARSE), ("fine", GROUP_3KM, FINE)):
        for granule in manifest.read(Path(given.layout.manifest(given.region, role, given.year))):
            floor(granule.path, group, names)


def digest(jobs):
    """Of all values in the aligned files; tells whether a change of SMEN changes any of them."""
    made = hashlib.sha256()
    for each in jobs:
        for role in ("coarse", "fine"):
            with h5py.File(each.layout.aligned(each.region, role, each.year)) as file:
                for name in sorted(file):
                    values = file[name][()]
                    plain = repr(values.tolist()).encode() if values.dtype == "O" else values.tobytes()
                    made.update(name.encode() + plain)
    return made.hexdigest()[:16]


def peak(given):
    """Peak memory in MB of a process that aligns one job, as Linux counts it from the process's own start."""
    code = (
        "import re, sys; from pathlib import Path; from smen.plan.jobs import AlignJob; from smen.stages import align\n"
        "align.run(AlignJob.model_validate_json(sys.argv[1]))\n"
        "print(re.search(r'VmHWM:\\s*(\\d+)', Path('/proc/self/status').read_text())[1])"
    )
    return int(run([sys.executable, "-c", code, given.model_dump_json()], ROOT)[1].split()[-1]) / 1024


def main():
    given = arguments(__doc__, rounds=3, granules=300, simulated="")
    half_orbit = real_half_orbit()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        scene = full_scene(folder)
        sets = {"links": [make_year(folder, year, given.granules, half_orbit, scene) for year in YEARS]}
        if given.simulated:
            regions = sorted(path.parent.name for path in Path(given.simulated).glob("*/granules"))
            sets |= {region: copied(folder, Path(given.simulated), region) for region in regions}
        figures = {name: measure(jobs, given.rounds) for name, jobs in sets.items()}
        memory = {n: peak(make_year(folder / str(n), 2016, n, half_orbit, scene)) for n in (100, 400, 800, 1600, 3200)}
    report(given, {"sets": figures, "peak_mb": memory}, table(figures, memory))


def measure(jobs, rounds):
    seconds = interleaved(
        rounds, floor=lambda: [floors(each) for each in jobs], smen=lambda: [align.run(each) for each in jobs]
    )
    counts = {
        role: sum(len(manifest.read(Path(j.layout.manifest(j.region, role, j.year)))) for j in jobs)
        for role in ("coarse", "fine")
    }
    return {"granules": counts, "to_floor": ratio(seconds, "smen", "floor"), "seconds": seconds, "values": digest(jobs)}


def table(figures, memory):
    lines = [f"{'':16}half-orbits  scenes   floor s   align s   ratio: wall, processor   values"]
    for name, f in figures.items():
        wall, ratios = f["seconds"]["wall"], f["to_floor"]
        lines.append(
            f"{name:16}{f['granules']['coarse']:11}{f['granules']['fine']:8}{np.median(wall['floor']):10.2f}"
            f"{np.median(wall['smen']):10.2f}{ratios['wall']['median']:13.2f}{ratios['cpu']['median']:11.2f}"
            f"   {f['values']}"
        )
    lines.append("peak MB of a year with N half-orbits: " + ", ".join(f"{n}: {mb:.0f}" for n, mb in memory.items()))
    return lines


if __name__ == "__main__":
    main()
