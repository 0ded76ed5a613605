"""The jobs of tiles: each is a region, all share one simulated world, and their maps go into mosaics."""

import datetime as dt

import pytest

from smen.errors import SettingsError
from smen.plan.periods import TILES
from smen.plan.plan import Plan
from smen.plan.steps import steps_of
from smen.settings.file import check_settings

AREA = {"area": [-98.1, 35.2, -97.2, 35.9], "size": 36, "overlap": 12}


def plan(**sections):
    return Plan(check_settings({"tiles": AREA, "method": "fusion"} | sections), dt.date(2020, 5, 6))


def test_every_tile_is_a_region_with_the_general_settings():
    made = plan(samples={"minimum_coverage": 0.2})
    assert len(made.regions) == 4 and list(made.regions) == list(made.tiles)
    for name, region in made.regions.items():
        assert region.tile and region.window == made.tiles[name]
        assert region.settings.samples.minimum_coverage == 0.2
        assert made.downscale(name, 2018).may_be_empty
        assert {step.stage for step in steps_of(made, name)} >= {"simulate", "align", "downscale", "publish"}


def test_tiles_stand_beside_named_regions():
    made = plan(regions={"here": {"longitude": 5, "latitude": 45}})
    assert len(made.regions) == 5 and not made.regions["here"].tile
    assert not made.align("here", 2018).may_be_empty
    assert made.world("here") == "here"
    taken = {next(iter(plan().tiles)): {"longitude": 5, "latitude": 45}}
    with pytest.raises(SettingsError, match="as a tile is"):
        plan(regions=taken)


def test_all_tiles_share_one_simulated_world():
    made = plan()
    jobs = {made.simulate(name, 2018).model_dump_json() for name in made.tiles}
    assert jobs == {made.job("simulate", TILES, 2018).model_dump_json()}
    job = made.simulate(next(iter(made.tiles)), 2018)
    assert job.region == TILES and len(job.parts) == 4
    assert job.cells == (984, 2616, 60, 60)
    for name in made.tiles:
        assert made.acquire(name, 2018).source.world == TILES
        assert made.truth(name) == "resources/simulated/tiles/truth"


def test_a_world_too_large_to_simulate_is_refused_and_one_to_be_read_is_not():
    large = {"area": [-125, 25, -70, 49]}
    made = plan(tiles=large)
    with pytest.raises(SettingsError, match="too many for one simulated world"):
        made.simulate(next(iter(made.tiles)), 2018)
    made = plan(tiles=large, source={"kind": "earthdata"})
    assert made.acquire(next(iter(made.tiles)), 2018).source.kind == "earthdata"


def test_a_mosaic_is_made_of_all_tiles_and_years():
    made = plan(maps={"period": ["2017-01-01", "2018-12-31"]})
    job = made.job("mosaic")
    assert list(job.windows.values()) == list(made.tiles.values())
    assert (job.map_years, job.overlap) == ((2017, 2018), 12)
    assert made.index().mosaic_cells == (984, 2616, 60, 60)


def test_without_tiles_there_is_no_mosaic():
    made = plan(tiles={}, regions={"here": {"longitude": 5, "latitude": 45}})
    assert made.mosaic_years() == () and made.index().mosaic_cells is None
    with pytest.raises(SettingsError, match="no tiles"):
        made.mosaic()
