"""The section `paper`: its parts, each the settings of what uses it, and the published numbers."""

import pytest
from pydantic import ValidationError

from smen.settings.paper_section import PaperDates, PaperSettings, PaperSizes, PaperTraining
from smen.settings.section import narrow

PARTS = (PaperTraining, PaperDates, PaperSizes)


def test_the_parts_share_no_key():
    keys = [key for part in PARTS for key in part.model_fields]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_holds_the_values_of_the_section(part):
    settings = PaperSettings(epochs=7, sizes_test=3, time_instance="day")
    narrowed = narrow(part, settings)
    assert narrowed.model_dump() == {key: getattr(settings, key) for key in part.model_fields}


def test_the_published_recipe_is_the_default():
    """1000 epochs of Adam at 0.0001 (the paper's section on training), 10 to 100 dates in Table 3."""
    settings = PaperSettings()
    assert (settings.epochs, settings.learning_rate) == (1000, 1e-4)
    assert settings.sizes == (10, 20, 50, 100)


@pytest.mark.parametrize(
    "values",
    [
        {"seeds": ()},
        {"sizes": ()},
        {"sizes": (2.5,)},
        {"learning_rate": 1.0},
        {"learning_rate": 0.0},
        {"minimum_coverage": 0.0},
        {"minimum_coverage": 1.01},
        {"padding": "same"},
        {"normalise": 1},
    ],
)
def test_values_out_of_range_are_refused(values):
    with pytest.raises(ValidationError):
        PaperSettings(**values)
