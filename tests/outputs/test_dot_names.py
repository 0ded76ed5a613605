"""Names beside dots on a map."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from smen.outputs.dot_names import write_names


def named(places, names=None):
    """Write names into axes of 4 by 4 inches from 0 to 1; return them as drawn: text, box, in pixels; and the axes."""
    figure = Figure(figsize=(4, 4), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 1), ylim=(0, 1))
    x, y = np.array(places, float).T
    write_names(axes, x, y, names or [f"n{i}" for i in range(len(x))])
    renderer = FigureCanvasAgg(figure).get_renderer()
    return [(text.get_text(), text.get_window_extent(renderer)) for text in axes.texts], axes


def test_a_name_stands_above_and_right_of_its_dot():
    ((name, box),), _ = named([(0.5, 0.5)], ["Ames"])
    assert name == "Ames"
    assert 200 < box.x0 < 210 and 200 < box.y0 < 210  # the dot is at (200, 200)


def test_names_turn_away_from_edges_and_from_each_other():
    places = [(0.99, 0.5), (0.5, 0.99), (0.2, 0.2), (0.23, 0.2)]
    texts, axes = named(places)
    assert [name for name, _ in texts] == ["n0", "n1", "n2", "n3"]
    boxes = [box for _, box in texts]
    assert all(axes.bbox.x0 <= box.x0 and box.x1 <= axes.bbox.x1 and box.y1 <= axes.bbox.y1 for box in boxes)
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert boxes[0].x1 < 0.99 * 400 and boxes[1].y1 < 0.99 * 400


def test_names_without_room_are_left_out():
    crowd = [(0.5 + 0.002 * i, 0.5) for i in range(30)]
    texts, _ = named([*crowd, (0.1, 0.1)])
    assert 1 <= len(texts) < 10
    assert texts[-1][0] == "n30"


def test_no_name_covers_a_dot():
    texts, axes = named([(0.5, 0.5), (0.53, 0.515)])
    for _, box in texts:
        for place in ((0.5, 0.5), (0.53, 0.515)):
            assert not box.contains(*axes.transData.transform(place))
    assert len(texts) == 2
