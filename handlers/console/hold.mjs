// What was typed and not saved when a session ended by itself.  It stays in the
// memory of this page, sealed with a key that the daemon tells only to a session
// of the same member (GET /v1/me): in clear nothing is left, and somebody else's
// login drops it.  Each thing is held under a name that tells where it belongs.
const KEPT = 30 * 60000;
let key = null, of = null, timer;
const held = new Map();

const bytes = (hex) => Uint8Array.from(hex.match(/../g), (b) => parseInt(b, 16));

// Somebody is in.
export async function unlock(me) {
  if ([...held.values()].some((one) => one.login !== me.login))
    drop();
  if (me.page_key === undefined || of === me.login)
    return;
  of = me.login;
  key = await crypto.subtle.importKey("raw", bytes(me.page_key), "AES-GCM",
    false, ["encrypt", "decrypt"]);
}

// Nobody is in any more.
export function lock() {
  key = null;
  of = null;
}

export function drop() {
  clearTimeout(timer);
  held.clear();
}

export const isHeld = () => held.size > 0;

export async function hold(name, thing) {
  if (key === null)
    return;
  const login = of, iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(thing));
  held.set(name, { login, iv, sealed: await crypto.subtle.encrypt(
    { name: "AES-GCM", iv }, key, plain) });
  clearTimeout(timer);
  timer = setTimeout(drop, KEPT);
}

// What was held, once; null if there is nothing that this member can open.
export async function release(name) {
  if (!held.has(name) || key === null)
    return null;
  const { iv, sealed } = held.get(name);
  held.delete(name);
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, sealed);
  return JSON.parse(new TextDecoder().decode(plain));
}
