"""The other worlds by name: what their ground is like, and what is seen of it."""

from dataclasses import dataclass

from other_ground import Ground, Storms
from other_sky import Sky, Strip


@dataclass(frozen=True)
class World:
    longitude: float
    latitude: float
    ground: Ground
    sky: Sky


WORLDS = {
    # Seasons the other way round; frontal rain all year, much coverage, errors that hang together over 10 km.
    "pampas": World(
        -61.0,
        -36.0,
        Ground(
            storms=(
                Storms(160, 0.8, 9.0, (0.1, 0.16), peak=60, nu=1.5),
                Storms(35, 0.15, 14.0, (0.04, 0.2), peak=15),
            ),
            evaporation=(3.0, 2.0),
        ),
        Sky(
            strips=(Strip(-140, 1, -0.2), Strip(70, 4, -0.2), Strip(-40, 8, 0.2), Strip(170, 10, 0.2)),
            fine=(0.028, 0.012),
            fine_reach=10.0,
            second=("2016-09-20", "2019-01-01"),
            outages=(("2016-06-02", "2016-06-23"),),
        ),
    ),
    # A monsoon, then months at the residual content; one strip, few dates, many of them missed.
    "sahel": World(
        2.0,
        14.0,
        Ground(
            storms=(
                Storms(40, 0.25, 16.0, (0.0, 0.4), peak=225, sharp=4.0, nu=0.8),
                Storms(90, 0.5, 6.0, (0.0, 0.1), peak=230, sharp=6.0),
            ),
            evaporation=(6.0, -0.8),
            clay=(0.05, 0.08, 0.12, 0.5),
            relief=0.3,
            residual=(0.015, 0.06),
            capacity=(0.1, 0.25),
        ),
        Sky(
            strips=(Strip(-40, 3, -0.2, 240.0),),
            radiometer=0.01,
            fine=(0.014, 0.008),
            missed=0.25,
            outages=(("2017-03-10", "2017-04-08"),),
            begins=False,
        ),
    ),
    # Winters without a retrieval, lakes, holes in the coarse field.
    "boreal": World(
        62.0,
        57.5,
        Ground(
            storms=(Storms(130, 0.5, 4.0, (0.12, 0.3), peak=215, nu=1.5),),
            evaporation=(1.3, 1.6),
            texture=(40.0, 5.0),
            clay=(0.2, 0.35, 0.5),
            capacity=(0.22, 0.2),
            climate=(1.5, 15.5),
            lakes=0.07,
        ),
        Sky(
            strips=(Strip(-100, 2, -0.35), Strip(110, 7, -0.35), Strip(0, 5, 0.35)),
            radiometer=0.015,
            reach=90.0,
            fine=(0.022, 0.015),
            second=("2016-10-01", "2019-01-01"),
            missed=0.15,
            holes=0.05,
            outages=(("2018-06-19", "2018-07-10"),),
        ),
    ),
    # Fields with straight edges, irrigated in turns and in seasons; small rain cells; coarse cells that err for good.
    "delta": World(
        31.2,
        30.9,
        Ground(
            storms=(
                Storms(10, 0.06, 14.0, (0.05, 0.3), peak=330, nu=0.6),
                Storms(60, 0.4, 5.0, (0.0, 0.1), peak=15, sharp=2.0),
            ),
            evaporation=(4.5, 2.5),
            texture=(18.0, 4.0),
            clay=(0.1, 0.55, 0.75),
            irrigated=0.45,
        ),
        Sky(
            strips=(Strip(-90, 0, -0.2), Strip(120, 5, -0.2), Strip(30, 9, 0.2)),
            radiometer=0.01,
            bias=0.025,
            evening=-0.008,
            fine=(0.02, 0.015),
            share=0.9,
            second=("2016-05-01", "2018-04-15"),
            outages=(("2017-09-01", "2017-09-20"),),
            begins=False,
        ),
    ),
    # A coast across 180 degrees in the south: more than half of the window is sea.
    "shore": World(
        179.9,
        -38.3,
        Ground(
            storms=(Storms(70, 0.5, 9.0, (0.2, 0.35), peak=190),),
            evaporation=(2.4, 1.6),
            relief=0.3,
            lakes=0.55,
            lake=110.0,
        ),
        Sky(
            strips=(Strip(-80, 0, -0.2), Strip(90, 6, 0.2)),
            fine=(0.025, 0.012),
            missed=0.2,
        ),
    ),
    # Hardly any pattern that stays, small storms, and a last year unlike the others: drier than any before, and from
    # its beginning on a product with more noise and another static error.
    "steppe": World(
        68.0,
        48.5,
        Ground(
            storms=(
                Storms(15, 0.12, 10.0, (0.12, 0.35), peak=160, nu=0.7),
                Storms(90, 0.5, 4.0, (0.08, 0.1), peak=20),
            ),
            evaporation=(3.0, 2.6),
            clay=(0.32, 0.38),
            relief=0.05,
            climate=(6.0, 17.0),
            drought=("2018-01-01", 0.25),
        ),
        Sky(
            strips=(Strip(-110, 2, -0.3), Strip(60, 8, -0.3), Strip(0, 4, 0.3)),
            radiometer=0.02,
            reach=60.0,
            fine=(0.018, 0.01),
            missed=0.1,
            later=("2018-01-01", 1.4, 0.015),
        ),
    ),
}
