"use strict";
/* Zoom and pan of the map: buttons, keys, the wheel with Ctrl, and dragging once it is zoomed in. */
(() => {
  const { $, state, set } = smen;
  const MOST = 12;
  const DRAG = 4; // CSS pixels from which a press is a drag and no click
  const canvas = $("map");
  let press = null;

  /* Scale and middle of what is shown, as shares of the map; the map always fills its frame. */
  smen.zoomTo = (scale, x = state.zoom.x, y = state.zoom.y) => {
    const s = Math.min(Math.max(scale, 1), MOST);
    const within = (v) => Math.min(Math.max(v, 0.5 / s), 1 - 0.5 / s);
    set({ zoom: { scale: s, x: within(x), y: within(y) } });
  };
  const BESIDE = 0.22; // of the frame, by which the point is beside its middle, where the swipe would cover it
  /* Zoom so that the point stays in sight, near the middle as far as the map goes. */
  const about = (factor) => {
    const { cell, region, zoom } = state;
    const scale = Math.min(zoom.scale * factor, MOST);
    smen.zoomTo(scale, (cell % region.width + 0.5) / region.width - BESIDE / scale,
      (Math.floor(cell / region.width) + 0.5) / region.height);
  };
  smen.zoomIn = () => about(1.6);
  smen.zoomOut = () => smen.zoomTo(state.zoom.scale / 1.6);
  smen.zoomWhole = () => smen.zoomTo(1, 0.5, 0.5);
  $("zoom-in").addEventListener("click", smen.zoomIn);
  $("zoom-out").addEventListener("click", smen.zoomOut);
  $("zoom-whole").addEventListener("click", smen.zoomWhole);

  canvas.addEventListener("wheel", (event) => {
    const place = event.ctrlKey && smen.placeAt(event);
    if (!place) return;
    event.preventDefault();
    const { scale, x, y } = state.zoom;
    const next = Math.min(Math.max(scale * (event.deltaY < 0 ? 1.25 : 0.8), 1), MOST);
    smen.zoomTo(next, place[0] + (x - place[0]) * scale / next, place[1] + (y - place[1]) * scale / next);
  }, { passive: false });

  canvas.addEventListener("pointerdown", (event) => {
    press = event.button === 0 && state.zoom.scale > 1
      ? { x: event.clientX, y: event.clientY, from: state.zoom } : null;
    smen.dragged = false;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!press || !(event.buttons & 1)) return;
    const [dx, dy] = [event.clientX - press.x, event.clientY - press.y];
    if (!smen.dragged && Math.hypot(dx, dy) < DRAG) return;
    smen.dragged = true;
    const box = smen.mapBox();
    smen.zoomTo(press.from.scale, press.from.x - dx / box.width, press.from.y - dy / box.height);
  });
  canvas.addEventListener("pointerup", () => (press = null));
})();
