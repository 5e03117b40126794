"""The receivers must be able to fail: each kind of wrong message is seen."""
import base64
import hashlib
import hmac
import json
import smtplib
import ssl
import time
import urllib.request

import pytest

from receivers import (Certificate, HttpReceiver, Ledger, Message,
                       SmtpReceiver, SpoolReceiver, WebhookReceiver)

SECRET = "whsec_" + base64.b64encode(b"thu nghiem thu nghiem 24").decode()


def add(ledger, **fields):
    return ledger.add(Message(**{"channel": "email", "to": "a@b.test",
                                 **fields}))


def test_what_was_expected_settles():
    ledger = Ledger()
    e = ledger.expect(to="a@b.test")
    add(ledger)
    ledger.settle(quiet=0.01)
    assert e.message.to == "a@b.test"


@pytest.mark.parametrize("word", ["missing", "unexpected", "late", "early"])
def test_each_fault_has_its_word(word):
    clock = [100.0]
    ledger = Ledger(now=lambda: clock[0])
    if word != "unexpected":
        ledger.expect(to="a@b.test", after=50, by=150)
    clock[0] = {"late": 151.0, "early": 49.0}.get(word, 100.0)
    if word != "missing":
        add(ledger)
    with pytest.raises(AssertionError, match=word):
        ledger.settle(timeout=0.1, quiet=0.01)


def test_a_repeat_is_unexpected_unless_allowed():
    for repeats in (False, True):
        ledger = Ledger(repeats=repeats)
        ledger.expect(id="1")
        assert add(ledger, id="1").attempt == 1
        assert add(ledger, id="1").attempt == 2
        if repeats:
            ledger.settle(quiet=0.01)
            continue
        with pytest.raises(AssertionError, match="unexpected"):
            ledger.settle(timeout=0.1, quiet=0.01)


def test_settle_waits_for_what_is_still_on_its_way():
    import threading
    ledger = Ledger()
    ledger.expect(times=2)
    for delay in (0.05, 0.2):
        threading.Timer(delay, add, [ledger]).start()
    ledger.settle(timeout=5, quiet=0.05)


@pytest.mark.parametrize("tls", [None, "starttls", "smtps"])
def test_smtp_takes_mail(tls, tmp_path):
    ledger = Ledger()
    certificate = Certificate(tmp_path) if tls else None
    server = SmtpReceiver(ledger, tls, certificate)
    context = ssl.create_default_context(
        cafile=certificate.cert if certificate else None)
    kind = smtplib.SMTP_SSL if tls == "smtps" else smtplib.SMTP
    more = {"context": context} if tls == "smtps" else {}
    try:
        ledger.expect(to="b@c.test", subject="Hạn còn 6 giờ", text="chào\n",
                      id="42")
        with kind("127.0.0.1", server.port, **more) as client:
            if tls == "starttls":
                client.starttls(context=context)
            client.sendmail("a@b.test", ["b@c.test"], (
                "Message-ID: <42@x>\r\nSubject: =?UTF-8?B?"
                + base64.b64encode("Hạn còn 6 giờ".encode()).decode()
                + "?=\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n"
                "chào\r\n").encode())
        ledger.settle(quiet=0.05)
        assert server.secured == [tls is not None]
    finally:
        server.stop()


def post(url, body, headers):
    urllib.request.urlopen(
        urllib.request.Request(url, body, headers), timeout=10).read()


def signed(body, secret=SECRET):
    stamp = str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, b"42." + stamp.encode() + b"." + body,
                   hashlib.sha256).digest()
    return {"webhook-id": "42", "webhook-timestamp": stamp,
            "webhook-signature": "v1," + base64.b64encode(mac).decode()}


def test_webhook_is_verified_by_the_public_package():
    ledger = Ledger()
    server = WebhookReceiver(ledger, SECRET)
    body = json.dumps({"type": "alert", "text": "chào"}).encode()
    try:
        ledger.expect(id="42", text="chào", to=server.url + "/hook")
        post(server.url + "/hook", body, signed(body))
        ledger.settle(quiet=0.05)
        with pytest.raises(urllib.error.HTTPError):
            post(server.url + "/hook", body + b" ", signed(body))
        with pytest.raises(AssertionError, match="signature"):
            ledger.settle(quiet=0.05)
    finally:
        server.stop()


def test_http_behaves_once_each():
    ledger = Ledger()
    server = HttpReceiver(ledger)
    try:
        server.behave(500, "rst")
        for fault in (urllib.error.HTTPError, OSError):
            with pytest.raises(fault):
                post(server.url, b"{}", {})
        ledger.expect(to="x")
        post(server.url, b'{"to":"x"}', {})
        ledger.settle(quiet=0.05)
        assert len(server.refused) == 2
    finally:
        server.stop()


def test_an_expired_certificate_is_expired(tmp_path):
    server = HttpReceiver(Ledger(), certificate=Certificate(tmp_path,
                                                            expired=True))
    context = ssl.create_default_context(cafile=tmp_path / "server.crt")
    try:
        with pytest.raises(urllib.error.URLError, match="expired"):
            urllib.request.urlopen(server.url, context=context, timeout=10)
    finally:
        server.stop()


def test_spool_takes_files_and_writes_replies(tmp_path):
    ledger = Ledger()
    spool = SpoolReceiver(ledger, tmp_path / "out", tmp_path / "in")
    try:
        ledger.expect(to="84900000001", text="Han con 6 gio")
        (tmp_path / "out" / "42").write_text(
            "To: 84900000001\nAlphabet: ISO\n\nHan con 6 gio")
        ledger.settle(quiet=0.1)
        path = spool.reply("84900000001", "OK K7Q2MX")
        assert path.read_text().endswith("\n\nOK K7Q2MX")
    finally:
        spool.stop()
