"""The sample sites in front of the daemon: nginx and Caddy as a client meets
them, and what they let through."""
import base64
import concurrent.futures
import contextlib
import hashlib
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time

import pytest

import documents
from hotline import ROOT, Daemon

NAME = "trucban.example.gov.vn"
SITES = ROOT / "conf/sites"
REFERRAL = {"kind": "abused", "narrative": "Nội dung thử nghiệm.",
            "source": {"channel": "in_person",
                       "received_at": "2026-11-24T07:00:00+07:00"}}


def need(*tools):
    for tool in tools:
        if shutil.which(tool) is None:
            pytest.skip(f"TLS NOT TESTED: {tool} is missing")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(scope="module")
def cert(tmp_path_factory):
    """A certificate that is its own authority, and its key."""
    folder = tmp_path_factory.mktemp("cert")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "90", "-subj",
         f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


class Site:
    """A proxy under test: TLS port, plain port, log."""

    def __init__(self, folder, cert, upstream):
        self.folder, self.cert = folder, cert
        self.upstream = upstream
        self.tls, self.plain = free_port(), free_port()
        self.log = folder / "log"

    def nginx(self):
        site = (SITES / "nginx.conf").read_text()
        changes = {r"127\.0\.0\.1:8111": f"127.0.0.1:{self.upstream}",
                   r"listen \[::\].*\n": "",
                   r"listen 80;": f"listen 127.0.0.1:{self.plain};",
                   r"listen 443": f"listen 127.0.0.1:{self.tls}",
                   r"/etc/ssl/hotlined/fullchain.pem": str(self.cert[0]),
                   r"/etc/ssl/hotlined/key.pem": str(self.cert[1]),
                   r"/var/log/nginx/hotlined.log": str(self.log)}
        for old, new in changes.items():
            site, n = re.subn(old, new, site)
            assert n > 0, old
        (self.folder / "site.conf").write_text(site)
        temp = "".join(f"{kind}_temp_path {self.folder}/{kind};\n" for kind in
                       ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        conf = self.folder / "nginx.conf"
        conf.write_text(
            f"daemon off; pid {self.folder}/pid; error_log {self.log};\n"
            f"events {{}}\nhttp {{\n{temp}include {self.folder}/site.conf;\n"
            "}\n")
        done = subprocess.run(["nginx", "-t", "-c", conf],
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return ["nginx", "-c", conf]

    def caddy(self):
        site = (SITES / "Caddyfile").read_text()
        changes = {r"127\.0\.0\.1:8111": f"127.0.0.1:{self.upstream}",
                   r"(?m)^\{$": "{\n\tadmin off\n\tskip_install_trust\n"
                                f"\thttp_port {self.plain}\n"
                                f"\thttps_port {self.tls}",
                   rf"(?m)^{NAME} \{{$": f"{NAME} {{\n\ttls {self.cert[0]} "
                                         f"{self.cert[1]}"}
        for old, new in changes.items():
            site, n = re.subn(old, new, site)
            assert n == 1, old
        conf = self.folder / "Caddyfile"
        conf.write_text(site)
        return ["caddy", "run", "--adapter", "caddyfile", "--config", conf]

    def curl(self, path, *args, scheme="https", body=None):
        port = self.tls if scheme == "https" else self.plain
        if body is not None:
            args = ("-H", "Content-Type: application/json", "--data-binary",
                    "@-", *args)
        done = subprocess.run(
            ["curl", "--silent", "--show-error", "--max-time", "20",
             "--cacert", self.cert[0], "--resolve", f"{NAME}:{port}:127.0.0.1",
             "--dump-header", "-", *args, f"{scheme}://{NAME}:{port}{path}"],
            capture_output=True, input=body)
        assert done.returncode == 0, done.stderr
        head, _, text = done.stdout.rpartition(b"\r\n\r\n")
        return int(head.split()[1]), head.decode().lower(), text.decode()


@contextlib.contextmanager
def serving(site, command):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL,
                               env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                                    "HOME": str(site.folder)})
    try:
        until = time.monotonic() + 15
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", site.tls)).close()
                break
            time.sleep(0.05)
        yield site
    finally:
        process.terminate()
        process.wait(15)


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def site(request, cert, tmp_path_factory):
    """Proxy and daemon; site.d is the daemon."""
    need(request.param, "curl", "openssl")
    folder = tmp_path_factory.mktemp(request.param)
    folder.chmod(0o755)
    with Daemon(folder / "d") as d:
        site = Site(folder, cert, d.port)
        site.d, site.key = d, d.agency("truong1")
        with serving(site, getattr(site, request.param)()):
            yield site


def post(site, idem, *more, body=None):
    return site.curl("/v1/referrals", "-H", f"Authorization: Bearer {site.key}",
                     "-H", f'Idempotency-Key: "{idem}"', *more,
                     body=body or json.dumps(REFERRAL).encode())


def test_a_notification_comes_through(site):
    status, head, text = post(site, "mot")
    assert status == 201, text
    assert "strict-transport-security: max-age=63072000" in head
    assert post(site, "mot")[2] == text


def test_what_passes_is_not_left_on_the_disk(site, tmp_path):
    """nginx kept bodies longer than 16 KiB, and files, in folders of its own."""
    key = site.d.member("canbo", "lead", duty=True, sms="0900000001")
    code = json.loads(post(site, "tep")[2])["cases"][0]
    data = documents.PDF + os.urandom(10 << 20)[:-len(documents.PDF)]
    first, *rest = documents.parts(data)
    document = documents.begin(site.d, code, key, len(data))["id"]
    where = documents.path(code, document)
    folders = [site.folder / k for k in ("client_body", "proxy")]
    before = [f.exists() and f.stat().st_mtime_ns for f in folders]
    digest = base64.b64encode(hashlib.sha256(first).digest()).decode()
    status, _, text = site.curl(
        where + "/parts/1", "-X", "PUT", "-H", f"Authorization: Bearer {key}",
        "-H", f"Content-Digest: sha-256=:{digest}:", body=first)
    assert status == 200, text
    for n, part in enumerate(rest, 2):
        assert documents.put(site.d, code, key, document, n,
                             part).status == 200
    got = tmp_path / "got"
    subprocess.run(
        ["curl", "--silent", "--fail", "--cacert", site.cert[0], "--resolve",
         f"{NAME}:{site.tls}:127.0.0.1", "--limit-rate", "6M", "-o", got,
         "-H", f"Authorization: Bearer {key}",
         f"https://{NAME}:{site.tls}{where}/content"], check=True)
    assert got.read_bytes() == data
    assert [f.exists() and f.stat().st_mtime_ns for f in folders] == before


def test_plain_http_is_sent_to_tls(site):
    status, head, _ = site.curl("/v1/me", scheme="http")
    assert status == 308
    assert f"location: https://{NAME}" in head


def test_a_body_beyond_ours_is_refused_at_the_door(site):
    big = json.dumps({**REFERRAL, "narrative": "x" * 300_000}).encode()
    # Over HTTP/2 curl 7.88 does not read an answer that comes this early.
    assert post(site, "hai", "--http1.1", body=big)[0] == 413


def test_readiness_is_not_for_the_world(site):
    assert site.curl("/readyz")[0] == 404
    assert site.curl("/healthz")[0] == 200


def test_admin_calls_are_not_there(site):
    assert site.curl("/v1/admin/status")[0] == 404


def test_limits_are_those_of_the_daemon():
    settings = (ROOT / "daemon/settings.def").read_text()
    kib = re.search(r"INT\(max_body_kib, \d+, \d+, (\d+)", settings)[1]
    deadline = re.search(r"TERM\(request_deadline, \d+, \d+, (\d+)000",
                         settings)[1]
    nginx = (SITES / "nginx.conf").read_text()
    assert f"client_max_body_size {kib}k;" in nginx
    assert f"client_body_timeout {deadline}s;" in nginx
    caddy = (SITES / "Caddyfile").read_text()
    assert f"max_size {kib}KiB" in caddy
    assert f"read_body {deadline}s" in caddy


# ---- What reaches the daemon ----

class Upstream:
    """Stands in for the daemon; keeps every connection's bytes."""

    def __init__(self):
        self.seen = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                conn, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(conn,),
                             daemon=True).start()

    def serve(self, conn):
        conn.settimeout(5)
        data = b""
        with contextlib.suppress(OSError), conn:
            while b"\r\n\r\n" not in data:
                data += conn.recv(65536)
            head, _, body = data.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            while len(body) < int(length[1] if length else 0):
                body += conn.recv(65536)
            # Written before the answer: the client may look at once.
            self.seen.append((head.decode().lower(), body))
            conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            # Would another request follow on the same connection?
            conn.settimeout(0.5)
            with contextlib.suppress(TimeoutError):
                if more := conn.recv(65536):
                    self.seen.append(("second request", more))


@pytest.fixture(params=["nginx", "caddy"])
def watched(request, cert, tmp_path):
    need(request.param, "curl", "openssl")
    upstream = Upstream()
    tmp_path.chmod(0o755)
    site = Site(tmp_path, cert, upstream.port)
    site.kind, site.seen = request.param, upstream.seen
    with serving(site, getattr(site, request.param)()):
        yield site
    upstream.socket.close()


def test_a_client_cannot_say_who_it_is(watched):
    watched.curl("/x", "-H", "X-Forwarded-For: 192.0.2.7", "-H",
                 "Forwarded: for=192.0.2.7", "-H", "X-Forwarded-Proto: http")
    head, _ = watched.seen[0]
    assert "192.0.2.7" not in head
    assert re.findall(r"x-forwarded-for: (.*)\r", head + "\r") == ["127.0.0.1"]
    assert "x-forwarded-proto: https" in head
    assert f"host: {NAME}" in head


def test_one_request_a_connection(watched):
    """Two on one of the client's are two of ours."""
    context = ssl.create_default_context(cafile=watched.cert[0])
    get = f"GET /x HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", watched.tls)) as raw, \
            context.wrap_socket(raw, server_hostname=NAME) as s:
        s.settimeout(10)
        s.sendall(get + get)
        got = b""
        while got.count(b"200 OK") < 2:
            more = s.recv(65536)
            assert more, got
            got += more
    time.sleep(0.6)
    assert [h.split(" http")[0] for h, _ in watched.seen] == ["get /x"] * 2
    assert all("connection: close" in h for h, _ in watched.seen)


def test_a_chunked_body_is_counted_by_nginx_alone(watched):
    """The daemon takes no Transfer-Encoding; what Caddy passes on it refuses
    with 411."""
    watched.curl("/x", "-H", "Transfer-Encoding: chunked", body=b"{}")
    head, body = watched.seen[0]
    if watched.kind == "nginx":
        assert "content-length: 2" in head and body == b"{}"
        assert "transfer-encoding" not in head
    else:
        assert "transfer-encoding" in head, (head, body)


@pytest.mark.parametrize("wrong", [
    "Content-Length: 3\r\nContent-Length: 4\r\n",
    "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
    "Content-Length : 3\r\n",
    "Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n"])
def test_what_could_be_read_two_ways_is_read_by_nobody(watched, wrong):
    context = ssl.create_default_context(cafile=watched.cert[0])
    with socket.create_connection(("127.0.0.1", watched.tls)) as raw, \
            context.wrap_socket(raw, server_hostname=NAME) as s:
        s.settimeout(2)
        s.sendall(f"POST /x HTTP/1.1\r\nHost: {NAME}\r\n{wrong}\r\n"
                  "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
                  .encode())
        with contextlib.suppress(OSError):
            while s.recv(65536):
                pass
    time.sleep(0.2)
    assert not any("smuggled" in h or b"smuggled" in b
                   for h, b in watched.seen), watched.seen


# ---- TLS itself ----

def look_at(kind, cert, folder):
    """What it finds, as rows; None if the proxy is not there."""
    if shutil.which(kind) is None:
        return None
    folder.mkdir(mode=0o755)
    site, found = Site(folder, cert, 9), folder / "found.json"
    with serving(site, getattr(site, kind)()):
        subprocess.run(
            ["testssl", "--quiet", "--color", "0", "--warnings", "off",
             "--protocols", "--std", "--openssl-timeout", "5", "--jsonfile",
             found, "--ip", "127.0.0.1", f"{NAME}:{site.tls}"],
            stdout=subprocess.DEVNULL, timeout=300)
    return json.loads(found.read_text())


@pytest.fixture(scope="module")
def found(cert, tmp_path_factory):
    """{proxy: rows}; it mostly sleeps, so all at once."""
    need("testssl")
    folder = tmp_path_factory.mktemp("testssl")
    folder.chmod(0o755)
    kinds = ("nginx", "caddy")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return dict(zip(kinds, pool.map(
            lambda kind: look_at(kind, cert, folder / kind), kinds)))


@pytest.mark.parametrize("kind", ["nginx", "caddy"])
def test_testssl_finds_nothing_to_mend(found, kind):
    need(kind)
    rows = {r["id"]: r for r in found[kind]}
    assert {"TLS1_2", "TLS1_3", "cipherlist_NULL"} <= set(rows)
    for old in ("SSLv2", "SSLv3", "TLS1", "TLS1_1"):
        assert "not offered" in rows[old]["finding"]
    for new in ("TLS1_2", "TLS1_3"):
        assert rows[new]["finding"].startswith("offered"), rows[new]
    for weak in ("NULL", "aNULL", "EXPORT", "LOW", "3DES_IDEA", "AVERAGE"):
        assert rows[f"cipherlist_{weak}"]["finding"] == "not offered"
    bad = [r for r in rows.values()
           if r["severity"] in ("MEDIUM", "HIGH", "CRITICAL", "WARN")
           and r["id"] != "engine_problem"]  # of the tool's own openssl
    assert bad == []
