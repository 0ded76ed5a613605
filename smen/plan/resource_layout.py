"""Where granules lie, those of the simulated world and those that were fetched; arguments as of `smen.plan.layout`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ResourceLayout:
    """The folder of granules of one configuration.

    Attributes:
        resources: its path.
    """

    resources: str

    def simulated_granules(self, region: str, year: int | str) -> str:
        """Return the path of the folder of one year of a region's simulated granules, in NSIDC's folders.

        Args:
            region: its name.
            year: of the granules.
        """
        return f"{self.resources}/simulated/{region}/granules/{year}"

    def simulated_truth(self, region: str, year: int | str) -> str:
        """Return the path of the true soil moisture of the simulated world, CF NetCDF; for `evaluate` alone.

        Args:
            region: its name.
            year: of the fields.
        """
        return f"{self.resources}/simulated/{region}/truth/truth_{year}.nc"

    def simulated_stations(self, region: str, year: int | str) -> str:
        """Return the path of one year's simulated stations, a zip in the layout of ISMN's archives.

        Args:
            region: its name.
            year: of the values.
        """
        return f"{self.resources}/simulated/{region}/stations/{year}.zip"

    def simulated_covariates(self, region: str) -> str:
        """Return the path of the folder of a simulated world's static rasters, the same in all years.

        Args:
            region: its name.
        """
        return f"{self.resources}/simulated/{region}/covariates"

    def simulated_list(self, region: str, year: int | str) -> str:
        """Return the path of the list of one year's simulated granules, written when all of them are.

        Args:
            region: its name.
            year: of the granules.
        """
        return f"{self.resources}/simulated/{region}/granules/{year}.csv"

    def granule_store(self) -> str:
        """Return the path of the folder of downloaded granules, shared by all regions."""
        return f"{self.resources}/granules"

    def bucket_store(self) -> str:
        """Return the path of the folder of granules fetched from buckets, shared by all regions."""
        return f"{self.resources}/buckets"

    def known_granules(self, region: str, year: int | str) -> str:
        """Return the path of what was found of a year's granules in a folder or bucket, kept for the next reading.

        Args:
            region: its name.
            year: of the granules.
        """
        return f"{self.resources}/known/{region}_{year}.json"

    def refresh_lock(self) -> str:
        """Return the path of the file that a refresh holds, so that there is one at a time."""
        return f"{self.resources}/refresh.lock"

    def refreshed(self) -> str:
        """Return the path of the file with the day of the last refresh, which `today` stands for."""
        return f"{self.resources}/refreshed.txt"
