// A line as a cheap phone has it on 3G, between a browser and the daemon: whoever
// goes through it is slowed, the page, its worker and its event stream alike.
import { connect, createServer } from "node:net";

const TRIP = 150;            // ms there and back
const DOWN = 200, UP = 93.75; // bytes a ms: 1.6 and 0.75 Mbit/s, shared by all
const PIECE = 1400;

// What one direction of the whole line carries, piece after piece.
function direction(rate) {
  let free = 0;
  return (bytes) => {
    free = Math.max(free, performance.now()) + bytes / rate;
    return free + TRIP / 2;
  };
}

// From one socket to another; nothing before `from_ms`.
function carry(source, sink, book, fromMs) {
  const queue = [];
  const later = (bytes, act) => {
    queue.push(act);
    const at = Math.max(book(bytes), fromMs);
    setTimeout(() => queue.shift()(), at - performance.now());
  };
  source.on("data", (all) => {
    for (let n = 0; n < all.length; n += PIECE) {
      const piece = all.subarray(n, n + PIECE);
      later(piece.length, () => sink.destroyed || sink.write(piece));
    }
  });
  source.on("end", () => later(0, () => sink.end()));
  source.on("error", () => sink.destroy());
  source.on("close", () => later(0, () => sink.destroy()));
}

// {port, hangUp(), close()}; trips: what a connection costs before it carries.
export async function slowLine(to, trips) {
  const down = direction(DOWN), up = direction(UP);
  const open = new Set();
  const server = createServer((phone) => {
    const daemon = connect(to, "127.0.0.1");
    const opened = performance.now() + trips * TRIP;
    for (const [source, sink, book] of [[phone, daemon, up],
      [daemon, phone, down]]) {
      open.add(source);
      source.setNoDelay(true);
      source.on("close", () => open.delete(source));
      carry(source, sink, book, opened + TRIP / 2);
    }
  });
  await new Promise((ok) => { server.listen(0, "127.0.0.1", ok); });
  return {
    port: server.address().port,
    hangUp: () => open.forEach((socket) => socket.destroy()),
    close: () => server.close(),
  };
}
