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

/** Dark modules of a code at level M, as rows of booleans. Like our cards, what follows `#` is a
 * segment of its own in the denser alphanumeric mode: 53 modules for a resident's pass. */
export function modules(text) {
  const code = qrcode(0, "M");
  const cut = text.indexOf("#") + 1;
  if (cut > 0) code.addData(text.slice(0, cut), "Byte");
  const rest = text.slice(cut);
  code.addData(rest, /^[0-9A-Z $%*+\-./:]*$/.test(rest) ? "Alphanumeric" : "Byte");
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
  const dark = rows.flatMap((row, y) =>
    row.map((on, x) => (on ? `M${x + 4} ${y + 4}h1v1h-1z` : "")));
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="720">` +
    `<rect width="1280" height="720" fill="#888"/>` +
    `<g transform="translate(${640 - side / 2} ${360 - side / 2}) scale(${one})">` +
    `<rect width="${count + 8}" height="${count + 8}" fill="#fff"/>` +
    `<path d="${dark.join("")}" fill="#000" shape-rendering="crispEdges"/></g></svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
}

/** Twenty frames as a phone sees them: what is wrong with each, from mild to bad. */
export const HARD_FRAMES = [
  ...[1, 1.5, 2, 2.5].map((blur) => ({ name: `blur ${blur} px`, share: 0.62, blur })),
  ...[0.5, 0.65, 0.8, 0.9].map((glare) => ({ name: `glare ${glare}`, share: 0.6, glare })),
  ...[15, 25, 35, 45].map((tilt) => ({ name: `tilt ${tilt}°`, share: 0.6, tilt, turn: tilt / 3 })),
  ...[0.34, 0.3, 0.26, 0.23].map((share) => ({ name: `small ${share}`, share, blur: 0.4 })),
  ...[2.4, 3.1, 3.7, 4.6].map((grid) => ({ name: `screen grid ${grid} px`, share: 0.6, grid })),
];

/**
 * Runs in a page: draws a code with the faults of one frame on 1280×720 and gives a data URL.
 * Every frame has uneven light and sensor noise from a fixed seed.
 */
export function draw_hard_frame({ rows, fault }) {
  const canvas = (width, height) =>
    Object.assign(document.createElement("canvas"), { width, height });
  const count = rows.length + 8;
  const card = canvas(count * 16, count * 16);
  const ink = card.getContext("2d");
  ink.fillStyle = "#f4f4f0";
  ink.fillRect(0, 0, card.width, card.height);
  ink.fillStyle = "#151515";
  rows.forEach((row, y) => row.forEach((on, x) => {
    if (on) ink.fillRect((x + 4) * 16, (y + 4) * 16, 16, 16);
  }));
  const frame = canvas(1280, 720);
  const g = frame.getContext("2d");
  const light = g.createLinearGradient(0, 0, 1280, 720);
  light.addColorStop(0, "#9a958c");
  light.addColorStop(1, "#5d5a55");
  g.fillStyle = light;
  g.fillRect(0, 0, 1280, 720);
  const side = 720 * fault.share;
  const flat = canvas(Math.ceil(side), Math.ceil(side));
  const f = flat.getContext("2d");
  f.imageSmoothingQuality = "high";
  f.drawImage(card, 0, 0, side, side);
  g.save();
  g.translate(640, 360);
  g.rotate(((fault.turn ?? 3) * Math.PI) / 180);
  if (fault.blur) g.filter = `blur(${fault.blur}px)`;
  // A card turned away from the camera: its far edge is shorter, its width shrinks.
  const angle = ((fault.tilt ?? 0) * Math.PI) / 180;
  const depth = 3; // distance of the camera in sides of the card
  for (let x = 0; x < side; x += 1) {
    const from_middle = x / side - 0.5;
    const scale = depth / (depth + from_middle * Math.sin(angle));
    const left = from_middle * Math.cos(angle) * scale * side;
    g.drawImage(flat, x, 0, 1, side, left, (-side / 2) * scale, 1.6, side * scale);
  }
  g.restore();
  if (fault.grid) {
    // The pixel grid of a phone's screen against the camera's own.
    g.save();
    g.translate(640, 360);
    g.rotate(0.05);
    g.fillStyle = "rgba(0,0,0,0.34)";
    for (let at = -760; at < 760; at += fault.grid) {
      g.fillRect(at, -760, fault.grid * 0.38, 1520);
      g.fillRect(-760, at, 1520, fault.grid * 0.3);
    }
    g.restore();
  }
  if (fault.glare) {
    const spot = g.createRadialGradient(700, 320, 10, 700, 320, side * 0.5);
    spot.addColorStop(0, `rgba(255,255,255,${fault.glare})`);
    spot.addColorStop(0.35, `rgba(255,255,255,${fault.glare * 0.7})`);
    spot.addColorStop(1, "rgba(255,255,255,0)");
    g.fillStyle = spot;
    g.fillRect(0, 0, 1280, 720);
  }
  const pixels = g.getImageData(0, 0, 1280, 720);
  let seed = 11;
  for (let at = 0; at < pixels.data.length; at += 4) {
    seed = (seed * 1664525 + 1013904223) >>> 0;
    const noise = ((seed >>> 16) % 25) - 12;
    for (let part = 0; part < 3; part += 1) pixels.data[at + part] += noise;
  }
  g.putImageData(pixels, 0, 0);
  return frame.toDataURL("image/png");
}
