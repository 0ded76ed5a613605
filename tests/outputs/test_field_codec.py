"""Fields packed for the page, unpacked again as its codec.js does it."""

import base64
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from unpacking import unpacked

from smen.outputs.report.field_codec import NONE, pack, pack_codes, script

STACKS = arrays(
    np.float32,
    array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=5),
    elements=st.one_of(st.floats(0, 60, width=32), st.just(np.nan)),
)


@given(stack=STACKS, step=st.sampled_from([0.001, 0.1, 1]))
def test_fields_come_back_to_half_a_step(stack, step):
    packed = pack(stack, step)
    back = unpacked(json.loads(json.dumps(packed)))
    np.testing.assert_array_equal(np.isnan(back), np.isnan(stack))
    assert np.nanmax(np.abs(back - stack), initial=0) <= step / 2 * (1 + 1e-9)


@given(arrays(np.uint8, array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=5)))
def test_codes_come_back(codes):
    np.testing.assert_array_equal(unpacked(pack_codes(codes)), codes)


def test_values_out_of_range_are_not_taken_for_others():
    back = unpacked(pack(np.array([[[-0.2, 0.0, 99.0]]]), 0.001))
    np.testing.assert_allclose(back, [[[0, 0, 65.534]]])


def test_missing_values_have_a_number_of_their_own():
    packed = pack(np.full((1, 1, 1), np.nan), 0.001)
    assert packed["none"] == NONE == 65535
    assert base64.b64decode(packed["data"])
    assert np.isnan(unpacked(packed)).all()


def test_no_fields_are_an_empty_stack():
    assert unpacked(pack(np.empty((0, 4, 5)), 0.001)).shape == (0, 4, 5)


def test_overpasses_that_differ_little_take_little_room():
    rng = np.random.default_rng(0)
    unrelated = rng.uniform(0.1, 0.4, (20, 30, 30))
    similar = unrelated[0] + 0.002 * rng.integers(-1, 2, unrelated.shape)
    assert len(pack(similar, 0.001)["data"]) < 0.5 * len(pack(unrelated, 0.001)["data"])


def test_a_script_is_json_without_nan_and_cannot_end_its_element():
    text = script("smen.f", "a", {"x": float("nan"), "y": [np.float32(0.5), "</script>"]})
    name, inner = text.strip().rstrip(";").rstrip(")").split("(", 1)
    assert name == "smen.f"
    assert "</script>" not in text
    assert json.loads(f"[{inner}]") == ["a", {"x": None, "y": [0.5, "</script>"]}]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.int64(3), "3"), (np.float32("nan"), "null"), ({1: (2, None)}, '{"1":[2,null]}'),
        (np.bool_(True), "true"), ("m³/m³", '"m³/m³"'),
    ],
)  # fmt: skip
def test_values_in_a_script(value, text):
    assert script("f", value) == f"f({text});\n"
