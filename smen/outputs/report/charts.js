"use strict";
/* Legends, scores and the losses of the training. */
(() => {
  const { $, state } = smen;
  const NAMES = {
    smen: "SMEN (the network)", nearest_neighbour: "36 km as it is", bilinear: "36 km, bilinear",
    mean_residual: "36 km + mean residual", shrunk_residual: "36 km + shrunk residual",
    filtered_residual: "36 km + filtered residual",
  };
  const methodName = (method) => NAMES[method] ?? method;

  const rampLegend = (layers) => {
    const { ramp, legend } = smen.LAYERS[layers[0]];
    const { low, high, units, stops } = smen.settings.ramps[ramp];
    const title = ramp === "soil_moisture" ? "Soil moisture" : legend;
    // Shares of the bar that have a number: where both ends have a sign, fewer, so that they do not touch.
    const shares = low < 0 ? [0, 1 / 3, 1 / 2, 2 / 3, 1] : [0, 0.2, 0.4, 0.6, 0.8, 1];
    const scale = shares.map((share) => {
      const value = low + (high - low) * share;
      const text = high - low > 20 ? value.toFixed(0) : smen.number(value, 2);
      const open = share === 0 && low < 0 ? `≤ ${text}` : share === 1 ? `≥ ${text}` : text;
      return `<span style="left:${100 * share}%">${open}</span>`;
    });
    return `<div class="legend"><div>${title} (${units})</div>
      <div class="bar" style="background:linear-gradient(to right in srgb, ${stops.join(",")})"></div>
      <div class="scale">${scale.join("")}</div></div>`;
  };

  const classLegend = () => {
    const items = state.region.indices.classes.map(([name, colour]) =>
      `<span><i class="swatch" style="background:${colour}"></i>${smen.escape(name)}</span>`);
    return `<div class="legend" style="flex-basis:100%"><div>Drought class for place and season</div>
      <div class="codes">${items.join("")}</div></div>`;
  };

  const codeLegend = () => {
    const codes = Object.entries(state.region.quality).filter(([code]) => code !== "0");
    const items = codes.map(([, [name, colour]]) =>
      `<span><i class="swatch" style="background:${colour}"></i>${smen.escape(name)}</span>`);
    return `<div class="legend" style="flex-basis:100%"><div>Quality: what a cell rests on</div>
      <div class="codes">${items.join("")}</div></div>`;
  };

  smen.drawLegends = () => {
    const shown = [...new Set([state.left, state.right])];
    const ramps = [...new Set(shown.map((layer) => smen.LAYERS[layer].ramp ?? layer))];
    const parts = ramps.map((ramp) => {
      if (ramp === "drought") return classLegend();
      return ramp === "quality" ? codeLegend() : rampLegend(shown.filter((layer) => smen.LAYERS[layer].ramp === ramp));
    });
    parts.push(`<div class="legend" style="flex:0 0 auto"><div>&nbsp;</div><i class="swatch hatch"></i>no data${
      state.region.simulated ? ' · <strong style="color:var(--warn)">simulated data</strong>' : ""}</div>`);
    $("legends").innerHTML = parts.join("");
  };

  const fill = (select, values, wanted) => {
    const kept = values.includes(select.value) ? select.value : values.find((v) => v === wanted) ?? values[0];
    select.innerHTML = values.map((value) => `<option>${smen.escape(value)}</option>`).join("");
    select.value = kept;
  };

  const scoreTable = (title, names, rows, columns) => {
    const heading = columns.map(([name, , title]) => `<th>${title ?? name}</th>`).join("");
    const body = rows.map((row, i) => `<tr><td>${smen.escape(names[i])}</td>${columns.map(([name, digits]) =>
      `<td>${row[name] == null ? "–" : smen.number(row[name], digits)}</td>`).join("")}</tr>`);
    return `<table><thead><tr><th>${title}</th>${heading}</tr></thead><tbody>${body.join("")}</tbody></table>`;
  };

  const drawClasses = () => {
    const { classes } = state.region;
    $("by-class").hidden = !classes.length;
    if (!classes.length) return;
    $("class-reference").textContent = `the ${classes[0].against}`;
    const columns = [["share", 0, "share, %"], ["dates", 0], ["ubRMSE", 4, "ubRMSE, m³/m³"], ["bias", 4],
      ["coverage_90", 2, "in 90 %"]];
    const [code, named] = [/^quality: /, (row) => row.class.replace(code, "")];
    for (const [id, rows] of [["classes", classes.filter((row) => !code.test(row.class))],
      ["codes", classes.filter((row) => code.test(row.class))]]) {
      $(id).innerHTML = scoreTable("cells", rows.map(named), rows, columns);
      $(id).parentElement.hidden = !rows.length;
    }
  };

  smen.drawScores = () => {
    drawClasses();
    const { scores } = state.region;
    fill($("split"), [...new Set(scores.map((row) => row.split))].reverse(), "test");
    fill($("against"), [...new Set(scores.map((row) => row.against))], smen.PRODUCT);
    const rows = scores.filter((row) => row.split === $("split").value && row.against === $("against").value);
    if (!rows.length) {
      $("scores").innerHTML = '<p class="faint">No dates to be judged by.</p>';
      return;
    }
    const width = smen.chartWidth("scores");
    const [left, right, line] = [width < 420 ? 150 : 178, 54, 30];
    const greatest = Math.max(...rows.map((row) => row.ubRMSE_high ?? row.ubRMSE));
    const step = [0.005, 0.01, 0.02, 0.05].find((s) => greatest / s <= 5) ?? 0.1;
    const top = Math.ceil(greatest / step) * step;
    const x = (value) => left + value / top * (width - left - right);
    const bottom = rows.length * line + 6;
    const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step).map((v) =>
      `<line class="grid" x1="${x(v)}" x2="${x(v)}" y1="0" y2="${bottom}"/><text class="label" x="${x(v)}"
       y="${bottom + 16}" text-anchor="middle">${v.toFixed(step < 0.01 ? 3 : 2)}</text>`);
    const dots = rows.map((row, i) => {
      const y = i * line + line / 2 + 3;
      const own = row.method === state.region.about.network;
      const colour = own ? "#c2571a" : "#16487b";
      const bar = row.ubRMSE_low === null ? "" : `<line x1="${x(row.ubRMSE_low)}" x2="${x(row.ubRMSE_high)}" y1="${y}"
        y2="${y}" stroke="${colour}" stroke-width="5" stroke-opacity=".3"/>`;
      return `<text x="${left - 10}" y="${y + 4}" text-anchor="end"${own ? ' font-weight="700"' : ""}>${
        smen.escape(methodName(row.method))}</text>${bar}<circle cx="${x(row.ubRMSE)}" cy="${y}" r="5"
        fill="${colour}"/><text x="${x(row.ubRMSE_high ?? row.ubRMSE) + 9}" y="${y + 4}">${smen.number(row.ubRMSE)}</text>`;
    });
    $("scores").innerHTML = `<svg viewBox="0 0 ${width} ${bottom + 36}" role="img" aria-label="ubRMSE of each method">
      ${ticks.join("")}${dots.join("")}<text class="label" x="${(left + width - right) / 2}" y="${bottom + 33}"
      text-anchor="middle">ubRMSE (m³/m³), ${rows[0].dates} ${rows[0].dates === 1 ? "date" : "dates"}</text></svg>`;
    const columns = [["dates", 0], ["ubRMSE", 4], ["ubRMSE_low", 4], ["ubRMSE_high", 4], ["bias", 4], ["R", 2],
      ["coverage_90", 2], ["crps", 4]];
    $("table").innerHTML = scoreTable("method", rows.map((row) => methodName(row.method)), rows, columns);
  };

  smen.drawTraining = () => {
    const { train, validation, best } = state.region.training;
    if (!train?.length) {
      $("training").innerHTML = '<p class="faint">This region\'s network was trained elsewhere.</p>';
      $("training-key").innerHTML = "";
      return;
    }
    if (train.length === 1) {
      const [loss, held] = [train[0], validation[0]].map((value) => value?.toFixed(4) ?? "–");
      $("training").innerHTML = `<p>Fitted in closed form: there are no epochs to show. ubRMSE on training dates
        <b>${loss}</b>, out of fold <b>${held}</b> m³/m³.</p>`;
      $("training-key").innerHTML = "";
      return;
    }
    const [width, height, left, bottom, above] = [smen.chartWidth("training"), 250, 44, 42, 24];
    const known = [...train, ...validation].filter(Number.isFinite);
    const greatest = Math.max(...known);
    const step = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5].find((s) => greatest / s <= 6) ?? 1;
    const top = Math.ceil(greatest / step) * step;
    const x = (epoch) => left + (epoch - 1) / Math.max(train.length - 1, 1) * (width - left - 14);
    const y = (loss) => height - bottom - loss / top * (height - bottom - above);
    const line = (values) => values.map((v, i) => (Number.isFinite(v) ? `${x(i + 1).toFixed(1)},${y(v).toFixed(1)}` : ""))
      .filter(Boolean).join(" ");
    const grid = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step).map((v) =>
      `<line class="grid" x1="${left}" x2="${width - 14}" y1="${y(v)}" y2="${y(v)}"/><text class="label" x="${left - 6}"
       y="${y(v) + 4}" text-anchor="end">${v.toFixed(step < 0.01 ? 3 : 2)}</text>`);
    const every = Math.max(1, Math.ceil(train.length / 8));
    const epochs = train.map((_, i) => i + 1).filter((epoch) => epoch === 1 || epoch % every === 0).map((epoch) =>
      `<text class="label" x="${x(epoch)}" y="${height - bottom + 17}" text-anchor="middle">${epoch}</text>`);
    $("training").innerHTML = `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Loss by epoch">
      ${grid.join("")}${epochs.join("")}
      ${best ? `<line class="now" stroke-dasharray="5 4" x1="${x(best)}" x2="${x(best)}" y1="${above}" y2="${y(0)}"/>` : ""}
      <polyline points="${line(train)}" fill="none" stroke="#16487b" stroke-width="2"/>
      <polyline points="${line(validation)}" fill="none" stroke="#e69f00" stroke-width="2"/>
      <text class="label" x="${(left + width) / 2}" y="${height - 6}" text-anchor="middle">epoch</text>
      <text class="label" x="0" y="10">m³/m³</text></svg>`;
    const key = (colour, dash = "") => `<svg width="20" height="12"><path d="M1 6H19" stroke="${colour}"
      stroke-width="2" ${dash}/></svg>`;
    $("training-key").innerHTML = `<span>${key("#16487b")}training loss</span><span>${key("#e69f00")}validation loss</span>` +
      (best ? `<span>${key("#c2571a", 'stroke-dasharray="5 4"')}kept: epoch ${best}</span>` : "");
  };
})();
