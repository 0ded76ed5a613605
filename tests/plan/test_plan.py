"""The plan: years, and jobs that hold just what they use."""

import datetime as dt

import geopandas as gpd
import pytest
from shapely import Polygon

from smen.errors import SettingsError
from smen.plan.plan import Plan
from smen.settings.file import check_settings

TODAY = dt.date(2020, 5, 6)


def plan(**values):
    return Plan(check_settings(values), TODAY)


def jobs(p, region, stages=("acquire", "align", "pair")):
    texts = {(s, y): p.job(s, region, y).model_dump_json() for s in stages for y in p.years(region)}
    texts |= {("train", method): p.train(region, method).model_dump_json() for method in p.methods(region)}
    texts |= {(s, 0): p.job(s, region).model_dump_json() for s in ("choose", "evaluate")}
    return texts | {("downscale", y): p.downscale(region, y).model_dump_json() for y in p.map_years(region)}


def changed(before, after, region="tucson"):
    a, b = jobs(before, region), jobs(after, region)
    return {key for key in a.keys() | b.keys() if a.get(key) != b.get(key)}


def test_years():
    p = plan()
    assert p.years("tucson") == (2016, 2017, 2018)
    assert p.training_years("tucson") == (2016, 2017)
    assert p.map_years("tucson") == (2018,)
    assert p.pair_years("tucson", 2016) == (2016, 2017)  # validation is the last fifth of all training dates
    assert p.pair_years("tucson", 2018) == (2016, 2017, 2018)


def test_years_between_training_and_test_are_history():
    p = plan(periods={"test": ["2020-01-01", "2020-12-31"]})
    assert p.years("tucson") == (2016, 2017, 2018, 2019, 2020)
    assert p.map_years("tucson") == (2020,)


def test_today_is_the_day_of_the_last_refresh():
    p = plan(periods={"test": ["2018-01-01", "today"]})
    assert p.map_years("tucson") == (2018, 2019, 2020)
    assert p.downscale("tucson", 2020).span == (dt.date(2020, 1, 1), TODAY)
    assert p.acquire("tucson", 2020).span[1] == "today"
    assert p.acquire("tucson", 2019).span[1] == dt.date(2019, 12, 31)


def test_the_index_knows_products_versions_and_years():
    assert plan().index().products == (("SPL2SMP", "009"), ("SPL2SMAP_S", "003"))
    assert plan().index().years == (2016, 2018)
    own = {
        "a": {"longitude": 1, "latitude": 46, "products": {"coarse": "SPL2SMP_E"}},
        "b": {"longitude": 6, "latitude": 46},
    }
    several = plan(regions=own, source={"kind": "earthdata"}, products={"coarse_version": "008"})
    assert several.index().products == (("SPL2SMP", "008"), ("SPL2SMP_E", "008"), ("SPL2SMAP_S", "003"))
    folder = plan(source={"kind": "directory", "directory": "granules"})
    assert folder.index().products == (("SPL2SMP", None), ("SPL2SMAP_S", None))


def test_a_changed_outline_is_published_again(tmp_path):
    jobs = []
    for width in (1.0, 0.9):
        shape = Polygon([(0, 41), (1, 41), (1, 42), (0, 42), (0.5, 41 + width / 2)])
        gpd.GeoDataFrame({"name": ["ebro"]}, geometry=[shape], crs="EPSG:4326").to_file(tmp_path / "basins.gpkg")
        p = plan(regions_file={"path": str(tmp_path / "basins.gpkg"), "column": "name"})
        jobs.append((p.publish("ebro").model_dump_json(), p.align("ebro", 2016).model_dump_json()))
    assert jobs[0][0] != jobs[1][0] and jobs[0][1] == jobs[1][1]
    assert plan().publish("tucson").polygon is None


def test_another_regions_settings_touch_no_job():
    own = {
        "tucson": {"longitude": -110.9747, "latitude": 32.2226},
        "geneva": {"longitude": 6.1, "latitude": 46.2, "fusion": {"seed": 5}},
    }
    assert changed(plan(), plan(regions=own)) == set()
    assert changed(plan(), plan(regions=own), "geneva") != set()


@pytest.mark.parametrize(
    ("values", "stages"),
    [
        ({"fusion": {"seed": 9}}, {"train"}),
        ({"smen": {"epochs": 9}}, {"train"}),
        ({"method": "smen"}, {"train", "choose", "downscale", "evaluate"}),
        ({"methods": ["smen", "fusion"]}, {"choose", "evaluate"}),
        ({"methods": ["fusion"]}, {"train", "choose", "evaluate"}),
        ({"samples": {"coarse_history": 3}}, {"evaluate"}),
        ({"products": {"quality": "successful"}}, {"align"}),
        ({"maps": {"masked": ["frozen"]}}, {"downscale"}),
        ({"source": {"bad_granules": "skip"}}, {"acquire"}),
    ],
)
def test_a_setting_touches_the_stages_that_use_it(values, stages):
    assert {stage for stage, _ in changed(plan(), plan(**values))} == stages


def test_a_longer_test_period_leaves_training_alone():
    later = plan(periods={"test": ["2018-01-01", "2019-06-30"]})
    touched = changed(plan(), later)
    assert (
        not {("train", "fusion"), ("train", "smen"), ("pair", 2016), ("pair", 2017), ("align", 2016), ("acquire", 2017)}
        & touched
    )
    assert ("acquire", 2018) not in touched  # to the end of the year already
    assert ("downscale", 2019) in touched


def test_order_of_keys_touches_nothing():
    one = plan(method="smen", smen={"seed": 2, "epochs": 3})
    other = plan(method="smen", smen={"epochs": 3, "seed": 2})
    assert changed(one, other) == set()


def test_weights_from_elsewhere_stand_in_for_training():
    p = plan(method="fusion", fusion={"weights": "shared/network.safetensors"})
    assert p.downscale("tucson", 2018).model == "shared/network.safetensors"


def test_each_candidate_is_a_training_of_its_own_and_keeps_its_job_whatever_the_others_are():
    both, alone = plan(), plan(methods=["smen"])
    assert both.methods("tucson") == ("fusion", "smen")
    assert [both.train("tucson", m).recipe.method for m in both.methods("tucson")] == ["fusion", "smen"]
    assert both.train("tucson", "smen") == alone.train("tucson")
    assert both.model("tucson") is None and both.downscale("tucson", 2018) == alone.downscale("tucson", 2018)


def test_a_training_is_named_where_there_are_several():
    with pytest.raises(SettingsError, match="several methods, name one of them: fusion, smen"):
        plan().train("tucson")
    with pytest.raises(SettingsError, match="forest is none of the methods of tucson: fusion, smen"):
        plan().train("tucson", "forest")


def test_a_class_of_the_user_is_known_by_its_module_and_trained_again_when_that_changes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine_of_the_plan.py").write_text("class Mean: ...\n")
    p = plan(methods=["fusion", "mine_of_the_plan:Mean"])
    assert p.methods("tucson") == ("fusion", "mine_of_the_plan.Mean")
    before = p.train("tucson", "mine_of_the_plan.Mean")
    assert before.recipe.method == "mine_of_the_plan:Mean"
    (tmp_path / "mine_of_the_plan.py").write_text("class Mean: ...  # changed\n")
    assert p.train("tucson", "mine_of_the_plan.Mean").recipe.digest != before.recipe.digest
    with pytest.raises(SettingsError, match=r"finds no module other_of_the_plan; it looks in .* put the file there"):
        plan(method="other_of_the_plan:Mean").train("tucson")


def test_a_map_period_that_ends_before_it_begins():
    with pytest.raises(SettingsError, match="ends before it begins"):
        plan(maps={"period": ["2018-05-01", "2018-04-01"]})


def test_jobs_survive_json():
    p = plan()
    for stage in ("simulate", "acquire", "align", "pair", "downscale"):
        job = p.job(stage, "geneva", 2018)
        assert type(job).model_validate_json(job.model_dump_json()) == job


def test_a_region_or_year_that_is_not_there_is_named():
    with pytest.raises(SettingsError, match=r"no region `tuscon`.*did you mean `tucson`"):
        plan().job("align", "tuscon", 2016)
    with pytest.raises(SettingsError, match="1999 is not a year of tucson: its periods reach from 2016 to 2018"):
        plan().job("align", "tucson", 1999)
