"""Drives the real hotline-courier as the core does: over a SEQPACKET pair."""
import base64
import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import time
import uuid

SECRET = "whsec_" + base64.b64encode(b"thu nghiem thu nghiem 24").decode()
ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build")).resolve()
PROGRAM = BUILD / "hotline-courier"


def literal(value):
    """A Python value as libconfig writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (list, tuple)):
        return "[ " + ", ".join(map(literal, value)) + " ]"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + text.replace("\n", "\\n") + '"'


def channels_conf(*channels):
    groups = ["  { " + " ".join(f"{k} = {literal(v)};" for k, v in c.items())
              + " }" for c in channels]
    return "channels = (\n" + ",\n".join(groups) + "\n);\n"


def private(path, text):
    """A secret file."""
    path.write_text(text)
    path.chmod(0o600)
    return path


def mail_conf(server, tls="off", name="email", **more):
    return {"name": name, "kind": "email", "server": "127.0.0.1",
            "port": getattr(server, "port", server), "tls": tls,
            "from": "canh.bao@phuong.test", "allow_private": True,
            "timeout": "2s", **more}


def http_conf(server, name="zalo", **more):
    return {"name": name, "kind": "http", "allow_private": True,
            "url": f"{server.url}/bot{{secret}}/send", "timeout": "2s",
            "body": '{"chat_id":"{to}","text":"{text}","id":"{id}"}',
            "accept_json": "ok=true", **more}


def spool_conf(folder, **more):
    for name in ("out", "in"):
        (folder / name).mkdir(exist_ok=True)
    return {"name": "sms", "kind": "spool", "folder": "out", "inbox": "in",
            "replies": True, **more}


def check(path):
    """hotline-courier --check: (status, lines)."""
    done = subprocess.run([PROGRAM, "--check", "-c", path], text=True,
                          capture_output=True, timeout=20)
    return done.returncode, done.stdout.splitlines()


class Core:
    """The core's end of the socket."""

    def __init__(self, sock):
        self.sock = sock
        self.seen = []

    def say(self, **message):
        self.sock.send(json.dumps(message).encode())

    def send(self, channel, to, text="Hạn còn 6 giờ", subject="Hồ sơ K7Q2",
             id=None, epoch=1, **more):
        id = id or str(uuid.uuid4())
        self.say(do="send", id=id, epoch=epoch, channel=channel, to=to,
                 subject=subject, text=text, alerts=[id], **more)
        return id

    def hear(self, timeout=15.0):
        """The next packet, or None when nothing comes."""
        if not select.select([self.sock], [], [], timeout)[0]:
            return None
        data = self.sock.recv(1 << 17)
        return json.loads(data) if data else None

    def await_(self, what, timeout=15.0, **match):
        """The next packet {"is": what} with these members."""
        end = time.monotonic() + timeout
        for i, m in enumerate(self.seen):
            if m["is"] == what and match.items() <= m.items():
                return self.seen.pop(i)
        while (left := end - time.monotonic()) > 0:
            m = self.hear(left)
            if m is None:
                break
            if m["is"] == what and match.items() <= m.items():
                return m
            self.seen.append(m)
        raise AssertionError(f"no {what} {match}; heard {self.seen}")

    def result(self, id, timeout=15.0):
        return self.await_("result", timeout, id=id)

    def try_(self, channel, to, timeout=15.0, **more):
        """One errand and its (class, code)."""
        result = self.result(self.send(channel, to, **more), timeout)
        return result["class"], result["code"]


class Courier(Core):
    """The program with its descriptor, and what it wrote to its log."""

    def __init__(self, folder, *channels, level="debug"):
        self.folder = pathlib.Path(folder)
        self.conf = self.folder / "channels.conf"
        self.conf.write_text(channels_conf(*channels))
        ours, theirs = socket.socketpair(socket.AF_UNIX,
                                         socket.SOCK_SEQPACKET)
        super().__init__(ours)
        self.log_path = self.folder / "courier.log"
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "--fd", str(theirs.fileno()), "-c", self.conf,
                 "--log-level", level],
                pass_fds=[theirs.fileno()], stderr=log)
        theirs.close()
        self.hello = self.await_("hello")

    @property
    def log(self):
        return self.log_path.read_text()

    def stop(self):
        """SIGTERM; the exit status, and nothing that sanitizers dislike."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            # It would stay for a core that is there.
            self.sock.shutdown(socket.SHUT_RDWR)
        status = self.process.wait(15)
        self.sock.close()
        assert "Sanitizer" not in self.log, self.log
        return status
