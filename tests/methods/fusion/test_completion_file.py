"""A fitted completion comes back as it was, and those of others are refused."""

import json
from dataclasses import replace

import numpy as np
import pytest
from made_tiers import make_tiers

from smen.methods.fusion.completion_file import header_of, restore, tensors_of
from smen.methods.fusion.completion_fit import fit_completion


@pytest.fixture(scope="module")
def completion():
    fields, truth = make_tiers(n=90)
    return fit_completion(fields, np.zeros(truth.shape[1:]), fields.coarse_time[-1])


def test_round_trip(completion):
    header = json.loads(json.dumps(header_of(completion)))
    again = restore(tensors_of(completion), header, completion.mean.shape)
    assert again.model == completion.model
    for name in ("mean", "shift", "shift_variance"):
        np.testing.assert_array_equal(getattr(again, name), getattr(completion, name))
    for name in ("bias", "noise", "shared", "used"):
        np.testing.assert_array_equal(getattr(again.errors, name), getattr(completion.errors, name))


def test_none_comes_back_as_none():
    assert restore({}, None, (2, 2)) is None


def test_what_does_not_fit_is_refused(completion):
    header, tensors, shape = header_of(completion), tensors_of(completion), completion.mean.shape
    with pytest.raises(ValueError, match="causes"):
        restore(tensors, {**header, "causes": header["causes"][::-1]}, shape)
    with pytest.raises(ValueError, match="window"):
        restore(tensors, header, (shape[0] + 1, shape[1]))
    smaller = replace(completion, mean=completion.mean[:2])
    with pytest.raises(ValueError, match="window"):
        restore(tensors_of(smaller), header, shape)
    with pytest.raises(KeyError):
        restore({}, header, shape)
