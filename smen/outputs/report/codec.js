"use strict";
/* What the package's field_codec.py packed, unpacked: base64, zlib, bytes in two planes, differences in time. */
const smen = {};

(() => {
  const bytesOf = (text) => {
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  };

  const inflate = async (bytes) => {
    if (typeof DecompressionStream === "undefined") {
      throw new Error("this browser is too old to unpack the maps: take one of 2023 or later");
    }
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };

  /* A stack of fields: at(field, cell) gives a value or NaN, field(i) one field as floats. */
  smen.unpack = async (packed) => {
    const [count, height, width] = packed.shape;
    const cells = height * width;
    const total = count * cells;
    const bytes = total ? await inflate(bytesOf(packed.data)) : new Uint8Array(0);
    const values = new Uint16Array(total);
    for (let i = 0; i < total; i++) {
      const step = bytes[i] | (bytes[total + i] << 8);
      values[i] = i < cells ? step : step + values[i - cells];
    }
    const at = (field, cell) => {
      const value = values[field * cells + cell];
      return value === packed.none ? NaN : value * packed.step;
    };
    const field = (index) => Float32Array.from({ length: cells }, (_, cell) => at(index, cell));
    return { count, height, width, cells, at, field };
  };
})();
