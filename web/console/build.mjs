// Builds dist/console.js: htmx and our few lines. Run by
// `npm run build`; the server embeds the file.
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "dist/console.js");

/** Most bytes of the script after gzip; a page with its style has to stay below 60 kB. */
const BUDGET_BYTES = 30_000;

await mkdir(dirname(out), { recursive: true });
await build({
  absWorkingDir: here,
  entryPoints: ["src/main.js"],
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022", "chrome94", "safari15.4", "firefox100"],
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  outfile: out,
});
const bytes = gzipSync(await readFile(out)).length;
console.log(`console.js: ${bytes} bytes with gzip`);
if (bytes > BUDGET_BYTES) {
  console.error(`console.js is ${bytes} bytes after gzip, more than ${BUDGET_BYTES}`);
  process.exit(1);
}
