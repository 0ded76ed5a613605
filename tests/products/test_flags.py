"""Bits and attributes of the flags, against the texts of real files."""

import numpy as np
import pytest

from smen.products.flags import (
    COARSE_SURFACE_FLAGS,
    FINE_SURFACE_FLAGS,
    QUALITY_REJECTS,
    RETRIEVAL_FLAGS,
    RetrievalFlag,
    SurfaceFlag,
    brightness_flags,
)

COARSE_MEANINGS = """
36_km_static_water_body 36_km_radar_water_body_detection 36_km_coastal_proximity 36_km_urban_area 36_km_precipitation
36_km_snow_or_ice 36_km_permanent_snow_or_ice 36_km_radiometer_frozen_ground 36_km_model_frozen_ground
36_km_mountainous_terrain 36_km_dense_vegetation 36_km_nadir_region
"""
"""Attribute `flag_meanings` of `surface_flag` in a real half-orbit of SPL2SMP."""

FINE_MEANINGS = """
3_km_static_water_body_flag 3_km_radar_water_body_detection_flag 3_km_coastal_proximity_flag 3_km_urban_area_flag
3_km_precipitation_flag 3_km_snow_or_ice_flag 3_km_permanent_snow_or_ice_flag 3_km_radar_frozen_ground_flag
3_km_model_frozen_ground_flag 3_km_mountainous_terrain_flag 3_km_dense_vegetation_flag 3_km_scene_edge_flag
3_km_anomalous_sigma0_flag
"""
"""The same of `surface_flag_3km` in the header of a real SPL2SMAP_S granule."""


def bits(attributes):
    """Masks and meanings of a flag's attributes, by meaning."""
    masks, meanings = attributes
    return dict(zip(meanings.split(), (int(mask.removesuffix("s")) for mask in masks.split(", ")), strict=True))


def test_bits_of_the_surface_flags():
    members = [
        "STATIC_WATER", "RADAR_WATER", "COAST", "URBAN", "PRECIPITATION", "SNOW", "PERMANENT_ICE", "FROZEN_OBSERVED",
        "FROZEN_MODEL", "MOUNTAINS", "DENSE_VEGETATION", "NADIR_OR_SCENE_EDGE", "ANOMALOUS_SIGMA0",
    ]  # fmt: skip
    assert [flag.name for flag in SurfaceFlag] == members
    assert [int(flag) for flag in SurfaceFlag] == [2**i for i in range(13)]
    assert int(SurfaceFlag.FROZEN) == 384


@pytest.mark.parametrize(
    ("attributes", "meanings"),
    [(COARSE_SURFACE_FLAGS, COARSE_MEANINGS), (FINE_SURFACE_FLAGS, FINE_MEANINGS)],
    ids=["coarse", "fine"],
)
def test_attributes_of_the_surface_flags(attributes, meanings):
    assert attributes[1].split() == meanings.split()
    assert list(bits(attributes).values()) == [2**i for i in range(len(meanings.split()))]


def test_both_products_agree_on_what_they_share():
    coarse = {name.removeprefix("36_km_"): bit for name, bit in bits(COARSE_SURFACE_FLAGS).items()}
    fine = {name.removeprefix("3_km_").removesuffix("_flag"): bit for name, bit in bits(FINE_SURFACE_FLAGS).items()}
    shared = coarse.keys() & fine.keys()
    assert len(shared) == 10
    assert all(coarse[name] == fine[name] for name in shared)
    assert coarse["radiometer_frozen_ground"] == fine["radar_frozen_ground"] == SurfaceFlag.FROZEN_OBSERVED


def test_masks_as_the_product_writes_them():
    assert RETRIEVAL_FLAGS[0] == "1s, 2s, 4s, 8s"
    assert RETRIEVAL_FLAGS[1].split()[3] == "FT_retrieval_success"


def test_stokes_parameters_lack_two_bits():
    whole, stokes = bits(brightness_flags("Horizontal_polarization")), bits(brightness_flags("3rd_Stokes"))
    assert list(whole.values()) == [2**i for i in range(16)]
    assert set(whole.values()) - set(stokes.values()) == {2**11, 2**13}
    assert stokes["3rd_Stokes_RFI_clean"] == 2**15
    assert whole["Horizontal_polarization_Faraday_rotation_correction"] == 2**11


@pytest.mark.parametrize(
    ("tier", "kept"),
    # Of the flags that occur in a real half-orbit, those that each tier keeps by its definition.
    [("recommended", {0, 8}), ("successful", {0, 1, 8, 9})],
)
def test_flags_that_a_tier_keeps(tier, kept):
    flags = np.array([0, 1, 5, 7, 8, 9, 13, 15])
    assert set(flags[(flags & QUALITY_REJECTS[tier]) == 0].tolist()) == kept


def test_whatever_is_recommended_was_made_and_succeeded():
    bad = RetrievalFlag.SKIPPED | RetrievalFlag.UNSUCCESSFUL
    for flag in (0, 1, 5, 7, 8, 9, 13, 15):
        if not flag & QUALITY_REJECTS["recommended"]:
            assert not flag & bad
