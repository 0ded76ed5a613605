"use strict";
/* Stations in the ground: dots on the map, their values in the series, and how the maps compare with them. */
(() => {
  const { $, state, set } = smen;
  const REACH = 9; // CSS pixels within which a click means a station

  const colour = (gain) => (gain === null ? "#fff" : `rgb(${smen.colour("gain", gain).join(" ")})`);
  const place = (station, box) => [box.x + station.x * box.width, box.y + station.y * box.height];

  smen.drawStations = (pen, box) => {
    for (const station of state.region.stations?.stations ?? []) {
      const [x, y] = place(station, box);
      pen.beginPath();
      pen.arc(x, y, 4.5, 0, 2 * Math.PI);
      pen.fillStyle = colour(station.gain);
      pen.fill();
      pen.strokeStyle = "#000";
      pen.lineWidth = 1.2;
      pen.stroke();
    }
  };

  /* The station nearest to a place on the map, if the pointer means one. */
  smen.stationNear = (x, y, box) => {
    const found = (state.region.stations?.stations ?? []).map((station) => {
      const [left, top] = place(station, box);
      return [Math.hypot(left - x, top - y), station];
    }).sort((a, b) => a[0] - b[0])[0];
    return found && found[0] <= REACH ? found[1] : null;
  };

  smen.stationsAt = (cell) => (state.region.stations?.stations ?? []).filter((station) => station.cell === cell);

  const interval = ([value, low, high]) => (value === null ? "–" : smen.number(value) +
    (low === null || high === null ? "" : ` <span class="faint">${smen.number(low)} to ${smen.number(high)}</span>`));

  const productTable = (products) => {
    if (!products.length) return "";
    const names = Object.keys(products[0]).filter((name) => name !== "product");
    const head = ["product", ...names].map((name) => `<th scope="col">${smen.escape(name)}</th>`).join("");
    const rows = products.map((row) => `<tr><th scope="row">${smen.escape(row.product)}</th>${
      names.map((name) => `<td>${row[name] ? interval(row[name]) : "–"}</td>`).join("")}</tr>`);
    return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
  };

  const stationTable = (stations) => {
    const names = Object.keys(stations[0]?.scores ?? {});
    const head = ["station", "network", "pairs", ...names, "gain over 36 km", ""].map((name) =>
      `<th scope="col">${smen.escape(name)}</th>`).join("");
    const rows = stations.map((station, i) => `<tr><th scope="row"><button class="link" data-station="${i}">${
      smen.escape(station.name)}</button></th><td>${smen.escape(station.network)}</td><td>${station.pairs}</td>${
      names.map((name) => `<td>${smen.number(station.scores[name] ?? NaN)}</td>`).join("")}<td>${
      smen.number(station.gain ?? NaN)}</td><td>${smen.escape(station.reason)}</td></tr>`);
    return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
  };

  smen.drawStationCard = () => {
    const { stations } = state.region;
    $("station-card").hidden = !stations;
    if (!stations) return;
    $("station-verdict").textContent = stations.verdict;
    $("station-products").innerHTML = productTable(stations.products);
    $("station-table").innerHTML = stationTable(stations.stations);
    $("station-figures").innerHTML = Object.entries(stations.figures).map(([title, path]) =>
      `<figure><a href="${encodeURI(path)}"><img loading="lazy" src="${encodeURI(path)}" alt="${smen.escape(title)}"></a>
      <figcaption class="faint small">${smen.escape(title)}</figcaption></figure>`).join("");
    $("station-page").href = encodeURI(stations.page);
  };

  $("station-table").addEventListener("click", (event) => {
    const button = event.target.closest("[data-station]");
    if (button) set({ cell: state.region.stations.stations[Number(button.dataset.station)].cell });
  });
})();
