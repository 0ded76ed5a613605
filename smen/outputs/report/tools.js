"use strict";
/* What a reader does with what is shown: a link, a table, a place by its coordinates, a date held, own values drawn. */
(() => {
  const { $, state, set } = smen;

  const longitudeOf = (cell) => state.region.longitudes[cell % state.region.width];
  const latitudeOf = (cell) => state.region.latitudes[Math.floor(cell / state.region.width)];

  /* The cell at a place, or null where it lies outside of the region. */
  const cellAtPlace = (latitude, longitude) => {
    const { latitudes, longitudes, width } = state.region;
    const nearest = (values, wanted, circle) => {
      const away = values.map((v) => Math.abs(circle ? (v - wanted + 540) % 360 - 180 : v - wanted));
      const best = away.indexOf(Math.min(...away));
      const step = values.length > 1 ? Math.abs(values[1] - values[0]) % 350 : 0.1;
      return away[best] <= 0.75 * step ? best : -1;
    };
    const [row, column] = [nearest(latitudes, latitude, false), nearest(longitudes, longitude, true)];
    return row < 0 || column < 0 ? null : row * width + column;
  };

  /* The address of what is shown: region/time/left/right/latitude,longitude, and the date held on the left. */
  smen.address = () => {
    const { region, date, left, right, cell, held } = state;
    const place = `${latitudeOf(cell).toFixed(3)},${longitudeOf(cell).toFixed(3)}`;
    const parts = [region.name, region.maps[date].time, left, right, place];
    return `#${[...parts, ...(held === null ? [] : [region.maps[held].time])].join("/")}`;
  };
  smen.showAddress = () => history.replaceState(null, "", smen.address());

  /* Take layers, place and held date out of the parts of an address, as far as it has them. */
  smen.takeAddress = ([, , left, right, place, held]) => {
    const changes = {};
    for (const [side, layer] of [["left", left], ["right", right]]) {
      if ([...$(side).options].some((option) => option.value === layer)) changes[side] = $(side).value = layer;
    }
    const [latitude, longitude] = (place ?? "").split(",").map(Number);
    const cell = place && Number.isFinite(latitude + longitude) ? cellAtPlace(latitude, longitude) : null;
    if (cell !== null) changes.cell = cell;
    const index = held ? state.region.maps.findIndex((map) => map.time === held) : -1;
    if (index >= 0) changes.held = index;
    set(changes);
  };

  /* A town's place by the beginning of its name, or else by any part of it, whatever the accents and capitals. */
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
  const townAt = (text) => {
    const wanted = plain(text);
    const towns = wanted ? state.region.towns.map(([name, ...place]) => [plain(name), place]) : [];
    return (towns.find(([name]) => name === wanted) ?? towns.find(([name]) => name.startsWith(wanted))
      ?? towns.find(([name]) => name.includes(wanted)))?.[1] ?? null;
  };
  smen.listTowns = () => {
    $("towns").innerHTML = state.region.towns.map(([name]) => `<option value="${smen.escape(name)}">`).join("");
    $("towns-credit").textContent = smen.settings.townsCredit;
  };

  const goTo = () => {
    const text = $("coordinates").value;
    const numbers = (text.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
    const place = numbers.length === 2 ? numbers : townAt(text);
    const cell = place && cellAtPlace(...place);
    $("coordinates").setCustomValidity(cell === null
      ? "Write a town, or latitude and longitude, within the region, such as 32.2, -110.9" : "");
    $("coordinates").reportValidity();
    if (cell !== null) set({ cell });
  };
  $("coordinates").addEventListener("change", goTo);
  $("coordinates").addEventListener("input", () => $("coordinates").setCustomValidity(""));

  /* The series at the point as a table. */
  const table = () => {
    const { region, cell, area } = state;
    const [station] = smen.stationsAt(cell);
    const measured = new Map(station?.values ?? []);
    const layers = { soil_moisture: "estimate", standard_deviation: "deviation", coarse: "coarse", product: "product",
      age_days: "age" };
    const names = ["time", "direction", "latitude", "longitude", ...Object.keys(layers), ...(station ? ["station"] : []),
      ...(area ? ["area_mean"] : [])];
    const means = smen.areaMeans();
    const text = (v) => (Number.isFinite(v) ? String(Number(v.toFixed(4))) : "");
    const rows = region.maps.map((map, i) => [map.time, map.direction, latitudeOf(cell), longitudeOf(cell),
      ...Object.values(layers).map((layer) => text(region.value(layer, i, cell))),
      ...(station ? [text(measured.get(i))] : []), ...(area ? [text(means[i])] : [])].join(","));
    return `${[names.join(","), ...rows].join("\n")}\n`;
  };
  $("series-csv").addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([table()], { type: "text/csv" }));
    link.download = `${state.region.name}_${latitudeOf(state.cell).toFixed(3)}_${longitudeOf(state.cell).toFixed(3)}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  });

  /* Own values: a CSV with a time in its first column and a number in the last one that has any, dropped on the chart. */
  smen.own = null;
  const readOwn = (text, name) => {
    const lines = text.split(/\r?\n/).filter((line) => line.trim());
    const separator = [";", "\t", ","].find((sign) => lines[0]?.includes(sign)) ?? ",";
    const head = lines[0].split(separator).map((word) => word.trim().toLowerCase());
    const timeAt = Math.max(head.findIndex((word) => /^(time|date|datetime|timestamp)/.test(word)), 0);
    const named = head.findIndex((word) => /^(value|soil_moisture|sm|station)\b/.test(word));
    const valueAt = named >= 0 ? named : head.length - 1;
    const values = lines.map((line) => line.split(separator)).map((cells) => {
      const time = (cells[timeAt] ?? "").trim();
      const zone = /[zZ]$|[+-]\d\d:?\d\d$/.test(time) ? "" : /\d:\d\d/.test(time) ? "Z" : "";
      return [Date.parse(time.replace(" ", "T") + zone), parseFloat(cells[valueAt])];
    }).filter(([time, value]) => Number.isFinite(time) && Number.isFinite(value)).sort((a, b) => a[0] - b[0]);
    if (!values.length) throw new Error(`${name} has no row with a time in its first and a number in its last column`);
    return { name, values };
  };
  const take = async (file) => {
    try {
      const text = await file.text();
      if (/\.(geo)?json$/i.test(file.name)) {
        $("own-note").textContent = smen.takePolygons(text, file.name);
        return;
      }
      smen.own = readOwn(text, file.name);
      $("own-note").textContent = `${file.name}: ${smen.own.values.length} values, kept on this page alone.`;
    } catch (error) {
      $("own-note").textContent = error.message;
    }
    smen.drawSeries();
  };
  for (const kind of ["dragover", "drop"]) $("point-card").addEventListener(kind, (event) => event.preventDefault());
  $("point-card").addEventListener("drop", (event) => event.dataTransfer.files[0] && take(event.dataTransfer.files[0]));
  $("own-file").addEventListener("change", () => $("own-file").files[0] && take($("own-file").files[0]));

  /* Overpasses whose 3 km product covers at least half as much as the region's widest, and whose map does so, too. */
  const wellCovered = (region) => {
    const cells = Array.from({ length: region.height * region.width }, (_, cell) => cell);
    const product = (i) => cells.filter((cell) => Number.isFinite(region.value("product", i, cell))).length;
    const wide = (share) => {
      const shares = region.productDates.map(share);
      return shares.map((value) => value > 0 && value >= Math.max(...shares) / 2);
    };
    const [byProduct, byMap] = [wide(product), wide((i) => region.maps[i].share)];
    return region.productDates.filter((_, i) => byProduct[i] && byMap[i]);
  };
  const covered = new WeakMap();
  smen.nextCovered = () => {
    const { region, date } = state;
    if (!covered.has(region)) covered.set(region, wellCovered(region));
    const dates = covered.get(region);
    const next = dates.find((i) => i > date) ?? dates[0];
    if (next !== undefined) set({ date: next });
  };
  $("next-covered").addEventListener("click", smen.nextCovered);

  /* Hold the left layer at the date that is shown, so that two dates lie side by side. */
  smen.hold = () => set({ held: state.held === null ? state.date : null });
  $("hold").addEventListener("click", smen.hold);
  $("fade").addEventListener("change", () => set({ fade: $("fade").checked }));
})();
