// What every browser test needs: a build of the page, a small server with the gate's routes, the
// system's Chromium with a camera that shows what the test draws.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const gate = join(here, "../gate");

function build(environment) {
  const dist = mkdtempSync(join(tmpdir(), "gatehouse-gate-"));
  execFileSync(process.execPath, [join(gate, "build.mjs")], {
    env: { ...process.env, GATEHOUSE_DIST: dist, ...environment },
    stdio: ["ignore", "ignore", "inherit"],
  });
  return dist;
}

/** Builds the page with the stand-in core into a folder of its own. */
export const build_with_mock = () => build({ GATEHOUSE_CORE: join(here, "mock/core.ts") });

/** Builds the page as it ships; wants script/wasm to have run. */
export const build_with_core = () => build({});

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};
/** As strict as the product's own. */
const POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data: blob:; " +
  "worker-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** Serves a built page under /gate/ and answers its routes; `state` is the test's to change. */
export async function serve(dist) {
  const waiting = [];
  const state = {
    logged_in: true,
    received: [],
    /** Resolves when so many events have come. */
    got: (count) => new Promise((resolve) => {
      if (state.received.length >= count) resolve();
      else waiting.push({ count, resolve });
    }),
    signatures: [],
    /** Batches as they came; those that begin no later than this are refused. */
    batches: [],
    refused_from: undefined,
    /** What the phone said of itself, and keys that it showed. */
    reports: [],
    shown: [],
    /** Whether the server knows the device whose key is shown. */
    is_device: true,
    code: "123456",
    devices: [],
    gate: "g1",
    staff: "s1",
    registered: { device: "d1", shard: 1, root_key_base64: "AAAA" },
    snapshot: Buffer.from([0xa0]),
    /** The server's clock; that of the phone where the test has set one. */
    now: () => Date.now(),
    told: () => {
      for (const { count, resolve } of waiting) if (state.received.length >= count) resolve();
    },
    /** Whether it has what it acknowledged. */
    has_acknowledged: true,
    /** So many replies to events get lost after they were taken in. */
    replies_to_lose: 0,
    /** Answers to events are given after this. */
    answers_wait: Promise.resolve(),
    /** Names of files that this server does not have. */
    lacks: undefined,
    /** What every answer to events says of the tray. */
    set_aside: [],
    /** Delay and content of the answers to events. */
    answer: (seq) => ({ seq, verdict: "admit", graver: false, rows: [], sentences: [] }),
  };
  const server = createServer((request, response) => {
    handle(dist, state, request, response).catch(() => response.destroy());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}/gate/`;
  const close = () => new Promise((resolve) => {
    server.closeAllConnections();
    server.close(resolve);
  });
  return { url, state, close };
}

async function body_of(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString());
}

async function handle(dist, state, request, response) {
  const path = new URL(request.url, "http://x").pathname;
  const route = /^\/gate\/api\/(?:gates\/[\w-]+\/)?(\w+)$/.exec(path)?.[1];
  if (route) return api(state, route, request, response);
  if (!path.startsWith("/gate/")) return response.writeHead(404).end();
  const name = normalize(path.slice(6) || "index.html");
  const file = join(dist, name);
  const is_there = !name.startsWith("..") && existsSync(file) && !state.lacks?.test(name);
  if (!is_there) return response.writeHead(404).end();
  response.writeHead(200, {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    "content-security-policy": POLICY,
    "cache-control": "no-store",
  });
  response.end(await readFile(file));
}

const guards_of = (state) => [
  { staff: state.staff, name: "李师傅" },
  { staff: "00000000-0000-4000-8000-000000000002", name: "赵师傅" },
];

async function api(state, route, request, response) {
  const send = (status, value) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(value));
  };
  if (route === "time") return send(200, { server_millis: state.now() });
  if (route === "session") {
    state.shown.push(await body_of(request));
    if (state.is_device) state.logged_in = true;
    return state.is_device ? send(200, { server_millis: state.now() })
      : send(401, { code: "login", status: 401 });
  }
  if (route === "devices" && !request.url.includes("/gates/")) {
    const body = await body_of(request);
    if (body.code !== state.code) return send(422, { code: "D-CODE", status: 422 });
    state.devices.push(body);
    return send(200, { ...state.registered, gate: state.gate });
  }
  if (!state.logged_in) return send(401, { code: "login", status: 401 });
  if (route === "me") {
    return send(200, {
      staff: state.staff,
      name: "李师傅",
      gates: [{ gate: state.gate, name: "锦绣苑 · 东门" }],
      guards: guards_of(state),
    });
  }
  if (route === "devices") {
    state.devices.push(await body_of(request));
    return send(200, { ...state.registered, gate: state.gate });
  }
  if (route === "guards") return send(200, { place: "东门", guards: guards_of(state) });
  if (route === "report") {
    state.reports.push(await body_of(request));
    return send(200, { server_millis: state.now(), has_acknowledged: state.has_acknowledged });
  }
  if (route === "snapshot") {
    response.writeHead(200, { "content-type": "application/cbor", etag: '"1"' });
    return response.end(state.snapshot);
  }
  if (route === "events") {
    const { events, head_signature_base64, oldest } = await body_of(request);
    state.signatures.push(head_signature_base64);
    state.batches.push({ events, oldest });
    if (state.refused_from !== undefined && oldest <= state.refused_from) {
      return send(422, { code: "D-SIGN", status: 422 });
    }
    const known = new Set(state.received);
    for (const event of events) if (!known.has(event)) state.received.push(event);
    state.has_acknowledged = true;
    state.told();
    await state.answers_wait;
    const through = state.received.length;
    if (state.replies_to_lose > 0) {
      state.replies_to_lose -= 1;
      return response.destroy();
    }
    return send(200, {
      acknowledged_through: through,
      answers: [state.answer(through)],
      set_aside: state.set_aside,
      server_millis: state.now(),
    });
  }
  return send(404, { code: "none", status: 404 });
}

/** Arguments that keep Chromium quiet and away from any network but ours. */
export const QUIET = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
];

/** Starts the system's Chromium. */
export function browse(more = []) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: [...QUIET, ...more] });
}

/** Writes a picture into a folder as a short film, and gives the arguments that make it what
 * Chromium's own fake camera sees. */
export async function film(picture, folder) {
  const drawing = await browse();
  const context = await drawing.newContext({ viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  await page.goto(picture);
  await page.screenshot({ path: join(folder, "frame.png") });
  await drawing.close();
  const stream = join(folder, "camera.mjpeg");
  execFileSync("ffmpeg", ["-loglevel", "error", "-loop", "1", "-i", join(folder, "frame.png"),
    "-t", "2", "-r", "10", "-pix_fmt", "yuvj420p", "-q:v", "3", "-f", "mjpeg", stream]);
  return ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
    `--use-file-for-fake-video-capture=${stream}`];
}

/** Makes getUserMedia give a canvas; `window.show_to_camera(url)` draws a picture on it, and with
 * null takes it away: done when the picture is gone from what the camera gives. */
export function canvas_camera() {
  const canvas = document.createElement("canvas");
  canvas.width = 1280;
  canvas.height = 720;
  const context = canvas.getContext("2d");
  let picture = null;
  const draw = () => {
    context.fillStyle = "#777";
    context.fillRect(0, 0, 1280, 720);
    if (picture) context.drawImage(picture, 0, 0, 1280, 720);
  };
  setInterval(draw, 40);
  draw();
  window.show_to_camera = async (url) => {
    picture = null;
    if (!url) return gone();
    const image = new Image();
    image.src = url;
    await image.decode();
    picture = image;
  };
  const probe = document.createElement("video");
  probe.muted = true;
  const small = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const gone = () => new Promise((resolve) => {
    const look = () => {
      small.drawImage(probe, 0, 0, 32, 18);
      const bytes = small.getImageData(0, 0, 32, 18).data;
      const grey = bytes.every((byte, at) => at % 4 === 3 || Math.abs(byte - 0x77) < 12);
      if (!probe.srcObject || grey) resolve();
      else probe.requestVideoFrameCallback(look);
    };
    look();
  });
  const devices = navigator.mediaDevices;
  devices.getUserMedia = async () => {
    const stream = canvas.captureStream(25);
    probe.srcObject = stream;
    probe.play().catch(() => undefined); // the page may take the source away meanwhile
    return stream;
  };
}

/** A page with the canvas camera, its clock stopped at `now` if given; errors of the page end up
 * in `page.troubles`. */
export async function open_page(browser, url, options = {}, now = undefined) {
  const context = await browser.newContext({
    viewport: { width: 360, height: 800 },
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    deviceScaleFactor: 1,
    colorScheme: "light",
    ...options,
  });
  context.setDefaultTimeout(15_000);
  await context.addInitScript(canvas_camera);
  const page = await context.newPage();
  if (now !== undefined) await page.clock.setFixedTime(now);
  page.troubles = [];
  page.on("pageerror", (error) => page.troubles.push(String(error)));
  page.on("console", (line) => {
    if (line.type() === "error" && !/Failed to load resource|net::ERR/.test(line.text())) {
      page.troubles.push(line.text());
    }
  });
  await page.goto(url);
  return page;
}

/** Enrols the phone and starts a shift, up to the scan screen. */
export async function start_shift(page) {
  await page.getByRole("button", { name: "锦绣苑 · 东门" }).click();
  await begin_shift(page);
}

/** Starts a shift on an enrolled phone. */
export async function begin_shift(page) {
  await page.getByRole("button", { name: "李师傅" }).click();
  await page.getByLabel("口罩戴好了").check();
  await page.getByLabel("袖标戴好了").check();
  await page.getByRole("button", { name: "开始值守" }).click();
  await give_pin(page);
  await page.locator("body[data-screen=scan]").waitFor();
}

/** The one guard says who they are; at the first time on this phone they choose the PIN. */
export async function give_pin(page, digits = "2468") {
  await screen(page, "pin");
  const is_new = await page.getByRole("heading", { name: /设一个口令|choose a PIN/ }).count();
  await type_pin(page, digits);
  if (!is_new) return;
  await page.getByRole("heading", { name: /再输一遍|type it again/ }).waitFor();
  await type_pin(page, digits);
}

/** Types a PIN and confirms it. */
export async function type_pin(page, digits) {
  await page.locator("form [type=password]").fill(digits);
  await page.locator("form:has([type=password]) .main").click();
}

/** Waits until what was pressed is stored. */
export const all_stored = (page) =>
  page.locator("main:not(.storing)").waitFor({ state: "attached" });

/** Waits until the phone is online and nothing is left to send: the pill then says no number. */
export async function all_sent(page) {
  await all_stored(page);
  await page.locator(".net", { hasText: /^已联网$/ }).waitFor({ timeout: 20_000 });
}

/** Pulls the plug once the phone can do without: the app is kept, and nothing is left to send, so
 * that what it counts from here on is what the test did. */
export async function unplug(page) {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await all_sent(page);
  await page.context().setOffline(true);
}

/** The day at the gate: what counts "today" counts anew when it ends. */
export const gate_day = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);

/** Waits until the page shows a screen of this name. */
export function screen(page, name) {
  return page.locator(`body[data-screen=${name}]`).waitFor({ timeout: 10_000 });
}
