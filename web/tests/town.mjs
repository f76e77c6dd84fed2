// The binary with a demo town of its own, for the tests that go through everything. Wants
// script/wasm, script/web and a build of the server to have run.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import {
  existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { give_pin, open_page, screen } from "./support.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const binary = process.env.GATEHOUSE_BINARY ??
  join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug/gatehouse");

/** A port that was free a moment ago. */
function free_port() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** An address of this machine under which others reach it; every address where it has none. */
const outward = () => Object.values(networkInterfaces()).flat()
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "0.0.0.0";

/** Where Debian puts each version's programs of PostgreSQL. */
const PACKAGES = "/usr/lib/postgresql";

/** A new database on a server of PostgreSQL, by its URL (`script/postgres` names one); its own. */
function new_database(server) {
  const versions = readdirSync(PACKAGES).sort((a, b) => Number(a) - Number(b));
  const { hostname, port, username } = new URL(server);
  const name = `town_${process.pid}_${Date.now()}`;
  execFileSync(join(PACKAGES, versions.at(-1), "bin/createdb"), ["-h", hostname, "-p", port,
    "-U", username, "-T", "template0", "-E", "UTF8", "--locale=C.UTF-8", name]);
  return new URL(name, server).href;
}

/** A demo town in a folder of its own, served on a free port: plainly on loopback, or with a
 * `name` on an address that is not, with the local authority that the server then makes. Its
 * database is a file, or lies on the server of PostgreSQL with the URL `postgres`. It has `days` of
 * crossings. */
export async function open_town({ name, postgres, days = 1 } = {}) {
  assert.ok(existsSync(binary), `${binary}: build gatehouse-server first`);
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-town-"));
  const address = name ? outward() : "127.0.0.1";
  const port = await free_port();
  const install = `127.0.0.1:${await free_port()}`;
  const named = name ? `public_name = "${name}"\nauthority_listen = "${install}"\n` : "";
  const database = postgres ? 'database_url_file = "url"\n' : "";
  if (postgres) writeFileSync(join(folder, "url"), new_database(postgres));
  writeFileSync(join(folder, "gatehouse.toml"),
    `listen = "${address}:${port}"\n${named}${database}`);
  const run = ["--config", "gatehouse.toml"];
  const demo = ["demo", "--days", String(days), ...run];
  const told = execFileSync(binary, demo, { cwd: folder, encoding: "utf8" });
  const accounts = Object.fromEntries([...told.matchAll(/^(\w+) +(\w+) +([a-z]+-[a-z-]+\d+)$/gm)]
    .map(([, role, account, password]) => [role, { account, password }]));
  const url = name ? `https://${name}:${port}` : `http://127.0.0.1:${port}`;
  const first = name ? `http://${install}/ca` : `${url}/healthz`;
  let served;
  /** Starts the server, up to its first answer; with `room` no file of it grows beyond so many
   * kilobytes, as on a full disk. */
  const start = async ({ room } = {}) => {
    const full = `trap "" XFSZ; ulimit -f ${room}; exec "$0" "$@"`;
    const words = room ? ["bash", "-c", full, binary] : [binary];
    const [program, ...rest] = [...words, "serve", ...run];
    served = spawn(program, rest, { cwd: folder, stdio: "ignore" });
    for (let tries = 0; ; tries += 1) {
      const ready = await fetch(first).then((answer) => answer.ok, () => false);
      if (ready) return;
      assert.ok(tries < 3_000, "the server does not start");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  /** Ends the server at once, as a power cut does; or lets it end. */
  const kill = async (signal = "SIGKILL") => {
    const ended = new Promise((resolve) => served.once("exit", resolve));
    served.kill(signal);
    await ended;
  };
  await start();
  const close = () => {
    served.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  /** What a command of the binary prints on the town's database; fails where the command does. */
  const command = (...words) =>
    execFileSync(binary, [...words, ...run], { cwd: folder, encoding: "utf8" });
  return { url, address, port, install: `http://${install}`, accounts, folder, close, start, kill,
    command,
    sheet: readFileSync(join(folder, "demo/passes.html"), "utf8") };
}

/** Signs an account in, up to its first page. */
export async function sign_in(town, page, { account, password }) {
  await page.goto(`${town.url}/login`);
  await page.fill("#account", account);
  await page.fill("#password", password);
  await page.locator("main button[type=submit], form[action='/login'] button").first().click();
  await page.waitForURL((url) => !url.pathname.startsWith("/login"));
}

/** A code of the sheet (an svg) as a picture of the size of a camera's frame. */
export function in_frame(svg) {
  const [, box, drawn] = /<svg[^>]*viewBox="([^"]+)"[^>]*>([\s\S]*?)<\/svg>/.exec(svg);
  const frame = `<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="720">` +
    `<rect width="1280" height="720" fill="#888"/>` +
    `<rect x="380" y="100" width="520" height="520" fill="#fff"/>` +
    `<svg x="410" y="130" width="460" height="460" viewBox="${box}">${drawn}</svg></svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(frame).toString("base64")}`;
}

/** A phone of the sheet's gate, enrolled and on duty, on the scan screen. */
export async function phone_on_duty(town, browser) {
  const page = await open_page(browser, `${town.url}/gate/`);
  await put_on_duty(town, page);
  await screen(page, "scan");
  await page.locator(".age-fresh").waitFor();
  return page;
}

/** Signs in, enrols the phone and starts its shift; `page` shows the gate app. */
export async function put_on_duty(town, page) {
  await page.getByText("六个数字").first().waitFor();
  await sign_in(town, page, town.accounts.shift_lead);
  await page.goto(`${town.url}/gate/`);
  await page.locator(".form .stack button:not(.main)").first().click();
  await screen(page, "shift");
  await page.locator(".choices button").first().click();
  await page.getByLabel("口罩戴好了").check();
  await page.getByLabel("袖标戴好了").check();
  await page.getByRole("button", { name: "开始值守" }).click();
  await give_pin(page);
}
