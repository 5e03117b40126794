// The service worker: opens the pages without a connection, and shows what is
// pushed.  It keeps the pages' own files and nothing that /v1 ever answered.
const KEPT = "pages";
const NAME = "Trực bảo vệ trẻ em";

const isPage = (path) => path === "/" || path.startsWith("/console/");

// The first page names all that it needs.
async function keepPages() {
  const cache = await caches.open(KEPT);
  const first = await fetch("/", { cache: "no-cache" });
  const text = await first.clone().text();
  const files = [...text.matchAll(/(?:href|src)="(\/console\/[^"]+)"/g)];
  await cache.put("/", first);
  await cache.addAll(new Set(files.map((f) => f[1])));
}

async function answer(request) {
  const cache = await caches.open(KEPT);
  try {
    const found = await fetch(request);
    if (found.ok) {
      await cache.put(request, found.clone());
      return found;
    }
    // A proxy whose daemon is down has no page either.
    return found.status >= 500 ? await cache.match(request) ?? found : found;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept === undefined)
      throw error;
    return kept;
  }
}

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(keepPages());
});

addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method === "GET" && origin === location.origin &&
      isPage(pathname))
    event.respondWith(answer(event.request));
});

// ---- Alerts ----

// What was sent is neutral; what is none of ours says only that there is news.
function read(data) {
  try {
    const { id, subject, text } = data.json();
    return { id, title: subject ?? NAME, body: text ?? "" };
  } catch {
    return { title: NAME, body: "Có việc mới. Hãy mở trang trực." };
  }
}

addEventListener("push", (event) => {
  const { id, title, body } = read(event.data);
  event.waitUntil(registration.showNotification(title, { body, lang: "vi",
    tag: id ?? "news", icon: "/console/icon.svg", requireInteraction: true }));
});

async function show() {
  const open = await clients.matchAll({ type: "window",
    includeUncontrolled: true });
  const ours = open.find((c) => new URL(c.url).pathname === "/");
  return ours === undefined ? clients.openWindow("/") : ours.focus();
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show());
});
