// A peer: fastify and better-sqlite3 take the same notification and write the
// same five rows, durable before the answer.  node peer.mjs DB; prints its port.
import Database from 'better-sqlite3';
import Fastify from 'fastify';
import { randomUUID } from 'node:crypto';

const tables = [0, 1, 2, 3, 4];
const db = new Database(process.argv[2]);
db.pragma('locking_mode = EXCLUSIVE');
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
for (const t of tables) {
  db.exec(`CREATE TABLE t${t} (id TEXT PRIMARY KEY NOT NULL,
    at INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
    CREATE INDEX t${t}_at ON t${t} (at)`);
}
const inserts = tables.map((t) => db.prepare(`INSERT INTO t${t} VALUES (?, ?, ?)`));
const take = db.transaction((body) => {
  const text = JSON.stringify(body).slice(0, 250);
  for (const insert of inserts) {
    insert.run(randomUUID(), Date.now(), text);
  }
});

const app = Fastify();
app.post('/v1/referrals', (request, reply) => {
  take(request.body);
  reply.code(201).send();
});
await app.listen({ port: 0, host: '127.0.0.1' });
console.log(app.server.address().port);
