"""Sections: strict, immutable, and narrowed to what a job uses."""

import pytest
from pydantic import ValidationError

from smen.settings.method_sections import FusionSettings, SmenOptions, SmenSettings
from smen.settings.section import Section, narrow


class Wide(Section):
    a: int = 1
    b: str = "x"


class Narrow(Section):
    b: str
    kind: str = "narrow"


def test_a_section_refuses_unknown_keys_and_other_types():
    with pytest.raises(ValidationError, match="extra_forbidden"):
        Wide(c=3)
    with pytest.raises(ValidationError, match="valid integer"):
        Wide(a="1")
    with pytest.raises(ValidationError, match="valid integer"):
        Wide(a=True)


def test_a_section_cannot_be_changed():
    section = Wide()
    with pytest.raises(ValidationError, match="frozen"):
        section.a = 2


def test_narrow_keeps_the_shared_keys_and_takes_defaults_for_the_others():
    assert narrow(Narrow, Wide(a=5, b="y")) == Narrow(b="y", kind="narrow")


def test_narrow_refuses_a_section_that_lacks_a_key_without_default():
    with pytest.raises(ValidationError, match="b"):
        narrow(Narrow, FusionSettings())


def test_narrow_checks_nothing_away():
    settings = SmenSettings(epochs=7, threads=2, weights="w.safetensors")
    options = narrow(SmenOptions, settings)
    assert options.model_dump() == {k: v for k, v in settings.model_dump().items() if k != "weights"}
