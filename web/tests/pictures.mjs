// QR codes as pictures: plain ones, and ones as a phone's camera sees them.
import { Buffer } from "node:buffer";
import qrcode from "qrcode-generator";

/** As long as a resident's pass: `HTTPS://…/V#` and 130 bytes in base32. */
export function pass_like(word) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  let state = 7;
  let text = "";
  for (let at = 0; at < 208; at += 1) {
    state = (state * 1103515245 + 12345) % 2147483648;
    text += alphabet[(state >> 16) % 32];
  }
  return `HTTPS://GATE.EXAMPLE/V#${word}${text.slice(word.length)}`;
}

/** Dark modules of a code at level M, as rows of booleans. */
export function modules(text) {
  const code = qrcode(0, "M");
  code.addData(text, /^[0-9A-Z $%*+\-./:]*$/.test(text) ? "Alphanumeric" : "Byte");
  code.make();
  const count = code.getModuleCount();
  return Array.from({ length: count }, (_, row) =>
    Array.from({ length: count }, (_, column) => code.isDark(row, column)));
}

/** An SVG of a code on a grey table, `share` of the frame's height. */
export function frame_svg(text, share = 0.7) {
  const rows = modules(text);
  const count = rows.length;
  const side = 720 * share;
  const one = side / (count + 8);
  const dark = rows.flatMap((row, y) => row.map((on, x) => (on ? `M${x + 4} ${y + 4}h1v1h-1z` : "")));
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="720">` +
    `<rect width="1280" height="720" fill="#888"/>` +
    `<g transform="translate(${640 - side / 2} ${360 - side / 2}) scale(${one})">` +
    `<rect width="${count + 8}" height="${count + 8}" fill="#fff"/>` +
    `<path d="${dark.join("")}" fill="#000" shape-rendering="crispEdges"/></g></svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
}
