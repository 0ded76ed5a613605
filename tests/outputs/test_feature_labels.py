"""What features are called."""

import pandas as pd
import pytest

from smen.errors import DataError
from smen.outputs.feature_labels import label_features, listing


def label(column=None, **columns):
    return label_features(pd.DataFrame(columns), column, "places.csv")


def test_a_usual_column_names_the_features():
    assert label(id=[7, 9], Station=["a", "b"], other=["c", "d"]) == ["a", "b"]
    assert label(id=[7.0, 9.0]) == [7, 9]


def test_a_column_that_does_not_tell_them_apart_is_passed_over():
    assert label(name=["a", "a"], id=[7, 9]) == [7, 9]
    assert label(name=["a", None], other=["c", "d"]) == [0, 1]


def test_a_named_column_must_serve():
    assert label("other", id=[7, 9], other=["c", "d"]) == ["c", "d"]
    with pytest.raises(DataError, match="does not tell its features apart"):
        label("name", name=["a", "a"])


def test_a_listing_is_short():
    assert listing(["a", "b"]) == "a, b"
    assert listing(list("abcdefgh")) == "a, b, c, d, e and 3 more"
