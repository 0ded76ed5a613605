"""The table of products: consistent in itself, and as the specifications have it."""

from pathlib import Path

import numpy as np
import pytest

from smen.errors import ArchiveError
from smen.products.coarse_datasets import COARSE_DATASETS
from smen.products.dataset import category, integer, position, real
from smen.products.fine_datasets import FINE_DATASETS
from smen.products.product_tables import PRODUCTS, Variable, product

ALL = [*COARSE_DATASETS, *FINE_DATASETS]


@pytest.mark.parametrize("short_name", PRODUCTS)
def test_variables_are_those_of_the_datasets(short_name):
    layout = product(short_name)
    assert layout.short_name == short_name
    names = {name for dataset in layout.datasets for name in (dataset.name, *dataset.other_names)}
    assert {"row", "column", "latitude", "longitude", "quality_flag", "surface_flag"} <= layout.variables.keys()
    for variable in layout.variables.values():
        assert set(variable.spellings) <= names
    for retrieval in layout.retrievals.values():
        keys = {retrieval.soil_moisture, retrieval.quality_flag, retrieval.surface_flag}
        assert keys <= layout.variables.keys()
        assert retrieval.standard_deviation is None or retrieval.standard_deviation in layout.variables


@pytest.mark.parametrize(
    ("short_name", "prefix", "version", "shape", "default"),
    # Grids: NSIDC's definition of EASE-Grid 2.0; names and versions: the products' pages.
    [
        ("SPL2SMP", "SMAP_L2_SM_P", "009", (406, 964), "soil_moisture"),
        ("SPL2SMP_E", "SMAP_L2_SM_P_E", "006", (1624, 3856), "soil_moisture"),
        ("SPL2SMAP_S", "SMAP_L2_SM_SP", "003", (4872, 11568), "soil_moisture_3km"),
    ],
)
def test_products(short_name, prefix, version, shape, default):
    layout = product(short_name)
    assert (layout.prefix, layout.version) == (prefix, version)
    assert (layout.grid.rows, layout.grid.columns) == shape
    assert layout.default_variable == default
    assert layout.role == ("fine" if short_name == "SPL2SMAP_S" else "coarse")


def test_what_is_no_product():
    with pytest.raises(ArchiveError, match="'SPL3SMP' is not a product that SMEN reads: choose one of SPL2SMP, SPL2SM"):
        product("SPL3SMP")


@pytest.mark.parametrize("datasets", [COARSE_DATASETS, FINE_DATASETS], ids=["coarse", "fine"])
def test_names_are_unique(datasets):
    names = [name for dataset in datasets for name in (dataset.name, *dataset.other_names)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("dataset", ALL, ids=lambda dataset: dataset.name)
def test_the_type_holds_fill_and_range(dataset):
    dtype = np.dtype(dataset.dtype)
    for value in (dataset.fill, *(dataset.valid or ())):
        if value is not None:
            assert dtype.type(value) == pytest.approx(value, rel=1e-6)
    if (
        dataset.fill is not None and dataset.valid is not None and dtype == np.float32
    ):  # the range of the seconds holds it
        assert not dataset.valid[0] <= dataset.fill <= dataset.valid[1]
    if dataset.flags is not None:
        assert dtype == np.uint16
    assert not dataset.required or dataset.simulated


def test_fill_values_by_type():
    # As in real files: uint8 has 254, uint16 65534, floats -9999; latitude, longitude and texts have none.
    assert (category(name="a", long_name="").fill, integer(name="a", long_name="").fill) == (254, 65534)
    assert (real(name="a", long_name="").fill, position(name="a", long_name="").fill) == (-9999.0, None)


def test_a_dataset_that_stands_in_for_another():
    own = real(name="own", long_name="", other_names=("formerly",))
    plain = integer(name="plain", long_name="", required=True)
    variable = Variable.of(own, plain)
    assert variable.spellings == ("own", "formerly", "plain")
    assert (variable.dtype, variable.fill, variable.required) == ("float32", -9999.0, True)
    assert not Variable.of(own).required


def test_the_apm_retrieval_falls_back_on_the_flags_of_the_plain_one():
    variables = product("SPL2SMAP_S").variables
    assert variables["quality_flag_apm"].spellings == ("retrieval_qual_flag_apm_3km", "retrieval_qual_flag_3km")
    assert variables["soil_moisture_apm_3km"].spellings == ("soil_moisture_apm_3km", "disagg_soil_moisture_apm_3km")
    assert not variables["soil_moisture_3km"].required  # a version may hold either soil moisture


def test_products_are_cited_with_their_version():
    """DOIs: the products' pages at NSIDC, as the README has them."""
    assert product("SPL2SMP").citation("009").endswith("https://doi.org/10.5067/K7Y2D8QQVZ4L")
    assert "Soil Moisture, Version 9 (SPL2SMP)" in product("SPL2SMP").citation("009")
    assert product("SPL2SMP").citation("008").endswith("(this is Version 9; cite the version that was used)")
    assert "Version" not in product("SPL2SMAP_S").citation().split("https")[0]


def test_the_readme_cites_the_same_dois():
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert all(f"https://doi.org/{one.doi}>" in text for one in PRODUCTS.values())
