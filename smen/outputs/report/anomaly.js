"use strict";
/* How much wetter or drier a cell is than usual for it in that season, by the maps that are shown and nothing else. */
(() => {
  const DAYS = 45; // a map counts for a season if its day of the year is so near
  const LEAST = 5; // maps with a value, for a mean that means anything
  const YEAR = 365.2425 * 864e5;
  const means = new WeakMap();

  const apart = (a, b) => {
    const share = Math.abs(a - b) % YEAR;
    return Math.min(share, YEAR - share) / 864e5;
  };

  /* Mean over the maps of the season around a date, for each cell; NaN with too few of them. */
  smen.seasonMean = (region, date) => {
    if (!means.has(region)) means.set(region, new Map());
    const known = means.get(region);
    if (known.has(date)) return known.get(date);
    const times = region.maps.map((map) => Date.parse(map.time));
    const cells = region.height * region.width;
    const [sums, counts] = [new Float64Array(cells), new Uint16Array(cells)];
    times.forEach((time, i) => {
      if (apart(time, times[date]) > DAYS) return;
      const [stack, index] = region.stackAt("soil_moisture", i);
      for (let cell = 0; cell < cells; cell++) {
        const value = stack.at(index, cell);
        if (value === value) {
          sums[cell] += value;
          counts[cell] += 1;
        }
      }
    });
    const mean = Float32Array.from(sums, (sum, cell) => (counts[cell] >= LEAST ? sum / counts[cell] : NaN));
    if (known.size > 20) known.clear();
    known.set(date, mean);
    return mean;
  };
  smen.SEASON_DAYS = DAYS;
})();
