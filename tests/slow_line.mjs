// A line as a cheap phone has it, on 3G if nothing else is said, between a browser and the daemon: whoever
// goes through it is slowed, the page, its worker and its event stream alike.
import { connect, createServer } from "node:net";

// trip: ms there and back; down, up: bytes a ms (1.6 and 0.75 Mbit/s), shared by
// all.
const THIRD = { trip: 150, down: 200, up: 93.75 };
const PIECE = 1400;

// What one direction of the whole line carries, piece after piece.
function direction(rate, trip) {
  let free = 0;
  return (bytes) => {
    free = Math.max(free, performance.now()) + bytes / rate;
    return free + trip / 2;
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

// {port, hangUp(), close()}; trips: what a connection costs before it carries;
// speed: what of THIRD is otherwise.
export async function slowLine(to, trips, speed) {
  const { trip, ...rate } = { ...THIRD, ...speed };
  const down = direction(rate.down, trip), up = direction(rate.up, trip);
  const open = new Set();
  const server = createServer((phone) => {
    const daemon = connect(to, "127.0.0.1");
    const opened = performance.now() + trips * trip;
    for (const [source, sink, book] of [[phone, daemon, up],
      [daemon, phone, down]]) {
      open.add(source);
      source.setNoDelay(true);
      source.on("close", () => open.delete(source));
      carry(source, sink, book, opened + trip / 2);
    }
  });
  await new Promise((ok) => { server.listen(0, "127.0.0.1", ok); });
  return {
    port: server.address().port,
    hangUp: () => open.forEach((socket) => socket.destroy()),
    close: () => server.close(),
  };
}
