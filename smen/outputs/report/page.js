"use strict";
/* The page: tabs, the slider, keys, and what is drawn again when something changes. */
(() => {
  const { $, state, set } = smen;
  const COARSE_STEP = 0.05;
  let timer = null;

  const fillLayers = () => {
    const { region } = state;
    for (const side of ["left", "right"]) {
      $(side).innerHTML = Object.keys(smen.LAYERS).filter((layer) => (smen.LAYERS[layer].index
        ? region.indices?.stacks[smen.LAYERS[layer].index] : layer !== "deviation" || region.hasDeviation))
        .map((layer) => `<option value="${layer}">${smen.escape(smen.layerLabel(layer))}</option>`).join("");
      if (![...$(side).options].some((option) => option.value === state[side])) set({ [side]: "estimate" });
      $(side).value = state[side];
    }
  };

  const drawTicks = () => {
    const { region } = state;
    const last = Math.max(region.maps.length - 1, 1);
    $("ticks").innerHTML = region.productDates.map((i) => // the thumb stops half its width before the ends
      `<i style="left:calc(8px + (100% - 16px) * ${i / last})"></i>`).join("");
  };

  const showDate = async () => {
    const { region, date } = state;
    await region.show(date);
    if (region !== state.region || date !== state.date) return; // another change came first
    const map = region.maps[date];
    $("date").innerHTML = `${smen.moment(map)}<small>${smen.flight(map)}</small><small>${smen.basis(map)}</small>`;
    $("slider").value = date;
    $("slider").setAttribute("aria-valuetext", smen.overpass(map));
    $("download").href = map.file;
    $("download").title = map.file;
    smen.drawMap();
    smen.drawSeries();
    smen.drawCalendar();
    smen.drawIndices();
    smen.showAddress();
    document.body.dataset.ready = `${region.name} ${date}`;
  };

  const showRegion = async (name, time) => {
    const region = await smen.open(name);
    for (const tab of $("regions").children) tab.setAttribute("aria-selected", tab.dataset.region === name);
    const found = region.maps.findIndex((map) => map.time === time);
    const widest = region.productDates.reduce((a, b) => (region.maps[b].share > region.maps[a ?? b].share ? b : a ?? b), null);
    const date = found >= 0 ? found : widest ?? 0; // begin where the product can be compared with
    await region.show(date);
    region.hasDeviation = region.has("deviation", date);
    set({ region, date, held: null, cell: Math.floor(region.height / 2) * region.width + Math.floor(0.72 * region.width) });
    region.loadRest(() => {
      if (state.region !== region) return;
      smen.drawSeries();
      if ([state.left, state.right].includes("anomaly")) smen.drawMap();
    }).catch(report);
  };

  const drawRegion = () => {
    const { region } = state;
    $("slider").max = region.maps.length - 1;
    $("first").textContent = smen.day(region.maps[0].time);
    $("last").textContent = smen.day(region.maps.at(-1).time);
    $("simulated").hidden = !region.simulated;
    $("summary").textContent = `Volumetric soil moisture of the top 5 cm at every SMAP overpass · ${region.name}: ` +
      `${region.maps.length} maps, ${region.productDates.length} with a ${smen.PRODUCT}`;
    $("blocks").textContent = region.every === 1 ? "" :
      `This region is large: blocks of ${region.every} × ${region.every} cells are drawn as one. `;
    $("files").innerHTML = Object.entries(region.files).map(([title, path]) =>
      `<li><a href="${encodeURI(path)}">${smen.escape(title)}</a></li>`).join("");
    $("about").innerHTML = Object.entries(region.about).map(([title, text]) =>
      `<div><dt>${smen.escape(title)}</dt><dd>${smen.escape(text)}</dd></div>`).join("");
    smen.forgetArea();
    smen.zoomWhole();
    smen.listTowns();
    fillLayers();
    drawTicks();
    smen.drawLegends();
    smen.drawScores();
    smen.drawTraining();
    smen.drawStationCard();
  };

  smen.onChange((changed) => {
    if (changed.has("region")) drawRegion();
    if (changed.has("left") || changed.has("right")) smen.drawLegends();
    if (changed.has("held")) $("hold").setAttribute("aria-pressed", String(state.held !== null));
    if (changed.has("region") || changed.has("date")) showDate().catch(report);
    else if (["left", "right", "swipe", "held", "fade", "zoom", "area", "drawing"].some((key) => changed.has(key))) smen.drawMap();
    if (["left", "right", "held", "cell"].some((key) => changed.has(key)) && !changed.has("region")) smen.showAddress();
    if (changed.has("area") && !changed.has("region") && document.body.dataset.ready) smen.drawSeries();
    if (changed.has("cell") && !changed.has("region")) {
      smen.drawMap();
      smen.drawSeries();
      smen.drawIndices();
    }
  });

  const report = (error) => {
    $("problem").hidden = false;
    $("problem").textContent = `Something went wrong: ${error.message}`;
  };
  const step = (by) => {
    const last = state.region.maps.length - 1;
    set({ date: Math.min(Math.max(state.date + by, 0), last) });
  };
  const play = (on) => {
    clearInterval(timer);
    set({ playing: on });
    $("play").textContent = on ? "Pause" : "Play";
    $("play").setAttribute("aria-label", on ? "Pause" : "Play");
    if (!on) return;
    if (state.date === state.region.maps.length - 1) set({ date: 0 });
    timer = setInterval(() => (state.date === state.region.maps.length - 1 ? play(false) : step(1)), 350);
  };

  $("slider").addEventListener("input", () => set({ date: Number($("slider").value) }));
  $("previous").addEventListener("click", () => step(-1));
  $("next").addEventListener("click", () => step(1));
  $("play").addEventListener("click", () => play(!state.playing));
  for (const side of ["left", "right"]) $(side).addEventListener("change", () => set({ [side]: $(side).value }));
  for (const id of ["split", "against"]) $(id).addEventListener("change", () => smen.drawScores());
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    if (state.region) smen.drawMap();
  });
  window.addEventListener("resize", () => {
    if (!state.region) return;
    for (const draw of [smen.drawMap, smen.drawSeries, smen.drawCalendar, smen.drawIndices, smen.drawScores,
      smen.drawTraining]) draw();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !state.region) return;
    if (["SELECT", "TEXTAREA"].includes(event.target.tagName) || event.target.type === "text") return;
    const act = {
      ",": () => step(-1), ".": () => step(1), "[": () => smen.swipeTo(state.swipe - COARSE_STEP),
      "]": () => smen.swipeTo(state.swipe + COARSE_STEP), " ": () => play(!state.playing), n: smen.nextCovered, h: smen.hold,
      p: smen.drawArea, "+": smen.zoomIn, "=": smen.zoomIn, "-": smen.zoomOut, 0: smen.zoomWhole,
    }[event.key];
    const tab = /^[1-9]$/.test(event.key) ? $("regions").children[Number(event.key) - 1] : null;
    if (event.key === " " && ["BUTTON", "SUMMARY", "A"].includes(event.target.tagName)) return;
    if (!act && !tab) return;
    event.preventDefault();
    if (act) act();
    else tab.click();
  });
  $("regions").addEventListener("keydown", (event) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move) return;
    const tabs = [...$("regions").children];
    const next = tabs[(tabs.indexOf(document.activeElement) + move + tabs.length) % tabs.length];
    next.focus();
    next.click();
  });

  smen.start = (settings) => {
    smen.settings = settings;
    $("simulated").hidden = !settings.simulated;
    $("version").textContent = `Made by SMEN ${settings.version}.`;
    for (const name of settings.regions) {
      const tab = document.createElement("button");
      Object.assign(tab, { textContent: name.replaceAll("_", " "), role: "tab" });
      tab.dataset.region = name;
      tab.setAttribute("role", "tab");
      tab.addEventListener("click", () => {
        if (state.playing) play(false);
        showRegion(name).catch(report);
      });
      $("regions").append(tab);
    }
    const address = decodeURIComponent(location.hash.slice(1)).split("/");
    const [wanted, time] = address;
    showRegion(settings.regions.includes(wanted) ? wanted : settings.regions[0], time)
      .then(() => smen.takeAddress(address)).catch(report);
  };
})();
