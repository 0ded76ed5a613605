from dataclasses import replace

import numpy as np
import pytest
import torch
from made_fields import make_fields, make_samples
from safetensors.torch import save_file

from smen.errors import DataError, OutputError
from smen.methods.checkpoint import load_checkpoint, read_header, save_checkpoint
from smen.methods.smen_cnn.network_method import NetworkMethod
from smen.methods.smen_cnn.recipe import TrainingRecipe

QUICK = TrainingRecipe(epochs=2, threads=1, precision="float32", device="cpu")


@pytest.fixture(scope="module")
def method(fields, samples):
    method = NetworkMethod(training=QUICK, label="ours", options={"padding": "reflect"})
    method.fit(fields, samples)
    return method


@pytest.fixture
def path(tmp_path, method):
    save_checkpoint(tmp_path / "model.safetensors", method, {"region": "somewhere"})
    return tmp_path / "model.safetensors"


def test_the_same_maps_from_a_checkpoint(path, fields, samples, method):
    loaded = load_checkpoint(path, fields.window)
    ours, theirs = method.predict(fields, samples), loaded.predict(fields, samples)
    np.testing.assert_array_equal(ours.mean, theirs.mean)
    np.testing.assert_array_equal(ours.quality, theirs.quality)
    assert loaded.name == "ours" and loaded.training == method.training and loaded.epochs == method.epochs


def test_on_the_fields_of_another_year(path, method):
    later = make_fields(n=20, seed=9)
    year = np.timedelta64(700, "D")
    later = replace(
        later,
        **{n: getattr(later, n) + year for n in ("coarse_time", "fine_time", "fine_ready")},
    )
    assert np.isfinite(load_checkpoint(path).predict(later, make_samples(later)).mean).all()


def test_the_same_bytes(path, tmp_path, fields, samples):
    again = NetworkMethod(training=QUICK, label="ours", options={"padding": "reflect"})
    again.fit(fields, samples)
    save_checkpoint(tmp_path / "again.safetensors", again, {"region": "somewhere"})
    assert (tmp_path / "again.safetensors").read_bytes() == path.read_bytes()
    save_checkpoint(tmp_path / "loaded.safetensors", load_checkpoint(path), {"region": "somewhere"})
    assert (tmp_path / "loaded.safetensors").read_bytes() == path.read_bytes()


def test_the_header_says_all(path, fields, samples):
    header = read_header(path)
    assert header["method"] == "smen" and header["extra"] == {"region": "somewhere"} and header["smen_version"]
    assert len(header["weights_digest"]) == 64 and header["training_summary"]["epochs"]
    header = header["state"]
    assert header["window"] == {"row": 1021, "column": 2650, "height": 24, "width": 36}
    assert header["network"] == "smen" and header["options"] == {"padding": "reflect"} and header["history"] == 4
    assert header["training"]["seed"] == 0 and header["training"]["precision"] == "float32"
    assert header["training_times"][0] == str(samples.time[0])
    assert header["simulated"] is False


def test_another_window(path):
    with pytest.raises(DataError, match=r"trained for Window.*not for"):
        load_checkpoint(path, make_fields(origin=(1000, 2650)).window)


def test_files_that_are_not_ours(tmp_path):
    with pytest.raises(DataError, match="is not there"):
        load_checkpoint(tmp_path / "none.safetensors")
    (tmp_path / "page.safetensors").write_text("<html></html>")
    with pytest.raises(DataError, match="not a whole safetensors file"):
        load_checkpoint(tmp_path / "page.safetensors")
    save_file({"a": torch.zeros(2)}, tmp_path / "other.safetensors")
    with pytest.raises(DataError, match="not written by this version"):
        load_checkpoint(tmp_path / "other.safetensors")


def test_damaged_files(path):
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    with pytest.raises(DataError, match="not a whole"):
        load_checkpoint(path)
    # A bit of the last convolution's weights has fallen over.
    method = load_checkpoint_from(path, whole)
    weight = method.fitted.network.h.weight.detach().numpy().tobytes()
    at = whole.index(weight)
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    with pytest.raises(DataError, match="damaged, its weights"):
        load_checkpoint(path)
    path.write_bytes(whole.replace(b'\\"padding\\": \\"reflect\\"', b'\\"padding\\": \\"refloct\\"'))
    with pytest.raises(DataError, match="damaged or of another version"):
        load_checkpoint(path)


def load_checkpoint_from(path, content):
    path.write_bytes(content)
    return load_checkpoint(path)


def test_nothing_to_save_and_nowhere_to(tmp_path, method):
    with pytest.raises(DataError, match="nothing to save"):
        save_checkpoint(tmp_path / "x.safetensors", NetworkMethod())
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        save_checkpoint(tmp_path / "file" / "x.safetensors", method)
    assert not list(tmp_path.glob("*.part*"))
