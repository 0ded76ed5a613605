"""Nothing that is read is executed: no module can unpickle, and files that would run something on loading do not."""

import pickle
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from smen.errors import SmenError
from smen.methods.checkpoint import load_checkpoint
from smen.settings.yaml_file import read_settings

PACKAGE = Path(__file__).parent.parent / "smen"

FORBIDDEN = (
    r"allow_pickle\s*=\s*True",
    r"\bpickle\.(?!UnpicklingError)\w+",  # the name of the error alone: torch raises it for what it refuses
    r"\b(?:cPickle|dill|cloudpickle|joblib|shelve|marshal)\b",
    r"read_pickle|to_pickle",
    r"weights_only\s*=\s*False",
    r"torch\.load\((?![^\n]*weights_only=True)",
    r"yaml\.(?:load|unsafe_load|full_load)\(",
    r"(?<![\w.])(?:eval|exec)\(",
)


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_no_module_can_execute_what_it_reads(pattern):
    found = [
        f"{path.relative_to(PACKAGE)}:{number}: {line.strip()}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(pattern, line)
    ]
    assert not found


class _Trap:
    """An object that makes a file when it is unpickled."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return Path.touch, (self.file,)


@pytest.fixture
def trap(tmp_path):
    """An object that springs when it is unpickled, and the file that then appears."""
    sprung = tmp_path / "sprung"
    pickle.loads(pickle.dumps(_Trap(sprung)))
    assert sprung.exists()  # the trap works
    sprung.unlink()
    return _Trap(sprung), sprung


def test_weights_that_are_a_pickle_are_refused_and_not_run(tmp_path, trap):
    thing, sprung = trap
    for write in (lambda path: path.write_bytes(pickle.dumps(thing)), lambda path: torch.save({"a": thing}, path)):
        path = tmp_path / "network.safetensors"
        write(path)
        with pytest.raises(SmenError, match=r"network\.safetensors"):
            load_checkpoint(path)
        assert not sprung.exists()


def test_settings_cannot_make_objects(tmp_path, trap):
    path = tmp_path / "config.yaml"
    path.write_text(f"regions: !!python/object/apply:os.mkdir ['{trap[1]}']\n")
    with pytest.raises(SmenError, match=r"config\.yaml"):
        read_settings(path)
    assert not trap[1].exists()


def test_arrays_of_objects_are_not_read(tmp_path, trap):
    """What NumPy does by itself, and the package never changes (above)."""
    path = tmp_path / "land.npz"
    np.savez(path, a=np.array([trap[0]], dtype=object))
    with np.load(path) as file, pytest.raises(ValueError, match="allow_pickle"):
        file["a"]
    assert not trap[1].exists()
