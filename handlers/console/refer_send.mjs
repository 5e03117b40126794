// Sending: the same bytes under the same key until an answer is here.
const PAUSES = [2, 4, 8, 15, 30, 60];
const PATIENCE = 45000;

export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

async function once(call) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(call.path, { method: call.method ?? "GET",
      headers: call.headers, body: call.body, signal: stop.signal,
      cache: "no-store", credentials: "same-origin" });
    const text = await answer.text();
    return { status: answer.status, json: text ? JSON.parse(text) : {},
      date: answer.headers.get("date"),
      wait: Number(answer.headers.get("retry-after")) };
  } catch {
    return null; // no network, or an answer that broke off
  } finally {
    clearTimeout(timer);
  }
}

// Until the network is back, "again" is pressed, or so many seconds passed.
function pause(seconds, hooks) {
  return new Promise((done) => {
    let left = seconds;
    const end = () => {
      clearInterval(timer);
      removeEventListener("online", end);
      done();
    };
    const timer = setInterval(() => {
      left--;
      if (left <= 0) end();
      else hooks.left(left);
    }, 1000);
    hooks.left(left);
    hooks.again = end;
    addEventListener("online", end);
  });
}

// hooks: left(seconds, answer) says what is waited for; again() ends a pause.
export async function sendUntilAnswered(call, hooks) {
  for (let i = 0; ; i++) {
    const answer = await once(call);
    const busy = answer === null || answer.status >= 500 ||
      answer.status === 429;
    if (!busy) return answer;
    hooks.waiting(answer);
    await pause(answer?.wait || PAUSES[Math.min(i, PAUSES.length - 1)], hooks);
    hooks.trying();
  }
}

export const call = once;
