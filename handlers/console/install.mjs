// Starts the service worker, where there is one.  Trusted types want to know
// that its address is ours.
const FILE = "/console/worker.mjs";

function address() {
  if (globalThis.trustedTypes === undefined)
    return FILE;
  return trustedTypes.createPolicy("worker", { createScriptURL: () => FILE })
    .createScriptURL(FILE);
}

let started = null;

// The registration; null where the browser has no such thing, or refuses.
export function install() {
  if (navigator.serviceWorker === undefined)
    return Promise.resolve(null);
  started ??= navigator.serviceWorker.register(address(), { scope: "/" })
    .catch(() => null);
  return started;
}
