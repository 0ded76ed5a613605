"use strict";
/* The map: two layers side by side along the swipe, the graticule, the lines of the base map and the point. */
(() => {
  const { $, state, set } = smen;
  const canvas = $("map");
  const stage = $("stage");
  const handle = $("swipe");
  const BELOW = 84; // height of slider and buttons, CSS pixels
  const MARGIN = { left: 58, bottom: 24, top: 2, right: 2 };
  let frame = { x: 0, y: 0, width: 1, height: 1 }; // what is seen of the map, on the canvas, CSS pixels
  let box = frame; // the whole map, which reaches beyond its frame when it is zoomed
  const pictures = new Map();

  const rgb = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
  const mixed = (stops, share) => {
    const place = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
    const low = Math.min(Math.floor(place), stops.length - 2);
    return stops[low].map((part, i) => Math.round(part + (stops[low + 1][i] - part) * (place - low)));
  };
  const tables = {};
  const table = (name) => {
    const stops = smen.settings.ramps[name].stops.map(rgb);
    tables[name] ??= Array.from({ length: 1024 }, (_, i) => mixed(stops, i / 1023));
    return tables[name];
  };
  smen.colour = (name, value) => {
    const ramp = smen.settings.ramps[name];
    const share = (value - ramp.low) / (ramp.high - ramp.low);
    return table(name)[Math.round(Math.min(Math.max(share, 0), 1) * 1023)];
  };

  /* A layer as a picture of one pixel per cell; transparent where there is no value. */
  const picture = (layer, date) => {
    const { region } = state;
    const fade = state.fade && layer === "estimate" && region.hasDeviation;
    const key = `${region.name} ${layer} ${date} ${fade} ${layer === "anomaly" && region.loaded()}`;
    if (pictures.has(key)) return pictures.get(key);
    const image = new ImageData(region.width, region.height);
    const values = region.field(layer, date);
    const { ramp, index } = smen.LAYERS[layer];
    const codes = index ? region.indices?.classes : region.quality;
    for (let cell = 0; cell < values.length; cell++) {
      if (Number.isNaN(values[cell])) continue;
      const code = ramp ? null : codes?.[values[cell]];
      if (!ramp && (!code || (!index && values[cell] === 0))) continue;
      image.data.set(ramp ? smen.colour(ramp, values[cell]) : rgb(code[1]), 4 * cell);
      /* Sure cells are opaque; what is as uncertain as the ramp of the deviation goes is nearly gone. */
      const doubt = fade ? region.value("deviation", date, cell) / smen.settings.ramps.standard_deviation.high : 0;
      image.data[4 * cell + 3] = Math.round(255 * (1 - 0.85 * Math.min(Number.isFinite(doubt) ? doubt : 1, 1)));
    }
    const drawn = document.createElement("canvas");
    drawn.width = region.width;
    drawn.height = region.height;
    drawn.getContext("2d").putImageData(image, 0, 0);
    if (pictures.size > 60) pictures.clear();
    pictures.set(key, drawn);
    return drawn;
  };

  const leftDate = () => (state.held === null ? state.date : state.held);

  const hatch = (context) => {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    const style = getComputedStyle(document.documentElement);
    pen.fillStyle = style.getPropertyValue("--no-data");
    pen.fillRect(0, 0, 8, 8);
    pen.strokeStyle = style.getPropertyValue("--no-data-lines");
    pen.lineWidth = 1;
    pen.beginPath();
    for (const offset of [-8, 0, 8]) {
      pen.moveTo(offset, 8);
      pen.lineTo(offset + 8, 0);
    }
    pen.stroke();
    return context.createPattern(tile, "repeat");
  };

  const drawLines = (pen) => {
    const styles = { state: ["#222", 0.7, [4, 3]], border: ["#111", 1.3, []], lake: ["#0b4f8a", 1.1, []],
      coast: ["#111", 1.3, []], region: ["#8a1c5c", 2.2, []] };
    for (const halo of [true, false]) {
      for (const [kind, [colour, width, dash]] of Object.entries(styles)) {
        pen.strokeStyle = halo ? "rgb(255 255 255 / .55)" : colour;
        pen.lineWidth = halo ? width + 1.6 : width;
        pen.setLineDash(halo ? [] : dash);
        pen.beginPath();
        for (const line of state.region.lines[kind] || []) {
          for (let i = 0; i < line.length; i += 2) {
            pen[i ? "lineTo" : "moveTo"](box.x + line[i] * box.width, box.y + line[i + 1] * box.height);
          }
        }
        pen.stroke();
      }
    }
    pen.setLineDash([]);
  };

  const drawGraticule = (pen) => {
    pen.strokeStyle = "rgb(0 0 0 / .25)";
    pen.lineWidth = 0.6;
    pen.beginPath();
    for (const [, x] of state.region.meridians) {
      pen.moveTo(box.x + x * box.width, box.y);
      pen.lineTo(box.x + x * box.width, box.y + box.height);
    }
    for (const [, y] of state.region.parallels) {
      pen.moveTo(box.x, box.y + y * box.height);
      pen.lineTo(box.x + box.width, box.y + y * box.height);
    }
    pen.stroke();
  };

  const drawFrame = (pen) => {
    pen.strokeStyle = "#66707a";
    pen.lineWidth = 1;
    pen.strokeRect(frame.x, frame.y, frame.width, frame.height);
    pen.fillStyle = getComputedStyle(canvas).color;
    pen.font = "12px system-ui, 'DejaVu Sans', sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "top";
    for (const [label, x] of state.region.meridians) {
      const at = box.x + x * box.width;
      const share = (at - frame.x) / frame.width;
      if (share > 0.04 && share < 0.96) pen.fillText(label, at, frame.y + frame.height + 6);
    }
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const [label, y] of state.region.parallels) {
      const at = box.y + y * box.height;
      const share = (at - frame.y) / frame.height;
      if (share > 0.02 && share < 0.98) pen.fillText(label, frame.x - 6, at);
    }
  };

  const drawPoint = (pen) => {
    const { region, cell } = state;
    const x = box.x + (cell % region.width + 0.5) * box.width / region.width;
    const y = box.y + (Math.floor(cell / region.width) + 0.5) * box.height / region.height;
    for (const [colour, width] of [["#fff", 4.5], ["#c2571a", 2.2]]) {
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.beginPath();
      pen.arc(x, y, 7, 0, 2 * Math.PI);
      pen.stroke();
    }
  };

  const draw = () => {
    const { region } = state;
    const width = stage.clientWidth;
    box = { x: MARGIN.left, y: MARGIN.top, width: width - MARGIN.left - MARGIN.right };
    /* The whole map, its slider and Play fit on a screen, also below the page's head. */
    const above = stage.getBoundingClientRect().top + window.scrollY;
    const room = Math.max(window.innerHeight - above - MARGIN.bottom - BELOW, 300);
    box.height = box.width * region.aspect;
    if (box.height > room) {
      box = { ...box, height: room, width: room / region.aspect };
      box.x = MARGIN.left + (width - MARGIN.left - MARGIN.right - box.width) / 2;
    }
    frame = box;
    box = zoomed(frame);
    const height = frame.height + MARGIN.top + MARGIN.bottom;
    const scale = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.style.height = `${height}px`;
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    pen.fillStyle = hatch(pen);
    pen.fillRect(frame.x, frame.y, frame.width, frame.height);
    pen.imageSmoothingEnabled = false;
    const at = frame.x + state.swipe * frame.width;
    const sides = [[state.left, leftDate(), frame.x, at - frame.x],
      [state.right, state.date, at, frame.x + frame.width - at]];
    for (const [layer, date, x, w] of sides) {
      pen.save();
      pen.beginPath();
      pen.rect(x, frame.y, w, frame.height);
      pen.clip();
      pen.drawImage(picture(layer, date), box.x, box.y, box.width, box.height);
      pen.restore();
    }
    pen.save();
    pen.beginPath();
    pen.rect(frame.x, frame.y, frame.width, frame.height);
    pen.clip();
    drawGraticule(pen);
    drawLines(pen);
    smen.drawAreas(pen, box);
    smen.drawStations(pen, box);
    drawPoint(pen);
    pen.restore();
    drawFrame(pen);
    placeHandle(at);
  };

  const placeHandle = (at) => {
    handle.style.left = `${at}px`;
    handle.style.top = `${frame.y}px`;
    handle.style.height = `${frame.height}px`;
    handle.setAttribute("aria-valuenow", Math.round(100 * state.swipe));
    handle.setAttribute("aria-valuetext",
      `${Math.round(100 * state.swipe)} % ${smen.layerLabel(state.left)}, the rest ${smen.layerLabel(state.right)}`);
    for (const [side, layer, date] of [["left", state.left, leftDate()], ["right", state.right, state.date]]) {
      const note = $(`note-${side}`);
      const none = !state.region.has(layer, date);
      const day = state.held === null ? "" : `, ${state.region.maps[date].time.slice(0, 16).replace("T", " ")}`;
      note.textContent = none ? `${smen.layerLabel(layer)}: none on this date` : `${smen.layerLabel(layer)}${day}`;
      note.style.top = `${frame.y + 8}px`;
      note.style.maxWidth = `${Math.max((side === "left" ? state.swipe : 1 - state.swipe) * frame.width - 30, 0)}px`;
      note.style.visibility = parseFloat(note.style.maxWidth) > 60 ? "visible" : "hidden";
    }
    $("note-left").style.left = `${frame.x + 8}px`;
    const right = stage.clientWidth - frame.x - frame.width + 8;
    $("note-right").style.right = `${right}px`;
    Object.assign($("zoom").style, { right: `${right}px`, top: `${frame.y + frame.height - 40}px` });
  };

  const zoomed = ({ x, y, width, height }) => {
    const { scale, x: middle, y: centre } = state.zoom;
    return { x: x + width * (0.5 - middle * scale), y: y + height * (0.5 - centre * scale), width: width * scale,
      height: height * scale };
  };
  /* Where a pointer is on the map, as shares of its width and height; null outside. */
  smen.placeAt = (event) => {
    const { left, top } = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    if (x < frame.x || x >= frame.x + frame.width || y < frame.y || y >= frame.y + frame.height) return null;
    return [(x - box.x) / box.width, (y - box.y) / box.height];
  };
  const cellAt = (event) => {
    const place = smen.placeAt(event);
    const { height, width } = state.region;
    const at = (share, size) => Math.min(Math.max(Math.floor(share * size), 0), size - 1);
    return place && at(place[1], height) * width + at(place[0], width);
  };
  canvas.addEventListener("click", (event) => {
    const place = smen.placeAt(event);
    if (!place || smen.dragged || smen.mapClick(place)) return;
    set({ cell: cellAt(event) });
  });
  canvas.addEventListener("mousemove", (event) => smen.hover?.(cellAt(event)));
  canvas.addEventListener("mouseleave", () => smen.hover?.(null));
  canvas.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!move) return;
    event.preventDefault();
    const { height, width } = state.region;
    const steps = event.shiftKey ? 10 : 1;
    const row = Math.min(Math.max(Math.floor(state.cell / width) + steps * move[0], 0), height - 1);
    const column = Math.min(Math.max(state.cell % width + steps * move[1], 0), width - 1);
    set({ cell: row * width + column });
  });

  smen.swipeTo = (share) => set({ swipe: Math.min(Math.max(share, 0), 1) });
  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    handle.focus();
    event.preventDefault();
  });
  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    smen.swipeTo((event.clientX - stage.getBoundingClientRect().left - frame.x) / frame.width);
  });
  handle.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: state.swipe - 0.05, ArrowRight: state.swipe + 0.05, Home: 0, End: 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    smen.swipeTo(to);
  });
  smen.drawMap = draw;
  smen.mapBox = () => ({ ...box });
})();
