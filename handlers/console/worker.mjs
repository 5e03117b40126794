// The service worker: opens the pages without asking the network, and shows what
// is pushed.  It keeps the files of one build, all or none of them, and nothing
// that /v1 ever answered.  BUILD is in it, so a new build is a new worker.
const BUILD = "@BUILD@";
const FILES = "@FILES@";
const KEPT = `pages-${BUILD}`;
const HERE = `/console/${BUILD}/`;
const NAME = "Trực bảo vệ trẻ em";

// Of another build than ours is what a daemon serves that was changed meanwhile:
// then this worker is not installed, and the next one soon is.
async function keepPages() {
  const cache = await caches.open(KEPT);
  const first = await fetch("/", { cache: "no-cache" });
  if (!(await first.clone().text()).includes(HERE))
    throw new Error("not the build of this worker");
  await cache.addAll(FILES.split(" ").map((name) => HERE + name));
  await cache.put("/", first);
}

async function onlyOurs() {
  for (const name of await caches.keys())
    if (name !== KEPT)
      await caches.delete(name);
  await clients.claim();
}

// What is kept never changes, so nobody has to be asked.
async function answer(request) {
  const cache = await caches.open(KEPT);
  return await cache.match(request) ?? fetch(request);
}

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(keepPages());
});

addEventListener("activate", (event) => event.waitUntil(onlyOurs()));

addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method === "GET" && origin === location.origin &&
      (pathname === "/" || pathname.startsWith(HERE)))
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
    tag: id ?? "news", icon: "/console/icon-192.png", requireInteraction: true }));
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
