// Opens everything in the order in which a guard needs it: emergency first, then store, core,
// server. Without network the kept device and list are enough.

import { App, DEFAULT_SETTINGS, enrol_failure } from "./app";
import { open_core } from "./core";
import { clear_hash } from "./dom";
import { paint } from "./paint";
import { in_chat_app, show_lacking, what_is_lacking } from "./floor";
import { LOCK_MILLIS } from "./duty";
import { read_invitation, type Invitation } from "./enrolment";
import { Failure, fetch_me } from "./server";
import { keep_version } from "./version";
import { DAMAGED } from "./seal";
import { unlock_sound } from "./sound";
import { open_store, type Store } from "./store";
import { listen_to_wedge } from "./wedge";
import { speak } from "./words";

/** Longest silence of the browser about its store. */
const STORE_MILLIS = 8_000;

let app: App | undefined;
let invitation: Invitation | undefined;

const emergency_key = document.getElementById("emergency-key");
emergency_key?.addEventListener("click", (event) => {
  if (!app) return; // the link itself shows the words; the hash is read when the app opens
  event.preventDefault();
  app.emergency();
});

async function open(): Promise<void> {
  const lacking = what_is_lacking();
  if (lacking) return show_lacking(lacking);
  const store = await open_kept();
  app = new App(store, paint);
  app.settings = { ...DEFAULT_SETTINGS, ...(await store.get("settings")) };
  speak(app.settings.lang);
  app.repaint();
  if (location.hash === "#emergency" && !history.state) app.emergency();
  if (!(await only_page())) return app.show({ name: "error", code: "page" });
  // Inside a chat app nothing is enrolled, and the address keeps its code for the browser.
  invitation = in_chat_app() ? undefined : read_invitation(location.hash);
  if (invitation) clear_hash(); // it is for this phone only
  if (!(await app.wake(await open_core()))) return recover(app); // of another version
  listen_to_wedge((text) => app?.scanned(text));
  const device = await store.get("device");
  if (device) {
    await app.run(device);
    if (invitation) await app.ask_to_enrol(invitation);
  } else if (invitation) {
    await app.enrol(invitation);
  } else {
    await first_start(app);
  }
}

/** What is kept cannot be read: a new code helps, and one that was just scanned is taken. */
async function recover(opened: App): Promise<void> {
  await opened.recover();
  if (invitation) await opened.ask_to_enrol(invitation);
}

/** The store; where the browser only lets it wait, that is said meanwhile. */
function open_kept(): Promise<Store> {
  const waits = setTimeout(show_lacking, STORE_MILLIS, "store");
  return open_store(() => app?.stop("store")).finally(() => clearTimeout(waits));
}

/** Two pages would write two chains of one device: the second one waits, then gives up. */
function only_page(): Promise<boolean> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(3_000);
    navigator.locks
      .request("gatehouse-gate", { signal }, () => {
        resolve(true);
        return new Promise(() => undefined); // held as long as the page lives
      })
      .catch(() => resolve(false));
  });
}

/** Who is signed in on a phone that serves no gate yet: they may choose one without a code. */
async function first_start(opened: App): Promise<void> {
  opened.show({ name: "enrol" });
  try {
    opened.me = await fetch_me();
    opened.repaint();
  } catch (error) {
    const is_offline = error instanceof Failure && error.kind === "network";
    if (is_offline) opened.show({ name: "enrol", failed: enrol_failure(error) });
  }
}

/** Whether nobody has done anything here for so long. */
const is_quiet = (millis: number) => Date.now() - (app?.touched_at ?? 0) > millis;

/** Nobody waits at the gate, nothing waits to be written, and nothing is half typed. */
function is_free(quiet_millis: number): boolean {
  const is_idle = ["shift", "scan"].includes(app?.output?.screen.kind ?? "shift") &&
    ["core", "enrol", "error"].includes(app?.view.name ?? "error");
  const typed = document.querySelectorAll<HTMLInputElement>("input:not([type=checkbox])");
  return is_idle && ![...typed].some(({ value }) => value) && !app?.not_saved &&
    is_quiet(quiet_millis);
}

for (const kind of ["pointerdown", "keydown"] as const) {
  addEventListener(kind, unlock_sound, { passive: true });
  addEventListener(kind, () => app && (app.touched_at = Date.now()), { passive: true });
}
setInterval(() => {
  if (is_quiet(LOCK_MILLIS)) app?.duty.lock();
}, 1_000);
// The app also works without: only a start without network needs the kept copy.
void keep_version(is_free);
open().catch((error: unknown) => {
  if (!app) show_lacking("store"); // private browsing, a full phone, a broken database
  else if (enrol_failure(error).code === DAMAGED) void recover(app);
  else app.show({ name: "error", code: "open" });
});
