"""Numbers as figures show them, and the room that texts need."""

from __future__ import annotations

from functools import cache


def signed(value: float) -> str:
    """Format a difference with four decimals, always with its sign."""
    return f"{value:+.4f}".replace("-", "−")


@cache
def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a line of text in the figures' font in inches, on the safe side: pixels round letters up.

    Args:
        text: one line.
        size: size of the font, points.
        bold: whether it is set in bold.
    """
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    points, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return 1.03 * float(points) / 72
