self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (path === "/worker/made-up") event.respondWith(Response.json({ ok: "by the worker" }));
  else if (path === "/worker/broken") event.respondWith(Response.error());
  else if (path.startsWith("/worker/")) event.respondWith(fetch(event.request));
});
