"""Fitted parameters as tensors and header, and back."""

import json
from dataclasses import fields, replace

import numpy as np
import pytest
from made_fusion import default_method, fitted

from smen.data.quality import QualityCode
from smen.methods.fusion.feature_names import FEATURES
from smen.methods.fusion.fusion_file import header_of, restore, tensors_of


def same(a, b):
    """Whether two parts of parameters are equal, arrays by their values and types."""
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if hasattr(a, "__dataclass_fields__"):
        return type(a) is type(b) and all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return a == b


@pytest.fixture
def parameters():
    parameters = default_method().parameters
    water = np.eye(*parameters.window.shape, dtype=bool)
    return replace(parameters, surface={**parameters.surface, QualityCode.WATER: water})


def test_parameters_come_back_as_they_were(parameters):
    header = json.loads(json.dumps(header_of(parameters)))
    again = restore(tensors_of(parameters), header)
    for part in fields(parameters):
        assert same(getattr(again, part.name), getattr(parameters, part.name)), part.name


def test_a_regression_without_random_features_comes_back():
    parameters = fitted(random_features=False).parameters
    tensors = tensors_of(parameters)
    assert not any(name.startswith("random_features") for name in tensors)
    assert restore(tensors, header_of(parameters)).random_features is None


def test_every_tensor_is_an_array_safetensors_can_hold(parameters):
    for name, tensor in tensors_of(parameters).items():
        assert tensor.dtype in (np.float64, np.float32, np.int32, np.uint8), name


def test_features_of_another_version_are_refused(parameters):
    header = header_of(parameters)
    assert tuple(header["features"]) == FEATURES
    for name in ("features", "masks", "variance_predictors"):
        with pytest.raises(ValueError, match="features are others"):
            restore(tensors_of(parameters), {**header, name: header[name][::-1]})


@pytest.mark.parametrize("name", ["pattern.mean", "pattern.count", "relative_noise", "surface.WATER"])
def test_fields_of_another_size_are_refused(parameters, name):
    tensors = tensors_of(parameters)
    with pytest.raises(ValueError, match="do not fit its window"):
        restore({**tensors, name: tensors[name][..., :-1]}, header_of(parameters))


@pytest.mark.parametrize("name", ["seen_coefficients", "pattern.unknown", "random_features.bias"])
def test_a_missing_tensor_is_an_error(parameters, name):
    tensors = tensors_of(parameters)
    del tensors[name]
    with pytest.raises(KeyError, match=name):
        restore(tensors, header_of(parameters))


@pytest.mark.parametrize("name", ["window", "coarse_grid", "bounds", "error", "variability"])
def test_a_missing_entry_is_an_error(parameters, name):
    header = header_of(parameters)
    del header[name]
    with pytest.raises(KeyError, match=name):
        restore(tensors_of(parameters), header)
