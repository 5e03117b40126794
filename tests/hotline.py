"""The real daemon in a folder of its own, for the black-box suites.

    with Daemon(channels=[spool(folder)]) as d:
        d.member("an", "officer", "lead", sms="0900000001")
        key = d.agency("truong1", "school")
        r = d.api("POST", "/v1/referrals", {...}, key=key)
        d.step("6h")

Time is moved, never waited for.  Every answer is checked against
handlers/openapi.json; a sanitizer's report or an abort fails the test.
"""
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid

import openapi_check

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build")).resolve()
START = "2026-11-24T07:00:00+07:00"
TROUBLE = re.compile(
    "AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:|"
    "Assertion .* failed|stack smashing|double free|corrupted size")


class Refused(Exception):
    """Not done: hotlinectl ended with another code than 0."""

    def __init__(self, args, done):
        super().__init__(f"hotlinectl {' '.join(args)}: exit "
                         f"{done.returncode}\n{done.stdout}{done.stderr}")
        self.code, self.out, self.err = (done.returncode, done.stdout,
                                         done.stderr)


class Answer:
    """One answer: status, headers (lower case), body as text and JSON."""

    def __init__(self, response):
        self.status = response.status
        self.headers = {k.lower(): v for k, v in response.getheaders()}
        self.raw = response.read()
        self.text = self.raw.decode(errors="replace")
        kind = self.headers.get("content-type", "")
        self.json = json.loads(self.text) \
            if self.text and "json" in kind else None

    def __repr__(self):
        return f"<{self.status} {self.text[:2000]}>"


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def conf_text(value, depth=0):
    """A Python value as libconfig reads it."""
    pad = "  " * (depth + 1)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict):
        rows = "".join(f"{pad}{k} = {conf_text(v, depth + 1)};\n"
                       for k, v in value.items())
        return "{\n" + rows + "  " * depth + "}"
    if isinstance(value, (list, tuple)):
        return "( " + ", ".join(conf_text(v, depth) for v in value) + " )"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + text.replace("\n", "\\n") + '"'


def spool(folder, name="sms", **more):
    """The channel that writes files for smstools and reads replies."""
    folder = pathlib.Path(folder)
    return {"name": name, "kind": "spool", "folder": str(folder / "out"),
            "inbox": str(folder / "in"), "replies": True, **more}


class Daemon:
    """Starts at once unless start=False; stop() is the clean end."""

    def __init__(self, folder=None, at=START, channels=None, settings=None,
                 procedure=None, start=True, args=()):
        self.owns_folder = folder is None
        self.tokens, self.second_person = {}, True
        self.folder = pathlib.Path(
            folder or tempfile.mkdtemp(prefix="hotlined-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.now = at
        self.args = list(args)
        self.process = self.port = self.metrics_port = None
        self.log_path = self.folder / "log"
        self.socket = self.folder / "control.sock"
        self.conf = self.folder / "hotlined.conf"
        for name in ("out", "in"):
            (self.folder / "spool" / name).mkdir(parents=True, exist_ok=True)
        self.write_channels([spool(self.folder / "spool")]
                            if channels is None else channels)
        self.write_settings(procedure, settings or {})
        if not (self.folder / "master.key").exists():
            self.ctl_raw("secret", "init", self.folder / "master.key",
                         check=True)
        if start:
            self.start()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            self.stop(check=kind is None)
        finally:
            if self.owns_folder and kind is None:
                shutil.rmtree(self.folder, ignore_errors=True)

    # ---- Files ----

    def write_settings(self, procedure, more):
        procedure = pathlib.Path(
            procedure or ROOT / "tests/data/procedure-small.conf")
        self.settings = {
            "ward": "99999",
            "ward_name": "phường Thử Nghiệm",
            "database": "hotlined.db",
            "master_key_file": "master.key",
            "procedures": str(procedure.parent),
            "procedure": procedure.stem,
            "calendar": str(ROOT / "conf/calendar"),
            "messages": str(ROOT / "conf/messages"),
            "channels": "channels.conf",
            "port": 0,
            "metrics_port": 0,
            "control_socket": "control.sock",
            "courier_program": str(BUILD / "hotline-courier"),
            "courier_socket": "courier.sock",
            "reserve_mib": 8,
            "public_url": "https://hotline.example.test",
            "log_level": "debug",
            # What the daemon says on its own about people has its own suites.
            "hand_over": False, "drill_every": "0s", "gaps_ahead": "0s",
            "team_watch": False,
            "tell_stop": False, "daily_list": False,
            **more}
        self.conf.write_text("".join(
            f"{k} = {conf_text(v)};\n" for k, v in self.settings.items()))

    def write_channels(self, channels):
        (self.folder / "channels.conf").write_text(
            "channels = " + conf_text(channels) + ";\n")

    # ---- Life ----

    def start(self, wait=60):
        log = open(self.log_path, "ab")
        seen = log.tell()
        clock = [f"--test-clock={self.now}"] if self.now else []
        self.process = subprocess.Popen(
            [BUILD / "hotlined", "-c", self.conf, *clock, *self.args],
            stderr=log, stdout=log, stdin=subprocess.DEVNULL)
        log.close()
        until = time.monotonic() + wait
        while time.monotonic() < until:
            found = re.search(rb"listening port=(\d+) metrics_port=(\d+)",
                              self.log_path.read_bytes()[seen:])
            if found:
                self.port, self.metrics_port = map(int, found.groups())
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise AssertionError("hotlined did not start:\n" + self.log()[-4000:])

    def stop(self, check=True):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            code = "did not stop within 15 s"
        self.process = None
        if check:
            assert code == 0, f"hotlined ended with {code}:\n" \
                + self.log()[-4000:]
            self.check_log()

    def kill9(self):
        self.process.kill()
        self.process.wait()
        self.process = None
        self.check_log()

    def restart(self):
        if self.process is not None:
            self.stop()
        return self.start()

    def log(self):
        return self.log_path.read_text(errors="replace") \
            if self.log_path.exists() else ""

    def check_log(self):
        found = TROUBLE.search(self.log())
        assert not found, self.log()[max(0, found.start() - 2000):][:8000]

    def check(self):
        """hotlined --check on our files."""
        return subprocess.run([BUILD / "hotlined", "--check", "-c", self.conf],
                              capture_output=True, text=True)

    # ---- Talking to it ----

    def ctl_raw(self, *args, check=False, text=None):
        args = [str(a) for a in args]
        done = subprocess.run(
            [BUILD / "hotlinectl", *args], capture_output=True, text=True,
            input=text, timeout=700,
            env={**os.environ, "HOTLINED_SOCKET": str(self.socket)})
        found = TROUBLE.search(done.stderr)
        assert not found, done.stderr
        if check and done.returncode != 0:
            raise Refused(args, done)
        return done

    def ctl(self, *args, text=None):
        """hotlinectl ... --json; what it printed, or Refused.  What waits for
        a second person is approved at once by one whose token we know."""
        done = self.ctl_raw(*args, "--json", check=True, text=text)
        answer = json.loads(done.stdout) if done.stdout.strip() else None
        answer = self._approved(answer)
        if answer and args[:2] == ("member", "token"):
            self.tokens[args[2]] = answer["token"]
        return answer

    def ask(self, path, body=None):
        """The call that a verb of hotlinectl makes, without its program: it
        takes longer to load than the daemon to answer."""
        a = self.admin("POST", path, body)
        if a.status >= 300:
            raise Refused([path], subprocess.CompletedProcess([], 1, "", a))
        return self._approved(a.json)

    def _approved(self, answer):
        if self.second_person and answer and "change" in answer:
            answer["id"] = self.approve(answer["change"]).get("made")
        return answer

    def approve(self, change):
        """The first of the members we know who may."""
        for token in self.tokens.values():
            a = self.api("POST", f"/v1/changes/{change}/approve", key=token)
            if a.status not in (401, 403):
                break
        assert a.status == 200, a
        return a.json

    def _talk(self, connection, method, path, body, headers):
        data = None
        if body is not None:
            data = body if isinstance(body, (bytes, str)) else \
                json.dumps(body, ensure_ascii=False)
            data = data.encode() if isinstance(data, str) else data
            headers.setdefault("Content-Type", "application/json")
        try:
            connection.request(method, path, data, headers)
            answer = Answer(connection.getresponse())
        finally:
            connection.close()
        openapi_check.check(method, path, answer)
        return answer

    def api(self, method, path, body=None, key=None, headers=None, idem=None,
            timeout=30):
        """One call over TCP.  Agencies' POSTs get a fresh Idempotency-Key
        unless idem names one or is False."""
        headers = dict(headers or {})
        if key:
            headers["Authorization"] = f"Bearer {key}"
            if method == "POST" and key.startswith(("hla_", "hlf_")) \
                    and idem is not False:
                headers["Idempotency-Key"] = idem or str(uuid.uuid4())
        if method == "POST" and body is None:
            body = {}
        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                timeout=timeout)
        return self._talk(connection, method, path, body, headers)

    def watch(self, path, method="GET"):
        """One call on the listener of metrics."""
        return self._talk(http.client.HTTPConnection(
            "127.0.0.1", self.metrics_port, timeout=30), method, path, None,
            {})

    def admin(self, method, path, body=None, timeout=600):
        """One call over the control socket."""
        if method == "POST" and body is None:
            body = {}
        return self._talk(UnixConnection(self.socket, timeout), method, path,
                          body, {})

    # ---- What tests often need ----

    def step(self, span):
        """Let time pass: "6h", or to an RFC 3339 instant."""
        answer = self.ask("/v1/admin/clock",
                          {"to" if "T" in span else "step": span})
        self.now = answer["now"]
        return answer

    def set_clock(self, instant):
        self.now = self.ctl("clock", "set", instant)["now"]

    def agency(self, code, kind="school", name=None):
        """A new agency; returns its key."""
        self.ask("/v1/admin/agencies", {"code": code, "kind": kind,
                                        "name": name or f"Cơ quan {code}"})
        return self.ask(f"/v1/admin/agencies/{code}/keys")["key"]

    def link(self, code, until="2027-05-31", quota=30):
        """A create-only link of an agency: its id, key, url."""
        return self.ctl("link", "add", code, "--until", until, "--quota",
                        quota)

    def outside(self, code, kind, phone):
        """A body outside that agreed to be written to on its phone."""
        self.ctl("agency", "add", code, kind, "--name", f"Cơ quan {code}")
        self.ctl("agency", "address", code, "sms", phone, "--verified")
        self.ctl("agency", "contact", code, "--who", "Giám đốc Thử Nghiệm",
                 "--on", "2025-11-01", "--paper", "7/BB")

    def member(self, login, *roles, name=None, duty=False, token=True,
               **addresses):
        """A new member with verified addresses channel="where"; returns a
        personal token.  duty puts them on duty for a year."""
        self.ask("/v1/admin/members",
                 {"login": login, "name": name or f"Người {login}",
                  "roles": list(roles) or ["officer"]})
        at = f"/v1/admin/members/{login}"
        for channel, where in addresses.items():
            self.ask(f"{at}/addresses", {"channel": channel, "address": where,
                                         "verified": True})
        if duty:
            self.ask("/v1/admin/duty", {"member": login,
                                        "from": "2026-01-01T00:00:00+07:00",
                                        "until": "2027-12-31T00:00:00+07:00"})
        if not token:
            return None
        self.tokens[login] = self.ask(f"{at}/tokens")["token"]
        return self.tokens[login]


def shared(*fields, ground="legal_duty", **more):
    """Fields that a referral shares, all on the same ground."""
    return [{"field": f, "ground": ground, **more} for f in fields]


def whole_timeline(d, code, key, opened="true"):
    """All that happened to a case, with the words of acts."""
    path, items = f"/v1/cases/{code}/timeline?limit=500&open={opened}", []
    while path:
        a = d.api("GET", path, key=key)
        assert a.status == 200, a
        items += a.json["items"]
        link = a.headers.get("link")
        path = link[1:link.index(">")] if link else None
    return items


def copy_of(d):
    """A copy of a daemon's database that a test may open and change."""
    path = pathlib.Path(
        d.admin("POST", "/v1/admin/audit/copy").json["path"])
    mine = d.folder / f"{path.parent.name}.mine"
    shutil.move(path, mine)
    path.parent.rmdir()
    return mine
