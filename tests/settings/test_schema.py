"""All sections together: what holds between them, and that settings survive their file."""

import datetime as dt

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from smen.errors import SettingsError
from smen.settings.file import check_settings
from smen.settings.method_sections import FRAMES
from smen.settings.regions import resolve
from smen.settings.schema import Settings

DAY = st.dates(dt.date(2018, 1, 1), dt.date(2025, 1, 1))
SMEN = st.fixed_dictionaries(
    {},
    optional={
        "epochs": st.integers(1, 5000),
        "patience": st.none() | st.integers(1, 99),
        "learning_rate": st.floats(1e-6, 0.5),
        "schedule": st.sampled_from(["constant", "cosine"]),
        "augment_flips": st.booleans(),
        "threads": st.just("auto") | st.integers(1, 64),
        "missing_residual": st.sampled_from(["climatology", "zero"]),
    },
)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "method": st.sampled_from(["fusion", "smen"]),
        "smen": SMEN,
        "fusion": st.fixed_dictionaries({}, optional={"seed": st.integers(0, 2**31)}),
        "periods": st.fixed_dictionaries({}, optional={"test": DAY.map(lambda day: [day, "today"])}),
        "maps": st.fixed_dictionaries(
            {}, optional={"masked": st.lists(st.sampled_from(["snow", "frozen"]), max_size=2)}
        ),
    },
)


@settings(max_examples=30)
@given(VALUES)
def test_settings_survive_their_file(values):
    """Through YAML, as a user writes them, and through JSON, as a region's own ones are merged."""
    checked = check_settings(values)
    assert check_settings(yaml.safe_load(yaml.safe_dump(values))) == checked
    assert Settings.model_validate_json(checked.model_dump_json()) == checked


@given(VALUES)
def test_general_settings_and_those_of_a_region_mean_the_same(values):
    """What a region says for itself counts as if it stood in the general sections."""
    place = {"longitude": 5, "latitude": 45}
    own = resolve(check_settings({"regions": {"a": {**place, **values}}}))["a"].settings
    general = resolve(check_settings({"regions": {"a": place}, **values}))["a"].settings
    assert own.model_dump(exclude={"regions"}) == general.model_dump(exclude={"regions"})


@pytest.mark.parametrize("history", [1, 3, 5, 64])
def test_the_papers_network_takes_four_earlier_dates(history):
    assert check_settings({"samples": {"history": history}, "method": "fusion"}).samples.history == history
    with pytest.raises(SettingsError, match="`method: fusion` takes any number"):
        check_settings({"samples": {"history": history}})
    with pytest.raises(SettingsError, match=rf"samples.history is {history}, .* exactly {FRAMES}"):
        check_settings({"samples": {"history": history}, "method": "smen"})


def test_the_frames_are_those_of_the_network():
    from smen.methods.smen_cnn.network import FRAMES as FRAMES_OF_NETWORK

    assert FRAMES == FRAMES_OF_NETWORK
