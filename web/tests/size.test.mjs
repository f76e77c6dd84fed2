// What a phone loads before it can decide: the page as it is built and the core's WASM, after
// brotli. The scanner's own file is beside it. And what a page of the console loads when it is
// opened for the first time. Limits: figures of the issues "The gate" and "The front office".
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { follow } from "./pages.mjs";
import { browse } from "./support.mjs";
import { open_town, sign_in } from "./town.mjs";

const dist = new URL("../gate/dist/", import.meta.url);
const ALL_MOST = 150_000;
const CORE_MOST = 110_000;
const CONSOLE_MOST = 60_000;

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

test("a page of the console, opened for the first time, is small and all from here", async () => {
  const town = await open_town();
  const browser = await browse();
  try {
    const page = await (await browser.newContext({ locale: "zh-CN" })).newPage();
    await sign_in(town, page, town.accounts.community_office);
    // As if each page were the first: nothing lies in the browser.
    const network = await page.context().newCDPSession(page);
    await network.send("Network.setCacheDisabled", { cacheDisabled: true });
    const faults = [];
    let answers = [];
    page.on("request", (request) => {
      const is_here = request.url().startsWith(`${town.url}/`) || request.url().startsWith("data:");
      if (!is_here) faults.push(`a request to ${request.url()}`);
    });
    page.on("response", (answer) => {
      const is_stream = answer.headers()["content-type"] === "text/event-stream";
      if (!is_stream && answer.url().startsWith("http")) answers.push(answer);
    });
    let heaviest = { bytes: 0 };
    let scripts = 0;
    await follow(page, town.url, ["/"], new Set(), async (path) => {
      await page.waitForLoadState("load");
      const loaded = answers.filter((answer) => answer.status() === 200);
      answers = [];
      let bytes = 0;
      for (const answer of loaded) {
        bytes += gzipSync(await answer.body()).length;
        scripts += answer.url().endsWith("/console.js") ? 1 : 0;
        const kind = answer.headers()["content-type"] ?? "";
        const is_packed = answer.headers()["content-encoding"] !== undefined;
        if (kind.startsWith("text/") && !is_packed) faults.push(`${answer.url()} is not packed`);
      }
      if (bytes > heaviest.bytes) heaviest = { bytes, path, files: loaded.length };
      if (bytes > CONSOLE_MOST) faults.push(`${path}: ${bytes} bytes`);
    });
    console.log(`gzip: ${heaviest.path} ${heaviest.bytes} of ${CONSOLE_MOST}`);
    assert.ok(scripts > 20 && heaviest.files >= 3, "page, style sheet and script are counted");
    assert.deepEqual(faults, []);
  } finally {
    await browser.close();
    town.close();
  }
});
