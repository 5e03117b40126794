// News as they come: the daemon says that something of ours is another now.
const SILENT = 45000; // two signs of life have not come
const AGAIN = 60000;  // after a refusal
let source = null, heardLast = 0, told = {}, timer;

export const isListening = () => source !== null && heardLast !== 0 &&
  performance.now() - heardLast < SILENT;

function hear(event, work) {
  let data;
  try {
    data = JSON.parse(event.data);
  } catch {
    return;
  }
  heardLast = performance.now();
  work(data.now);
}

// What broke may have been the way, the daemon, or the session: ask.
function broken() {
  const isRefused = source?.readyState === EventSource.CLOSED;
  const isNew = isRefused || heardLast !== 0;
  heardLast = 0;
  if (isRefused) {
    deafen();
    timer = setTimeout(() => listen(told), AGAIN);
  }
  if (isNew)
    told.changed();
}

// how: {changed(), beat(now)}; again and again until deafen().
export function listen(how) {
  deafen();
  told = how;
  source = new EventSource("/v1/events");
  source.addEventListener("changed", (e) => hear(e, how.changed));
  source.addEventListener("beat", (e) => hear(e, how.beat));
  source.addEventListener("error", broken);
}

export function deafen() {
  clearTimeout(timer);
  source?.close();
  source = null;
  heardLast = 0;
}
