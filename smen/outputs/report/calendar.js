"use strict";
/* A calendar of overpasses: a square a day, a column a week; the darker the blue, the more of the region is mapped. */
(() => {
  const { $, state, set } = smen;
  const DAY = 864e5;
  let SIDE = 15;
  const shades = ["#dfe9f3", "#b4cde4", "#7ea8cf", "#4179b0", "#16487b"];
  const shade = (share) => shades[Math.min(Math.floor(share * shades.length), shades.length - 1)];

  const byDay = () => {
    const days = new Map();
    state.region.maps.forEach((map, i) => {
      const day = map.time.slice(0, 10);
      days.set(day, [...(days.get(day) ?? []), i]);
    });
    return days;
  };

  const yearOf = (year, days, top) => {
    const start = Date.UTC(year, 0, 1);
    const offset = (new Date(start).getUTCDay() + 6) % 7; // weeks begin on Monday
    const parts = [`<text x="0" y="${top - 4}" font-weight="600">${year}</text>`];
    for (let month = 0; month < 12; month++) {
      const week = Math.floor(((Date.UTC(year, month, 1) - start) / DAY + offset) / 7);
      const name = new Date(Date.UTC(year, month, 1)).toLocaleDateString("en-GB", { timeZone: "UTC", month: "short" });
      parts.push(`<text class="label" x="${40 + week * SIDE}" y="${top - 4}">${name}</text>`);
    }
    for (const [row, name] of [[0, "Mon"], [2, "Wed"], [4, "Fri"]]) {
      parts.push(`<text class="label" x="0" y="${top + row * SIDE + SIDE / 2 + 3}">${name}</text>`);
    }
    for (let time = start; new Date(time).getUTCFullYear() === year; time += DAY) {
      const number = (time - start) / DAY + offset;
      const [x, y] = [40 + Math.floor(number / 7) * SIDE, top + number % 7 * SIDE];
      const day = new Date(time).toISOString().slice(0, 10);
      const found = days.get(day);
      if (!found) {
        parts.push(`<rect x="${x}" y="${y}" width="${SIDE - 3}" height="${SIDE - 3}" rx="2" fill="#f1efe9"/>`);
        continue;
      }
      const { maps } = state.region;
      const best = found.reduce((a, b) => (maps[b].share > maps[a].share ? b : a));
      const product = found.some((i) => state.region.productAt.has(i));
      const now = found.includes(state.date);
      const title = found.map((i) => `${smen.overpass(maps[i])}: ${Math.round(100 * maps[i].share)} % mapped` +
        (state.region.productAt.has(i) ? `, ${smen.PRODUCT}` : "")).join("\n");
      parts.push(`<g><rect class="day" data-date="${best}" x="${x}" y="${y}" width="${SIDE - 3}" height="${SIDE - 3}"
        rx="2" fill="${shade(maps[best].share)}"${now ? ' stroke="#c2571a" stroke-width="2.5"' : ""}><title>${
        smen.escape(title)}</title></rect>${product ? `<circle cx="${x + (SIDE - 3) / 2}" cy="${y + (SIDE - 3) / 2}" r="3" fill="#e69f00"
        stroke="#7a5200" stroke-width=".6" pointer-events="none"/>` : ""}</g>`);
    }
    return parts.join("");
  };

  smen.drawCalendar = () => {
    SIDE = Math.min(Math.max(Math.floor(($("calendar").clientWidth - 40) / 54), 14), 22);
    const days = byDay();
    const years = [...new Set([...days.keys()].map((day) => Number(day.slice(0, 4))))];
    const height = years.length * (7 * SIDE + 26);
    const width = 40 + 54 * SIDE;
    $("calendar").innerHTML = `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"
      role="img" aria-label="Calendar of overpasses">${years.map((year, i) =>
      yearOf(year, days, i * (7 * SIDE + 26) + 16)).join("")}</svg>`;
    const now = $("calendar").querySelector("[stroke='#c2571a']"); // on a narrow screen the year is scrolled to the date
    if (now) $("calendar").scrollLeft = Number(now.getAttribute("x")) - $("calendar").clientWidth / 2;
    const covered = shades.map((colour, i) => `<i style="background:${colour}" title="${20 * i} to ${20 * i + 20} %"></i>`);
    $("calendar-key").innerHTML = `<span>mapped 0 ${covered.join("")} 100 %</span>` +
      '<span><svg width="12" height="12"><circle cx="6" cy="6" r="3.5" fill="#e69f00" stroke="#7a5200"/></svg>' +
      `${smen.PRODUCT}</span>` + '<span><i style="background:#f1efe9"></i>no overpass</span>';
  };
  $("calendar").addEventListener("click", (event) => {
    const { date } = event.target.dataset;
    if (date !== undefined) set({ date: Number(date) });
  });
})();
