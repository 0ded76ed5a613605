import base64
import json
import zlib

import numpy as np

from smen.outputs.report.field_codec import pack, pack_codes, script


def unpacked(packed):
    """What the page's codec.js does, in the words of numpy."""
    n, height, width = packed["shape"]
    planes = np.frombuffer(zlib.decompress(base64.b64decode(packed["data"])), "u1").reshape(2, -1).astype("u2")
    steps = (planes[0] + 256 * planes[1]).reshape(n, height, width)
    numbers = np.cumsum(steps, axis=0, dtype="u2")
    return np.where(numbers == packed["none"], np.nan, numbers * packed["step"])


def test_fields_come_back_to_a_step():
    rng = np.random.default_rng(0)
    stack = rng.uniform(0, 0.7, (9, 12, 7))
    stack[rng.random(stack.shape) < 0.2] = np.nan
    stack[3] = np.nan
    back = unpacked(pack(stack, 0.001))
    np.testing.assert_array_equal(np.isnan(back), np.isnan(stack))
    assert np.nanmax(np.abs(back - stack)) <= 0.0005 + 1e-12


def test_codes_come_back():
    codes = np.random.default_rng(0).integers(0, 256, (3, 4, 5)).astype("u1")
    np.testing.assert_array_equal(unpacked(pack_codes(codes)), codes)


def test_values_out_of_range_are_not_taken_for_others():
    back = unpacked(pack(np.array([[[-0.2, 0.0, 99.0]]]), 0.001))
    np.testing.assert_allclose(back, [[[0, 0, 65.534]]])


def test_a_script_is_json_without_nan_and_cannot_end_its_element():
    text = script("smen.f", "a", {"x": float("nan"), "y": [np.float32(0.5), "</script>"]})
    name, inner = text.strip().rstrip(";").rstrip(")").split("(", 1)
    assert name == "smen.f"
    assert "</script>" not in text
    assert json.loads(f"[{inner}]") == ["a", {"x": None, "y": [0.5, "</script>"]}]
