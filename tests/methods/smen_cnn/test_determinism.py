"""Threads and deterministic algorithms, for the time of a training."""

import os

import pytest
import torch

from smen.methods.smen_cnn.determinism import reproducible


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads_are_as_before_afterwards(threads):
    before = torch.get_num_threads()
    with reproducible(threads):
        assert torch.get_num_threads() == threads
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("strict", [False, True])
def test_deterministic_algorithms_are_as_before_afterwards(strict):
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(strict)
    try:
        with reproducible(1):
            assert torch.are_deterministic_algorithms_enabled()
        assert torch.are_deterministic_algorithms_enabled() == strict
    finally:
        torch.use_deterministic_algorithms(before)


def test_an_error_restores_them_too():
    before = torch.get_num_threads()
    with pytest.raises(KeyboardInterrupt), reproducible(before + 1):
        raise KeyboardInterrupt
    assert torch.get_num_threads() == before
    assert not torch.are_deterministic_algorithms_enabled()


def test_one_may_stand_in_another():
    with reproducible(3):
        with reproducible(1):
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 3
        assert torch.are_deterministic_algorithms_enabled()


def test_a_workspace_of_cublas_that_a_user_has_chosen_stays(monkeypatch):
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":16:8")
    with reproducible(1):
        assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":16:8"
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG")
    with reproducible(1):
        assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
