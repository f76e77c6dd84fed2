// Printed paper as a camera sees it: a PDF rendered by poppler, its QR codes read by the library
// that the gate app ships.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const require = createRequire(new URL("../gate/package.json", import.meta.url));
const { prepareZXingModule, readBarcodes } = require("zxing-wasm/reader");
prepareZXingModule({
  overrides: { wasmBinary: readFileSync(require.resolve("zxing-wasm/reader/zxing_reader.wasm")) },
});

/** A page of a PDF as PNG; `more` are options of pdftoppm, as what part to cut out. */
export function render(pdf, page = 1, more = []) {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-paper-"));
  const file = join(folder, "paper.pdf");
  writeFileSync(file, pdf);
  const which = ["-f", String(page), "-l", String(page), "-singlefile"];
  execFileSync("pdftoppm", ["-png", "-r", "200", ...which, ...more, file, join(folder, "page")]);
  const picture = readFileSync(join(folder, "page.png"));
  rmSync(folder, { recursive: true });
  return picture;
}

/** Every code of a picture: its text, and its corner and side in pixels. */
export async function codes_of(picture) {
  const found = await readBarcodes(new Blob([picture]), { formats: ["QRCode"], tryHarder: true });
  return found.map(({ text, position: { topLeft, topRight } }) => ({
    text, left: topLeft.x, top: topLeft.y, side: topRight.x - topLeft.x,
  }));
}

/** A code of a picture cut out with its margin, in a frame of the camera's shape. */
export function code_in_frame(picture, { left, top, side }) {
  const url = `data:image/png;base64,${picture.toString("base64")}`;
  const one = 460 / side;
  const frame = `<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="720">` +
    `<rect width="1280" height="720" fill="#888"/><svg x="360" y="80" width="560" height="560">` +
    `<image href="${url}" x="${50 - left * one}" y="${50 - top * one}" ` +
    `transform-origin="0 0" style="transform:translate(${50 - left * one}px,` +
    `${50 - top * one}px) scale(${one});x:0;y:0"/></svg></svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(frame).toString("base64")}`;
}
