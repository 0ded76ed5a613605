"""Jobs: sources and recipes by their kind, and no key of another kind."""

import pytest
from pydantic import ValidationError

from smen.grid import Window
from smen.plan.jobs import IndexJob, TrainJob
from smen.plan.plan import Plan
from smen.plan.recipes import FusionRecipe, SmenRecipe
from smen.products.product_tables import PRODUCTS
from smen.settings.file import check_settings

SOURCES = {
    "simulated": {"kind", "world"},
    "directory": {"kind", "directory"},
    "earthdata": {"kind", "coarse_version", "fine_version", "connections", "cmr_url", "edl_host"},
}


def plan(**values):
    return Plan(check_settings(values))


@pytest.mark.parametrize("kind", SOURCES)
def test_a_source_has_the_keys_of_its_kind_alone(kind):
    job = plan(source={"kind": kind, "directory": "granules"}).acquire("tucson", 2016)
    assert type(job.source).model_fields.keys() == SOURCES[kind]
    assert type(job).model_validate_json(job.model_dump_json()) == job


def test_earthdata_can_be_asked_about_whatever_the_source_is():
    assert plan().acquire("tucson", 2016, kind="earthdata").source.connections == 6


@pytest.mark.parametrize("coarse", ["SPL2SMP", "SPL2SMP_E"])
def test_versions_left_open_are_those_of_the_products(coarse):
    source = plan(source={"kind": "earthdata"}, products={"coarse": coarse}).acquire("tucson", 2016).source
    assert source.coarse_version == PRODUCTS[coarse].version
    assert source.fine_version == PRODUCTS["SPL2SMAP_S"].version
    named = {"coarse_version": "008", "fine_version": "002"}
    source = plan(source={"kind": "earthdata"}, products=named).acquire("tucson", 2016).source
    assert (source.coarse_version, source.fine_version) == ("008", "002")


def test_a_recipe_has_the_keys_of_its_method_alone():
    assert plan(method="fusion").train("tucson").recipe == FusionRecipe(seed=1, donor_regions={})
    recipe = plan(method="smen", smen={"epochs": 7, "weights": None}).train("tucson").recipe
    assert isinstance(recipe, SmenRecipe)
    assert recipe.epochs == 7
    assert not {"weights", "learn_from", "donor_regions"} & set(recipe.model_dump())


@pytest.mark.parametrize("method", ["fusion", "smen"])
def test_a_training_is_read_back_as_its_own_method(method):
    job = plan(method=method).train("tucson")
    again = TrainJob.model_validate_json(job.model_dump_json())
    assert again == job
    assert again.recipe.method == method


def test_a_key_of_another_method_is_refused():
    recipe = {"method": "fusion", "seed": 1, "donor_regions": {}, "epochs": 3}
    with pytest.raises(ValidationError, match="epochs"):
        TrainJob(results="r", region="a", years=(2016,), candidate=False, recipe=recipe)


def test_windows_are_made_of_the_cells():
    assert plan().align("tucson", 2016).window == Window(1086, 2168, 100, 100)
    cells = (0, 1, 2, 3), (4, 5, 6, 7)
    own = {"map_years": {}, "chosen": (), "source": "simulated", "products": (), "years": (2016, 2018)}
    job = IndexJob(results="r", regions=("a", "b"), cells=cells, **own)
    assert job.windows == {"a": Window(0, 1, 2, 3), "b": Window(4, 5, 6, 7)}


def test_threads_are_one_for_the_closed_form():
    assert plan(smen={"threads": 3}).training_threads("tucson", "fusion") == 1
    assert plan(smen={"threads": 3}).training_threads("tucson", "smen") == 3


def test_the_digest_follows_the_settings_of_the_region_and_no_folder():
    digest = plan().publish("tucson").digest
    assert digest == plan(folders={"results": "elsewhere"}).publish("tucson").digest
    assert digest == plan(paper={"epochs": 5}).publish("tucson").digest
    for values in (
        {"fusion": {"seed": 2}},
        {"method": "smen"},
        {"source": {"seed": 2}},
        {"maps": {"masked": ["snow"]}},
    ):
        assert digest != plan(**values).publish("tucson").digest
