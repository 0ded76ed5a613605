"""Flags: each condition sets its bit, quality follows, values that occur in real granules."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_world import make_state, make_world

from smen.products.flags import RetrievalFlag, SurfaceFlag
from smen.simulation.climates import GENEVA
from smen.simulation.land import Land, make_land
from smen.simulation.surface_flags import (
    FAILED_CHANCE,
    FINE_RAIN_MM,
    MISTAKEN_CHANCE,
    RAIN_MM,
    coarse_flags,
    fine_flags,
)

NAMES = ("water", "urban", "mountains", "frozen", "snow", "rain", "vegetation")
THRESHOLDS = [
    ("water", 0.05, SurfaceFlag.STATIC_WATER | SurfaceFlag.RADAR_WATER),
    ("water", 0.2, SurfaceFlag.COAST),
    ("urban", 0.25, SurfaceFlag.URBAN),
    ("rain", RAIN_MM, SurfaceFlag.PRECIPITATION),
    ("snow", 0.05, SurfaceFlag.SNOW),
    ("frozen", 0.05, SurfaceFlag.FROZEN_MODEL | SurfaceFlag.FROZEN_OBSERVED),
    ("mountains", 0.3, SurfaceFlag.MOUNTAINS),
    ("vegetation", 5.0, SurfaceFlag.DENSE_VEGETATION),
]
REAL_VALUES = {0, 1, 5, 7, 8, 9, 13, 15}
"""Quality flags of the real half-orbit."""


def shares_of(n=1, **values):
    """Shares of n cells, 0 where none are given."""
    return {name: np.broadcast_to(np.float32(values.get(name, 0)), (n,)) for name in NAMES}


def flags(n=1, truth=0.2, seed=0, **values):
    return coarse_flags(shares_of(n, **values), np.full(n, truth, np.float32), np.random.default_rng(seed))


@pytest.mark.parametrize(("name", "threshold", "bits"), THRESHOLDS)
def test_a_share_above_its_threshold_sets_its_bits(name, threshold, bits):
    below, _ = flags(**{name: threshold * 0.99})
    above, quality = flags(**{name: threshold * 1.01})
    assert not below[0] & int(bits)
    assert above[0] & int(bits) == int(bits)
    assert quality[0] & RetrievalFlag.NOT_RECOMMENDED


def test_plain_ground_is_recommended():
    surface, quality = flags(1000)
    assert not surface.any()
    assert not quality.any()
    assert surface.dtype == quality.dtype == np.uint16


@pytest.mark.parametrize("name", ["water", "frozen", "snow"])
def test_where_most_is_water_or_frozen_there_is_no_retrieval(name):
    _, quality = flags(500, **{name: 0.51})
    assert (quality & 7 == 7).all()
    _, quality = flags(500, **{name: 0.49})
    assert not (quality & RetrievalFlag.SKIPPED).any()


def test_an_eighth_of_the_doubtful_retrievals_failed():
    _, quality = flags(5000, urban=0.5)
    failed = (quality & RetrievalFlag.UNSUCCESSFUL) > 0
    assert failed.mean() == pytest.approx(FAILED_CHANCE, abs=0.02)
    assert set(quality.tolist()) == {1, 5}


def test_very_dry_ground_is_at_times_taken_for_frozen():
    """As in real deserts in summer: flag 8, which is no quality concern."""
    surface, quality = flags(5000, truth=0.05)
    mistaken = (surface & SurfaceFlag.FROZEN_OBSERVED) > 0
    assert mistaken.mean() == pytest.approx(MISTAKEN_CHANCE, abs=0.025)
    assert set(quality.tolist()) == {0, 8}
    assert not flags(500, truth=0.07)[0].any()


def test_flags_are_drawn_from_the_stream():
    first, again, other = (flags(500, truth=0.05, urban=0.5, seed=seed)[1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@settings(max_examples=60)
@given(
    st.fixed_dictionaries({name: st.floats(0, 12 if name in ("rain", "vegetation") else 1) for name in NAMES}),
    st.floats(0.02, 0.5),
    st.integers(0, 100),
)
def test_flags_are_among_those_of_real_granules(values, truth, seed):
    surface, quality = flags(20, truth, seed, **values)
    assert set(quality.tolist()) <= REAL_VALUES
    recommended = (quality & 1) == 0
    doubtful = 0b111_0111_1111  # all surface bits but that of frozen ground by the radiometer
    assert not (surface[recommended] & doubtful).any()


@pytest.fixture(scope="module")
def fine_case():
    world = make_world("geneva", size=24)
    return world, make_land(world.area, "flags", GENEVA, 3)


def only(land, name, field):
    """Land with nothing on it but one kind of cover."""
    nothing = {key: np.zeros_like(value) for key, value in vars(land).items()}
    return Land(**(nothing | {name: field}))


def test_fine_flags_of_bare_ground(fine_case):
    world, land = fine_case
    surface, quality = fine_flags(only(land, "urban", land.urban & False), make_state(world), land.water & False)
    assert not surface.any()
    assert not quality.any()
    assert surface.shape == world.area.shape


@pytest.mark.parametrize(
    ("cover", "bit"), [("urban", SurfaceFlag.URBAN), ("mountains", SurfaceFlag.MOUNTAINS)], ids=["urban", "mountains"]
)
def test_land_cover_is_not_recommended_at_3_km(fine_case, cover, bit):
    world, land = fine_case
    where = getattr(land, cover)
    surface, quality = fine_flags(only(land, cover, where), make_state(world), where & False)
    np.testing.assert_array_equal(surface, np.where(where, int(bit), 0))
    np.testing.assert_array_equal(quality, np.where(where, 1, 0))


def test_dense_vegetation_begins_at_five_kilograms(fine_case):
    world, land = fine_case
    vegetation = np.full(world.area.shape, 4.99, np.float32)
    vegetation[::2] = 5.01
    surface, quality = fine_flags(only(land, "vegetation", vegetation), make_state(world), land.water & False)
    np.testing.assert_array_equal((surface & SurfaceFlag.DENSE_VEGETATION) > 0, vegetation > 5)
    np.testing.assert_array_equal(quality, vegetation > 5)


def test_water_has_no_retrieval_and_a_coast(fine_case):
    """The four neighbours of a single cell of water are coast, which is no reason for doubt."""
    world, land = fine_case
    water = np.zeros(world.area.shape, bool)
    water[10, 10] = True
    surface, quality = fine_flags(only(land, "water", water), make_state(world), water & False)
    assert surface[10, 10] == SurfaceFlag.STATIC_WATER | SurfaceFlag.RADAR_WATER
    assert quality[10, 10] == 7
    coast = np.argwhere(surface == int(SurfaceFlag.COAST))
    assert {tuple(cell) for cell in coast} == {(9, 10), (11, 10), (10, 9), (10, 11)}
    assert (quality != 0).sum() == 1


def test_frost_snow_and_odd_backscatter(fine_case):
    world, land = fine_case
    bare = only(land, "urban", land.urban & False)
    half = np.zeros(world.area.shape, bool)
    half[:, ::2] = True
    none = half & False
    surface, quality = fine_flags(bare, make_state(world, temperature=np.where(half, -0.1, 0.1)), none)
    frozen = SurfaceFlag.FROZEN_OBSERVED | SurfaceFlag.FROZEN_MODEL
    np.testing.assert_array_equal(surface, np.where(half, int(frozen), 0))
    np.testing.assert_array_equal(quality, np.where(half, 9, 0))
    surface, quality = fine_flags(bare, make_state(world, snow=half), none)
    np.testing.assert_array_equal(surface, np.where(half, int(SurfaceFlag.SNOW), 0))
    np.testing.assert_array_equal(quality, half)
    surface, quality = fine_flags(bare, make_state(world), half)
    np.testing.assert_array_equal(surface, np.where(half, int(SurfaceFlag.ANOMALOUS_SIGMA0), 0))
    np.testing.assert_array_equal(quality, half)


def test_rain_is_marked_and_no_reason_for_doubt(fine_case):
    world, land = fine_case
    bare = only(land, "urban", land.urban & False)
    for mm, marked in ((FINE_RAIN_MM + 0.1, True), (FINE_RAIN_MM - 0.1, False)):
        surface, quality = fine_flags(bare, make_state(world, rain=mm), land.water & False)
        assert (surface == (int(SurfaceFlag.PRECIPITATION) if marked else 0)).all()
        assert not quality.any()
