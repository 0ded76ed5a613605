"use strict";
/* State of the page: what is shown, the regions that have been loaded, and the listeners of changes. */
(() => {
  const $ = (id) => document.getElementById(id);
  const regions = new Map();
  const listeners = [];
  const state = { region: null, date: 0, left: "coarse", right: "estimate", swipe: 0.5, cell: 0, playing: false, held: null,
    fade: false, zoom: { scale: 1, x: 0.5, y: 0.5 }, area: null, drawing: null };

  const PRODUCT = "3 km product"; // as smen/outputs/labels.py has it
  const LAYERS = {
    coarse: { ramp: "soil_moisture" },
    estimate: { label: "3 km estimate", ramp: "soil_moisture" },
    product: { label: PRODUCT, ramp: "soil_moisture" },
    difference: { label: `Estimate − ${PRODUCT}`, ramp: "error", legend: "Estimate − product (red: too dry)" },
    deviation: { label: "Uncertainty", ramp: "standard_deviation", legend: "Standard deviation of the estimate" },
    anomaly: { label: "Anomaly for the season", ramp: "error",
      legend: "Estimate less the mean of these maps within 45 days of its day of the year (red: drier)" },
    age: { label: "Age of 3 km data", ramp: "age", legend: "Since the cell was last seen at 3 km" },
    quality: { label: "Quality", ramp: null },
    drought: { label: "Drought class", ramp: null, index: "drought" },
    percentile: { label: "Percentile", ramp: "percentile", index: "percentile",
      legend: "Percentile for place and season (low: dry)" },
    probability: { label: "Chance of drought", ramp: "drought_probability", index: "drought_probability",
      legend: "Probability of D1 or worse" },
    water: { label: "Soil water index", ramp: "water_index", index: "water_index",
      legend: "Soil water index of the root zone" },
  };

  const script = (source) => new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = source;
    element.onload = resolve;
    element.onerror = () => reject(new Error(`${source} is missing beside this page: copy the whole folder`));
    document.head.append(element);
  });

  const received = new Map(); // arguments of the regions' scripts, until they are unpacked
  smen.region = (name, content) => received.set(`${name}/region`, content);
  smen.maps = (name, chunk, layers) => received.set(`${name}/maps/${chunk}`, layers);
  smen.product = (name, packed) => received.set(`${name}/product`, packed);
  const take = (key) => {
    const value = received.get(key);
    received.delete(key);
    return value;
  };

  /* A region and its fields; fields come chunk by chunk. */
  const openRegion = async (name) => {
    const folder = `${smen.settings.folder}/${name}`;
    await script(`${folder}/region.js`);
    const about = take(`${name}/region`);
    const [height, width] = about.shape;
    const coarse = await smen.unpack(about.coarse.fields);
    const chunks = about.chunks.map(() => null);
    const productAt = new Map(about.productDates.map((date, i) => [date, i]));
    let product = null;
    const indices = about.indices.layers ? { ...about.indices, stacks: {} } : null;
    for (const [key, packed] of Object.entries(about.indices.layers ?? {})) {
      indices.stacks[key] = await smen.unpack(packed);
    }

    const chunkOf = (date) => about.chunks.findIndex(([first, count]) => date < first + count);
    const loadChunk = (number) => {
      chunks[number] ??= (async () => {
        await script(`${folder}/${about.chunks[number][2]}`);
        const layers = take(`${name}/maps/${number}`);
        const stacks = {};
        for (const [key, packed] of Object.entries(layers)) stacks[key] = packed && (await smen.unpack(packed));
        chunks[number] = stacks;
        return stacks;
      })();
      return chunks[number];
    };
    const loadProduct = async () => {
      product ??= (async () => {
        await script(`${folder}/product.js`);
        product = await smen.unpack(take(`${name}/product`));
      })();
      await product;
    };
    const stackAt = (key, date) => {
      const number = chunkOf(date);
      const chunk = chunks[number];
      return chunk && !(chunk instanceof Promise) && chunk[key] ? [chunk[key], date - about.chunks[number][0]] : null;
    };
    const KEYS = { estimate: "soil_moisture", deviation: "standard_deviation", age: "age", quality: "quality" };

    /* One value, NaN where there is none or it is not loaded yet. */
    const value = (layer, date, cell) => {
      if (layer === "coarse") {
        const row = about.coarse.rows[Math.floor(cell / width)];
        return coarse.at(date, row * coarse.width + about.coarse.columns[cell % width]);
      }
      if (layer === "product") {
        return productAt.has(date) && product?.at ? product.at(productAt.get(date), cell) : NaN;
      }
      const { index } = smen.LAYERS[layer];
      if (index) {
        const period = indices?.ofMap[date] ?? -1;
        const found = period >= 0 && indices.stacks[index] ? indices.stacks[index].at(period, cell) : NaN;
        return index === "drought" && found === smen.NO_CLASS ? NaN : found;
      }
      if (layer === "anomaly") {
        return region.loaded() ? value("estimate", date, cell) - smen.seasonMean(region, date)[cell] : NaN;
      }
      if (layer === "difference") return value("estimate", date, cell) - value("product", date, cell);
      const found = stackAt(KEYS[layer], date);
      return found ? found[0].at(found[1], cell) : NaN;
    };
    const field = (layer, date) => Float32Array.from({ length: height * width }, (_, cell) => value(layer, date, cell));
    const has = (layer, date) => {
      if (layer === "product" || layer === "difference") return productAt.has(date);
      if (smen.LAYERS[layer].index) return (indices?.ofMap[date] ?? -1) >= 0;
      if (layer === "anomaly") return region.loaded();
      if (layer === "deviation") return Boolean(stackAt("standard_deviation", date));
      return true;
    };
    const region = {
      ...about, indices, name, height, width, value, field, has, productAt, stackAt,
      show: (date) => Promise.all([loadChunk(chunkOf(date)), loadProduct()]),
      loaded: () => chunks.every((chunk) => chunk && !(chunk instanceof Promise)),
      loadRest: async (onProgress) => {
        for (let number = 0; number < chunks.length; number++) {
          if (chunks[number] && !(chunks[number] instanceof Promise)) continue;
          await loadChunk(number);
          onProgress();
        }
      },
    };
    return region;
  };

  const open = (name) => {
    if (!regions.has(name)) regions.set(name, openRegion(name));
    return regions.get(name);
  };

  /* Change the state and call the listeners with what has changed. */
  const set = (changes) => {
    const changed = new Set(Object.keys(changes).filter((key) => state[key] !== changes[key]));
    Object.assign(state, changes);
    if (changed.size) for (const listener of listeners) listener(changed);
  };

  Object.assign(smen, { $, state, set, open, LAYERS, PRODUCT, onChange: (listener) => listeners.push(listener) });

  /* Charts are as wide as their card, so that their letters are as large as the page's. */
  smen.chartWidth = (id) => Math.min(Math.max(Math.round($(id).clientWidth), 300), 760);

  smen.layerLabel = (layer) => (layer === "coarse" ? state.region.coarse.name : LAYERS[layer].label);
  smen.number = (value, digits = 3) => (Number.isFinite(value) ? value.toFixed(digits).replace("-", "−") : "–");
  /* Marks of an axis of time, about eight, with their words: firsts of months or, in a short period, days. */
  smen.timeTicks = (first, last) => {
    const DAY = 864e5;
    const found = [];
    const day = new Date(first);
    day.setUTCDate(1);
    day.setUTCHours(0, 0, 0, 0);
    for (; day <= last; day.setUTCMonth(day.getUTCMonth() + 1)) if (day >= first) found.push(new Date(day));
    const words = (date, options) => date.toLocaleDateString("en-GB", { timeZone: "UTC", month: "short", ...options });
    if (found.length > 2) {
      const every = Math.ceil(found.length / 8);
      return found.filter((_, i) => i % every === 0).map((date, i) =>
        [date.getTime(), words(date, i === 0 || date.getUTCMonth() === 0 ? { year: "numeric" } : {})]);
    }
    const step = DAY * ([1, 2, 5, 7, 14].find((days) => last - first <= 7 * days * DAY) ?? 14);
    const days = [];
    for (let time = Math.ceil(first / DAY) * DAY; time <= last; time += step) {
      days.push([time, words(new Date(time), { day: "numeric", ...(days.length ? {} : { year: "numeric" }) })]);
    }
    return days;
  };

  smen.day = (time) => new Date(time).toLocaleDateString("en-GB",
    { timeZone: "UTC", weekday: "short", day: "numeric", month: "short", year: "numeric" });
  smen.moment = (map) => `${smen.day(map.time)}, ${map.time.slice(11, 16)} UTC`;
  smen.flight = (map) => (map.direction === "D" ? "descending (about 6 am local)" : "ascending (about 6 pm local)");
  /* What a map rests on beside the training: how many 3 km scenes before, at and after its overpass. */
  smen.basis = (map) => {
    const [before, own, after] = map.scenes;
    const causal = `causal: ${before} earlier 3 km scenes`;
    const scenes = `${before} earlier, ${own ? "its own" : "no own"} and ${after} later 3 km scenes`;
    return (map.mode === "causal" ? causal : `retrospective: ${scenes}`) + (map.provisional ? "; provisional" : "");
  };
  smen.overpass = (map) => `${smen.moment(map)}, ${smen.flight(map)}`;
  smen.escape = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
})();
