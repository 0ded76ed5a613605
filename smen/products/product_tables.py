"""The three products that SMEN reads and simulates, as one table: names, versions, grids, groups and datasets.

Everything that differs between products and their versions stands here, in `flags`, `conventions` and the two tables
of datasets; reader, verifier and granule writer all use it. Sources: a real SPL2SMP half-orbit (schema of v6) and the
header of a real SPL2SMAP_S v003 granule; the product pages at NSIDC and public readers for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from smen.errors import ArchiveError
from smen.grid import M03, M09, M36, Grid
from smen.products.coarse_datasets import COARSE_DATASETS
from smen.products.fine_datasets import FINE_DATASETS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from smen.products.dataset import Dataset

Role = Literal["coarse", "fine"]


@dataclass(frozen=True)
class Variable:
    """A variable of the reader: a dataset under any of its names, or another one that stands in for it.

    Attributes:
        spellings: the names to try, in this order.
        dtype: numpy type in the newest version.
        fill: fill value where a file lacks the attribute; None: no fill.
        required: whether a granule without it cannot be read.
    """

    spellings: tuple[str, ...]
    dtype: str
    fill: float | int | None
    required: bool

    @classmethod
    def of(cls, *datasets: Dataset) -> Variable:
        """Return the variable of a dataset, followed by those that stand in for it where a version lacks it."""
        return cls(
            spellings=tuple(name for dataset in datasets for name in (dataset.name, *dataset.other_names)),
            dtype=datasets[0].dtype,
            fill=datasets[0].fill,
            required=any(dataset.required for dataset in datasets),
        )


@dataclass(frozen=True)
class Retrieval:
    """One soil moisture of a product and the datasets that qualify it, by their keys in `Product.variables`."""

    soil_moisture: str
    quality_flag: str
    surface_flag: str
    standard_deviation: str | None = None


@dataclass(frozen=True)
class Product:
    """One product.

    Attributes:
        short_name: NSIDC's name; also the attribute `shortName` in `/Metadata/DatasetIdentification`.
        role: whether it is the coarse or the fine side of a pair.
        group: HDF5 group of the datasets.
        grid: grid of the row and column indices.
        prefix: beginning of the file names.
        version: NSIDC's version in the names of folders, e.g. ``009``: the one taken unless the settings name another.
        crid: composite release of that version, for building names.
        authors: as NSIDC's page of that version has them, for citations.
        title: likewise.
        doi: of that version.
        dimensions: rank of the datasets: 1 for a list of cells, 2 for rectangles.
        datasets: all datasets of the group that SMEN reads or simulates.
        variables: the reader's name of a dataset to its description.
        retrievals: the soil moistures that can be asked for by name, the default one first.
    """

    short_name: str
    role: Role
    group: str
    grid: Grid
    prefix: str
    version: str
    crid: str
    authors: str
    title: str
    doi: str
    dimensions: int
    datasets: tuple[Dataset, ...]
    variables: Mapping[str, Variable]
    retrievals: Mapping[str, Retrieval]

    @property
    def default_variable(self) -> str:
        """The soil moisture that is read where none is named."""
        return next(iter(self.retrievals))

    def citation(self, version: str | None = None) -> str:
        """Return how the product is cited; the DOI is that of its version in this table.

        Args:
            version: the one that was used, e.g. ``009``; None where it is not known.
        """
        known = "" if version is None else f", Version {version.lstrip('0')}"
        own = version == self.version
        of_which = "" if own else f" (this is Version {self.version.lstrip('0')}; cite the version that was used)"
        return (
            f"{self.authors}. {self.title}{known} ({self.short_name}). NASA National Snow and Ice Data Center "
            f"Distributed Active Archive Center. https://doi.org/{self.doi}{of_which}"
        )


COARSE_VARIABLES: Mapping[str, tuple[str, ...]] = {
    "row": ("EASE_row_index",),
    "column": ("EASE_column_index",),
    "latitude": ("latitude",),
    "longitude": ("longitude",),
    "soil_moisture": ("soil_moisture",),
    "quality_flag": ("retrieval_qual_flag",),
    "surface_flag": ("surface_flag",),
    "seconds": ("tb_time_seconds",),
}
"""The reader's names of datasets of SPL2SMP and SPL2SMP_E."""

FINE_VARIABLES: Mapping[str, tuple[str, ...]] = {
    "row": ("EASE_row_index_3km",),
    "column": ("EASE_column_index_3km",),
    "latitude": ("latitude_3km",),
    "longitude": ("longitude_3km",),
    "soil_moisture_3km": ("soil_moisture_3km",),
    "soil_moisture_apm_3km": ("soil_moisture_apm_3km",),
    "quality_flag": ("retrieval_qual_flag_3km",),
    "quality_flag_apm": ("retrieval_qual_flag_apm_3km", "retrieval_qual_flag_3km"),
    "surface_flag": ("surface_flag_3km",),
    "surface_flag_apm": ("surface_flag_apm_3km", "surface_flag_3km"),
    "deviation": ("soil_moisture_std_dev_3km",),
    "deviation_apm": ("soil_moisture_std_dev_apm_3km", "soil_moisture_std_dev_3km"),
    "seconds": ("spacecraft_overpass_time_seconds_3km",),
    "time_difference": ("SMAP_Sentinel-1_overpass_timediff_hr_3km",),
}
"""The reader's names of datasets of SPL2SMAP_S. The `apm` retrieval (SMAP's morning or evening overpass, whichever is
nearer in time) takes the flags and deviation of the plain one where a version has none of its own."""


def _variables(datasets: tuple[Dataset, ...], names: Mapping[str, tuple[str, ...]]) -> dict[str, Variable]:
    """Describe the variables of a product by its datasets."""
    table = {dataset.name: dataset for dataset in datasets}
    return {key: Variable.of(*(table[name] for name in chain)) for key, chain in names.items()}


def _coarse(short_name: str, grid: Grid, prefix: str, version: str, citation: tuple[str, str, str]) -> Product:
    """Describe SPL2SMP or SPL2SMP_E: they differ in nothing but their grid, names and citation."""
    authors, title, doi = citation
    return Product(
        short_name=short_name,
        role="coarse",
        group="Soil_Moisture_Retrieval_Data",
        grid=grid,
        prefix=prefix,
        version=version,
        crid="R19240",
        authors=authors,
        title=title,
        doi=doi,
        dimensions=1,
        datasets=COARSE_DATASETS,
        variables=_variables(COARSE_DATASETS, COARSE_VARIABLES),
        retrievals={"soil_moisture": Retrieval("soil_moisture", "quality_flag", "surface_flag")},
    )


_SPL2SMP = (
    "O'Neill, P. E., Chan, S., Njoku, E. G., Jackson, T., Bindlish, R., Chaubell, J. (2023)",
    "SMAP L2 Radiometer Half-Orbit 36 km EASE-Grid Soil Moisture",
    "10.5067/K7Y2D8QQVZ4L",
)
_SPL2SMP_E = (
    "O'Neill, P. E., Chan, S., Njoku, E. G., Jackson, T., Bindlish, R., Chaubell, J., et al. (2023)",
    "SMAP Enhanced L2 Radiometer Half-Orbit 9 km EASE-Grid Soil Moisture",
    "10.5067/BN36FXOMMC4C",
)

_FINE = Product(
    short_name="SPL2SMAP_S",
    role="fine",
    group="Soil_Moisture_Retrieval_Data_3km",
    grid=M03,
    prefix="SMAP_L2_SM_SP",
    version="003",
    crid="R18290",
    authors="Das, N., Entekhabi, D., Dunbar, R. S., Kim, S., Yueh, S., Colliander, A., O'Neill, P. E., et al",
    title="SMAP/Sentinel-1 L2 Radiometer/Radar 30-Second Scene 3 km EASE-Grid Soil Moisture",
    doi="10.5067/ASB0EQO2LYJV",
    dimensions=2,
    datasets=FINE_DATASETS,
    variables=_variables(FINE_DATASETS, FINE_VARIABLES),
    retrievals={
        "soil_moisture_3km": Retrieval("soil_moisture_3km", "quality_flag", "surface_flag", "deviation"),
        "soil_moisture_apm_3km": Retrieval(
            "soil_moisture_apm_3km", "quality_flag_apm", "surface_flag_apm", "deviation_apm"
        ),
    },
)

PRODUCTS: Mapping[str, Product] = {
    product.short_name: product
    for product in (
        _coarse("SPL2SMP", M36, "SMAP_L2_SM_P", "009", _SPL2SMP),
        _coarse("SPL2SMP_E", M09, "SMAP_L2_SM_P_E", "006", _SPL2SMP_E),
        _FINE,
    )
}
"""The products by short name."""


def product(short_name: str) -> Product:
    """Return the product of a name.

    Raises:
        ArchiveError: SMEN does not read such a product.
    """
    if short_name not in PRODUCTS:
        raise ArchiveError(f"{short_name!r} is not a product that SMEN reads: choose one of {', '.join(PRODUCTS)}")
    return PRODUCTS[short_name]
