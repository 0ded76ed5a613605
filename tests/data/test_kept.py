"""What is kept is taken again only where it is of the same inputs and code, and whole."""

import numpy as np
import pytest

from smen.data.kept import NOTHING_KEPT, Kept, as_array


class Maker:
    """Makes a thing, and counts how often."""

    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return {"bytes": as_array(b"abc"), "numbers": np.arange(6.0).reshape(2, 3)[:, ::2]}


@pytest.fixture
def make():
    return Maker()


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_is_kept_is_what_was_made(tmp_path, make):
    first = Kept(tmp_path / "kept", "code").take("item", ["digest", np.arange(3)], make)
    again = Kept(tmp_path / "kept", "code").take("item", ["digest", np.arange(3)], make)
    assert make.calls == 1
    for parts in (first, again):
        assert parts["bytes"].tobytes() == b"abc"
        np.testing.assert_array_equal(parts["numbers"], [[0, 2], [3, 5]])


@pytest.mark.parametrize(
    ("code", "kind", "of"),
    [
        ("other", "item", ["digest", np.arange(3)]),
        ("code", "other", ["digest", np.arange(3)]),
        ("code", "item", ["other", np.arange(3)]),
        ("code", "item", ["digest", np.arange(4)]),
        ("code", "item", ["digest", np.arange(3.0)]),
        ("code", "item", ["digest", np.arange(3).reshape(1, 3)]),
        ("code", "item", ["digest"]),
    ],
)
def test_another_input_or_other_code_makes_it_again(tmp_path, make, code, kind, of):
    Kept(tmp_path, "code").take("item", ["digest", np.arange(3)], make)
    Kept(tmp_path, code).take(kind, of, make)
    assert make.calls == 2


@pytest.mark.parametrize("spoil", [lambda p: p.unlink(), lambda p: p.write_bytes(b""),
                                   lambda p: p.write_bytes(p.read_bytes()[:-1]),
                                   lambda p: p.write_bytes(p.read_bytes()[:-1] + b"!")])  # fmt: skip
def test_what_is_gone_or_damaged_is_made_again(tmp_path, make, spoil):
    Kept(tmp_path, "code").take("item", [1], make)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    spoil(path)
    parts = Kept(tmp_path, "code").take("item", [1], make)
    assert make.calls == 2 and parts["bytes"].tobytes() == b"abc"
    assert path.read_bytes() == whole


def test_what_was_not_asked_for_goes(tmp_path, make):
    old = Kept(tmp_path, "code")
    old.take("item", [1], make)
    old.take("item", [2], make)
    kept = files(tmp_path)
    new = Kept(tmp_path, "code")
    new.take("item", [2], make)
    new.take("item", [3], make)
    new.drop_others()
    assert make.calls == 3
    assert len(files(tmp_path)) == 2 and len(set(files(tmp_path)) & set(kept)) == 1


def test_the_order_is_that_of_the_names_however_it_comes(tmp_path):
    names = [f"{number % 7} {number}" for number in range(40)]
    made = {name: as_array(name.encode()) for name in names}
    for kept in (Kept(None), Kept(tmp_path, "code"), Kept(tmp_path, "code")):
        assert list(kept.take("item", [1], lambda: made)) == sorted(names)


def test_without_a_folder_all_is_made(make):
    for _ in range(2):
        assert NOTHING_KEPT.take("item", [1], make)["bytes"].tobytes() == b"abc"
    NOTHING_KEPT.drop_others()
    assert make.calls == 2


def test_a_failed_making_keeps_nothing(tmp_path):
    def fails():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        Kept(tmp_path / "kept", "code").take("item", [1], fails)
    assert not (tmp_path / "kept").exists()
