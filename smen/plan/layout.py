"""Where files lie. Rules and stages both ask here, so that they cannot disagree.

The arguments may be Snakemake's wildcards (``"{region}"``, ``"{year}"``) as well as real names.
"""

from __future__ import annotations

from dataclasses import dataclass

RESULT_FOLDERS = frozenset(
    (
        "aligned", "catalogue", "comparison", "figures", "granules", "maps", "models", "paper", "report",
        "resources", "results", "samples", "scores", "simulated", "styles", "summary", "tables",
        "uploads", "validation",
    )
)  # fmt: skip
"""Folders and files of results, which no region may be named after."""

TARGETS = frozenset(
    (
        "all", "check", "config", "extract", "indices", "none", "paper", "refresh", "regions", "settings", "status",
        "tiles", "validate",
    )
)  # fmt: skip
"""Targets and commands beside the stages, which no region may be named after."""


def method_file_name(method: str) -> str:
    """Return a method's name as part of a file's name: ``package.module:Class`` becomes ``package.module.Class``.

    Args:
        method: as in the settings.
    """
    return method.replace(":", ".")


@dataclass(frozen=True)
class Layout:
    """The folder of results of one configuration.

    Attributes:
        results: its path.
    """

    results: str

    def manifest(self, region: str, role: str, year: int | str) -> str:
        """Return the path of the list of one year's granules of one role, GeoJSON.

        Args:
            region: its name.
            role: ``coarse`` or ``fine``.
            year: of the granules.
        """
        return f"{self.results}/{region}/granules/{role}_{year}.geojson"

    def aligned(self, region: str, role: str, year: int | str) -> str:
        """Return the path of the series of one product on the region's window, CF NetCDF.

        Args:
            region: its name.
            role: ``coarse`` or ``fine``.
            year: of the overpasses.
        """
        return f"{self.results}/{region}/aligned/{role}_{year}.nc"

    def samples(self, region: str, year: int | str) -> str:
        """Return the path of the samples: which fields belong to which overpass, NetCDF.

        Args:
            region: its name.
            year: of the overpasses.
        """
        return f"{self.results}/{region}/samples/{year}.nc"

    def model(self, region: str, method: str) -> str:
        """Return the path of a method's fitted parameters and all that is needed to use them.

        Args:
            region: its name.
            method: as in the settings, or as in names of files.
        """
        return f"{self.results}/{region}/models/{method_file_name(method)}.safetensors"

    def training_log(self, region: str, method: str) -> str:
        """Return the path of a method's losses by epoch, CSV.

        Args:
            region: its name.
            method: as in the settings, or as in names of files.
        """
        return f"{self.results}/{region}/models/{method_file_name(method)}_training.csv"

    def held_out(self, region: str, method: str) -> str:
        """Return the path of a method's errors on dates that were held out of its training, CSV.

        Args:
            region: its name.
            method: as in the settings, or as in names of files.
        """
        return f"{self.results}/{region}/models/{method_file_name(method)}_held_out.csv"

    def last_fit(self, region: str, method: str) -> str:
        """Return the path of the folder of a method's last fit, kept for when what it learns from is the same again.

        Args:
            region: its name.
            method: as in the settings, or as in names of files.
        """
        return f"{self.results}/{region}/models/last_fit/{method_file_name(method)}"

    def choice(self, region: str) -> str:
        """Return the path of the choice among a region's methods, JSON."""
        return f"{self.results}/{region}/models/choice.json"

    def maps(self, region: str, year: int | str) -> str:
        """Return the path of the folder of one year's maps.

        Args:
            region: its name.
            year: of the maps.
        """
        return f"{self.results}/{region}/maps/{year}"

    def map_list(self, region: str, year: int | str) -> str:
        """Return the path of the list of one year's maps, CSV, written when all of them are.

        Args:
            region: its name.
            year: of the maps.
        """
        return f"{self.results}/{region}/maps/{year}.csv"

    def no_data(self, region: str) -> str:
        """Return the path of the text that says why a tile has no maps; it is there only where it has none."""
        return f"{self.results}/{region}/no_data.txt"

    def normals(self, region: str) -> str:
        """Return the path of the climatology that a region's indices are held against, NetCDF."""
        return f"{self.results}/{region}/indices/normals.nc"

    def indices(self, region: str, year: int | str) -> str:
        """Return the path of the folder of one year's indices.

        Args:
            region: its name.
            year: of the maps.
        """
        return f"{self.results}/{region}/indices/{year}"

    def index_list(self, region: str, year: int | str) -> str:
        """Return the path of the list of one year's indices, CSV, written when all of them are.

        Args:
            region: its name.
            year: of the maps.
        """
        return f"{self.results}/{region}/indices/{year}.csv"

    def mosaic(self, name: str | int) -> str:
        """Return the path of a file or folder of the mosaics of the tiles.

        Args:
            name: a year for the folder of its mosaics, ``YEAR.csv`` for their list, written when all of them are,
                ``YEAR/made_from.csv`` for the record of what they were made from, ``stac`` for their collection.
        """
        return f"{self.results}/mosaic/{name}"

    def scores(self, region: str, name: str) -> str:
        """Return the path of the table or figure of the evaluation.

        Args:
            region: its name.
            name: of the file.
        """
        return f"{self.results}/{region}/scores/{name}"

    def validation(self, region: str, name: str) -> str:
        """Return the path of a table or figure of the comparison with stations.

        Args:
            region: its name.
            name: of the file.
        """
        return f"{self.results}/{region}/validation/{name}"

    def experiment(self, region: str, case: str, seed: int | str) -> str:
        """Return the path of the weights of one training of the paper's experiments.

        Args:
            region: its name.
            case: of the paper's experiments, such as ``both``.
            seed: of the training.
        """
        return f"{self.results}/paper/{region}/trained/{case}_{seed}.safetensors"

    def training_state(self, region: str, case: str, seed: int | str) -> str:
        """Return the path of the state of such a training while it runs; an interrupted one continues from it.

        Args:
            region: its name.
            case: of the paper's experiments, such as ``both``.
            seed: of the training.
        """
        return f"{self.results}/paper/{region}/unfinished/{case}_{seed}.pt"

    def comparison(self, region: str, name: str) -> str:
        """Return the path of the file of a region's comparison.

        Args:
            region: its name.
            name: ``dates.csv``, ``aggregation.csv`` or ``example.nc``.
        """
        return f"{self.results}/paper/{region}/{name}"

    def paper(self, name: str) -> str:
        """Return the path of the table or figure of the paper's experiments."""
        return f"{self.results}/paper/{name}"

    def deliverable(self, region: str, kind: str) -> str:
        """Return the path of the file of a region that a person opens.

        Args:
            region: its name.
            kind: ``nc`` (cube), ``qgs`` (QGIS project), ``geojson`` (outlines) or ``csv`` (series of its mean).
        """
        return f"{self.results}/{region}/{region}.{kind}"

    def kept(self, region: str, stage: str) -> str:
        """Return the path of the folder of what a stage derived from a region's maps, kept for its next run.

        Args:
            region: its name.
            stage: that keeps it.
        """
        return f"{self.results}/{region}/kept/{stage}"

    def observed(self, region: str) -> str:
        """Return the path of the folder of what SMAP gave at the times of a region's maps, GeoTIFFs by year."""
        return f"{self.results}/{region}/observed"

    def collection(self, region: str) -> str:
        """Return the path of the folder of a region's STAC collection."""
        return f"{self.results}/{region}/stac"

    def report(self, region: str) -> str:
        """Return the path of the folder of a region's part of the report."""
        return f"{self.results}/report/{region}"

    def summary(self, name: str) -> str:
        """Return the path of the file about all regions together."""
        return f"{self.results}/{name}"

    def uploaded(self, part: str) -> str:
        """Return the path of the list of what was put into a bucket, JSON.

        Args:
            part: a region, or ``index`` for what is of all regions.
        """
        return f"{self.results}/uploads/{part}.json"

    def log(self, stage: str, region: str, year: int | str | None = None) -> str:
        """Return the path of a job's log file.

        Args:
            stage: of the job.
            region: its name, or another folder for a stage of all regions.
            year: None for a stage that is not of a year.
        """
        return f"logs/{self.results}/{region}/{stage}{'' if year is None else f'_{year}'}.log"

    def benchmark(self, stage: str, region: str, year: int | str | None = None) -> str:
        """Return the path of the table of time and memory that a job took, beside its log; arguments as of `log`.

        Args:
            stage: of the job.
            region: its name, or another folder for a stage of all regions.
            year: None for a stage that is not of a year.
        """
        return f"{self.log(stage, region, year).removesuffix('.log')}.tsv"
