"""Match scenes with half-orbits.

A scene belongs to the half-orbit that contains its SMAP time between its beginning and end, with a few minutes of
slack, and whose direction agrees with the local solar time at the scene: SMAP descends at about 6 am and ascends at
about 6 pm. Half-orbits follow each other without a gap and overlap near the poles, so the direction decides there.
A time well inside one half-orbit and no other belongs to it whatever the solar time is: containment is the stronger
evidence. Whether the SMAP time in a scene's name is the beginning of the half-orbit or the time over the scene is not
documented; both are contained, and both give the same direction between 60 N and 60 S.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from smen.products.names import Direction

SLACK = np.timedelta64(3, "m")
"""Time by which a scene may lie outside its half-orbit's beginning and end."""


@dataclass(frozen=True)
class HalfOrbit:
    """A half-orbit: the key by which it is referred to, its direction, its beginning and end (datetime64, UTC)."""

    key: str
    direction: Direction
    begin: np.datetime64
    end: np.datetime64


@dataclass(frozen=True)
class SceneTime:
    """A scene: the key by which it is referred to, its SMAP time (datetime64, UTC) and its longitude in degrees."""

    key: str
    time: np.datetime64
    longitude: float


@dataclass(frozen=True)
class Match:
    """Where a scene belongs: the half-orbit, or None and the reason."""

    scene: SceneTime
    half_orbit: HalfOrbit | None
    reason: str | None = None


def solar_direction(time: np.datetime64, longitude: float) -> Direction:
    """Return the direction in which SMAP passes a place at a time: D before local solar noon, A after.

    Mean solar time, 15 degrees to the hour; the equation of time (16 minutes at most) makes no difference here.

    Args:
        time: datetime64, UTC.
        longitude: degrees, east positive.
    """
    midnight = time.astype("datetime64[D]")
    hours = (time - midnight) / np.timedelta64(1, "h") + longitude / 15.0
    return "D" if hours % 24 < 12 else "A"


def match(scenes: Sequence[SceneTime], half_orbits: Sequence[HalfOrbit], slack: np.timedelta64 = SLACK) -> list[Match]:
    """Match each scene with its half-orbit, in the order of the scenes.

    Of several half-orbits that fit (only because of slack), the one that contains the time without slack
    comes first, then the one that begins nearest to it, then the earlier key: the result does not depend on order.

    Args:
        scenes: the scenes.
        half_orbits: the candidates; each half-orbit once, in one version.
        slack: time by which a scene may lie outside beginning and end.
    """
    ordered = sorted(half_orbits, key=lambda h: (h.begin, h.key))
    begins = np.array([h.begin for h in ordered], "datetime64[ms]")
    ends = np.array([h.end for h in ordered], "datetime64[ms]")
    return [_match(scene, ordered, begins, ends, slack) for scene in scenes]


def _match(
    scene: SceneTime,
    ordered: Sequence[HalfOrbit],
    begins: NDArray[np.datetime64],
    ends: NDArray[np.datetime64],
    slack: np.timedelta64,
) -> Match:
    near = np.flatnonzero((begins - slack <= scene.time) & (scene.time <= ends + slack)).tolist()
    direction = solar_direction(scene.time, scene.longitude)
    fitting = [ordered[i] for i in near if ordered[i].direction == direction]
    if fitting:
        return Match(scene, min(fitting, key=lambda h: _preference(scene, h)))
    inside = [ordered[i] for i in near if begins[i] + slack <= scene.time <= ends[i] - slack]
    if len(inside) == 1:
        return Match(scene, inside[0])
    if len(near):
        others = ", ".join(ordered[i].key for i in near)
        return Match(
            scene, None, f"local solar time means direction {direction}, but the half-orbit at {scene.time} is {others}"
        )
    return Match(scene, None, f"no half-orbit contains {scene.time}")


def _preference(scene: SceneTime, half_orbit: HalfOrbit) -> tuple[bool, float, str]:
    outside = not half_orbit.begin <= scene.time <= half_orbit.end
    return outside, float(abs((scene.time - half_orbit.begin) / np.timedelta64(1, "s"))), half_orbit.key
