// Keeps the app itself on the phone, so that a gate without network opens it too. Names of assets
// contain their hash: what is kept never changes, and a new version replaces all of it at once.
// The server's /gate/api answers are never kept here.

/// <reference lib="webworker" />
export {};
declare const self: ServiceWorkerGlobalScope;

const NAME = `gatehouse-gate-${VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(NAME);
      await cache.addAll(["./", ...ASSETS]);
      await self.skipWaiting();
    })(),
  );
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
  if (request.mode === "navigate" && path === "") {
    event.respondWith(page(request));
  } else if (ASSETS.includes(path)) {
    event.respondWith(kept(request));
  }
});

/** The page from the server, or the kept one where that takes longer than a guard can wait. */
async function page(request: Request): Promise<Response> {
  const cache = await caches.open(NAME);
  const old = await cache.match("./");
  if (!old) return fetch(request);
  try {
    const fresh = await fetch(request, { signal: AbortSignal.timeout(1_500) });
    // A redirect leads to the login page; a guard with a running shift goes on without it.
    return fresh.ok && !fresh.redirected ? fresh : old;
  } catch {
    return old;
  }
}

async function kept(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}
