"use strict";
/* Indices: the strip of drought classes at the point, and the area in each class over time. */
(() => {
  const { $, state, set } = smen;
  const NONE = 255;

  const periodName = (indices, i) => {
    const [start] = indices.periods[i];
    const day = smen.day(start);
    return indices.every === "week" ? `week from ${day}` : indices.every === "day" ? day : `${day}, ${start.slice(11, 16)} UTC`;
  };
  const timeLabels = (frame, first, last, bottom) => smen.timeTicks(first, last).map(([time, text]) =>
    `<line class="axis" x1="${frame(time)}" x2="${frame(time)}" y1="${bottom}" y2="${bottom + 5}"/>` +
    `<text class="label" x="${frame(time)}" y="${bottom + 18}" text-anchor="middle">${text}</text>`).join("");

  /* Ends of a period in the chart: an overpass reaches until the next one, at most four days. */
  const ends = (indices, i) => {
    const [start, end] = indices.periods[i].map(Date.parse);
    if (end > start) return [start, end];
    const next = i + 1 < indices.periods.length ? Date.parse(indices.periods[i + 1][0]) : start + 864e5;
    return [start, Math.min(next, start + 4 * 864e5)];
  };

  const scale = (indices, width, left, right) => {
    const first = Date.parse(indices.periods[0][0]);
    const last = ends(indices, indices.periods.length - 1)[1];
    return { first, last, x: (time) => left + (time - first) / (last - first) * (width - left - right) };
  };

  const percent = (value) => (Number.isFinite(value) ? `${Math.round(value)}` : "–");

  const showPoint = (indices, cell) => {
    const i = indices.ofMap[state.date];
    const value = (name) => (i >= 0 && indices.stacks[name] ? indices.stacks[name].at(i, cell) : NaN);
    const code = value("drought");
    const own = indices.classes[code];
    const entries = [];
    if (indices.stacks.drought) entries.push(["Drought class", own ? own[0] : "–"]);
    if (indices.stacks.percentile) {
      entries.push(["Percentile (90 % interval)", Number.isFinite(value("percentile"))
        ? `${percent(value("percentile"))} (${percent(value("percentile_low"))} to ${percent(value("percentile_high"))})`
        : "–"]);
    }
    if (indices.stacks.drought_probability) {
      entries.push(["Chance of drought (D1+)", Number.isFinite(value("drought_probability"))
        ? `${percent(100 * value("drought_probability"))} %` : "–"]);
    }
    if (indices.stacks.water_index) {
      entries.push([`Soil water index (T = ${indices.waterDays} days)`, `${percent(value("water_index"))} %`]);
    }
    $("index-values").innerHTML = entries.map(([title, text]) =>
      `<div><dt>${smen.escape(title)}</dt><dd>${smen.escape(text)}</dd></div>`).join("");
    $("index-place").textContent = i >= 0 ? `${periodName(indices, i)} · ${indices.note}` : indices.note;
  };

  const strip = (indices, cell) => {
    const width = smen.chartWidth("index-strip");
    const [left, right, top, height] = [40, 8, 6, 40];
    const { first, last, x } = scale(indices, width, left, right);
    const bars = indices.periods.map((_, i) => {
      const code = indices.stacks.drought.at(i, cell);
      const own = indices.classes[code];
      const [start, end] = ends(indices, i);
      const chance = indices.stacks.drought_probability?.at(i, cell);
      const text = `${periodName(indices, i)}: ${own ? own[0] : "no value"}` +
        (Number.isFinite(chance) ? `; chance of D1 or worse ${percent(100 * chance)} %` : "");
      return `<rect data-period="${i}" x="${x(start).toFixed(1)}" y="${top}" width="${Math.max(x(end) - x(start), 0.5)
        .toFixed(1)}" height="${height}" fill="${own ? own[1] : "#fff"}" stroke="#8886" stroke-width=".4"><title>${
        smen.escape(text)}</title></rect>`;
    });
    const now = x(Date.parse(state.region.maps[state.date].time));
    $("index-strip").innerHTML = `<svg viewBox="0 0 ${width} 72" role="img" aria-label="Drought class at the point over
      time">${bars.join("")}${timeLabels(x, first, last, top + height)}
      <line class="now" x1="${now}" x2="${now}" y1="0" y2="${top + height + 4}"/></svg>`;
  };

  /* What the area chart is of: the whole map, the region's outline, or an area drawn or read on this page. */
  const WHOLE = "window", OUTLINE = "outline";
  const otherAreas = () => smen.areas.listed().filter(({ name }) => name !== smen.areas.OUTLINE);
  const listAreas = (indices, chosen) => {
    const options = [...(indices.outlineShares.length ? [[OUTLINE, "within the outline"]] : []),
      ...otherAreas().map(({ name }) => [`area ${name}`, name]), [WHOLE, "of the whole map"]];
    $("area-of").innerHTML = options.map(([value, text]) =>
      `<option value="${smen.escape(value)}">${smen.escape(text)}</option>`).join("");
    $("area-of").value = options.some(([value]) => value === chosen) ? chosen : options[0][0];
    $("area-of").hidden = options.length < 2;
  };
  /* Share of an area's cells that have a class in each of them; NaN where it is of less than half of the area. */
  const sharesOf = (indices, area) => {
    if (area.shares) return area.shares;
    const cells = smen.areas.cellsOf(area);
    area.shares = indices.periods.map((_, i) => {
      const counts = indices.classes.map(() => 0);
      for (const cell of cells) {
        const code = indices.stacks.drought.at(i, cell);
        if (code < counts.length) counts[code] += 1;
      }
      const known = counts.reduce((sum, count) => sum + count, 0);
      return counts.map((count) => (known && known >= smen.areas.LEAST * cells.length ? count / known : NaN));
    });
    return area.shares;
  };
  const chosenArea = () => otherAreas().find(({ name }) => `area ${name}` === $("area-of").value);
  const sharesShown = (indices) => {
    const area = chosenArea();
    if (area) return sharesOf(indices, area);
    return $("area-of").value === OUTLINE ? indices.outlineShares : indices.shares;
  };

  /* Stacked from the worst class at the bottom; gaps where nothing was mapped. */
  const areas = (indices) => {
    const width = smen.chartWidth("index-areas");
    const [left, right, top, bottom, height] = [40, 8, 10, 28, 200];
    const { first, last, x } = scale(indices, width, left, right);
    const y = (share) => height - bottom - share * (height - top - bottom);
    const bars = sharesShown(indices).map((shares, i) => {
      if (!Number.isFinite(shares[0])) return "";
      const [start, end] = ends(indices, i);
      let below = 0;
      const text = `${periodName(indices, i)}: ${indices.classes.map(([name], k) =>
        `${name.split(":")[0]} ${percent(100 * shares[k])} %`).reverse().join(", ")}`;
      const parts = [];
      for (let k = indices.classes.length - 1; k >= 0; k--) {
        const share = shares[k];
        if (share > 0) {
          parts.push(`<rect x="${x(start).toFixed(1)}" y="${y(below + share).toFixed(1)}" width="${Math.max(
            x(end) - x(start), 0.5).toFixed(1)}" height="${(y(below) - y(below + share)).toFixed(1)}" fill="${
            indices.classes[k][1]}"/>`);
        }
        below += share;
      }
      return `<g data-period="${i}"><title>${smen.escape(text)}</title>${parts.join("")}</g>`;
    });
    const grid = [0, 0.25, 0.5, 0.75, 1].map((share) =>
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${y(share)}" y2="${y(share)}"/>` +
      `<text class="label" x="${left - 6}" y="${y(share) + 4}" text-anchor="end">${100 * share}${share === 1 ? " %" : ""}</text>`);
    const now = x(Date.parse(state.region.maps[state.date].time));
    const what = chosenArea()?.name ?? ($("area-of").value === OUTLINE ? "the area within the outline" : "the map");
    $("index-areas").innerHTML = `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Share of ${
      smen.escape(what)} in each drought class over time">${grid.join("")}${bars.join("")}${timeLabels(x, first, last, height - bottom)}
      <line class="now" x1="${now}" x2="${now}" y1="${top}" y2="${height - bottom}"/></svg>`;
  };

  const draw = () => {
    const { indices } = state.region;
    $("index-card").hidden = !indices;
    $("area-card").hidden = !indices?.stacks.drought;
    if (!indices) return;
    showPoint(indices, state.cell);
    if (!indices.stacks.drought) {
      for (const id of ["index-strip", "index-areas", "index-key", "area-key"]) $(id).innerHTML = "";
      return;
    }
    listAreas(indices, $("area-of").value);
    strip(indices, state.cell);
    areas(indices);
    $("index-key").innerHTML = $("area-key").innerHTML = indices.classes.map(([name, colour]) =>
      `<span><i class="swatch" style="background:${colour}"></i>${smen.escape(name)}</span>`).join("");
  };
  smen.drawIndices = draw;

  for (const id of ["index-strip", "index-areas"]) {
    $(id).addEventListener("click", (event) => {
      const part = event.target.closest("[data-period]");
      if (!part) return;
      const date = state.region.indices.ofMap.indexOf(Number(part.dataset.period));
      if (date >= 0) set({ date });
    });
  }
  $("area-of").addEventListener("change", () => {
    const area = chosenArea();
    if (area && area !== state.area) set({ area });
    else draw();
  });
  /* The chart follows the area that is drawn, read or chosen. */
  smen.onChange((changed) => {
    const { indices } = state.region ?? {};
    if (changed.has("region")) $("area-of").innerHTML = ""; // the choice was of another region's areas
    if (!changed.has("area") || changed.has("region") || !indices?.stacks.drought) return;
    const { area } = state;
    listAreas(indices, area ? (area.name === smen.areas.OUTLINE ? OUTLINE : `area ${area.name}`) : $("area-of").value);
    areas(indices);
  });
  smen.NO_CLASS = NONE;
})();
