"use strict";
/* Areas, and means over them: drawn on the map, the region's own outline, or polygons of a GeoJSON file. */
(() => {
  const { $, state, set } = smen;
  const canvas = $("map");
  const LEAST = 0.5; // share of an area's cells with a value from which its mean is shown
  let given = []; // areas of the file that was dropped

  /* Longitude and latitude as shares of the map; the projection is cylindrical, so that each follows its own axis. */
  const share = ([longitude, latitude]) => {
    const { longitudes, latitudes, width, height } = state.region;
    const turn = (degrees) => ((degrees % 360) + 540) % 360 - 180;
    const step = turn(longitudes.at(-1) - longitudes[0]) / Math.max(width - 1, 1) || 0.03;
    let row = latitudes.findIndex((value) => value < latitude) - 1;
    row = Math.min(Math.max(row < -1 ? height - 2 : row, 0), height - 2);
    const y = row + (latitudes[row] - latitude) / (latitudes[row] - latitudes[row + 1]);
    return [(turn(longitude - longitudes[0]) / step + 0.5) / width, (y + 0.5) / height];
  };

  const inside = (rings, x, y) => {
    let odd = false;
    for (const ring of rings) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [[xi, yi], [xj, yj]] = [ring[i], ring[j]];
        if (yi > y !== yj > y && x < (xj - xi) * (y - yi) / (yj - yi) + xi) odd = !odd;
      }
    }
    return odd;
  };
  /* Cells whose middle lies in the area. */
  const cellsOf = (area) => {
    const { width, height } = state.region;
    area.cells ??= Array.from({ length: width * height }, (_, cell) => cell).filter((cell) =>
      inside(area.rings, (cell % width + 0.5) / width, (Math.floor(cell / width) + 0.5) / height));
    return area.cells;
  };

  /* Mean over the area of each map, NaN where it is not loaded or too little of it has a value; null without an area. */
  smen.areaMeans = () => {
    const { area, region } = state;
    if (!area) return null;
    if (area.means) return area.means;
    const cells = cellsOf(area);
    const means = region.maps.map((_, date) => {
      let [sum, count] = [0, 0];
      for (const cell of cells) {
        const value = region.value("estimate", date, cell);
        if (value === value) [sum, count] = [sum + value, count + 1];
      }
      return count && count >= LEAST * cells.length ? sum / count : NaN;
    });
    if (region.loaded()) area.means = means;
    return means;
  };

  const OUTLINE = "the region's outline";
  const choices = () => {
    const outline = (state.region.lines.region ?? []).map((line) =>
      Array.from({ length: line.length / 2 }, (_, i) => [line[2 * i], line[2 * i + 1]]));
    return [...(outline.length ? [{ name: OUTLINE, rings: outline }] : []), ...given];
  };
  /* All areas that can be chosen, that of the drawing last. */
  const listed = () => {
    const { area } = state;
    const areas = choices();
    return area && !areas.some(({ name }) => name === area.name) ? [...areas, area] : areas;
  };
  const list = () => {
    $("areas").innerHTML = ["none", ...listed().map(({ name }) => name)].map((name) =>
      `<option>${smen.escape(name)}</option>`).join("");
    $("areas").value = state.area?.name ?? "none";
  };
  smen.areas = { OUTLINE, LEAST, listed, cellsOf };
  const note = (area) => {
    const mean = smen.areaMeans()?.[state.date];
    const value = Number.isFinite(mean) ? `${smen.number(mean)} m³/m³` : "not known, as less than half of it is mapped,";
    $("area-note").textContent = !area ? "" : cellsOf(area).length === 0 ? `${area.name}: no cell has its middle in it`
      : `${area.name}: ${cellsOf(area).length} cells, mean ${value} on this date`;
  };
  smen.showArea = () => {
    list();
    note(state.area);
  };
  $("areas").addEventListener("change", () =>
    set({ area: choices().find(({ name }) => name === $("areas").value) ?? null }));

  /* Polygons of a GeoJSON text, in longitude and latitude. */
  smen.takePolygons = (text, file) => {
    const content = JSON.parse(text);
    const features = content.features ?? [content.geometry ? content : { geometry: content, properties: {} }];
    const polygons = features.filter(({ geometry }) => /Polygon$/.test(geometry?.type ?? ""));
    given = polygons.map(({ geometry, properties }, i) => {
      const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
      const name = properties?.name ?? properties?.Name ?? properties?.NAME ?? properties?.id ?? `${file} ${i + 1}`;
      return { name: String(name), rings: parts.flat().map((ring) => ring.map(share)) };
    });
    if (!given.length) throw new Error(`${file} has no polygon in longitude and latitude`);
    set({ area: given[0] });
    return `${file}: ${given.length} ${given.length === 1 ? "area" : "areas"}, kept on this page alone.`;
  };

  /* Drawing: clicks, or Enter at the point, add corners; the button or p ends it, Backspace and Escape take back. */
  const show = (drawing) => {
    $("draw").textContent = drawing ? "Finish area" : "Draw area";
    $("draw").setAttribute("aria-pressed", String(Boolean(drawing)));
    $("swipe").style.pointerEvents = drawing ? "none" : ""; // corners may lie beneath it
    if (drawing) {
      $("area-note").textContent = `${drawing.length} corners: click the map, or move the point and press Enter; ` +
        "p or the button finishes, Backspace takes one back, Escape ends without.";
    }
  };
  smen.drawArea = () => {
    const { drawing } = state;
    if (!drawing) set({ drawing: [] });
    else set({ drawing: null, area: drawing.length > 2 ? { name: "drawn area", rings: [drawing] } : state.area });
    show(state.drawing);
    if (!state.drawing) smen.showArea();
  };
  $("draw").addEventListener("click", smen.drawArea);
  smen.mapClick = (place) => {
    if (!state.drawing) return false;
    set({ drawing: [...state.drawing, place] });
    show(state.drawing);
    return true;
  };
  canvas.addEventListener("keydown", (event) => {
    if (!state.drawing || !["Enter", "Backspace", "Escape"].includes(event.key)) return;
    event.preventDefault();
    const { width, height } = state.region;
    if (event.key === "Enter") {
      smen.mapClick([(state.cell % width + 0.5) / width, (Math.floor(state.cell / width) + 0.5) / height]);
    } else {
      set({ drawing: event.key === "Escape" ? null : state.drawing.slice(0, -1) });
      show(state.drawing);
      if (!state.drawing) note(state.area);
    }
  });

  smen.drawAreas = (pen, box) => {
    const rings = [...(state.area?.rings ?? []), ...(state.drawing ? [state.drawing] : [])];
    for (const [colour, width] of [["#fff", 4.5], ["#00714f", 2.2]]) {
      pen.strokeStyle = pen.fillStyle = colour;
      pen.lineWidth = width;
      for (const ring of rings) {
        pen.beginPath();
        for (const [x, y] of ring) pen.lineTo(box.x + x * box.width, box.y + y * box.height);
        if (ring !== state.drawing) pen.closePath();
        pen.stroke();
        for (const [x, y] of ring === state.drawing ? ring : []) {
          pen.fillRect(box.x + x * box.width - width, box.y + y * box.height - width, 2 * width, 2 * width);
        }
      }
    }
  };
  smen.forgetArea = () => {
    given = [];
    set({ area: null, drawing: null });
    show(null);
  };
})();
