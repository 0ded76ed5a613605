"use strict";
/* The values at the point: now, and as a time series. */
(() => {
  const { $, state, set } = smen;
  const SIZE = { width: 560, height: 270, left: 40, right: 8, top: 24, bottom: 26 };

  const degrees = (value, positive, negative) => `${Math.abs(value).toFixed(2)}° ${value < 0 ? negative : positive}`;

  const showValues = (cell) => {
    const { region, date } = state;
    const value = (layer) => region.value(layer, date, cell);
    const sigma = value("deviation");
    const code = region.quality[value("quality")];
    const entries = [
      ["3 km estimate", smen.number(value("estimate")) + (Number.isFinite(sigma) ? ` ± ${smen.number(sigma)}` : "")],
      [region.coarse.name, smen.number(value("coarse"))],
      [smen.PRODUCT, region.has("product", date) ? smen.number(value("product")) : "none on this date"],
      ["Last seen at 3 km", Number.isFinite(value("age")) ? `${smen.number(value("age"), 1)} days before` : "–"],
      ["Quality", code ? code[0] : "–"],
    ];
    $("values").innerHTML = entries.map(([title, text], i) =>
      `<div class="${i > 2 ? "word" : ""}"><dt>${smen.escape(title)}</dt><dd>${smen.escape(text)}</dd></div>`).join("");
    const latitude = degrees(region.latitudes[Math.floor(cell / region.width)], "N", "S");
    $("place").textContent = `${latitude}, ${degrees(region.longitudes[cell % region.width], "E", "W")} · m³/m³`;
  };
  smen.hover = (cell) => state.region && showValues(cell ?? state.cell);

  const draw = () => {
    const { region, cell, date } = state;
    SIZE.width = smen.chartWidth("series");
    const times = region.maps.map((map) => Date.parse(map.time));
    const all = (layer) => region.maps.map((_, i) => region.value(layer, i, cell));
    const [estimate, deviation, coarse, product] = ["estimate", "deviation", "coarse", "product"].map(all);
    const [station] = smen.stationsAt(cell);
    const ground = (station?.values ?? []).filter(([i]) => i < times.length);
    const own = (smen.own?.values ?? []).filter(([time]) => time >= times[0] - 864e5 && time <= times.at(-1) + 864e5);
    const means = smen.areaMeans();
    const upper = estimate.map((v, i) => v + (deviation[i] || 0));
    const greatest = Math.max(0.3, ...[...upper, ...coarse, ...product, ...ground.map(([, v]) => v), ...own.map(([, v]) => v)].filter(Number.isFinite));
    const top = Math.ceil(greatest * 10 + 0.05) / 10;
    const [first, last] = [times[0], Math.max(times.at(-1), times[0] + 864e5)];
    const x = (time) => SIZE.left + (time - first) / (last - first) * (SIZE.width - SIZE.left - SIZE.right);
    const y = (v) => SIZE.height - SIZE.bottom - v / top * (SIZE.height - SIZE.top - SIZE.bottom);
    const point = (i, v) => `${x(times[i]).toFixed(1)},${y(v).toFixed(1)}`;
    /* A line that breaks where a value is missing. */
    const path = (values) => {
      let pen = "M";
      return values.map((v, i) => {
        if (!Number.isFinite(v)) {
          pen = "M";
          return "";
        }
        const part = pen + point(i, v);
        pen = "L";
        return part;
      }).join("");
    };
    const bars = estimate.map((v, i) => Number.isFinite(v) && deviation[i] > 0
      ? `M${point(i, Math.max(v - deviation[i], 0))}L${point(i, v + deviation[i])}` : "").join("");
    const grid = [];
    for (let v = 0; v <= top + 1e-9; v += 0.1) {
      grid.push(`<line class="grid" x1="${SIZE.left}" x2="${SIZE.width - SIZE.right}" y1="${y(v)}" y2="${y(v)}"/>` +
        `<text class="label" x="${SIZE.left - 6}" y="${y(v) + 4}" text-anchor="end">${v.toFixed(1)}</text>`);
    }
    const labels = smen.timeTicks(first, last).map(([time, text]) =>
      `<line class="axis" x1="${x(time)}" x2="${x(time)}" y1="${y(0)}" y2="${y(0) + 5}"/>` +
      `<text class="label" x="${x(time)}" y="${y(0) + 19}" text-anchor="${x(time) > SIZE.width - 30 ? "end" : "middle"
      }">${text}</text>`);
    const dots = estimate.map((v, i) => Number.isFinite(v)
      ? `<circle cx="${x(times[i]).toFixed(1)}" cy="${y(v).toFixed(1)}" r="${region.maps.length > 200 ? 1.4 : 2}"/>` : "");
    const diamonds = product.map((v, i) => Number.isFinite(v)
      ? `<rect x="-4" y="-4" width="8" height="8" transform="translate(${point(i, v)}) rotate(45)"/>` : "");
    const ownLine = own.map(([time, v], n) => `${n ? "L" : "M"}${x(time).toFixed(1)},${y(v).toFixed(1)}`).join("");
    const measured = ground.map(([i, v], n) => `${n ? "L" : "M"}${point(i, v)}`).join("");
    $("series").innerHTML = `<svg viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-label="Soil moisture at the
      point over time">${grid.join("")}${labels.join("")}
      <path d="${path(coarse)}" fill="none" stroke="#9a8f80" stroke-width="1.3"/>
      <path id="own-line" d="${ownLine}" fill="none" stroke="#b02a8f" stroke-width="1.2"/>
      <path id="station-line" d="${measured}" fill="none" stroke="#2b2b2b" stroke-width="1" stroke-dasharray="4 2"/>
      <path class="bars" d="${bars}" stroke="#16487b" stroke-opacity=".3" stroke-width="1.6"/>
      <path id="area-line" d="${means ? path(means) : ""}" fill="none" stroke="#00714f" stroke-width="1.8"/>
      <path d="${path(estimate)}" fill="none" stroke="#16487b" stroke-width="1"/><g fill="#16487b">${dots.join("")}</g>
      <g id="product-dots" fill="#e69f00" stroke="#7a5200" stroke-width=".7">${diamonds.join("")}</g>
      <line class="axis" x1="${SIZE.left}" x2="${SIZE.width - SIZE.right}" y1="${y(0)}" y2="${y(0)}"/>
      <line class="now" x1="${x(times[date])}" x2="${x(times[date])}" y1="${SIZE.top}" y2="${y(0)}"/>
      <text class="label" x="0" y="10">m³/m³</text></svg>`;
    const line = (colour, more = "") => `<svg width="20" height="12"><path d="M1 6H19" stroke="${colour}"
      stroke-width="2"/>${more}</svg>`;
    const loading = region.loaded() ? "" : "<span>loading …</span>";
    $("series-key").innerHTML = `<span>${line("#16487b", '<circle cx="10" cy="6" r="2.5" fill="#16487b"/>')}3 km
      estimate${bars ? " ± 1 standard deviation" : ""}</span><span>${line("#9a8f80")}${smen.escape(region.coarse.name)}
      </span><span><svg width="14" height="12"><rect x="3" y="2" width="8" height="8" fill="#e69f00" stroke="#7a5200"
      transform="rotate(45 7 6)"/></svg>${smen.PRODUCT}</span>${station ? `<span>${line("#2b2b2b")}station ${
      smen.escape(station.name)}</span>` : ""}${own.length ? `<span>${line("#b02a8f")}${smen.escape(smen.own.name)}</span>` : ""}${
      means ? `<span>${line("#00714f")}mean of ${smen.escape(state.area.name)}</span>` : ""}${loading}`;
    showValues(cell);
    if (!state.drawing) smen.showArea();
  };

  $("series").addEventListener("click", (event) => {
    const frame = $("series").querySelector("svg").getBoundingClientRect();
    const place = (event.clientX - frame.left) / frame.width * SIZE.width;
    const share = (place - SIZE.left) / (SIZE.width - SIZE.left - SIZE.right);
    const times = state.region.maps.map((map) => Date.parse(map.time));
    const wanted = times[0] + share * (times.at(-1) - times[0]);
    const date = times.reduce((best, t, i) => (Math.abs(t - wanted) < Math.abs(times[best] - wanted) ? i : best), 0);
    set({ date });
  });
  smen.drawSeries = draw;
})();
