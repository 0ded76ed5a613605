"""Names beside dots on a map, where there is room for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

_SIDES = (
    (4, 2, "left", "bottom"), (4, -2, "left", "top"), (-4, 2, "right", "bottom"), (-4, -2, "right", "top"),
    (0, 5, "center", "bottom"), (0, -5, "center", "top"),
)  # fmt: skip
"""Where a name may stand, points from its dot, the first preferred."""

_DOT = 3.2
"""Half the size of a dot with its edge, points."""


def write_names(axes: Axes, x: NDArray[np.float64], y: NDArray[np.float64], names: Sequence[str]) -> None:
    """Write each name beside its dot, but for those that would cover a dot, another name or the edge of the axes.

    Args:
        axes: with their final limits.
        x: of the dots, (n,).
        y: likewise.
        names: of the dots, the first are written first.
    """
    figure: Any = axes.figure
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    reach = _DOT * figure.dpi / 72
    centres = axes.transData.transform(np.column_stack([x, y]))
    dots = [Bbox([centre - reach, centre + reach]) for centre in centres]
    written: list[Bbox] = []
    for name, left, up in zip(names, x, y, strict=True):
        for right_by, up_by, across, down in _SIDES:
            text = axes.annotate(
                name, (left, up), xytext=(right_by, up_by), textcoords="offset points", fontsize=5.5, zorder=5,
                ha=across, va=down, path_effects=[withStroke(linewidth=1.6, foreground="white")],
            )  # fmt: skip
            box = text.get_window_extent(renderer)
            inside = axes.bbox.containsx(box.x0) and axes.bbox.containsx(box.x1)
            inside = inside and axes.bbox.containsy(box.y0) and axes.bbox.containsy(box.y1)
            if inside and not box.count_overlaps([*dots, *written]):
                written.append(box)
                break
            text.remove()
