// Starts the service worker, where there is one.  Trusted types want to know
// that its address is ours.
const FILE = "/console/worker.mjs";
const HOUR = 3600000;

function address() {
  if (globalThis.trustedTypes === undefined)
    return FILE;
  return trustedTypes.createPolicy("worker", { createScriptURL: () => FILE })
    .createScriptURL(FILE);
}

let started = null, isOld = false;

// A worker of another build has taken over: what this page has not loaded yet is
// gone.  The next turn of the page begins with a reload.
export const isOutdated = () => isOld;

// The browser looks for a new worker when a page is opened; one that stays open
// for days looks whenever somebody comes back to it, and each hour.
function keepUpToDate(registration) {
  const look = () => document.hidden || registration.update().catch(() => {});
  document.addEventListener("visibilitychange", look);
  setInterval(look, HOUR);
  return registration;
}

// The registration; null where the browser has no such thing, or refuses.
export function install() {
  const workers = navigator.serviceWorker;
  if (workers === undefined)
    return Promise.resolve(null);
  if (started === null) {
    let had = workers.controller !== null;
    workers.addEventListener("controllerchange", () => {
      // The first is of our own build; none at all is left by a logout.
      isOld = had && workers.controller !== null;
      had = true;
    });
    started = workers.register(address(), { scope: "/" })
      .then(keepUpToDate, () => null);
  }
  return started;
}
