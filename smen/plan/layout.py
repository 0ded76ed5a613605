"""Where files lie. Rules and stages both ask here, so that they cannot disagree.

The arguments may be Snakemake's wildcards (``"{region}"``, ``"{year}"``) as well as real names.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """The folders of one configuration.

    Attributes:
        results: the folder of results.
        resources: the folder of granules.
    """

    results: str
    resources: str

    def manifest(self, region: str, role: str, year: int | str) -> str:
        """List of the granules of one role (``coarse`` or ``fine``), GeoJSON."""
        return f"{self.results}/{region}/granules/{role}_{year}.geojson"

    def aligned(self, region: str, role: str, year: int | str) -> str:
        """One product on the region's window, CF NetCDF."""
        return f"{self.results}/{region}/aligned/{role}_{year}.nc"

    def samples(self, region: str, year: int | str) -> str:
        """Which fields belong to which date, NetCDF."""
        return f"{self.results}/{region}/samples/{year}.nc"

    def model(self, region: str) -> str:
        """Weights and all that is needed to use them."""
        return f"{self.results}/{region}/models/network.safetensors"

    def training_log(self, region: str) -> str:
        """Loss by epoch, CSV."""
        return f"{self.results}/{region}/models/training.csv"

    def maps(self, region: str, year: int | str) -> str:
        """Folder of one year's maps."""
        return f"{self.results}/{region}/maps/{year}"

    def map_list(self, region: str, year: int | str) -> str:
        """List of one year's maps, CSV; there when they all are."""
        return f"{self.results}/{region}/maps/{year}.csv"

    def scores(self, region: str, name: str) -> str:
        """A table or figure of the evaluation."""
        return f"{self.results}/{region}/scores/{name}"

    def experiment(self, region: str, case: str, seed: int | str) -> str:
        """Weights of one training of the paper's experiments."""
        return f"{self.results}/paper/{region}/trained/{case}_{seed}.safetensors"

    def training_state(self, region: str, case: str, seed: int | str) -> str:
        """State of such a training while it lasts; an interrupted one goes on from there."""
        return f"{self.results}/paper/{region}/unfinished/{case}_{seed}.pt"

    def comparison(self, region: str, name: str) -> str:
        """A file of a region's comparison: ``dates.csv``, ``senses.csv``, ``example.nc``."""
        return f"{self.results}/paper/{region}/{name}"

    def paper(self, name: str) -> str:
        """A table or figure of the paper's experiments."""
        return f"{self.results}/paper/{name}"

    def deliverable(self, region: str, kind: str) -> str:
        """What a person opens of a region: its ``nc`` (cube), its ``qgs`` (project) or its ``geojson`` (outline)."""
        return f"{self.results}/{region}/{region}.{kind}"

    def collection(self, region: str) -> str:
        """Folder of a region's STAC collection."""
        return f"{self.results}/{region}/stac"

    def report(self, region: str) -> str:
        """Folder of a region's part of the report."""
        return f"{self.results}/report/{region}"

    def summary(self, name: str) -> str:
        """A file about all regions together."""
        return f"{self.results}/{name}"

    def simulated_granules(self, region: str, year: int | str) -> str:
        """Folder of one year of a region's simulated granules, NSIDC's folders below it."""
        return f"{self.resources}/simulated/{region}/granules/{year}"

    def simulated_truth(self, region: str, year: int | str) -> str:
        """What the simulated soil really was, CF NetCDF; for `evaluate` alone."""
        return f"{self.resources}/simulated/{region}/truth/truth_{year}.nc"

    def simulated_list(self, region: str, year: int | str) -> str:
        """List of one year's simulated granules; there when they all are."""
        return f"{self.resources}/simulated/{region}/granules/{year}.csv"

    def granule_store(self) -> str:
        """Folder of downloaded granules, shared by all regions."""
        return f"{self.resources}/granules"

    def refreshed(self) -> str:
        """When listings were last refreshed: what `today` means."""
        return f"{self.resources}/refreshed.txt"

    def log(self, stage: str, region: str, year: int | str | None = None) -> str:
        """What one job said."""
        return f"logs/{self.results}/{region}/{stage}{'' if year is None else f'_{year}'}.log"
