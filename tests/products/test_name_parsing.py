"""Names as NSIDC gives them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smen.errors import GranuleError
from smen.products.name_parsing import contained_name, granule_name, is_unfinished, parse_name, resembled_product
from smen.products.names import half_orbit_name

COARSE = "SMAP_L2_SM_P_00872_D_20150401T044811_R19240_001.h5"
NEAR_REAL_TIME = "SMAP_L2_SM_P_NRT_24342_A_20190822T224858_N16023_002.h5"
ENHANCED = "SMAP_L2_SM_P_E_47223_A_20231204T105336_R19240_001.h5"
SCENE = "SMAP_L2_SM_SP_1AIWDV_20150331T170640_20150401T054620_003E34N_R18290_001.h5"
SCENE_V1 = "SMAP_L2_SM_SP_1AIWDV_20180815T113736_20180814T231324_078W32N_R16010_001.h5"


def test_what_names_say():
    name = parse_name(COARSE)
    assert (name.product, name.orbit, name.direction, name.crid, name.number) == ("SPL2SMP", 872, "D", "R19240", 1)
    assert name.time == np.datetime64("2015-04-01T04:48:11")
    assert not name.near_real_time
    assert name.sentinel1_time is None
    assert name.longitude_latitude is None
    name = parse_name(NEAR_REAL_TIME)
    assert (name.product, name.orbit, name.direction, name.version) == ("SPL2SMP", 24342, "A", "N16023_002")
    assert name.near_real_time
    assert parse_name(ENHANCED).product == "SPL2SMP_E"
    name = parse_name(SCENE)
    assert (name.product, name.direction, name.orbit, name.platform) == ("SPL2SMAP_S", None, None, "1AIWDV")
    assert name.time == np.datetime64("2015-03-31T17:06:40")
    assert name.sentinel1_time == np.datetime64("2015-04-01T05:46:20")
    assert name.longitude_latitude == (3, 34)
    assert parse_name(SCENE_V1).longitude_latitude == (-78, 32)
    assert parse_name(SCENE.replace("003E34N", "151E33S")).longitude_latitude == (151, -33)


@given(
    orbit=st.integers(0, 99999),
    direction=st.sampled_from("AD"),
    seconds=st.integers(0, 10**9),
    number=st.integers(1, 999),
    short_name=st.sampled_from(["SPL2SMP", "SPL2SMP_E"]),
)
def test_names_round_trip(orbit, direction, seconds, number, short_name):
    time = np.datetime64("2000-01-01T00:00:00") + np.timedelta64(seconds, "s")
    name = half_orbit_name(short_name, orbit, direction, time, number=number)
    assert parse_name(name.filename) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "granule.h5",
        COARSE + ".xml",
        COARSE.removesuffix(".h5") + ".part-12.h5",
        "._" + COARSE,
        COARSE + ".part",
        COARSE.replace("_001", "_0012"),
        COARSE.removesuffix(".h5") + "_" + COARSE.replace("R19240", "R18290"),
        COARSE.replace("_D_", "_X_"),
        COARSE.replace("20150401", "20151301"),
        COARSE.replace("T044811", "T254811"),
        SCENE.replace("20150401T05", "20150432T05"),
        "SMAP_L3_SM_P_20200705_R18290_002.h5",
        "SMAP_L2_SM_A_02463_A_20150718T002513_R13080_001.h5",
    ],
)
def test_foreign_names(text):
    assert parse_name(text) is None
    with pytest.raises(GranuleError, match="not the name of a granule"):
        granule_name(text)


def test_a_name_of_another_product():
    assert granule_name(COARSE, "SPL2SMP").orbit == 872
    with pytest.raises(GranuleError, match="a granule of SPL2SMP_E where one of SPL2SMP is needed"):
        granule_name(ENHANCED, "SPL2SMP")


OTHER_NAMES = [
    "{}_subsetted.nc4",
    "{} (1).h5",
    "{}.H5",
    "{}_HEGOUT.h5",
    "17_{}.h5",
    "Copy of {}.hdf5",
    "{}.h5.1",
    "{}.nc",
]
"""What subsetters, browsers, downloaders and other systems make of a name (without its ending)."""


@pytest.mark.parametrize("template", OTHER_NAMES)
@pytest.mark.parametrize("name", [COARSE, NEAR_REAL_TIME, ENHANCED, SCENE])
def test_names_with_something_added(template, name):
    for text in (template.format(name.removesuffix(".h5")), template.format(name.removesuffix(".h5")).lower()):
        assert parse_name(text) is None
        assert contained_name(text).filename == name
        assert granule_name(text).filename == name
        assert resembled_product(text) == parse_name(name).product


@given(st.text(st.characters(exclude_categories=["Nd"]), max_size=20), st.text(max_size=20))
def test_whatever_is_added_the_name_is_found(after, before):
    assert contained_name(f"{before}{COARSE.removesuffix('.h5')}{after}").filename == COARSE


@given(st.text())
def test_any_text_may_be_a_file_name(text):
    assert contained_name(text) is None
    assert resembled_product(text) is None


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("SMAP_L2_SM_P_00872_D_20150401T044811.h5", "SPL2SMP"),
        ("smap_l2_sm_p_e_april.NC4", "SPL2SMP_E"),
        ("3_SMAP_L2_SM_SP_tucson.HDF5", "SPL2SMAP_S"),
        (COARSE.replace("20150401", "20151301"), "SPL2SMP"),
        (COARSE + ".part", "SPL2SMP"),
        (COARSE + ".gz", "SPL2SMP"),
        (COARSE + ".xml", None),
        (COARSE + ".iso.XML", None),
        (COARSE.replace(".h5", ".qa"), None),
        (COARSE + ".sha256", None),
        ("._" + COARSE, None),
        ("SMAP_L2_SM_P_notes.doc", None),
        ("SMAP_L2_SM_A_02463_A_20150718T002513_R13080_001.h5", None),
        ("SMAP_L3_SM_P_20200705_R18290_002.h5", None),
    ],
)
def test_which_product_a_file_seems_to_be_of(text, product):
    assert resembled_product(text) == product


@pytest.mark.parametrize("ending", [".h5.part", ".part-4711.h5", ".h5.crdownload", ".h5.TMP"])
def test_unfinished_downloads(ending):
    assert is_unfinished(COARSE.removesuffix(".h5") + ending)
    assert not is_unfinished(COARSE)
    assert not is_unfinished("my.parts_" + COARSE)
