"""A peer: FastAPI and sqlite3 take the same notification and write the same
five rows, durable before the answer.  peer.py DB; prints its port."""
import json
import socket
import sqlite3
import sys
import threading
import time
import uuid

import uvicorn
from fastapi import Body, FastAPI, Response

db = sqlite3.connect(sys.argv[1], isolation_level=None,
                     check_same_thread=False)
lock = threading.Lock()
db.executescript("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
                 "PRAGMA synchronous = FULL;")
for t in range(5):
    db.executescript(
        f"CREATE TABLE t{t} (id TEXT PRIMARY KEY NOT NULL,"
        f" at INTEGER NOT NULL, body TEXT NOT NULL) STRICT;"
        f"CREATE INDEX t{t}_at ON t{t} (at)")
app = FastAPI()


@app.post("/v1/referrals")
def take(body: dict = Body()):
    text = json.dumps(body)[:250]
    with lock:
        db.execute("BEGIN IMMEDIATE")
        for t in range(5):
            db.execute(f"INSERT INTO t{t} VALUES (?, ?, ?)",
                       (str(uuid.uuid4()), int(time.time() * 1000), text))
        db.execute("COMMIT")
    return Response(status_code=201)


sock = socket.socket()
sock.bind(("127.0.0.1", 0))
sock.listen(128)
print(sock.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[sock])
