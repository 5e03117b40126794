"""Receivers of alerts for the black-box suites: SMTP, webhook, HTTP, spool.

Each takes a Ledger (ledger.py) and a queue of behaviours for its next
messages; an empty queue means "accept".  Behaviours:
    SMTP   an SMTP answer such as "451 4.3.0 later", "hang", "drop"
    HTTP   a status, (status, headers, body), "hang", "half", "drip", "rst"
A message answered with a failure is not put into the ledger; its attempt is
kept in .refused.
"""
import contextlib
import email
import email.policy
import http.server
import json
import os
import pathlib
import queue
import select
import socket
import ssl
import struct
import subprocess
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from ledger import Ledger, Message  # noqa: F401  (Ledger for the suites)

HERE = pathlib.Path(__file__).resolve().parent


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Certificate:
    """A self-made certificate for 127.0.0.1 and localhost."""
    def __init__(self, folder, name="server", expired=False,
                 host="localhost"):
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.key = folder / f"{name}.key"
        self.cert = folder / f"{name}.crt"
        ip = ",IP:127.0.0.1" if host == "localhost" else ""
        request = folder / f"{name}.csr"
        config = folder / f"{name}.cnf"
        config.write_text(
            "[ca]\ndefault_ca=c\n[c]\nnew_certs_dir=%s\ndatabase=%s\n"
            "rand_serial=yes\ndefault_md=sha256\npolicy=p\nx509_extensions=e\n"
            "copy_extensions=none\n[p]\ncommonName=supplied\n"
            "[e]\nsubjectAltName=DNS:%s%s\nbasicConstraints=critical,CA:TRUE\n"
            % (folder, folder / f"{name}.db", host, ip))
        (folder / f"{name}.db").write_text("")
        start, end = ("20200101000000Z", "20200201000000Z") if expired else \
            ("20200101000000Z", "20991231000000Z")
        self._run("req", "-new", "-newkey", "ec", "-pkeyopt",
                  "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.key,
                  "-out", request, "-subj", f"/CN={host}")
        self._run("ca", "-batch", "-selfsign", "-notext", "-config", config,
                  "-keyfile", self.key, "-in", request, "-out", self.cert,
                  "-startdate", start, "-enddate", end)

    @staticmethod
    def _run(*args):
        subprocess.run(["openssl", *map(str, args)], check=True,
                       capture_output=True)

    def context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, self.key)
        return context


class Behaving:
    """The queue of behaviours and what was refused by it."""

    def __init__(self, ledger):
        self.ledger = ledger
        self.refused = []
        self._behaviours = queue.Queue()
        self.always = None

    def behave(self, *behaviours):
        """The next messages meet these, one each."""
        for b in behaviours:
            self._behaviours.put(b)

    def next_behaviour(self):
        try:
            return self._behaviours.get_nowait()
        except queue.Empty:
            return self.always


# ---- SMTP -------------------------------------------------------------------


def message_of_mail(channel, to, raw):
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    part = mail.get_body(preferencelist=("plain",))
    return Message(channel, to, str(mail["Subject"] or ""),
                   part.get_content().replace("\r\n", "\n") if part else "",
                   str(mail["Message-ID"] or "").strip("<>").split("@")[0],
                   dict(mail.items()), None, raw)


class SmtpReceiver(Behaving):
    """Real SMTP: tls is None, "starttls" or "smtps"; auth is (user, password).
    """

    def __init__(self, ledger, tls=None, certificate=None, auth=None,
                 channel="email", port=0):
        super().__init__(ledger)
        self.channel = channel
        self.auth = auth
        self.secured = []  # for each message: did it come over TLS?
        self.transactions = []  # (mail from, [rcpt to])
        context = certificate.context() if certificate else None
        keys = {"auth_require_tls": tls == "starttls"}
        if auth:
            keys.update(authenticator=self._authenticate, auth_required=True)
        if tls == "starttls":
            keys.update(tls_context=context, require_starttls=True)
        self.port = port or free_port()
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port,
            ssl_context=context if tls == "smtps" else None,
            server_hostname="smtp.test", **keys)
        if tls == "smtps":
            # Its self-check would wait for a greeting in plain text.
            self._controller._trigger_server = lambda: \
                socket.create_connection(("127.0.0.1", self.port)).close()
        self._controller.start()

    def _authenticate(self, server, session, envelope, mechanism, data):
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self.auth, handled=False)

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        import asyncio
        how = self.next_behaviour()
        self.transactions.append((envelope.mail_from,
                                  list(envelope.rcpt_tos)))
        messages = [message_of_mail(self.channel, to, envelope.content)
                    for to in envelope.rcpt_tos]
        if how is not None:
            self.refused += messages
        if how == "hang":
            await asyncio.sleep(3600)
        if how == "drop":
            server.transport.abort()
            return "421 gone"
        if how is not None:
            return how
        self.secured.append(server.transport.get_extra_info("ssl_object")
                            is not None or bool(session.ssl))
        for m in messages:
            self.ledger.add(m)
        return "250 2.0.0 taken"

    def stop(self):
        self._controller.stop(no_assert=True)


# ---- HTTP -------------------------------------------------------------------


class HttpReceiver(Behaving):
    """Any HTTP receiver; to_message(request) makes the ledger's Message."""

    def __init__(self, ledger, channel="http", certificate=None, answer=None):
        super().__init__(ledger)
        self.channel = channel
        self.answer = answer or (200, {}, b"")
        self.requests = []
        self.delay = 60  # of "hang" and "drip", in seconds
        self.hanging = set()  # attempts that wait for an answer now
        self._server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handler", (_Handler,), {"owner": self}))
        self._server.daemon_threads = True
        if certificate:
            self._server.socket = certificate.context().wrap_socket(
                self._server.socket, server_side=True,
                do_handshake_on_connect=False)
        self.port = self._server.server_address[1]
        scheme = "https" if certificate else "http"
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever,
                         kwargs={"poll_interval": 0.05}, daemon=True).start()

    def to_message(self, request):
        data = request["json"] if isinstance(request["json"], dict) else {}

        def pick(*names):
            return next((str(data[n]) for n in names if n in data), "")
        return Message(self.channel, pick("to", "chat_id", "Phone", "topic"),
                       pick("subject", "title"),
                       pick("text", "message", "Content", "content"),
                       pick("id", "RequestId")
                       or request["headers"].get("x-id", ""),
                       request["headers"], request["json"], request["body"])

    def wrong(self, request):
        """What is wrong with the request itself, or None."""
        return None

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    owner = None
    protocol_version = "HTTP/1.1"
    timeout = 30

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = {"method": self.command, "path": self.path, "body": body,
                   "headers": {k.lower(): v for k, v in self.headers.items()},
                   "json": None}
        try:
            request["json"] = json.loads(body)
        except ValueError:
            pass
        self.owner.requests.append(request)
        how = self.owner.next_behaviour()
        if how is None:
            self._accept(request)
        else:
            self.owner.refused.append(self.owner.to_message(request))
            self._misbehave(how)

    do_GET = do_PUT = do_POST

    def _accept(self, request):
        wrong = self.owner.wrong(request)
        if wrong:
            self.owner.ledger.fault(f"{self.owner.channel}: {wrong}")
            self._reply(400, {}, wrong.encode())
            return
        self.owner.ledger.add(self.owner.to_message(request))
        self._reply(*self.owner.answer)

    def _misbehave(self, how):
        self.close_connection = isinstance(how, str)
        if how == "hang":
            self.owner.hanging.add(self)
            select.select([self.connection], [], [], self.owner.delay)
            self.owner.hanging.discard(self)
        elif how == "drip":
            self._drip()
        elif how == "half":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n"
                             b"\r\nhalf")
        elif how == "rst":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                       struct.pack("ii", 1, 0))
            self.connection.close()
        elif isinstance(how, int):
            self._reply(how, {}, b"no")
        else:
            self._reply(*how)

    def _drip(self):
        """An answer of which a byte comes now and then, and never the end."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n")
        with contextlib.suppress(OSError):
            for _ in range(10 * self.owner.delay):
                self.wfile.write(b"x")
                time.sleep(0.1)

    def _reply(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def finish(self):
        try:
            super().finish()
        except (OSError, ValueError):
            pass


class Verifier:
    """The public `standardwebhooks` package in a node process."""

    def __init__(self):
        if not (HERE / "node_modules" / "standardwebhooks").is_dir():
            raise RuntimeError("run: npm ci --prefix tests")
        self._node = subprocess.Popen(
            ["node", str(HERE / "verify_webhook.mjs")], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._lock = threading.Lock()

    def wrong(self, secret, headers, body):
        """None if the signature is right, else why not."""
        ask = {"secret": secret, "headers": headers,
               "body": body.decode("utf-8", "replace")}
        with self._lock:
            self._node.stdin.write(json.dumps(ask) + "\n")
            self._node.stdin.flush()
            answer = json.loads(self._node.stdout.readline())
        return None if answer["ok"] else answer["why"]

    def stop(self):
        self._node.stdin.close()
        self._node.wait(10)
        self._node.stdout.close()


class WebhookReceiver(HttpReceiver):
    """Verifies each message as a vendor would; a bad one is a fault."""

    def __init__(self, ledger, secret, channel="webhook", certificate=None):
        super().__init__(ledger, channel, certificate)
        self.secret = secret
        self.verifier = Verifier()

    def wrong(self, request):
        return self.verifier.wrong(self.secret, request["headers"],
                                   request["body"])

    def to_message(self, request):
        data = request["json"] if isinstance(request["json"], dict) else {}
        headers = request["headers"]
        return Message(self.channel, self.url + request["path"],
                       data.get("subject", ""), data.get("text", ""),
                       headers.get("webhook-id", ""), headers, data,
                       request["body"])

    def stop(self):
        super().stop()
        self.verifier.stop()


# ---- Spool ------------------------------------------------------------------


class SpoolReceiver:
    """smstools without a modem: takes files of folder, writes into inbox."""

    def __init__(self, ledger, folder, inbox=None, channel="sms"):
        self.ledger = ledger
        self.channel = channel
        self.folder = pathlib.Path(folder)
        self.inbox = pathlib.Path(inbox) if inbox else None
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.inbox:
            self.inbox.mkdir(parents=True, exist_ok=True)
        self._n = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._over.wait(0.05):
            for path in sorted(self.folder.iterdir()):
                if path.is_file() and not path.name.startswith("."):
                    self._take(path)

    def _take(self, path):
        raw = path.read_bytes()
        head, _, text = raw.decode().partition("\n\n")
        headers = dict(line.split(": ", 1) for line in head.split("\n"))
        self.ledger.add(Message(self.channel, headers.get("To", ""), "", text,
                                path.name, headers, None, raw))
        path.unlink()

    def reply(self, sender, text, name=None):
        """An SMS comes in; returns the path it lies at until it is taken."""
        self._n += 1
        path = self.inbox / (name or f"GSM1.{os.getpid()}.{self._n}")
        temp = self.inbox / f".{path.name}"
        temp.write_text(f"From: {sender}\nFrom_SMSC: 84000000000\n"
                        f"Received: 26-11-24 07:00:00\nAlphabet: ISO\n\n"
                        f"{text}")
        temp.rename(path)
        return path

    def stop(self):
        self._over.set()
        self._thread.join()
