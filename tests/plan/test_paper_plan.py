"""The jobs of the paper's experiments: which trainings there are, and what each is given."""

import datetime as dt

import pytest

from smen.errors import SettingsError
from smen.plan.plan import Plan
from smen.settings.file import check_settings


def plan(**values):
    return Plan(check_settings(values))


def texts(p):
    """Return the JSON of all jobs of `all` for one region."""
    stages = [("align", 2016), ("pair", 2018), ("downscale", 2018), ("choose", None), ("evaluate", None)]
    return [p.train("tucson", method).model_dump_json() for method in p.methods("tucson")] + [
        p.job(stage, "tucson", year).model_dump_json() for stage, year in stages
    ]


SIZES = ("size_10", "size_20", "size_50", "size_100")


def test_the_papers_trainings():
    p = plan()
    assert p.cases("oklahoma_city") == ("both", *SIZES)
    assert p.cases("tucson") == ("both", "spatial", "temporal")
    assert p.cases("geneva") == ("both",)


def test_regions_of_other_names_have_the_papers_trainings_too():
    regions = {name: {"longitude": 5, "latitude": 45} for name in ("north", "south")}
    p = plan(regions=regions)
    assert p.cases("north") == ("both", "spatial", "temporal", *SIZES)
    assert p.cases("south") == ("both",)
    p = plan(regions=regions, paper={"inputs_region": "south", "sizes_region": "south", "sizes": [4, 4, 2]})
    assert p.cases("south") == ("both", "spatial", "temporal", "size_2", "size_4")
    with pytest.raises(SettingsError, match="did you mean `south`"):
        plan(regions=regions, paper={"inputs_region": "soth"}).cases("north")


@pytest.mark.parametrize(
    ("paper", "touched"),
    [
        ({"epochs": 20}, {"both", "spatial", "size_10"}),
        ({"padding": "reflect"}, {"both", "spatial", "size_10"}),
        ({"time_instance": "day"}, {"both", "spatial", "size_10"}),
        ({"sizes_test": 5}, {"size_10"}),
        ({"sampling": "latest"}, {"size_10"}),
        ({"sizes": [10, 40]}, set()),
        ({"seeds": [1, 2]}, set()),
        ({"learned_baselines": False}, set()),
        ({"inputs_region": "geneva"}, set()),
    ],
)
def test_a_setting_of_the_paper_retrains_what_uses_it(paper, touched):
    def trainings(p):
        cases = {"both": "oklahoma_city", "spatial": "tucson", "size_10": "oklahoma_city"}
        return {case: p.experiment(region, case, 1).model_dump_json() for case, region in cases.items()}

    before, after = plan(), plan(paper=paper)
    old, new = trainings(before), trainings(after)
    assert {case for case in old if old[case] != new[case]} == touched
    assert texts(before) == texts(after)  # jobs of `all` have no setting of the paper


@pytest.mark.parametrize("paper", [{"sizes": [10, 40]}, {"seeds": [1, 2]}, {"learned_baselines": False}])
def test_a_setting_of_the_comparison_compares_again(paper):
    assert plan().compare("oklahoma_city") != plan(paper=paper).compare("oklahoma_city")


def test_the_dates_of_table_3_concern_its_region_alone():
    later = plan(paper={"sizes_test": 5})
    assert plan().compare("tucson") == later.compare("tucson")
    assert plan().compare("oklahoma_city") != later.compare("oklahoma_city")
    assert plan().experiment("oklahoma_city", "both", 1).sizes is None


def test_paper_jobs_survive_json():
    p = plan()
    for job in (p.experiment("tucson", "spatial", 3), p.compare("geneva"), p.reproduce()):
        assert type(job).model_validate_json(job.model_dump_json()) == job


def test_donor_regions_are_the_first_four_others_with_the_same_coarse_product():
    regions = {f"r{i}": {"longitude": i, "latitude": 45} for i in range(7)}
    regions["r1"] = regions["r1"] | {"products": {"coarse": "SPL2SMP_E"}}
    p = plan(regions=regions)
    assert p.comparison_donors("r2") == ("r0", "r3", "r4", "r5")
    assert p.comparison_donors("r1") == ()
    donors = p.compare("r2").donor_regions
    assert list(donors) == ["r0", "r3", "r4", "r5"]
    assert donors["r0"].training == (dt.date(2016, 1, 1), dt.date(2017, 12, 31))


def test_years_of_the_paper_leave_out_what_lies_beyond_training_and_test():
    p = plan(maps={"period": ["2015-06-01", "2019-12-31"]})
    assert p.years("tucson") == (2015, 2016, 2017, 2018, 2019)
    assert p.paper_years("tucson") == (2016, 2017, 2018)
