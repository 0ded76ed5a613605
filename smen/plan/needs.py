"""What a region asks of a machine: disk, from its cells and overpasses, memory and processor time.

The figures were measured with the default run of one region of 100 x 100 cells and three years (Geneva, simulated
source, 1627 overpasses, 542 maps): 360 MB of granules, 174 MB of results; and with one of 30 x 30 cells (152
overpasses, 31 maps): 47 MB of granules, 6 MB of results. Memory and time are those of the jobs (`job_resources`,
`step_seconds`).
"""

from __future__ import annotations

from dataclasses import dataclass

CELLS = 100 * 100
"""Cells of the region that the figures are of."""

GRANULES_PER_OVERPASS = {"simulated": 0.22e6, "directory": 0.0, "earthdata": 3.7e6}
"""Bytes of granules for each overpass. Earthdata: a half-orbit of 1.7 MB, and of the 3 km product 1 to 4 GB for 1365
to 1627 of them. A folder of the user's is there already."""

RESULTS_PER_MAP, RESULTS_PER_CELLS = 0.12e6, 0.20e6
"""Bytes of results for each map, with all that is published of it and kept for the next run: of its files, however
small it is, and for its `CELLS`."""


@dataclass(frozen=True)
class Needs:
    """What a region asks for.

    Attributes:
        granules: bytes on disk of granules; of a user's own folder none more.
        results: bytes on disk of results.
        seconds: of one core, without downloads.
        memory: bytes, of the largest job.
    """

    granules: float
    results: float
    seconds: float
    memory: float

    def described(self, cores: int) -> str:
        """Return the needs in words.

        Args:
            cores: of this machine.
        """
        return (
            f"about {_bytes(self.granules + self.results)} on disk, at most {_bytes(self.memory)} of memory a job and "
            f"{_minutes(self.seconds)} of one core, {_minutes(self.seconds / max(cores, 1))} with the {cores} here "
            "if they are free"
        )

    def in_short(self) -> str:
        """Return the needs in a few words."""
        return f"{_bytes(self.granules + self.results)}, {_minutes(self.seconds)} of one core"


def needs_of(source: str, cells: int, overpasses: int, maps: int, seconds: float, memory: float) -> Needs:
    """Estimate the needs of a region.

    Args:
        source: kind of the source.
        cells: of the region, 3 km.
        overpasses: in all its periods.
        maps: of them mapped.
        seconds: of one core, of all its jobs.
        memory: bytes, of its largest job.
    """
    size = cells / CELLS
    # A granule of the archive is as large whatever the region is, and so is a simulated one of a small region: most of
    # it is HDF5's own.
    granules = GRANULES_PER_OVERPASS[source] * overpasses * (1 if source == "earthdata" else max(size, 1))
    return Needs(granules, (RESULTS_PER_MAP + RESULTS_PER_CELLS * size) * maps, seconds, memory)


def _bytes(number: float) -> str:
    """A number of bytes, in MB or GB."""
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{max(number / 1e6, 1):.0f} MB"


def _minutes(seconds: float) -> str:
    """A time, in minutes or hours."""
    return f"{seconds / 3600:.1f} h" if seconds >= 5400 else f"{max(round(seconds / 60), 1)} min"
