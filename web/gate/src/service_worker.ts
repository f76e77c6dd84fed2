// Keeps the app itself on the phone, so that a gate without network opens it too. Names of assets
// contain their hash: what is kept never changes, and a new version replaces all of it at once.
// The server's /gate/api answers are never kept here.

/// <reference lib="webworker" />
declare const self: ServiceWorkerGlobalScope;

import { TAKE_OVER } from "./version";

const NAME = `gatehouse-gate-${VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(NAME);
      await cache.addAll(["./", ...ASSETS]);
    })(),
  );
});

// A newer version waits until the page says that nobody stands at the gate: a case under way is
// finished by the code that began it.
self.addEventListener("message", (event) => {
  if (event.data === TAKE_OVER) event.waitUntil(self.skipWaiting());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith("gatehouse-gate-") && name !== NAME) await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const scope = new URL(self.registration.scope);
  if (request.method !== "GET" || url.origin !== scope.origin) return;
  if (!url.pathname.startsWith(scope.pathname)) return;
  const path = url.pathname.slice(scope.pathname.length);
  // Page and assets are of one version, that of this worker: what a newer one wrote into the
  // phone's store is never read by an older one.
  if (request.mode === "navigate" && path === "") event.respondWith(kept("./", request));
  else if (ASSETS.includes(path)) event.respondWith(kept(request, request));
});

async function kept(name: string | Request, request: Request): Promise<Response> {
  const cache = await caches.open(NAME);
  return (await cache.match(name)) ?? fetch(request);
}
