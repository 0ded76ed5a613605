"""The fixed choices of the settings are those that the packages below know."""

from typing import get_args

import pytest

from smen.data.fill import Missing
from smen.data.quality import QualityCode
from smen.methods.registry import METHODS
from smen.methods.smen_cnn import recipe
from smen.products.product_tables import PRODUCTS
from smen.settings import choices
from smen.settings.method_sections import SmenOptions
from smen.settings.region_sections import Region
from smen.settings.schema import Settings
from smen.simulation.climates import CLIMATES


@pytest.mark.parametrize(
    ("choice", "known"),
    [
        (choices.MethodName, METHODS),
        (choices.Climate, CLIMATES),
        (choices.CoarseProduct, [name for name, p in PRODUCTS.items() if p.role == "coarse"]),
        (choices.FineProduct, [name for name, p in PRODUCTS.items() if p.role == "fine"]),
        (choices.FineVariable, PRODUCTS["SPL2SMAP_S"].retrievals),
        (choices.MissingResidual, get_args(Missing)),
        (choices.Schedule, get_args(recipe.Schedule)),
        (choices.Precision, get_args(recipe.Precision)),
        (choices.Device, get_args(recipe.Device)),
    ],
)
def test_a_choice_offers_what_there_is(choice, known):
    assert set(get_args(choice)) == set(known)


def test_conditions_to_mask_are_quality_codes():
    assert {name.upper() for name in get_args(choices.SurfaceCondition)} <= set(QualityCode.__members__)


def test_every_method_has_a_section_of_its_own_also_under_a_region():
    for name in get_args(choices.MethodName):
        assert name in Settings.model_fields
        assert name in Region.model_fields


def test_the_options_of_smen_are_those_of_a_training():
    """But for two, which bear other names there."""
    options = set(SmenOptions.model_fields) - {"batch_size", "missing_residual"} | {"batch"}
    assert options | {"kernels"} == set(recipe.TrainingRecipe.__dataclass_fields__)
