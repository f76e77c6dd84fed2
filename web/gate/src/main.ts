// Opens everything in the order in which a guard needs it: emergency first, then store, core,
// server. Without network the kept device and list are enough.

import { App, DEFAULT_SETTINGS, enrol_failure } from "./app";
import { open_core } from "./core";
import { paint } from "./paint";
import { Failure, fetch_me, type Me } from "./server";
import { unlock_sound } from "./sound";
import { open_store } from "./store";
import { listen_to_wedge } from "./wedge";
import { speak } from "./words";

let app: App | undefined;

const emergency_key = document.getElementById("emergency-key");
emergency_key?.addEventListener("click", (event) => {
  if (!app) return; // the link itself shows the words; the hash is read when the app opens
  event.preventDefault();
  app.emergency();
});

async function open(): Promise<void> {
  const store = await open_store();
  app = new App(store, paint);
  app.settings = { ...DEFAULT_SETTINGS, ...(await store.get("settings")) };
  speak(app.settings.lang);
  app.repaint();
  if (location.hash === "#emergency") app.emergency();
  if (!(await only_page())) return app.show({ name: "error", code: "page" });
  if (!(await app.wake(await open_core()))) return app.show({ name: "error", code: "state" });
  listen_to_wedge((text) => app?.scanned(text));
  const device = await store.get("device");
  app.me = (await store.get("me")) as Me | undefined;
  if (device) {
    await app.run(device);
    void refresh_me(app);
  } else {
    await first_start(app);
  }
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

/** Asks who is logged in; an answer that does not come changes nothing. */
async function refresh_me(opened: App): Promise<void> {
  try {
    opened.me = await fetch_me();
    await opened.store.put("me", opened.me);
    opened.repaint();
  } catch (error) {
    if (error instanceof Failure && error.kind === "login") {
      opened.line = "login";
      opened.repaint();
    }
  }
}

async function first_start(opened: App): Promise<void> {
  try {
    opened.me = await fetch_me();
    await opened.store.put("me", opened.me);
    opened.show({ name: "enrol" });
  } catch (error) {
    if (error instanceof Failure && error.kind === "login") opened.show({ name: "login" });
    else opened.show({ name: "enrol", failed: enrol_failure(error) });
  }
}

for (const kind of ["pointerdown", "keydown"] as const) {
  addEventListener(kind, unlock_sound, { passive: true });
}
if ("serviceWorker" in navigator) {
  // The app also works without: only a start without network needs the kept copy.
  navigator.serviceWorker.register("service_worker.js").catch(() => undefined);
}
open().catch(() => {
  if (app) app.show({ name: "error", code: "open" });
});
