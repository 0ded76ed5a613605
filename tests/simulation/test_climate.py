"""The numbers of a climate: every one described, none left to change by accident."""

import dataclasses
import re

import pytest

from smen.simulation.climate import Climate
from smen.simulation.climates import OKLAHOMA

FIELDS = [field.name for field in dataclasses.fields(Climate)]


def test_every_number_is_described_in_the_order_of_the_fields():
    described = re.findall(r"^        (\w+): ", Climate.__doc__, re.MULTILINE)
    assert described == FIELDS


def test_numbers_that_are_measured_or_fitted_say_so():
    lines = dict(re.findall(r"^        (\w+): (.*(?:\n            .*)*)", Climate.__doc__, re.MULTILINE))
    for name in ("mean", "temporal_sd", "coarse_noise"):
        assert "measured" in lines[name]
    for name in ("region_share", "film_share", "storage_mm", "slow_supply", "link_shift", "link_gain", "acquisitions"):
        assert "fitted" in lines[name]


def test_no_number_has_a_default():
    """A new climate must give them all."""
    with pytest.raises(TypeError, match=r"missing \d+ required"):
        Climate(name="nowhere")
    assert all(field.default is dataclasses.MISSING for field in dataclasses.fields(Climate))


def test_a_climate_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        OKLAHOMA.mean = 0.3
    assert dataclasses.replace(OKLAHOMA, mean=0.3).mean == 0.3
