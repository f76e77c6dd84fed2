// Newer versions of the app: kept beside the one at work, taken up when nobody stands at the gate.

/** What the page tells a waiting version. */
export const TAKE_OVER = "take over";

/** How long nobody must have touched the phone. */
const QUIET_MILLIS = 20_000;
const ASK_MILLIS = 60 * 60_000;

/** Whether a start without network finds the app. */
export let is_kept = true;

/** Asks for a newer version: a list that this one cannot read may be made for it. */
export async function look_for_version(): Promise<void> {
  await (await navigator.serviceWorker?.getRegistration())?.update().catch(() => undefined);
}

/** Keeps this version on the phone, and hands over to a newer one once `is_free` says so. */
export async function keep_version(is_free: (quiet_millis: number) => boolean): Promise<void> {
  const { serviceWorker } = navigator;
  const registration = await serviceWorker?.register("service_worker.js").catch(() => undefined);
  if (!registration) return void (is_kept = false);
  const { installing } = registration;
  installing?.addEventListener("statechange", () => {
    // Something of it could not be fetched or stored.
    if (installing.state === "redundant") is_kept = registration.active !== null;
  });
  let had_one = serviceWorker.controller !== null;
  serviceWorker.addEventListener("controllerchange", () => {
    if (had_one) location.reload();
    had_one = true;
  });
  setInterval(() => void look_for_version(), ASK_MILLIS);
  setInterval(() => {
    if (registration.waiting && is_free(QUIET_MILLIS)) registration.waiting.postMessage(TAKE_OVER);
  }, QUIET_MILLIS);
}
