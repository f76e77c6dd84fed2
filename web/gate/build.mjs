// Builds dist/: the page, one script, one style sheet, the scanner's worker and both WASM files,
// every asset under a name that contains its hash. Run by `npm run build`.
//
// Environment:
//   GATEHOUSE_WASM   the core's WASM (default ../../target/wasm/gatehouse.wasm)
//   GATEHOUSE_CORE   a module to use in place of src/core.ts; for browser tests only
//   GATEHOUSE_DIST   where to write (default ./dist)
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = resolve(process.env.GATEHOUSE_DIST ?? join(here, "dist"));
const wasm = resolve(process.env.GATEHOUSE_WASM ?? join(here, "../../target/wasm/gatehouse.wasm"));
const stand_in = process.env.GATEHOUSE_CORE;

/** Most bytes, after brotli, of page, scripts and style as they ship, without the WASM files. A
 * build with a stand-in for the core is larger and not counted. */
const BUDGET_BYTES = 42_200;

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  write: false,
  format: "esm",
  target: ["es2022", "chrome94", "safari15.4", "firefox100"],
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  outdir: dist,
};

/** Writes one asset under its hashed name and gives that name. */
async function put(stem, extension, bytes) {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const name = `assets/${stem}-${hash}.${extension}`;
  await writeFile(join(dist, name), bytes);
  return name;
}

async function bundle(entry, options = {}) {
  const result = await build({ ...common, ...options, entryPoints: [entry] });
  return result.outputFiles[0].contents;
}

/** Puts another module in the place of src/core.ts. */
const replace_core = {
  name: "replace-core",
  setup(b) {
    b.onResolve({ filter: /\/core$/ }, () => ({ path: resolve(stand_in) }));
  },
};

/** The library makes lists of every kind of code as it loads; a build that names none of them may
 * leave them out once it is told that making them does nothing else. */
const leave_unused_lists_out = {
  name: "leave-unused-lists-out",
  setup(b) {
    b.onLoad({ filter: /zxing-wasm\/dist\/es\/share\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8"))
        .replace(/= (\w+\.(?:map|filter)\()/g, "= /* @__PURE__ */ $1"),
    }));
  },
};

/** Both languages have the same keys in the same order, held by a test: English goes without. */
const say_keys_once = {
  name: "say-keys-once",
  setup(b) {
    b.onLoad({ filter: /words\/en\.json$/ }, async ({ path }) => ({
      contents: `import zh from "./zh.json";
        const texts = ${JSON.stringify(Object.values(JSON.parse(await readFile(path, "utf8"))))};
        export default Object.fromEntries(Object.keys(zh).map((key, at) => [key, texts[at]]));`,
      resolveDir: dirname(path),
    }));
  },
};

await rm(dist, { recursive: true, force: true });
await mkdir(join(dist, "assets"), { recursive: true });

const reader = join(here, "node_modules/zxing-wasm/dist/reader/zxing_reader.wasm");
const reader_name = await put("reader", "wasm", await readFile(reader));
let core_name = "";
if (existsSync(wasm)) {
  core_name = await put("gatehouse", "wasm", await readFile(wasm));
} else if (!stand_in) {
  console.error(`no ${wasm}: build gatehouse-wasm first, or name the file in GATEHOUSE_WASM`);
  process.exit(1);
}

/** Names this version by all that goes into it: one name for the page and what keeps it. */
async function version_of(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  const folder = await readdir(join(here, "src"), { recursive: true, withFileTypes: true });
  const files = folder.filter((entry) => entry.isFile());
  for (const path of files.map((file) => join(file.parentPath, file.name)).sort()) {
    hash.update(await readFile(path));
  }
  return hash.digest("hex").slice(0, 10);
}

const version = await version_of(core_name, reader_name);
const worker = await bundle("src/scanner_worker.ts", { plugins: [leave_unused_lists_out] });
const worker_name = await put("scanner", "js", worker);
// Paths are relative to the page, so that the app works under any prefix.
const define = {
  CORE_WASM: JSON.stringify(core_name),
  READER_WASM: JSON.stringify(reader_name),
  SCANNER_WORKER: JSON.stringify(worker_name),
  VERSION: JSON.stringify(version),
};
const script = await bundle("src/main.ts", {
  define,
  plugins: stand_in ? [say_keys_once, replace_core] : [say_keys_once],
});
const script_name = await put("gate", "js", script);
const style = await bundle("src/style.css");
const style_name = await put("gate", "css", style);
const icon_name = await put("icon", "svg", await readFile(join(here, "src/icon.svg")));

const page = (await readFile(join(here, "src/index.html"), "utf8"))
  .replace(/<!--.*?-->\n/gs, "")
  .replace("{{script}}", script_name)
  .replace("{{style}}", style_name)
  .replace("{{icon}}", icon_name);
await writeFile(join(dist, "index.html"), page);
const assets = [script_name, style_name, worker_name, reader_name, icon_name];
if (core_name) assets.push(core_name);
const keeper = await bundle("src/service_worker.ts", {
  define: { ASSETS: JSON.stringify(assets), VERSION: JSON.stringify(version) },
  format: "iife",
});
await writeFile(join(dist, "service_worker.js"), keeper);

const size = (bytes) => brotliCompressSync(bytes).length;
const parts = { page: size(page), script: size(script), scanner: size(worker), style: size(style) };
parts.keeper = size(keeper);
const total = Object.values(parts).reduce((sum, bytes) => sum + bytes, 0);
console.log(
  `brotli bytes: ${Object.entries(parts).map(([name, n]) => `${name} ${n}`).join(", ")};`,
  `together ${total}; core WASM ${core_name ? size(await readFile(wasm)) : "-"};`,
  `scanner's WASM ${size(await readFile(reader))}`,
);
if (!stand_in && total > BUDGET_BYTES) {
  console.error(`the app without WASM is ${total} bytes after brotli, more than ${BUDGET_BYTES}`);
  process.exit(1);
}
