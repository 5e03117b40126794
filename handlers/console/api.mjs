// The calls of /v1.  Nothing that they answer is kept by the browser.
let csrf = null;

// No answer came: the daemon or the way to it is down.
export class Offline extends Error {}

export class Problem extends Error {
  constructor(status, body) {
    super(body?.code ?? String(status));
    this.status = status;
    this.code = body?.code ?? "internal";
    this.body = body ?? {};
  }
}

export function remember(session) {
  csrf = session?.csrf ?? null;
}

// The answer that is under way since the page was opened, once.
function take(path) {
  const answer = globalThis.early?.get(path);
  globalThis.early?.delete(path);
  return answer;
}

async function send(path, options) {
  try {
    return await (options.method === "GET" && take(path) || fetch(path, {
      ...options, cache: "no-store", credentials: "same-origin",
      signal: AbortSignal.timeout(20000),
    }));
  } catch {
    throw new Offline();
  }
}

async function read(answer) {
  if (!(answer.headers.get("Content-Type") ?? "").includes("json"))
    return null;
  try {
    return await answer.json();
  } catch {
    throw new Offline(); // broken off in the middle
  }
}

// The JSON of a good answer to an object or to bytes; throws Problem or Offline.
export async function call(method, path, body, headers = {}) {
  const all = { ...headers };
  const isBytes = body instanceof ArrayBuffer;
  if (body !== undefined)
    all["Content-Type"] = isBytes ? "application/octet-stream"
      : "application/json";
  if (csrf !== null && method !== "GET")
    all["X-CSRF-Token"] = csrf;
  const answer = await send(path, {
    method, headers: all,
    body: body === undefined || isBytes ? body : JSON.stringify(body),
  });
  const json = await read(answer);
  // A proxy that answers for a daemon that is down speaks no JSON.
  if (answer.status >= 502 && json === null)
    throw new Offline();
  if (!answer.ok)
    throw new Problem(answer.status, json);
  return json;
}

// All pages of a list, at most `most` of them.
export async function all(path, most = 5) {
  const items = [];
  const glue = path.includes("?") ? "&" : "?";
  let next = "";
  for (let n = 0; n < most && next !== undefined; n++) {
    const more = next === "" ? "" : `${glue}after=${encodeURIComponent(next)}`;
    const page = await call("GET", path + more);
    items.push(...page.items);
    next = page.next;
  }
  return { items, more: next !== undefined };
}
