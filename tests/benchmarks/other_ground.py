"""The ground of the other worlds: random fields by spectral synthesis, soil, weather, and a bucket of two layers.

Written without a look at `smen/simulation`, so that what holds there and here does not hold by construction alone.
"""

from dataclasses import dataclass, field

import numpy as np

HALF_DAY = 0.5  # the step, days: one value at each of SMAP's two local times
TOP_MM, ROOT_MM = 50.0, 500.0  # depths of the two layers
SPIN_UP = 300  # days before the first one
YEAR = 365.25


@dataclass(frozen=True)
class Storms:
    """One kind of rain: how far it reaches, how much of the ground it wets, how much falls, and when in the year."""

    length: float  # km
    area: float  # share of the ground under it
    mm: float  # mean where it rains
    chance: tuple[float, float]  # of a half day, in the season without and in the season with most of it
    peak: float = 200.0  # day of the year
    sharp: float = 1.0  # how much narrower than a cosine the season is
    nu: float = 1.2  # smoothness


@dataclass(frozen=True)
class Ground:
    storms: tuple[Storms, ...]
    evaporation: tuple[float, float]  # mm a day: mean, and amplitude over the year
    texture: tuple[float, float] = (30.0, 7.0)  # km: of the soil's patches, and of what varies inside them
    clay: tuple[float, ...] = (0.15, 0.4, 0.65)  # of the patches
    residual: tuple[float, float] = (0.02, 0.08)  # without clay, and what clay adds
    capacity: tuple[float, float] = (0.14, 0.22)
    climate: tuple[float, float] | None = None  # degrees: mean and amplitude of the temperature; None: no frost
    relief: float = 0.2  # how much hollows hold more than ridges
    lakes: float = 0.0  # share of water
    lake: float = 12.0  # km
    drought: tuple[str, float] | None = None  # from when on so much of the rain's chance is left
    irrigated: float = 0.0  # share of the fields


@dataclass
class Plain:
    """Random fields on a grid of cells of some km, by filtering white noise with a Matern spectrum."""

    shape: tuple[int, int]
    cell: tuple[float, float]  # km north-south, east-west
    rng: np.random.Generator
    _filters: dict = field(default_factory=dict)

    def waves(self):
        """Wave numbers, 1/km, of a grid half as large again: its fields would otherwise meet themselves."""
        size = [n + n // 2 for n in self.shape]
        ky = 2 * np.pi * np.fft.fftfreq(size[0], self.cell[0])[:, None]
        return size, ky, 2 * np.pi * np.fft.rfftfreq(size[1], self.cell[1])[None, :]

    def field(self, length, nu=1.0, stretch=1.0, angle=0.0):
        """A field of mean 0 and variance 1; `stretch` times as long along `angle` (radians)."""
        key = (length, nu, stretch, round(angle, 2))
        if key not in self._filters:
            size, ky, kx = self.waves()
            along, across = kx * np.cos(angle) + ky * np.sin(angle), ky * np.cos(angle) - kx * np.sin(angle)
            power = ((along * stretch) ** 2 + across**2 + length**-2) ** (-(nu + 1))
            power[0, 0] = 0
            root = np.sqrt(power)
            twice = np.full(root.shape, 2.0)  # half of the spectrum stands for all of it
            twice[:, 0] = 1
            root /= np.sqrt((root**2 * twice).sum() / (size[0] * size[1]))
            if len(self._filters) > 60:
                self._filters.clear()
            self._filters[key] = size, root.astype(np.float32)
        size, root = self._filters[key]
        noise = np.fft.rfft2(self.rng.standard_normal(size, np.float32))
        return np.fft.irfft2(noise * root, size)[: self.shape[0], : self.shape[1]].astype(np.float32)

    def blurred(self, values, widths, angle):
        """Seen through a Gaussian footprint whose widths at half height are `widths` km, turned by `angle`."""
        ky = 2 * np.pi * np.fft.fftfreq(self.shape[0], self.cell[0])[:, None]
        kx = 2 * np.pi * np.fft.rfftfreq(self.shape[1], self.cell[1])[None, :]
        along, across = kx * np.cos(angle) + ky * np.sin(angle), ky * np.cos(angle) - kx * np.sin(angle)
        long, wide = max(widths) / 2.355, min(widths) / 2.355
        seen = np.exp(-((along * long) ** 2 + (across * wide) ** 2) / 2)
        return np.fft.irfft2(np.fft.rfft2(values) * seen, self.shape).astype(np.float32)


def season(day, peak, sharp=1.0):
    """0..1 over the year, 1 at the peak."""
    return ((1 + np.cos(2 * np.pi * (day - peak) / YEAR)) / 2) ** sharp


def estates(shape, rng, least=4):
    """Fields with straight edges: a rectangle cut again and again, each part with a number of its own."""
    number, todo, found = np.zeros(shape, np.int64), [(0, shape[0], 0, shape[1])], 0
    while todo:
        top, bottom, left, right = todo.pop()
        tall, wide = bottom - top, right - left
        if max(tall, wide) < 2 * least or (max(tall, wide) < 5 * least and rng.random() < 0.3):
            number[top:bottom, left:right] = found
            found += 1
        elif tall > wide:
            cut = int(rng.integers(top + least, bottom - least + 1))
            todo += [(top, cut, left, right), (cut, bottom, left, right)]
        else:
            cut = int(rng.integers(left + least, right - least + 1))
            todo += [(top, bottom, left, cut), (top, bottom, cut, right)]
    return number, found


class Soil:
    """What does not change."""

    def __init__(self, ground, plain):
        rng = plain.rng
        large, small = (plain.field(length, 0.5) for length in ground.texture)
        edges = np.quantile(large, np.arange(1, len(ground.clay)) / len(ground.clay))
        clay = np.array(ground.clay)[np.digitize(large + 0.35 * small, edges)]
        clay = np.clip(clay + 0.07 * plain.field(ground.texture[1], 0.7), 0.02, 0.95).astype(np.float32)
        self.residual = ground.residual[0] + ground.residual[1] * clay
        hollow = np.clip(1 + ground.relief * plain.field(9, 0.6), 0.4, 1.8)
        self.capacity = self.residual + (ground.capacity[0] + ground.capacity[1] * clay - self.residual) * hollow
        self.porosity = self.capacity + 0.14
        self.drains = 0.05 + 0.25 * (1 - clay)
        self.cover = np.clip(0.45 + 0.25 * plain.field(20, 0.8), 0.05, 0.95)
        low = plain.field(ground.lake, 1.0)
        self.water = low < np.quantile(low, ground.lakes) if ground.lakes else np.zeros(plain.shape, bool)
        number, many = estates(plain.shape, rng)
        crop = np.where(rng.random(many) < ground.irrigated, rng.choice([200.0, 45.0], many, p=[0.7, 0.3]), np.nan)
        self.crop = crop[number]  # day of its peak
        self.supply = (0.5 + 0.5 * rng.random(many))[number].astype(np.float32)
        self.turn = rng.integers(0, 6, many)[number]  # whose day it is to open the sluice
        self.warm = plain.field(150, 1.5)


def history(ground, plain, south, first, days):
    """The soil, its moisture (2 x days, H, W) at both local times of each day, and where it is frozen then."""
    soil, rng = Soil(ground, plain), plain.rng
    moisture = np.empty((2 * days, *plain.shape), np.float32)
    frozen = np.zeros(moisture.shape, bool)
    top = soil.residual + 0.5 * (soil.capacity - soil.residual)
    root, snow = top.copy(), np.zeros(plain.shape, np.float32)
    years = rng.normal(0, 0.25, 40)  # wet and dry years
    mood = dict.fromkeys(ground.storms, 0.0)
    cold = np.zeros(plain.shape, np.float32)
    start = int((first - first.astype("datetime64[Y]").astype("datetime64[D]")).astype(int))
    for step in range(-2 * SPIN_UP, 2 * days):
        day = (start + step * HALF_DAY) % YEAR
        rain = np.zeros(plain.shape, np.float32)
        for storms in ground.storms:
            mood[storms] = 0.8 * mood[storms] + 0.6 * rng.standard_normal()  # wet days come together
            low, high = storms.chance
            chance = low + (high - low) * season(day, storms.peak, storms.sharp)
            chance *= np.exp(years[int((step + 2 * SPIN_UP) / (2 * YEAR))] + 0.7 * mood[storms] - 0.25)
            if ground.drought and first + np.timedelta64(12 * step, "h") >= np.datetime64(ground.drought[0]):
                chance *= ground.drought[1]
            if rng.random() < chance:
                rain += fall(storms, plain)
        ice = np.zeros(plain.shape, bool)
        if ground.climate:
            mean, swing = ground.climate
            if step % 2 == 0:
                cold = 0.85 * cold + 1.6 * plain.field(250, 1.5)
            air = mean + swing * (2 * season(day, 15 if south else 200) - 1) + 2 * soil.warm + cold
            ice = air + (1.5 if step % 2 else -1.5) < 0
            melt = np.where(ice, 0, np.minimum(snow, 6.0))
            snow, rain = snow + np.where(ice, rain, 0) - melt, np.where(ice, 0, rain) + melt
        heat = ground.evaporation[0] + ground.evaporation[1] * (2 * season(day, 15 if south else 196) - 1)
        top, root = bucket(soil, top, root, rain, np.where(ice, 0, heat), step, day)
        if step >= 0:
            moisture[step], frozen[step] = top, ice
    return soil, moisture, frozen


def fall(storms, plain):
    """The rain of half a day, mm."""
    values = plain.field(storms.length, storms.nu, 2.0, np.pi * plain.rng.integers(0, 6) / 6)
    # A threshold drawn anew: on some days all is wet, on others a corner.
    level = np.quantile(values, 1 - np.clip(storms.area * plain.rng.gamma(2, 0.5), 0.01, 1.0))
    over = np.maximum(values - level, 0)
    wet = over > 0
    return storms.mm * plain.rng.gamma(1.5, 1 / 1.5) * over / over[wet].mean() if wet.any() else over


def bucket(soil, top, root, rain, heat, step, day):
    """Half a day: rain in, seepage down, evaporation, what rises from below, and the sluices."""
    room = np.maximum(soil.porosity - top, 0) * TOP_MM
    top = top + np.minimum(rain, room) / TOP_MM
    seep = soil.drains * np.maximum(top - soil.capacity, 0)
    top = top - seep
    root = np.minimum(root + seep * TOP_MM / ROOT_MM, soil.porosity)
    wet = np.clip((top - soil.residual) / (soil.capacity - soil.residual), 0, 1)
    deep = np.clip((root - soil.residual) / (soil.capacity - soil.residual), 0, 1)
    top = top - HALF_DAY * heat * (0.5 - 0.25 * soil.cover) * wet**1.5 / TOP_MM
    root = (
        root - HALF_DAY * heat * (0.2 + 0.4 * soil.cover) * deep / ROOT_MM - 0.01 * np.maximum(root - soil.capacity, 0)
    )
    rise = 0.025 * (root - top)
    top, root = top + rise, root - rise * TOP_MM / ROOT_MM
    if np.isfinite(soil.crop).any():
        grows = np.nan_to_num(season(day, soil.crop, 2.0))
        wanted = soil.residual + (soil.capacity - soil.residual) * soil.supply * grows * 1.15
        mine = (step // 2) % 6 == soil.turn
        top = np.where(mine & (grows > 0.15), np.maximum(top, wanted), top)
    return np.maximum(top, soil.residual).astype(np.float32), np.maximum(root, soil.residual).astype(np.float32)
