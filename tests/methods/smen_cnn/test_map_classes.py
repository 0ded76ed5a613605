"""Classes of cells by what their estimate rests on."""

import numpy as np
from made_fields import make_fields, make_samples

from smen.data.climatology import Climatology
from smen.methods.smen_cnn.map_classes import LOCAL, MapClass, map_classes

SHAPE = (24, 36)


def test_classes_by_hand():
    fields = make_fields(n=20, shape=SHAPE)
    samples = make_samples(fields)
    seen = np.ones((1, *SHAPE))
    seen[0, :, -4:] = np.nan
    climatology = Climatology.of(0.01 * seen)
    observed = np.isfinite(fields.fine[[index for index in samples.fine_history[1] if index >= 0]]).any(axis=0)
    assert observed.any() and not observed.all()
    found = map_classes(fields, samples, 1, climatology, (-1.0, 1.0))
    expected = np.where(observed, MapClass.RECENT, np.where(climatology.count > 0, MapClass.SEEN, MapClass.UNSEEN))
    np.testing.assert_array_equal(found, expected)
    dry = map_classes(fields, samples, 1, climatology, (0.9, 1.0))
    assert (dry[climatology.count > 0] == MapClass.EXTRAPOLATED).all()
    assert (dry[(climatology.count == 0) & ~observed] == MapClass.UNSEEN).all()


def test_only_cells_never_observed_have_no_errors_of_their_own():
    assert [code.name for code, local in zip(MapClass, LOCAL, strict=True) if not local] == ["UNSEEN"]
