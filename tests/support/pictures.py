"""Figures as tests see them: pixels of a file, and the boxes of the texts of what is saved."""

from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.image import imread

from smen.outputs import figure_style

WARNING = (0x9A, 0x34, 0x12)
"""Colour of the words that say that data are simulated."""


def pixels(path):
    return np.round(imread(path)[..., :3] * 255).astype(int)


def beyond_the_axes(figure):
    """Labels of ticks outside an axis' limits: matplotlib holds them ready, but does not draw them."""
    hidden = set()
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        slack = 1e-9 * (high - low)
        ticks = axis.get_major_ticks()
        hidden |= {tick.label1 for tick in ticks if not low - slack <= tick.get_loc() <= high + slack}
    return hidden


@pytest.fixture
def drawn(monkeypatch):
    """Figures as they are saved, with the boxes of their texts and their size, in pixels."""
    seen = []
    real = figure_style.save

    def spy(figure, path):
        FigureCanvasAgg(figure).draw()
        texts = [t for t in figure.findobj(mpl.text.Text) if t.get_visible() and t.get_text().strip()]
        seen.append((figure, {t: t.get_window_extent() for t in texts if t not in beyond_the_axes(figure)}))
        real(figure, path)

    monkeypatch.setattr(figure_style, "save", spy)
    return seen


def assert_texts_are_apart(drawn):
    for figure, boxes in drawn:
        for text, extent in boxes.items():
            assert figure.bbox.x0 <= extent.x0, f"{text.get_text()!r} is cut off"
            assert extent.x1 <= figure.bbox.x1, f"{text.get_text()!r} is cut off"
            assert figure.bbox.y0 <= extent.y0, f"{text.get_text()!r} is cut off"
            assert extent.y1 <= figure.bbox.y1, f"{text.get_text()!r} is cut off"
        for (a, extent_a), (b, extent_b) in combinations(boxes.items(), 2):
            assert not extent_a.overlaps(extent_b), f"{a.get_text()!r} and {b.get_text()!r} overlap"
