"""Checkpoints: the same maps and bytes again, for every method; damaged and foreign files are refused."""

import json
from dataclasses import replace

import numpy as np
import pytest
from made_fields import make_fields, make_samples
from made_fusion import FIELDS, SAMPLES, default_method
from made_method import MeanMethod
from safetensors import safe_open
from safetensors.numpy import save_file

from smen import __version__
from smen.errors import DataError, OutputError
from smen.methods import registry
from smen.methods.checkpoint import FORMAT, load_checkpoint, read_header, save_checkpoint, summary_of
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.protocol import TrainingSummary
from smen.methods.smen_cnn.network_method import NetworkMethod
from smen.methods.smen_cnn.recipe import TrainingRecipe

QUICK = TrainingRecipe(epochs=2, threads=1, precision="float32", device="cpu")


def train_network():
    method = NetworkMethod(training=QUICK, label="ours", options={"padding": "reflect"})
    method.fit(FIELDS, SAMPLES)
    return method


@pytest.fixture(scope="module")
def network():
    return train_network()


@pytest.fixture(scope="module", params=["fusion", "smen"])
def method(request, network):
    """Every method that makes maps, fitted."""
    return default_method() if request.param == "fusion" else network


def saved(folder, method, extra=None):
    path = folder / "model.safetensors"
    save_checkpoint(path, method, extra)
    return path


@pytest.fixture
def path(tmp_path, network):
    return saved(tmp_path, network, {"region": "somewhere"})


@pytest.fixture
def small(tmp_path, monkeypatch):
    """The checkpoint of a method that is registered for the test."""
    monkeypatch.setitem(registry.METHODS, "mean", "made_method:MeanMethod")
    return saved(tmp_path, MeanMethod(0.25), {"region": "somewhere"})


def rewritten(path, **changes):
    """The same file with other entries in its header."""
    with safe_open(path, framework="np") as file:
        header = json.loads(file.metadata()[FORMAT])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    save_file(tensors, path, {FORMAT: json.dumps({**header, **changes})})
    return path


def test_the_same_maps_from_a_checkpoint(tmp_path, method):
    loaded = load_checkpoint(saved(tmp_path, method), FIELDS.window)
    rows = SAMPLES.select(slice(20, 40))
    ours, theirs = method.predict(FIELDS, rows), loaded.predict(FIELDS, rows)
    np.testing.assert_array_equal(ours.mean, theirs.mean)
    np.testing.assert_array_equal(ours.quality, theirs.quality)
    if ours.standard_deviation is not None:
        np.testing.assert_array_equal(ours.standard_deviation, theirs.standard_deviation)
    assert type(loaded) is type(method) and loaded.name == method.name
    assert loaded.training_summary() == method.training_summary()


def test_the_same_bytes_from_what_was_loaded(tmp_path, method):
    path = saved(tmp_path, method, {"region": "somewhere"})
    first = path.read_bytes()
    assert saved(tmp_path, load_checkpoint(path), {"region": "somewhere"}).read_bytes() == first


def test_the_same_bytes_from_another_training(tmp_path, path):
    first = path.read_bytes()
    assert saved(tmp_path, train_network(), {"region": "somewhere"}).read_bytes() == first


def test_on_the_fields_of_another_year(tmp_path, method):
    later, year = make_fields(n=20, seed=9), np.timedelta64(700, "D")
    later = replace(later, **{n: getattr(later, n) + year for n in ("coarse_time", "fine_time", "fine_ready")})
    loaded = load_checkpoint(saved(tmp_path, method))
    assert np.isfinite(loaded.predict(later, make_samples(later)).mean).all()


def test_what_the_header_records_of_every_method(tmp_path, method):
    header = read_header(saved(tmp_path, method, {"region": "somewhere"}))
    assert header["smen_version"] == __version__ and header["label"] == method.name
    assert header["extra"] == {"region": "somewhere"} and len(header["weights_digest"]) == 64
    assert summary_of(header) == method.training_summary()
    state = header["state"]
    assert state["window"] == {"row": 1021, "column": 2650, "height": 24, "width": 36}
    assert state["training_times"][0] == str(SAMPLES.time[0])
    assert state["simulated"] is False and state["history"] == 4 and state["coarse_grid"] == "M36"


def test_what_the_header_records_of_each_method(tmp_path, path):
    header = read_header(path)
    assert header["method"] == "smen" and len(header["training_summary"]["epochs"]) == 2
    state = header["state"]
    assert state["network"] == "smen" and state["options"] == {"padding": "reflect"}
    assert state["training"]["seed"] == 0 and state["training"]["precision"] == "float32"
    header = read_header(saved(tmp_path, default_method()))
    assert header["method"] == "fusion" and header["training_summary"]["epochs"] == []
    assert header["state"]["seed"] == 0 and "training" not in header["state"]


def test_the_paper_network_is_for_its_own_window_and_fusion_for_any(tmp_path, path):
    other = make_fields(origin=(1000, 2650)).window
    with pytest.raises(DataError, match=r"model.safetensors: .*trained for Window.*not for"):
        load_checkpoint(path, other)
    assert isinstance(load_checkpoint(saved(tmp_path, default_method()), other), FusionMethod)


def test_files_that_are_not_ours(tmp_path):
    with pytest.raises(DataError, match="is not there"):
        load_checkpoint(tmp_path / "none.safetensors")
    (tmp_path / "page.safetensors").write_text("<html></html>")
    with pytest.raises(DataError, match="not a whole safetensors file"):
        load_checkpoint(tmp_path / "page.safetensors")
    save_file({"a": np.zeros(2)}, tmp_path / "other.safetensors")
    with pytest.raises(DataError, match="not written by this version"):
        read_header(tmp_path / "other.safetensors")
    save_file({"a": np.zeros(2)}, tmp_path / "cut.safetensors", {FORMAT: '{"method": '})
    with pytest.raises(DataError, match="header cannot be read"):
        read_header(tmp_path / "cut.safetensors")


def test_a_file_that_was_cut(path):
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match="not a whole"):
        load_checkpoint(path)


def tensor_of(method, name):
    return np.ascontiguousarray(method.save().tensors[name]).tobytes()


@pytest.mark.parametrize("name", ["seen_coefficients", "random_features.weights", "pattern.mean"])
def test_a_changed_bit_of_any_tensor_is_found(tmp_path, name):
    path = saved(tmp_path, default_method())
    whole = path.read_bytes()
    at = whole.index(tensor_of(default_method(), name))
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    with pytest.raises(DataError, match=r"model.safetensors: .*damaged, its weights"):
        load_checkpoint(path)


def test_a_changed_bit_of_the_network_is_found(path, network):
    whole = path.read_bytes()
    at = whole.index(tensor_of(network, "network.h.weight"))
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    with pytest.raises(DataError, match="damaged, its weights"):
        load_checkpoint(path)


def test_an_option_that_does_not_exist(path):
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'\\"padding\\": \\"reflect\\"', b'\\"padding\\": \\"refloct\\"'))
    with pytest.raises(DataError, match="damaged or of another version"):
        load_checkpoint(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"state": {}}, r"another version of smen \('residual'\): train the method again"),
        ({"method": "magic"}, "there is no method 'magic'"),
        ({"training_summary": {}}, "another version of smen"),
        ({"weights_digest": "0" * 64}, "do not have the digest"),
    ],
)
def test_a_header_of_another_version(small, changes, message):
    with pytest.raises(DataError, match=message):
        load_checkpoint(rewritten(small, **changes))


def test_a_method_without_tensors(small):
    loaded = load_checkpoint(small)
    assert loaded == MeanMethod(0.25)
    assert summary_of(read_header(small)) == TrainingSummary(0.25, 0.25)


@pytest.mark.parametrize("untrained", [NetworkMethod(), FusionMethod()], ids=["smen", "fusion"])
def test_nothing_to_save(tmp_path, untrained):
    with pytest.raises(DataError, match="nothing to save"):
        saved(tmp_path, untrained)
    assert not list(tmp_path.iterdir())


def test_nowhere_to_save(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        saved(tmp_path / "file", default_method())
    assert not list(tmp_path.glob("*.part*"))


def test_a_method_that_is_not_registered_is_not_saved(tmp_path):
    with pytest.raises(DataError, match="not registered"):
        saved(tmp_path, MeanMethod())
