"""The fixed choices of the settings are those that the packages below know; paths may begin at home."""

import os
import pwd
from pathlib import Path
from typing import get_args

import pytest

from smen.data.fill import Missing
from smen.data.quality import QualityCode
from smen.errors import SettingsError
from smen.methods.registry import METHODS
from smen.methods.smen_cnn import network_method, recipe
from smen.products.product_tables import PRODUCTS
from smen.settings import choices
from smen.settings.file import check_settings
from smen.settings.method_sections import SmenOptions
from smen.settings.region_sections import Region
from smen.settings.schema import Settings
from smen.simulation.climates import CLIMATES


@pytest.mark.parametrize(
    ("choice", "known"),
    [
        (choices.Climate, CLIMATES),
        (choices.CoarseProduct, [name for name, p in PRODUCTS.items() if p.role == "coarse"]),
        (choices.FineProduct, [name for name, p in PRODUCTS.items() if p.role == "fine"]),
        (choices.FineVariable, PRODUCTS["SPL2SMAP_S"].retrievals),
        (choices.MissingResidual, get_args(Missing)),
        (choices.Learns, get_args(network_method.Learns)),
        (choices.Schedule, get_args(recipe.Schedule)),
        (choices.Precision, get_args(recipe.Precision)),
        (choices.Device, get_args(recipe.Device)),
    ],
)
def test_a_choice_offers_what_there_is(choice, known):
    assert set(get_args(choice)) == set(known)


def test_the_built_in_methods_are_those_of_the_registry():
    assert set(choices.BUILT_IN) == set(METHODS)


def test_conditions_to_mask_are_quality_codes():
    assert {name.upper() for name in get_args(choices.SurfaceCondition)} <= set(QualityCode.__members__)


def test_every_method_has_a_section_of_its_own_also_under_a_region():
    for name in choices.BUILT_IN:
        assert name in Settings.model_fields
        assert name in Region.model_fields


def test_the_options_of_smen_are_those_of_a_training():
    """But for two, which bear other names there, and two of the method."""
    own = {"missing_residual", "learns", "calibration_folds"}
    options = set(SmenOptions.model_fields) - {"batch_size", *own} | {"batch"}
    assert options | {"kernels"} == set(recipe.TrainingRecipe.__dataclass_fields__)


PATHS = (
    ("source", "directory"), ("source", "truth"), ("regions_file", "path"), ("fusion", "weights"), ("smen", "weights"),
    ("folders", "results"), ("folders", "resources"),
)  # fmt: skip


def path_of(section, key, value):
    beside = {"column": "name"} if section == "regions_file" else {}
    values = {"method": section} if key == "weights" else {}
    return getattr(getattr(check_settings(values | {section: {key: value} | beside}), section), key)


@pytest.mark.parametrize(("section", "key"), PATHS)
def test_a_tilde_stands_for_the_home_folder(section, key, monkeypatch):
    monkeypatch.setenv("HOME", "/home/of/mine")
    assert path_of(section, key, "~/smap") == "/home/of/mine/smap"
    assert path_of(section, key, "~") == "/home/of/mine"
    user = pwd.getpwuid(os.getuid())
    assert path_of(section, key, f"~{user.pw_name}/smap") == str(Path(user.pw_dir) / "smap")
    for path in ("smap", "./~/smap", "a~b", "/data/~x", "../smap/"):
        assert path_of(section, key, path) == path
    with pytest.raises(SettingsError, match=rf"{section}.{key}: ~no-one/smap begins with ~, and there is no such user"):
        path_of(section, key, "~no-one/smap")
