"""What is measured: our daemon and the ceilings, each started once, loaded in
turn.  A figure is a row (name, what was measured, the bar, whether it holds)."""
import atexit
import json
import os
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from hotline import BUILD, ROOT, Daemon, copy_of  # noqa: E402

# The small programs end without tidying up.
UNTIDY = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
AGENCIES = 64
BODY = {
    "kind": "abused", "abuse_kinds": ["violence"],
    "source": {"channel": "phone"},
    "children": [{"name": "Trẻ Thử Nghiệm Số @N@", "age": 7, "sex": "female",
                  "place": "Tổ dân phố Thử Nghiệm 1",
                  "mother": {"name": "Mẹ Thử Nghiệm @N@"}}],
    "narrative": "Nội dung thử nghiệm: hàng xóm gọi tới, nghe tiếng khóc.",
    "source_ref": "B-@N@",
}


class Table:
    """The rows, printed as they come."""

    def __init__(self):
        self.lines, self.missed, self.names = [], [], []
        self.unmeasured = []

    def say(self, text):
        self.lines.append(text)
        print(text, file=sys.stderr, flush=True)

    def row(self, name, got, bar, holds):
        """holds: True, False, or None where there is no bar."""
        word = {True: "met", False: "MISSED", None: ""}[holds]
        self.names.append(name)
        if holds is False:
            self.missed.append(name)
        self.say(f"{name:<46} {got:>26}  {bar:>12}  {word}".rstrip())


    def not_measured(self, name, why):
        self.unmeasured.append(name)
        self.say(f"NOT MEASURED: {name}: {why}")

    def verdict(self):
        """The last line."""
        said = f"bars missed: {len(self.missed)} of {len(self.names)} figures"
        if self.missed:
            said += f" ({', '.join(self.missed)})"
        if self.unmeasured:
            said += f"; not measured: {', '.join(self.unmeasured)}"
        return said


def body_text():
    body = json.loads(json.dumps(BODY))
    body["source"]["received_at"] = time.strftime(
        "%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60))
    return json.dumps(body, ensure_ascii=False)


class Server:
    """Somebody who takes notifications on a port."""
    name = "?"

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.keys = self.folder / "keys"
        self.body = self.folder / "body"
        self.body.write_text(body_text())

    def load(self, requests, posters=64, getters=0, seconds=60, ids_out=None):
        """One run of the client; what it printed, and posts a second."""
        command = [BUILD / "bench_load", "--port", self.port, "--posters",
                   posters, "--requests", requests, "--keys", self.keys,
                   "--body", self.body, "--seconds", seconds]
        if ids_out:
            command += ["--ids-out", ids_out]
        if getters:
            command += ["--getters", getters, "--ids", self.folder / "ids"]
        before = self.written()
        out = json.loads(subprocess.run(list(map(str, command)), check=True,
                                        env=UNTIDY,
                                        capture_output=True).stdout)
        n = out["post"]["n"]
        assert out["status"].get("201", 0) == n, out
        out["rate"] = n / out["us"] * 1e6
        out["kib"] = (self.written() - before) / 1024 / n if n else 0
        return out

    def written(self):
        """Bytes that went into its files, by its own write calls."""
        text = pathlib.Path(f"/proc/{self.process.pid}/io").read_text()
        return int(dict(line.split(": ") for line in text.splitlines())
                   ["wchar"])


class Ours(Server):
    """The daemon with everything on."""
    name = "hotlined"

    def __init__(self, **more):
        self.d = Daemon(at=None, procedure=ROOT /
                        "conf/procedures/vn-nd56-2017.conf",
                        settings={"log_level": "info",
                                  "agency_quota": 100000}, **more)
        super().__init__(self.d.folder)
        if not self.keys.exists():
            self.d.member("canbo", "officer", duty=True, sms="0900000001")
            self.keys.write_text("".join(
                self.d.agency(f"truong{i}") + "\n" for i in range(AGENCIES)))

    @property
    def port(self):
        return self.d.port

    @property
    def process(self):
        return self.d.process

    def commits(self):
        """(commits, jobs in them) since the start."""
        found = {}
        for line in self.d.watch("/metrics").text.splitlines():
            if line.startswith("hotline_store_batch_jobs_"):
                name, value = line.rsplit(" ", 1)
                found[name.split("{")[0][25:]] = float(value)
        return found["count"], found["sum"]

    def rows(self):
        """Rows in all tables, and bytes, of a copy of the database."""
        path = copy_of(self.d)
        db = sqlite3.connect(path)
        tables = [t for t, in db.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table'")]
        n = sum(db.execute(f"SELECT count(*) FROM {t}").fetchone()[0]
                for t in tables)
        db.close()
        size = path.stat().st_size
        path.unlink()
        return n, size

    def stop(self):
        self.d.stop()
        shutil.rmtree(self.d.folder, ignore_errors=True)


class Other(Server):
    """A ceiling or a peer: it prints its port."""

    def __init__(self, name, *command):
        self.name = name
        super().__init__(tempfile.mkdtemp(prefix="bench-"))
        self.db = self.folder / "db"
        self.keys.write_text("none\n")
        self.process = subprocess.Popen(
            [str(self.db if c == "DB" else c) for c in command],
            env=UNTIDY, stdout=subprocess.PIPE, text=True)
        atexit.register(self.stop)
        self.port = int(self.process.stdout.readline())

    def stop(self):
        atexit.unregister(self.stop)
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def bare_null():
    return Other("null", BUILD / "bench_bare", "null")


def bare_rows(rows, size):
    return Other(f"{rows} rows of {size} bytes", BUILD / "bench_bare", "rows",
                 "DB", rows, size)


def peers(table):
    """Those whose packages are there; of the others it is said."""
    found = []
    if shutil.which("node") and (HERE / "node_modules/fastify").is_dir():
        found.append(Other("fastify", "node", HERE / "peer.mjs", "DB"))
    else:
        table.not_measured("intake / fastify", "npm ci --prefix tests/bench")
    if subprocess.run(["/usr/bin/python3", "-c", "import fastapi, uvicorn"],
                      capture_output=True).returncode == 0:
        found.append(Other("FastAPI", "/usr/bin/python3", HERE / "peer.py",
                           "DB"))
    else:
        table.not_measured("intake / FastAPI", "no python3-fastapi, -uvicorn")
    return found


def in_turn(servers, rounds, requests, **how):
    """A B C A B C ...: a list of outputs for each server."""
    out = {s: [] for s in servers}
    for _ in range(rounds):
        for s in servers:
            out[s].append(s.load(requests(s) if callable(requests)
                                 else requests, **how))
    return out


def median(values):
    return statistics.median(values)


def ratio(a, b, of):
    """The median over the rounds of a's figure by b's."""
    return median([of(x) / of(y) for x, y in zip(a, b)])


def resident_mib(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024


def children(pid):
    text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(p) for p in text.split()]


def run(*command):
    return subprocess.run([str(c) for c in command], check=True, env=UNTIDY,
                          capture_output=True, text=True).stdout


def is_there(program):
    return shutil.which(program, path=os.environ.get("PATH", "")
                        + ":/usr/bin:/usr/sbin") is not None
