"""Web Push against the public packages and a push service of our own."""
import base64
import http.client
import json
import re
import ssl
import subprocess
import threading

import pytest

from courier_fixtures import ledger, stops  # noqa: F401
from courier_rig import Courier, check
from hotline import BUILD, ROOT, Daemon, spool
from receivers import Certificate, HttpReceiver, Message

CONTACT = "mailto:truc@phuong.test"


class Browser:
    """A node process that subscribes, decrypts and verifies."""

    def __init__(self):
        self.node = subprocess.Popen(
            ["node", str(ROOT / "tests/push_peer.mjs")], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.lock = threading.Lock()

    def ask(self, **what):
        with self.lock:
            self.node.stdin.write(json.dumps(what) + "\n")
            self.node.stdin.flush()
            return json.loads(self.node.stdout.readline())

    def stop(self):
        self.node.stdin.close()
        self.node.wait(10)
        self.node.stdout.close()


class PushService(HttpReceiver):
    """Takes what it can hand on: an endpoint ends with the browser's key."""

    def __init__(self, ledger, certificate, browser):
        super().__init__(ledger, "push", certificate, (201, {}, b""))
        self.browser = browser
        self.point = None  # of the only sender (RFC 8292, 4)

    def subscribe(self):
        """What a page hands to hotlined, and the endpoint in it."""
        s = self.browser.ask(do="subscribe")
        endpoint = f"{self.url}/push/{s['p256dh']}"
        return f"{s['p256dh']} {s['auth']} {endpoint}", endpoint

    def opened(self, request):
        return self.browser.ask(
            do="open", p256dh=request["path"].split("/")[-1],
            body=base64.b64encode(request["body"]).decode(),
            authorization=request["headers"]["authorization"])

    def wrong(self, request):
        got, headers = self.opened(request), request["headers"]
        if "why" in got:
            return got["why"]
        if (got["sender"]["aud"], got["sender"]["alg"], got["sender"]["key"]) \
                != (self.url, "ES256", self.point):
            return f"sender {got['sender']}"
        if headers["content-encoding"] != "aes128gcm" or "ttl" not in headers:
            return f"headers {headers}"
        return None

    def to_message(self, request):
        got = self.opened(request)
        data = json.loads(got["text"]) if "text" in got else {}
        return Message("push", self.url + request["path"],
                       data.get("subject", ""), data.get("text", ""),
                       data.get("id", ""), request["headers"],
                       {**data, "sender": got.get("sender")},
                       request["body"])


def push_key(folder):
    """hotlinectl push key: the file and the public half."""
    done = subprocess.run([BUILD / "hotlinectl", "push", "key",
                           folder / "push.secret"], text=True,
                          capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return re.fullmatch(r'public_key = "([\w-]{87})";\n', done.stdout)[1]


@pytest.fixture
def service(tmp_path, stops, ledger):
    browser = Browser()
    stops.append(browser)
    certificate = Certificate(tmp_path / "tls")
    s = PushService(ledger, certificate, browser)
    stops.append(s)
    s.point = push_key(tmp_path)
    s.conf = {"name": "push", "kind": "webpush", "timeout": "2s",
              "interval": "now", "allow_private": True,
              "ca_file": certificate.cert, "contact": CONTACT,
              "key_file": tmp_path / "push.secret", "public_key": s.point,
              "hosts": [f"127.0.0.1:{s.port}"]}
    return s


def test_a_browser_reads_what_is_sent(service, tmp_path, ledger, stops):
    courier = Courier(tmp_path, service.conf)
    stops.append(courier)
    to, endpoint = service.subscribe()
    e = ledger.expect(to=endpoint, subject="Hồ sơ K7Q2", text="Hạn còn 6 giờ")
    id = courier.send("push", to, link="https://ward.test/a/1")
    got = courier.result(id)
    assert (got["class"], got["code"]) == ("accepted", 201)
    ledger.settle()
    data = e.message.data
    sender = data.pop("sender")
    assert data == {"id": id, "subject": "Hồ sơ K7Q2", "text": "Hạn còn 6 giờ",
                    "link": "https://ward.test/a/1"}
    assert sender["sub"] == CONTACT and sender["key"] == service.point
    headers = e.message.headers
    assert headers["topic"] == id.replace("-", "")
    assert (headers["ttl"], headers["urgency"]) == ("14400", "high")
    assert "Hạn".encode() not in e.message.raw


TEXT = {"id": "1", "subject": "Hồ sơ K7Q2", "text": "Hạn còn 6 giờ"}


@pytest.fixture
def public(service, tmp_path):
    """What web-push makes with our keys for a browser, and its endpoint."""
    to, endpoint = service.subscribe()
    p256dh, auth, _ = to.split()
    made = service.browser.ask(
        do="request", key=(tmp_path / "push.secret").read_text().strip(),
        point=service.point, contact=CONTACT,
        text=json.dumps(TEXT, ensure_ascii=False),
        to={"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": auth}})
    return endpoint, made["headers"], base64.b64decode(made["body"])


def post(service, endpoint, headers, body):
    """Status and answer of the push service."""
    context = ssl.create_default_context(cafile=service.conf["ca_file"])
    c = http.client.HTTPSConnection("127.0.0.1", service.port, timeout=30,
                                    context=context)
    c.request("POST", endpoint[len(service.url):], body,
              {k: str(v) for k, v in headers.items()})
    a = c.getresponse()
    c.close()
    return a.status


def test_what_the_public_server_sends_is_taken(service, public, ledger):
    """Or the service that takes ours would take anything, or only ours."""
    endpoint, headers, body = public
    e = ledger.expect(to=endpoint, subject=TEXT["subject"], text=TEXT["text"])
    assert post(service, endpoint, headers, body) == 201
    ledger.settle()
    sender = e.message.data["sender"]
    assert sender["key"] == service.point and sender["sub"] == CONTACT
    assert set(sender) == {"aud", "exp", "sub", "alg", "key"}


# Parts of a message (RFC 8188, 2.1): salt 16, record size 4 (any that it fits
# into), length of the key 1, key 65, what is sealed and its tag 16.
@pytest.mark.parametrize("at", [0, 15, 20, 21, 85, 86, -17, -16, -1])
def test_a_message_with_a_byte_that_is_another_is_not(at, service, public,
                                                      ledger):
    endpoint, headers, body = public
    broken = bytearray(body)
    broken[at] ^= 1
    assert post(service, endpoint, headers, bytes(broken)) == 400
    assert ledger.messages == []


def test_a_sender_who_is_another_is_not_taken(service, public, ledger):
    """The token: signed by another key, of other claims, for another place."""
    endpoint, headers, body = public
    head, claims, signature, key = re.fullmatch(
        r"vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)",
        headers["Authorization"]).groups()

    def sent(head=head, claims=claims, signature=signature, key=key):
        return post(service, endpoint, {
            **headers, "Authorization":
            f"vapid t={head}.{claims}.{signature}, k={key}"}, body)

    def other(text, at):
        return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1:]
    assert sent(signature=other(signature, 5)) == 400
    assert sent(claims=other(claims, 12)) == 400
    assert sent(key=service.subscribe()[0].split()[0]) == 400
    there = dict(service.browser.ask(
        do="request", key=(service.conf["key_file"]).read_text().strip(),
        point=service.point, contact=CONTACT, text="x",
        to={"endpoint": endpoint.replace("127.0.0.1", "localhost"),
            "keys": {"p256dh": endpoint.split("/")[-1],
                     "auth": "BTBZMqHH6r4Tts7J_aSIgg"}})["headers"])
    assert post(service, endpoint, {**headers, "Authorization":
                                    there["Authorization"]}, body) == 400
    assert ledger.messages == []
    assert sent() == 201


@pytest.mark.parametrize("behaviour,expected", [
    (404, ("permanent", 404)),
    (410, ("permanent", 410)),
    (413, ("permanent", 413)),
    (429, ("transient", 429)),
    (503, ("transient", 503)),
    ("hang", ("ambiguous", 28)),
])
def test_outcomes(behaviour, expected, service, tmp_path, ledger, stops):
    courier = Courier(tmp_path, service.conf)
    stops.append(courier)
    to, _ = service.subscribe()
    service.behave(behaviour)
    assert courier.try_("push", to) == expected


def test_a_pause_is_heeded(service, tmp_path, stops):
    courier = Courier(tmp_path, service.conf)
    stops.append(courier)
    to, _ = service.subscribe()
    service.behave((429, {"Retry-After": "30"}, b""))
    got = courier.result(courier.send("push", to))
    assert (got["class"], got["retry_after_ms"]) == ("transient", 30000)


@pytest.mark.parametrize("to", [
    "", "x", "a b https://127.0.0.1/x", "{to} x",
    "https://fcm.googleapis.com/x", "{keys} https://127.0.0.1:1/push/x",
    "{keys} http://127.0.0.1:{port}/push/x"])
def test_what_is_no_subscription_is_not_called(to, service, tmp_path, stops):
    courier = Courier(tmp_path, service.conf)
    stops.append(courier)
    good, _ = service.subscribe()
    bad = to.format(to=good, keys=" ".join(good.split()[:2]),
                    port=service.port)
    assert courier.try_("push", bad)[0] == "permanent"
    assert service.requests == []


def test_private_addresses_are_refused(service, tmp_path, stops):
    """A service that a member names must not be one inside."""
    courier = Courier(tmp_path, {**service.conf, "allow_private": False})
    stops.append(courier)
    to, _ = service.subscribe()
    assert courier.try_("push", to)[0] in ("transient", "permanent")
    assert service.requests == []
    assert "private address" in courier.log


def test_the_keys_must_be_a_pair(service, tmp_path):
    from courier_rig import channels_conf
    (tmp_path / "other").mkdir()
    path = tmp_path / "channels.conf"
    path.write_text(channels_conf(
        {**service.conf, "public_key": push_key(tmp_path / "other")}))
    code, lines = check(path)
    assert code != 0 and service.point in "\n".join(lines)
    done = subprocess.run([BUILD / "hotlinectl", "push", "key",
                           tmp_path / "push.secret"], text=True,
                          capture_output=True, timeout=60)
    assert done.returncode == 1 and "exists" in done.stderr


# ---- The whole way ----

def test_a_member_subscribes_and_is_alerted(service, tmp_path, ledger, stops):
    with Daemon(channels=[service.conf]) as d:
        an = d.member("an", "officer", duty=True)
        d.member("lan", "lead")
        key = d.api("GET", "/v1/push", key=an).json
        assert key == {"channel": "push", "public_key": service.point}
        to, endpoint = service.subscribe()
        first = ledger.expect(to=endpoint)
        a = d.api("POST", "/v1/me/addresses",
                  {"channel": "push", "address": to}, key=an)
        assert a.status == 201, a
        made = a.json["id"]
        d.step("1m")
        ledger.settle()
        code = re.search(r"OK ([2-9A-HJ-NP-Z]{6})", first.message.text)[1]
        a = d.api("POST", f"/v1/me/addresses/{made}/verify", {"code": code},
                  key=an)
        assert a.status == 204, a
        alert = ledger.expect(to=endpoint)
        sent = d.api("POST", "/v1/referrals", {
            "kind": "abused", "narrative": "Nội dung thử nghiệm.",
            "source": {"channel": "phone", "received_at": d.now}},
            key=d.agency("truong1"))
        assert sent.status == 201, sent
        d.step("1m")
        ledger.settle()
        assert sent.json["cases"][0] in alert.message.text
        assert alert.message.data["link"].startswith(
            "https://hotline.example.test/a/")
        assert "Nội dung" not in json.dumps(alert.message.data,
                                            ensure_ascii=False)


@pytest.fixture
def ward(service, tmp_path):
    """With phones beside the push service; phone(number): what came there."""
    folder = tmp_path / "phones"
    for name in ("in", "out"):
        (folder / name).mkdir(parents=True)
    with Daemon(channels=[service.conf, spool(folder, interval="now")],
                procedure=ROOT / "conf/procedures/vn-nd56-2017.conf") as d:
        d.agency_key = d.agency("truong1")
        d.phone = lambda number: "".join(
            p.read_text() for p in sorted((folder / "out").iterdir())
            if p.read_text().startswith(f"To: 84{number[1:]}"))
        yield d


def opened(d):
    sent = d.api("POST", "/v1/referrals", {
        "kind": "abused", "narrative": "Nội dung thử nghiệm.",
        "source": {"channel": "phone", "received_at": d.now}},
        key=d.agency_key)
    assert sent.status == 201, sent
    return sent.json["cases"][0]


def addresses(d, key):
    return [(i["channel"], i["is_verified"])
            for i in d.api("GET", "/v1/me/addresses", key=key).json["items"]]


GONE = "không còn đăng ký"


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_gone_is_told_elsewhere(status, service, ward):
    """It stayed on file, and was tried with every alert for ever."""
    d, to = ward, service.subscribe()[0]
    an = d.member("an", "officer", duty=True, push=to, sms="0900000001")
    d.member("lan", "lead", sms="0900000002")
    service.behave(status)
    code = opened(d)
    d.step("1m")
    assert addresses(d, an) == [("sms", True)]
    assert code in d.phone("0900000001"), "the next channel joins in"
    assert GONE in d.phone("0900000001")
    assert GONE not in d.phone("0900000002")
    refused = d.ctl("alert", "list", "--kind", "alarm_channel_refused")
    assert refused["items"] == [], "the channel works"
    n = len(service.requests)
    opened(d)
    d.step("6m")
    assert len(service.requests) == n, "it is not called again"


def test_the_only_address_that_is_gone_is_the_leads_to_hear(service, ward):
    d, to = ward, service.subscribe()[0]
    an = d.member("an", "officer", duty=True, push=to)
    d.member("lan", "lead", sms="0900000002")
    service.behave(410)
    code = opened(d)
    d.step("6m")
    assert addresses(d, an) == []
    assert code in d.phone("0900000002"), "the ladder goes on at once"
    assert GONE in d.phone("0900000002")
    assert len({r["headers"]["topic"] for r in service.requests}) == \
        len(service.requests), "none was tried twice"


@pytest.mark.parametrize("status", [413, 503])
def test_what_is_not_gone_stays_on_file(status, service, ward):
    d, to = ward, service.subscribe()[0]
    an = d.member("an", "officer", duty=True, push=to)
    service.behave(status)
    opened(d)
    d.step("1m")
    assert service.requests and addresses(d, an) == [("push", True)]


def test_without_such_a_channel_there_is_no_key():
    with Daemon() as d:
        an = d.member("an", "officer", sms="0900000001")
        a = d.api("GET", "/v1/push", key=an)
        assert (a.status, a.json["code"]) == (404, "not_found")
