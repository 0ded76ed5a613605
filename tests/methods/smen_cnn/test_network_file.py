"""A fitted network as tensors and header, and back."""

import json

import numpy as np
import pytest
import torch
from made_fields import make_fields

from smen.data.climatology import Climatology
from smen.data.quality import QualityCode
from smen.methods.calibrated_deviation import CalibratedDeviation
from smen.methods.smen_cnn import build_network
from smen.methods.smen_cnn.fitted_network import FittedNetwork
from smen.methods.smen_cnn.network_file import header_of, restore, tensors_of
from smen.methods.smen_cnn.normalisation import Normalisation

FIELDS = make_fields(n=10)
OPTIONS = {"padding": "reflect"}
KIND = ("smen", 4, OPTIONS)


@pytest.fixture(scope="module")
def fitted():
    torch.manual_seed(3)
    rng = np.random.default_rng(1)
    return FittedNetwork(
        window=FIELDS.window,
        network=build_network(*KIND).eval(),
        normalisation=Normalisation(0.2, 0.05, 0.03),
        climatology=Climatology.of(rng.normal(0, 0.03, (5, *FIELDS.window.shape))),
        climate=(0.05, 0.4),
        surface={QualityCode.WATER: np.eye(*FIELDS.window.shape, dtype=bool)},
        coarse_grid=FIELDS.coarse_grid,
        training_times=FIELDS.fine_time[:3],
        validation_times=FIELDS.fine_time[3:],
        simulated=True,
        coarse_mean=np.full((3, 4), 0.2, np.float32),
        deviation=CalibratedDeviation(np.full(FIELDS.window.shape, 0.03, np.float32), 0.03, (1.1, 1.4), (True, False)),
        held_out={str(FIELDS.fine_time[0]): 0.031},
    )


def through_json(fitted):
    return json.loads(json.dumps(header_of(fitted)))


def test_everything_comes_back(fitted):
    again = restore(tensors_of(fitted), through_json(fitted), *KIND)
    for name, value in fitted.network.state_dict().items():
        assert torch.equal(again.network.state_dict()[name], value), name
    assert not again.network.training
    np.testing.assert_array_equal(again.climatology.total, fitted.climatology.total)
    np.testing.assert_array_equal(again.climatology.mean, fitted.climatology.mean)
    np.testing.assert_array_equal(again.surface[QualityCode.WATER], fitted.surface[QualityCode.WATER])
    assert again.surface[QualityCode.WATER].dtype == bool
    for name in ("window", "normalisation", "climate", "coarse_grid", "simulated"):
        assert getattr(again, name) == getattr(fitted, name), name
    for name in ("training_times", "validation_times"):
        np.testing.assert_array_equal(getattr(again, name), getattr(fitted, name))
    assert again.held_out == fitted.held_out and again.deviation.factors == (1.1, 1.4)
    np.testing.assert_array_equal(again.coarse_mean, fitted.coarse_mean)
    classes = np.indices(FIELDS.window.shape)[0].astype(np.uint8) % 2
    np.testing.assert_array_equal(again.deviation.field(classes), fitted.deviation.field(classes))


def test_the_tensors_are_copies_of_nothing_on_a_graph(fitted):
    tensors = tensors_of(fitted)
    assert all(isinstance(tensor, np.ndarray) for tensor in tensors.values())
    weights = sum(tensor.size for name, tensor in tensors.items() if name.startswith("network."))
    assert weights == sum(value.numel() for value in fitted.network.state_dict().values())


@pytest.mark.parametrize("name", ["climatology.total", "climatology.count", "surface.WATER"])
def test_fields_of_another_size_are_refused(fitted, name):
    tensors = tensors_of(fitted)
    with pytest.raises(ValueError, match="do not fit its window"):
        restore({**tensors, name: tensors[name][:-1]}, through_json(fitted), *KIND)


def test_weights_of_another_network_are_refused(fitted):
    with pytest.raises(RuntimeError, match="Unexpected key"):
        restore(tensors_of(fitted), through_json(fitted), "smen", 4, {**OPTIONS, "streams": "spatial"})


@pytest.mark.parametrize("name", ["window", "coarse_grid", "normalisation", "climatology"])
def test_a_missing_entry_is_an_error(fitted, name):
    header = through_json(fitted)
    del header[name]
    with pytest.raises(KeyError, match=name):
        restore(tensors_of(fitted), header, *KIND)
