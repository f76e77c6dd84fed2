// What a phone loads before it can decide: the page as it is built and the core's WASM, after
// brotli. The scanner's own file is beside it. Limits: issue "The gate", figures.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";
import { brotliCompressSync } from "node:zlib";

const dist = new URL("../gate/dist/", import.meta.url);
const ALL_MOST = 150_000;
const CORE_MOST = 110_000;

test("all that the gate app needs to decide is small, and the core within it", async () => {
  const names = ["index.html", "service_worker.js"];
  const assets = await readdir(new URL("assets/", dist));
  // The scanner's file; its glue counts.
  names.push(...assets.filter((name) => !name.startsWith("reader-")).map((n) => `assets/${n}`));
  const sizes = {};
  for (const name of names) {
    sizes[name] = brotliCompressSync(await readFile(new URL(name, dist))).length;
  }
  const core = Object.entries(sizes).filter(([name]) => name.endsWith(".wasm"));
  assert.equal(core.length, 1, "one WASM file besides the scanner's");
  const all = Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0);
  console.log(`brotli: core ${core[0][1]} of ${CORE_MOST}, all ${all} of ${ALL_MOST}`);
  assert.ok(core[0][1] <= CORE_MOST, `the core is ${core[0][1]} bytes`);
  assert.ok(all <= ALL_MOST, `all is ${all} bytes: ${JSON.stringify(sizes)}`);
});
