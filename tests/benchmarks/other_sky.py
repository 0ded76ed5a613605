"""What SMAP and Sentinel-1 see of the other worlds, and the granules that say so, in the true layout."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter

from smen.grid import M03, M36

sys.path.insert(0, str(Path(__file__).parent.parent / "support"))
from true_granules import FILL, FLAG_FILL, rectangle, write_coarse, write_scene

EPOCH = np.datetime64("2000-01-01T12:00:00", "s")
ORBIT = 8 * 86400 / 117  # seconds: 117 orbits in the eight days after which SMAP repeats
FOOTPRINT = (40.0, 47.0)  # km
WATER, COAST, SNOW, FROZEN_SEEN, FROZEN_SAID, DENSE = (1 << bit for bit in (0, 2, 5, 7, 8, 10))


@dataclass(frozen=True)
class Strip:
    """A swath of Sentinel-1 that comes again every 12 days: its middle and width in km, its slant, its day."""

    middle: float
    day: int
    slant: float = 0.2  # km eastwards per km northwards; ascending ones lean to the left
    width: float = 250.0


@dataclass(frozen=True)
class Sky:
    strips: tuple[Strip, ...]
    radiometer: float = 0.012  # sd of its smooth error
    reach: float = 130.0  # km, of that error
    bias: float = 0.008  # sd of a coarse cell's static error
    evening: float = 0.006  # by how much the evening is drier than it is
    fine: tuple[float, float] = (0.02, 0.01)  # sd of the product's own error: over some km, and from cell to cell
    fine_reach: float = 5.0  # km
    fine_bias: float = 0.006  # sd of its static error
    share: float = 0.6  # of the radiometer's error in the fine product
    missed: float = 0.1  # share of Sentinel-1's passes that are missed
    second: tuple[str, str] | None = None  # from when to when there are two Sentinel-1
    outages: tuple[tuple[str, str], ...] = ()  # of SMAP
    later: tuple[str, float, float] | None = None  # from when on: a factor on the product's noise, sd of a new bias
    holes: float = 0.0  # share of coarse cells that are never retrieved; as many miss on a day
    begins: bool = True  # whether the time in a scene's name is the beginning of the half-orbit, or that over it


@dataclass(frozen=True)
class Pass:
    """A half-orbit over the region."""

    number: int
    descending: bool
    crosses: np.datetime64  # the equator
    over: np.datetime64  # the region
    longitude: float  # of its track at the region

    @property
    def begins(self):
        return self.crosses - np.timedelta64(round(ORBIT / 4), "s")

    @property
    def ends(self):
        return self.crosses + np.timedelta64(round(ORBIT / 4), "s")


def passes(first, days, longitude, latitude, outages):
    """All half-orbits whose swath touches a place, in order of time: at 6 in the morning and 6 in the evening."""
    begin, many = first.astype("datetime64[s]"), int(days * 86400 / ORBIT)
    reach = (500 + 250) / (111.3 * np.cos(np.radians(latitude)))
    found = []
    for half in range(2 * many):
        descending = half % 2 == 0
        crosses = begin + np.timedelta64(round(half * ORBIT / 2 + 1700), "s")
        hour = (crosses - crosses.astype("datetime64[D]")) / np.timedelta64(1, "h")
        track = 15 * ((6 if descending else 18) - hour) + (0.18 if descending else -0.18) * latitude
        if abs((track - longitude + 180) % 360 - 180) > reach:
            continue
        later = (-1 if descending else 1) * latitude / 360 * ORBIT
        over = crosses + np.timedelta64(round(later), "s")
        if not any(np.datetime64(a) <= over < np.datetime64(b) for a, b in outages):
            found.append(Pass(4900 + half // 2, descending, crosses, over, track))
    return sorted(found, key=lambda p: p.begins)


class Radiometer:
    """The coarse product: footprint, block mean, smooth error, static error, flags."""

    def __init__(self, sky, plain, soil, origin):
        self.sky, self.plain, self.soil = sky, plain, soil
        shape = (plain.shape[0] // 12, plain.shape[1] // 12)
        rows, columns = np.mgrid[: shape[0], : shape[1]]
        self.row, self.column = rows + origin[0] // 12, (columns + origin[1] // 12) % M36.columns
        self.longitude, self.latitude = M36.centres(self.row, self.column)
        self.bias = sky.bias * plain.rng.standard_normal(shape)
        self.water = blocks(soil.water.astype(np.float32))
        self.never = (plain.rng.random(shape) < sky.holes) | (self.water > 0.5)

    def look(self, moisture, frozen, over):
        """Values (NaN outside the swath), quality and surface flags, and the error, on the coarse cells."""
        sky, rng = self.sky, self.plain.rng
        seen = self.plain.blurred(moisture, FOOTPRINT, 1.4 if over.descending else 1.74)
        error = sky.radiometer * blocks(self.plain.field(sky.reach, 1.5)) + self.bias + 0.08 * self.water
        error = error - (0 if over.descending else sky.evening)
        value = np.clip(blocks(seen) + error, 0.005, 0.75)
        ice, quality, surface = (
            blocks(frozen.astype(np.float32)),
            np.zeros(value.shape, int),
            np.zeros(value.shape, int),
        )
        surface += WATER * (self.water > 0.05) + COAST * ((self.water > 0.02) & (self.water <= 0.05))
        surface += FROZEN_SAID * (ice > 0.5) + FROZEN_SEEN * (ice > 0.7) + SNOW * (ice > 0.9) + DENSE * self.never
        quality[(self.water > 0.3) | (ice > 0.05)] = 1  # a number, not to be relied on
        quality[self.never & (rng.random(value.shape) < 0.5)] = 5
        quality[(ice > 0.5) | self.never | (rng.random(value.shape) < sky.holes)] = 7
        half = 500 / (111.3 * np.cos(np.radians(self.latitude)))
        lean = (0.18 if over.descending else -0.18) * (self.latitude - self.latitude.mean())
        inside = np.abs((self.longitude - over.longitude - lean + 180) % 360 - 180) < half
        value = np.where(inside & (quality < 7), value, np.nan)
        return value, np.where(inside, quality, -1), surface, np.where(np.isfinite(value), value - blocks(moisture), 0)

    def write(self, folder, over, value, quality, surface, mark):
        """One half-orbit cut to the cells around the region, column by column as the product is."""
        there = (quality >= 0).T
        if not there.any():
            return
        name = f"SMAP_L2_SM_P_{over.number:05d}_{'D' if over.descending else 'A'}_{stamp(over.begins)}_R19240_001.h5"
        seconds = (over.over - EPOCH).astype(float) + 3.0 * (self.row.T[there] - self.row.mean())
        write_coarse(
            place(folder, "SPL2SMP.009", over.begins) / name,
            self.row.T[there],
            self.column.T[there],
            np.where(np.isfinite(value), value, FILL).T[there],
            quality.T[there],
            surface.T[there],
            seconds,
            simulated=mark,
            places=(self.longitude.T[there], self.latitude.T[there]),
            period=(f"{over.begins}.000Z", f"{over.ends}.000Z"),
        )


class Radar:
    """The fine product: the truth, a share of the radiometer's error, errors of its own, strips of Sentinel-1."""

    def __init__(self, sky, plain, soil, origin, margin):
        self.sky, self.plain, self.soil, self.origin = sky, plain, soil, origin
        self.bias = sky.fine_bias * plain.field(8.0, 0.8)
        self.change = sky.later[2] * plain.field(8.0, 0.8) if sky.later else None
        self.rough = np.exp(0.35 * plain.field(15.0, 0.8))  # where the product errs more than elsewhere
        height, width = plain.shape
        self.inside = (slice(margin, height - margin), slice(margin, width - margin))
        y = -(np.arange(height) - height / 2)[:, None] * plain.cell[0]
        x = (np.arange(width) - width / 2)[None, :] * plain.cell[1]
        self.across = [x - s.middle - s.slant * y for s in sky.strips]

    def swath(self, strip):
        cover = np.zeros(self.plain.shape, bool)
        cover[self.inside] = (np.abs(self.across[strip]) < self.sky.strips[strip].width / 2)[self.inside]
        return cover

    def fields(self, moisture, frozen, value, error, over):
        """Moisture, deviation, quality and flag on all cells of the domain."""
        sky, plain, rng = self.sky, self.plain, self.plain.rng
        today, bias = self.rough * np.exp(0.15 * rng.standard_normal()), self.bias
        if self.change is not None and over.over >= np.datetime64(sky.later[0]):
            today, bias = today * sky.later[1], bias + self.change
        white = rng.standard_normal(plain.shape, np.float32)
        noise = today * (sky.fine[0] * plain.field(sky.fine_reach, 1.0) + sky.fine[1] * white)
        lent = gaussian_filter(np.kron(error, np.ones((12, 12))), 2.0)
        fine = np.clip(moisture + bias + noise + sky.share * lent, 0.0, 0.75)
        there = np.kron(np.isfinite(value), np.ones((12, 12), bool)) & ~self.soil.water & ~frozen
        told = np.hypot(*sky.fine) * today * np.exp(0.2 * plain.field(10.0, 0.8))
        flag = WATER * self.soil.water + FROZEN_SEEN * frozen
        quality = np.where(there, np.where(noise > 3.5 * sky.fine[0] * today, 1, 0), 7)
        return np.where(there, coarsened(fine), FILL), np.where(there, coarsened(told), FILL), quality, flag

    def write(self, folder, over, sentinel1, satellite, strip, fields, mark):
        """The scenes of one strip: rectangles one below the other, fill outside of the swath."""
        cover = self.swath(strip)
        rows = np.flatnonzero(cover.any(axis=1))
        for part, scene in enumerate(np.array_split(rows, max(1, round(len(rows) / 60)))):
            columns = np.flatnonzero(cover[scene].any(axis=0))
            if not columns.size:
                continue
            box = (slice(scene[0], scene[-1] + 1), slice(columns[0], columns[-1] + 1))
            seen = cover[box]
            row, column = rectangle(self.origin[0] + scene[0], self.origin[1] + columns[0], *seen.shape)
            longitude, latitude = M03.centres(row[seen].mean(), column[seen][seen.sum() // 2])
            taken = sentinel1 + np.timedelta64(25 * part, "s")
            smap = over.begins if self.sky.begins else over.over
            where = (
                f"{abs(int(longitude)):03d}{'EW'[int(longitude < 0)]}{abs(int(latitude)):02d}{'NS'[int(latitude < 0)]}"
            )
            name = f"SMAP_L2_SM_SP_1{satellite}IWDV_{stamp(smap)}_{stamp(taken)}_{where}_R18290_001.h5"
            moisture, told, quality, flag = (np.where(seen, f[box], e) for f, e in zip(
                fields, (FILL, FILL, FLAG_FILL, FLAG_FILL), strict=True))  # fmt: skip
            seconds = np.where(seen, (over.over - EPOCH).astype(float), FILL)
            write_scene(
                place(folder, "SPL2SMAP_S.003", smap) / name, row, column, moisture, quality, flag, told,
                seconds=seconds, simulated=mark,
            )  # fmt: skip

    def dates(self, first, days):
        """Passes of Sentinel-1: time, satellite, strip."""
        for strip, s in enumerate(self.sky.strips):
            for day in range(days):
                date = first + np.timedelta64(day, "D")
                cycle = (int(date.astype(int)) - s.day) % 12
                two = self.sky.second and np.datetime64(self.sky.second[0]) <= date < np.datetime64(self.sky.second[1])
                if (cycle == 0 or (cycle == 6 and two)) and self.plain.rng.random() > self.sky.missed:
                    hour = 18.2 if s.slant < 0 else 5.9  # local
                    yield date, hour, "B" if cycle else "A", strip


def blocks(values):
    """Means over coarse cells."""
    h, w = values.shape
    return values.reshape(h // 12, 12, w // 12, 12).mean(axis=(1, 3), dtype=np.float64)


def coarsened(values):
    """In steps of 2**-14, far below any noise: the files are smaller by half."""
    return np.round(values * 2**14) / 2**14


def stamp(time):
    return str(time.astype("datetime64[s]")).replace("-", "").replace(":", "")


def place(folder, product, time):
    return folder / product / str(time.astype("datetime64[D]")).replace("-", ".")
