// As phones reach the gate: by a name that is not this machine's loopback, over TLS with the
// authority that the server makes for itself (design §6). Camera, service worker and signing exist
// only so. The certificate is checked in Node as a phone checks it; Chromium, whose store of
// authorities a test does not touch, is told this one key.
import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { connect } from "node:tls";
import { all_sent, browse, film, screen } from "./support.mjs";
import { in_frame, open_town, put_on_duty } from "./town.mjs";

const NAME = "gate.example";

let town;
let folder;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-camera-"));
  town = await open_town({ name: NAME });
});
after(() => {
  town?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The certificate that the server shows to whoever trusts `ca` and asks for `servername`. */
function shown_to(ca, servername) {
  return new Promise((resolve, reject) => {
    const to = { host: town.address, port: town.port, servername, ca };
    const socket = connect(to, () => {
      const { raw } = socket.getPeerCertificate();
      socket.end();
      resolve(new X509Certificate(raw));
    });
    socket.once("error", reject);
  });
}

/** The authority as a phone takes it from the plain page. */
async function installed() {
  const answer = await fetch(`${town.install}/ca.crt`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  return new X509Certificate(bytes);
}

/** Arguments for Chromium: the name leads here, and the server's key is believed. */
async function as_a_phone() {
  const leaf = await shown_to((await installed()).toString(), NAME);
  const key = leaf.publicKey.export({ type: "spki", format: "der" });
  const pin = createHash("sha256").update(key).digest("base64");
  return [`--host-resolver-rules=MAP ${NAME} ${town.address}`,
    `--ignore-certificate-errors-spki-list=${pin}`];
}

test("the authority of the plain page vouches for the name, and for no other", async () => {
  const authority = (await installed()).toString();
  assert.doesNotMatch(town.address, /^127\./);
  assert.ok((await shown_to(authority, NAME)).checkHost(NAME));
  const altname = { code: "ERR_TLS_CERT_ALTNAME_INVALID" };
  await assert.rejects(shown_to(authority, "other.example"), altname);
  await assert.rejects(shown_to(undefined, NAME), /certificate/);
  const page = await (await fetch(`${town.install}/ca`)).text();
  const letters = (await installed()).fingerprint256.replaceAll(":", "");
  assert.ok(page.replace(/[^0-9A-Fa-f]/g, "").toUpperCase().includes(letters),
    "what the operator compares");
});

test("by name over TLS: secure, installed, scanned by the camera, recorded", async () => {
  const camera = await film(in_frame(town.sheet), folder);
  const browser = await browse([...await as_a_phone(), ...camera]);
  try {
    const context = await browser.newContext({ permissions: ["camera"], locale: "zh-CN",
      viewport: { width: 360, height: 800 }, timezoneId: "Asia/Shanghai" });
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    const troubles = [];
    page.on("pageerror", (error) => troubles.push(String(error)));
    await page.goto(`${town.url}/gate/`);
    assert.equal(await page.evaluate(() => isSecureContext), true);
    await put_on_duty(town, page);
    // The fake camera holds the pass from the first moment on.
    await screen(page, "ask");
    const worker = await page.evaluate(async () => (await navigator.serviceWorker.ready).scope);
    assert.equal(worker, `${town.url}/gate/`);
    await page.getByRole("button", { name: "36.5", exact: true }).click();
    await screen(page, "admit");
    const answered = page.waitForResponse((response) => response.url().endsWith("/events"));
    await page.locator(".acts .main").click();
    const reply = await (await answered).json();
    assert.deepEqual(reply.set_aside, []);
    assert.equal(reply.answers.at(-1).verdict, "admit", "the server decides the same");
    await all_sent(page);
    assert.ok((await context.cookies()).every((cookie) => cookie.secure && cookie.httpOnly));
    // Without network the installed app opens from its own copy.
    await context.setOffline(true);
    await page.reload();
    await page.locator("#emergency-key").waitFor();
    await page.getByText("没网", { exact: false }).first().waitFor();
    assert.deepEqual(troubles, []);
  } finally {
    await browser.close();
  }
});
