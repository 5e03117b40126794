"""hotline-courier with real receivers: what each outcome is called."""
import base64
import email
import email.policy
import json
import os
import signal
import socket
import subprocess
import time

import pytest

from courier_rig import Core, Courier, PROGRAM, channels_conf, check
from receivers import (Certificate, HttpReceiver, Ledger, SmtpReceiver,
                       SpoolReceiver, WebhookReceiver, free_port)

SECRET = "whsec_" + base64.b64encode(b"thu nghiem thu nghiem 24").decode()
LONG = "Hồ sơ K7Q2: trẻ cần được bảo vệ khẩn cấp, hạn còn 6 giờ" * 3


def private(path, text):
    path.write_text(text)
    path.chmod(0o600)
    return path


@pytest.fixture
def ledger():
    return Ledger()


@pytest.fixture
def stops():
    """Stopped in reverse order at the end."""
    things = []
    yield things
    for thing in reversed(things):
        thing.stop()


def mail_conf(server, tls="off", name="email", **more):
    return {"name": name, "kind": "email", "server": "127.0.0.1",
            "port": server.port if hasattr(server, "port") else server,
            "tls": tls, "from": "canh.bao@phuong.test",
            "allow_private": True, "timeout": "2s", **more}


def http_conf(server, name="zalo", **more):
    return {"name": name, "kind": "http", "allow_private": True,
            "url": f"{server.url}/bot{{secret}}/send", "timeout": "2s",
            "body": '{"chat_id":"{to}","text":"{text}","id":"{id}"}',
            "accept_json": "ok=true", **more}


# ---- Mail -------------------------------------------------------------------


@pytest.mark.parametrize("tls,server_tls", [
    ("off", None), ("optional", None), ("optional", "starttls"),
    ("required", "starttls"), ("smtps", "smtps")])
def test_mail_arrives(tls, server_tls, tmp_path, ledger, stops):
    certificate = Certificate(tmp_path / "tls")
    password = private(tmp_path / "password", "mật khẩu thử\n")
    auth = ("ward", "mật khẩu thử") if tls in ("required", "smtps") else None
    server = SmtpReceiver(ledger, server_tls, certificate, auth)
    stops.append(server)
    conf = mail_conf(server, tls, ca_file=certificate.cert,
                     from_name="Phường Thử Nghiệm")
    if auth:
        conf.update(user="ward", password_file=password)
    courier = Courier(tmp_path, conf)
    stops.append(courier)
    text = "Hạn còn 6 giờ.\n.\nMở: https://ward.test/a/1"
    e = ledger.expect(to="an@phuong.test", subject=LONG,
                      text=text + "\n")
    id = courier.send("email", "an@phuong.test", text=text, subject=LONG)
    result = courier.result(id)
    assert (result["class"], result["code"]) == ("accepted", 250)
    ledger.settle()
    assert e.message.id == id
    assert server.secured == [server_tls is not None]
    assert server.transactions == [("canh.bao@phuong.test",
                                    ["an@phuong.test"])]
    look_at_mail(e.message.raw)


def look_at_mail(raw):
    """What the wire shows, not what a lenient parser makes of it."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["From"].addresses[0].display_name == "Phường Thử Nghiệm"
    assert abs(mail["Date"].datetime.timestamp() - time.time()) < 60
    assert mail["Message-ID"].endswith("@phuong.test>")
    assert not [d for d in mail.defects]
    for line in raw.split(b"\r\n"):
        assert len(line) <= 76 and b"\n" not in line
        line.decode("ascii")


@pytest.mark.parametrize("answer,expected", [
    ("451 4.3.0 later", ("transient", 451)),
    ("452 4.2.2 full", ("transient", 452)),
    ("550 5.1.1 nobody", ("permanent", 550)),
    ("hang", ("ambiguous", 354)),
    ("drop", ("ambiguous", 354)),
])
def test_mail_outcomes(answer, expected, tmp_path, ledger, stops):
    server = SmtpReceiver(ledger)
    stops.append(server)
    courier = Courier(tmp_path, mail_conf(server))
    stops.append(courier)
    server.behave(answer)
    assert courier.try_("email", "an@phuong.test") == expected
    ledger.settle()


def test_mail_without_tls_is_not_sent(tmp_path, ledger, stops):
    server = SmtpReceiver(ledger)
    stops.append(server)
    courier = Courier(tmp_path, mail_conf(server, "required"))
    stops.append(courier)
    assert courier.try_("email", "an@phuong.test")[0] == "permanent"
    assert server.transactions == []
    ledger.settle()


def test_mail_with_a_wrong_password(tmp_path, ledger, stops):
    certificate = Certificate(tmp_path / "tls")
    server = SmtpReceiver(ledger, "smtps", certificate, ("ward", "right"))
    stops.append(server)
    courier = Courier(tmp_path, mail_conf(
        server, "smtps", ca_file=certificate.cert, user="ward",
        password_file=private(tmp_path / "p", "wrong")))
    stops.append(courier)
    assert courier.try_("email", "an@phuong.test") == ("permanent", 535)
    assert "wrong" not in courier.log


@pytest.mark.parametrize("to", [
    "an@phuong.test\r\nRCPT TO:<eve@x.test>", "an", "an@x.test> BODY=8BITMIME",
    "đỗ@phuong.test", ""])
def test_mail_addresses_cannot_break_out(to, tmp_path, ledger, stops):
    server = SmtpReceiver(ledger)
    stops.append(server)
    courier = Courier(tmp_path, mail_conf(server))
    stops.append(courier)
    assert courier.try_("email", to) == ("permanent", 0)
    assert server.transactions == []


def test_mail_headers_cannot_be_added(tmp_path, ledger, stops):
    server = SmtpReceiver(ledger)
    stops.append(server)
    courier = Courier(tmp_path, mail_conf(server))
    stops.append(courier)
    e = ledger.expect(subject="a  Bcc: eve@x.test")
    courier.try_("email", "an@phuong.test", subject="a\r\nBcc: eve@x.test")
    ledger.settle()
    assert "Bcc" not in e.message.headers


def test_a_hanging_mail_holds_up_nobody(tmp_path, ledger, stops):
    """libcurl 7.88 blocks for the answer to the end of a mail."""
    smtp, http = SmtpReceiver(ledger), HttpReceiver(
        ledger, channel="zalo", answer=(200, {}, b'{"ok":true}'))
    stops += [smtp, http]
    courier = Courier(tmp_path, mail_conf(smtp, timeout="3s"), http_conf(
        http, secret_file=private(tmp_path / "token", "t")))
    stops.append(courier)
    smtp.always = "hang"
    mails = [courier.send("email", "an@phuong.test") for _ in range(5)]
    deadline = time.monotonic() + 5
    while len(smtp.refused) < 5 and time.monotonic() < deadline:
        time.sleep(0.02)
    start = time.monotonic()
    ledger.expect(to="1")
    assert courier.try_("zalo", "1") == ("accepted", 200)
    assert time.monotonic() - start < 1
    for id in mails:
        assert courier.result(id)["class"] == "ambiguous"
    assert time.monotonic() - start < 6
    ledger.settle()


# ---- Webhook ----------------------------------------------------------------


def webhook(tmp_path, stops, ledger, certificate=None, secrets=SECRET,
            **more):
    server = WebhookReceiver(ledger, SECRET, certificate=certificate)
    stops.append(server)
    courier = Courier(tmp_path, {
        "name": "webhook", "kind": "webhook", "allow_private": True,
        "timeout": "2s", "allow": [server.url + "/hook/"],
        "secret_file": private(tmp_path / "secret", secrets), **more})
    stops.append(courier)
    return server, courier


@pytest.mark.parametrize("https", [False, True])
def test_webhook_arrives_signed(https, tmp_path, ledger, stops):
    certificate = Certificate(tmp_path / "tls") if https else None
    more = {"ca_file": certificate.cert} if https else {}
    server, courier = webhook(tmp_path, stops, ledger, certificate, **more)
    e = ledger.expect(to=server.url + "/hook/1", text="Hạn còn 6 giờ")
    id = courier.send("webhook", server.url + "/hook/1", epoch=7,
                      link="https://ward.test/a/1")
    assert courier.result(id) == {"is": "result", "id": id, "epoch": 7,
                                  "class": "accepted", "code": 200}
    ledger.settle()
    assert e.message.id == id
    assert e.message.data == {
        "type": "alert", "id": id, "subject": "Hồ sơ K7Q2",
        "text": "Hạn còn 6 giờ", "link": "https://ward.test/a/1",
        "alerts": [id]}


def test_webhook_signs_with_both_secrets_during_a_change(tmp_path, ledger,
                                                         stops):
    new = "whsec_" + base64.b64encode(b"x" * 32).decode()
    server, courier = webhook(tmp_path, stops, ledger,
                              secrets=f"{new}\n{SECRET}\n")
    e = ledger.expect()
    courier.try_("webhook", server.url + "/hook/1")
    ledger.settle()
    assert e.message.headers["webhook-signature"].count("v1,") == 2


@pytest.mark.parametrize("behaviour,expected", [
    (204, ("accepted", 204)),
    (301, ("permanent", 301)),
    ((302, {"Location": "http://127.0.0.1:9/"}, b""), ("permanent", 302)),
    (400, ("permanent", 400)),
    (408, ("transient", 408)),
    (410, ("permanent", 410)),
    (429, ("transient", 429)),
    (500, ("transient", 500)),
    (503, ("transient", 503)),
    ("hang", ("ambiguous", 28)),
    ("half", ("ambiguous", 200)),
    ("rst", ("ambiguous", 56)),
    ((200, {}, b"x" * 2_000_000), ("ambiguous", 200)),
    ((200, {}, b"x" * 200_000), ("accepted", 200)),
])
def test_webhook_outcomes(behaviour, expected, tmp_path, ledger, stops):
    server, courier = webhook(tmp_path, stops, ledger)
    server.behave(behaviour)
    assert courier.try_("webhook", server.url + "/hook/1") == expected
    ledger.settle()
    assert len(server.requests) == 1


def test_retry_after_is_handed_up(tmp_path, ledger, stops):
    server, courier = webhook(tmp_path, stops, ledger)
    server.behave((429, {"Retry-After": "17"}, b""),
                  (503, {"Retry-After": "99999999"}, b""))
    for expected in (17_000, 86_400_000):
        result = courier.result(
            courier.send("webhook", server.url + "/hook/1"))
        assert result["class"] == "transient"
        assert result["retry_after_ms"] == expected


@pytest.mark.parametrize("path", ["/other", "/hook", "/hook/../admin"])
def test_webhook_goes_only_where_it_may(path, tmp_path, ledger, stops):
    server, courier = webhook(tmp_path, stops, ledger)
    assert courier.try_("webhook", server.url + path) == ("permanent", 0)
    assert courier.try_("webhook", "http://evil.test/hook/")[0] == "permanent"
    assert server.requests == []


@pytest.mark.parametrize("kind", ["expired", "other host", "unknown"])
def test_a_wrong_certificate_is_permanent(kind, tmp_path, ledger, stops):
    certificate = Certificate(
        tmp_path / "tls", expired=kind == "expired",
        host="elsewhere.test" if kind == "other host" else "localhost")
    more = {} if kind == "unknown" else {"ca_file": certificate.cert}
    server, courier = webhook(tmp_path, stops, ledger, certificate, **more)
    assert courier.try_("webhook", server.url + "/hook/1") == ("permanent", 60)
    assert server.requests == []


def test_private_addresses_are_refused(tmp_path, ledger, stops):
    certificate = Certificate(tmp_path / "tls")
    server, courier = webhook(tmp_path, stops, ledger, certificate,
                              ca_file=certificate.cert, allow_private=False)
    assert courier.try_("webhook", server.url + "/hook/1") == ("permanent", 7)
    assert server.requests == []


def test_nobody_there_is_transient(tmp_path, ledger, stops):
    port = free_port()
    courier = Courier(tmp_path, mail_conf(port), {
        "name": "webhook", "kind": "webhook", "allow_private": True,
        "allow": [f"http://127.0.0.1:{port}/", "https://nobody.invalid/"],
        "secret_file": private(tmp_path / "secret", SECRET)})
    stops.append(courier)
    url = f"http://127.0.0.1:{port}/"
    assert courier.try_("webhook", url) == ("transient", 7)
    assert courier.try_("webhook", "https://nobody.invalid/x") == \
        ("transient", 6)
    assert courier.try_("email", "an@phuong.test") == ("transient", 7)


# ---- HTTP templates ---------------------------------------------------------


def templated(tmp_path, stops, ledger, answer, **more):
    server = HttpReceiver(ledger, "zalo", answer=(200, {}, answer))
    stops.append(server)
    courier = Courier(tmp_path, http_conf(
        server, secret_file=private(tmp_path / "token", "T/k=1"), **more))
    stops.append(courier)
    return server, courier


def test_zalo_bot_by_configuration(tmp_path, ledger, stops):
    server, courier = templated(
        tmp_path, stops, ledger,
        b'{"ok":true,"result":{"message_id":"m-1","date":1}}',
        ref_json="result.message_id")
    text = 'Hạn "còn" 6 giờ\n\\{secret}'
    ledger.expect(to="7", text=text)
    result = courier.result(courier.send("zalo", "7", text=text))
    assert (result["class"], result["ref"]) == ("accepted", "m-1")
    ledger.settle()
    assert server.requests[0]["path"] == "/botT%2Fk%3D1/send"
    assert "T/k=1" not in courier.log and "botT" not in courier.log


@pytest.mark.parametrize("answer,expected", [
    (b'{"CodeResult":"100"}', "accepted"),
    (b'{"CodeResult":100}', "accepted"),
    (b'{"CodeResult":"124"}', "accepted"),
    (b'{"CodeResult":"177"}', "transient"),
    (b'{"CodeResult":"103"}', "permanent"),
    (b'{"ok":true}', "permanent"),
    (b'<html>', "ambiguous"),
])
def test_esms_by_configuration(answer, expected, tmp_path, ledger, stops):
    server, courier = templated(
        tmp_path, stops, ledger, answer, ascii=True, drop="&#%",
        body='{"Phone":"{to}","Content":"{text}","ApiKey":"k",'
             '"SecretKey":"{secret}","RequestId":"{id}","IsUnicode":"0"}',
        accept_json=["CodeResult=100", "CodeResult=124"],
        transient_json="CodeResult=177")
    id = courier.send("zalo", "0900000001", text="Đã quá hạn 100% & chờ #1")
    ledger.expect(to="0900000001", text="Da qua han 100  cho 1", id=id)
    assert courier.result(id)["class"] == expected
    ledger.settle()
    assert server.requests[0]["json"]["SecretKey"] == "T/k=1"


def test_speedsms_by_configuration(tmp_path, ledger, stops):
    server, courier = templated(
        tmp_path, stops, ledger, b'{"status":"success","code":"00"}',
        basic="{secret}:x", accept_json="status=success",
        body='{"to":["{to}"],"content":"{text}","sms_type":2,"sender":""}')
    ledger.expect(text="Hạn còn 6 giờ")
    assert courier.try_("zalo", "0900000001") == ("accepted", 200)
    ledger.settle()
    assert server.requests[0]["headers"]["authorization"] == \
        "Basic " + base64.b64encode(b"T/k=1:x").decode()


def test_ntfy_by_configuration(tmp_path, ledger, stops):
    server = HttpReceiver(ledger, "ntfy", answer=(200, {}, b"{}"))
    stops.append(server)
    courier = Courier(tmp_path, {
        "name": "ntfy", "kind": "http", "allow_private": True,
        "url": server.url + "/{to}", "body": "{text}", "body_kind": "text",
        "secret_file": private(tmp_path / "token", "tk_1"),
        "headers": ["Authorization: Bearer {secret}", "Title: {subject}",
                    "Priority: 5", "X-Id: {id}"]})
    stops.append(courier)
    e = ledger.expect()
    courier.try_("ntfy", "a/b c", subject="x\r\nX-Evil: 1")
    ledger.settle()
    request = server.requests[0]
    assert request["path"] == "/a%2Fb%20c"
    assert request["body"] == "Hạn còn 6 giờ".encode()
    assert request["headers"]["authorization"] == "Bearer tk_1"
    assert "x-evil" not in request["headers"]
    assert e.message.id


def test_form_body_is_escaped(tmp_path, ledger, stops):
    server, courier = templated(
        tmp_path, stops, ledger, b'{"ok":true}', body_kind="form",
        body="to={to}&text={text}")
    ledger.expect()
    courier.try_("zalo", "1&to=2", text="a=b&c đ")
    ledger.settle()
    assert server.requests[0]["body"] == \
        b"to=1%26to%3D2&text=a%3Db%26c%20%C4%91"


# ---- Spool ------------------------------------------------------------------


def spool_conf(tmp_path, **more):
    for name in ("out", "in"):
        (tmp_path / name).mkdir(exist_ok=True)
    return {"name": "sms", "kind": "spool", "folder": "out", "inbox": "in",
            "replies": True, **more}


@pytest.mark.parametrize("ascii", [True, False])
def test_spool_writes_a_file(ascii, tmp_path, ledger, stops):
    courier = Courier(tmp_path, spool_conf(tmp_path, ascii=ascii))
    stops.append(courier)
    spool = SpoolReceiver(ledger, tmp_path / "out", tmp_path / "in")
    stops.append(spool)
    e = ledger.expect(to="84900000001", text="Han con 6 gio" if ascii
                      else "Hạn còn 6 giờ")
    id = courier.send("sms", "0900 000 001")
    assert courier.result(id)["class"] == "accepted"
    ledger.settle()
    assert e.message.id == id
    assert e.message.headers["Alphabet"] == ("ISO" if ascii else "UTF-8")


def test_spool_without_its_folder_is_permanent(tmp_path, stops):
    courier = Courier(tmp_path, spool_conf(tmp_path))
    stops.append(courier)
    (tmp_path / "out").rmdir()
    assert courier.try_("sms", "0900000001")[0] == "permanent"
    assert courier.try_("sms", "nobody") == ("permanent", 0)


def test_a_reply_stays_until_it_is_taken(tmp_path, ledger, stops):
    courier = Courier(tmp_path, spool_conf(tmp_path))
    stops.append(courier)
    spool = SpoolReceiver(ledger, tmp_path / "out", tmp_path / "in")
    stops.append(spool)
    path = spool.reply("84900000001", "OK K7Q2MX")
    said = courier.await_("reply")
    assert said == {"is": "reply", "reply": f"sms/{path.name}",
                    "channel": "sms", "from": "84900000001",
                    "text": "OK K7Q2MX"}
    time.sleep(1.2)
    assert path.exists() and courier.hear(0.1) is None
    courier.say(do="reload")
    assert courier.await_("reply") == said
    courier.say(do="taken", reply="sms/../out/x")
    courier.say(do="taken", reply=said["reply"])
    deadline = time.monotonic() + 5
    while path.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not path.exists()
    assert "K7Q2MX" not in courier.log and "8490" not in courier.log


def test_replies_in_other_alphabets_and_no_replies(tmp_path, stops):
    courier = Courier(tmp_path, spool_conf(tmp_path))
    stops.append(courier)
    inbox = tmp_path / "in"
    (inbox / "1").write_bytes(b"From: 1\r\nAlphabet: UCS2\r\n\r\n"
                              + "đã rõ K7Q2MX 😀".encode("utf-16-be"))
    (inbox / "2").write_bytes(b"From: 2\n\nd\xe3 r\xf5")
    (inbox / "3").write_text("no blank line")
    (inbox / "4").write_text("To: 4\n\nno sender")
    (inbox / ".5").write_text("From: 5\n\nhidden")
    (inbox / "6").symlink_to("/etc/passwd")
    (inbox / "7").write_bytes(b"From: 7\n\n" + b"x" * 30000)
    texts = {m["from"]: m["text"] for m in (courier.await_("reply"),
                                            courier.await_("reply"))}
    assert texts == {"1": "đã rõ K7Q2MX 😀", "2": "dã rõ"}
    assert courier.hear(1.5) is None
    assert courier.log.count("what is no reply") == 4


# ---- The program ------------------------------------------------------------


def test_it_says_hello_with_its_channels(tmp_path, stops):
    courier = Courier(tmp_path, mail_conf(1), spool_conf(tmp_path))
    stops.append(courier)
    assert courier.hello == {"is": "hello", "channels": ["email", "sms"]}


def test_errands_it_cannot_do(tmp_path, stops):
    courier = Courier(tmp_path, spool_conf(tmp_path))
    stops.append(courier)
    assert courier.try_("fax", "1") == ("permanent", 0)
    courier.sock.send(b"not json")
    courier.sock.send(b"[]")
    courier.say(do="send", id="x")
    courier.say(do="dance")
    courier.sock.send(b'{"do":"' + b"x" * 70000 + b'"}')
    assert courier.try_("sms", "0900000001")[0] == "accepted"


def test_reload_takes_all_or_nothing(tmp_path, stops):
    courier = Courier(tmp_path, spool_conf(tmp_path))
    stops.append(courier)
    courier.conf.write_text(channels_conf({"name": "x", "kind": "fax"}))
    courier.process.send_signal(signal.SIGHUP)
    courier.say(do="reload")
    assert courier.await_("hello")["channels"] == ["sms"]
    assert "the old ones stay" in courier.log
    courier.conf.write_text(channels_conf(spool_conf(tmp_path, name="sms2")))
    courier.say(do="reload")
    assert courier.await_("hello")["channels"] == ["sms2"]


def test_a_reload_disturbs_no_transfer(tmp_path, ledger, stops):
    server, courier = webhook(tmp_path, stops, ledger)
    server.behave("hang")
    id = courier.send("webhook", server.url + "/hook/1")
    while not server.requests:
        time.sleep(0.02)
    courier.say(do="reload")
    courier.await_("hello")
    assert courier.result(id)["class"] == "ambiguous"


def test_it_ends_with_its_core(tmp_path, ledger, stops):
    server = SmtpReceiver(ledger)
    stops.append(server)
    courier = Courier(tmp_path, mail_conf(server, timeout="20s"))
    server.behave("hang")
    courier.send("email", "an@phuong.test")
    while not server.refused:
        time.sleep(0.02)
    courier.sock.shutdown(socket.SHUT_RDWR)
    assert courier.process.wait(5) == 0
    courier.stop()


@pytest.mark.parametrize("behaviour", ["slow", "hang"])
def test_sigterm_finishes_what_can_be_finished(behaviour, tmp_path, ledger,
                                               stops):
    server, courier = webhook(tmp_path, stops, ledger, timeout="20s")
    server.behave("hang")
    server.delay = 1 if behaviour == "slow" else 60
    id = courier.send("webhook", server.url + "/hook/1")
    while not server.requests:
        time.sleep(0.02)
    start = time.monotonic()
    courier.process.send_signal(signal.SIGTERM)
    if behaviour == "slow":
        assert courier.result(id)["class"] == "ambiguous"
    assert courier.process.wait(10) == 0
    assert time.monotonic() - start < 5


def test_it_connects_again_and_again(tmp_path, stops):
    path = tmp_path / "core.sock"
    conf = tmp_path / "channels.conf"
    conf.write_text(channels_conf(spool_conf(tmp_path)))
    with open(tmp_path / "log", "wb") as log:
        process = subprocess.Popen([PROGRAM, "--socket", path, "-c", conf],
                                   stderr=log)
    try:
        for _ in range(2):
            with socket.socket(socket.AF_UNIX,
                               socket.SOCK_SEQPACKET) as listener:
                path.unlink(missing_ok=True)
                listener.bind(str(path))
                listener.listen(1)
                listener.settimeout(10)
                sock, _ = listener.accept()
                core = Core(sock)
                assert core.await_("hello")["channels"] == ["sms"]
                assert core.try_("sms", "0900000001")[0] == "accepted"
                (tmp_path / "in" / "r").write_text("From: 1\n\nOK")
                assert core.await_("reply")["reply"] == "sms/r"
                sock.close()
    finally:
        process.terminate()
        assert process.wait(10) == 0


def test_it_is_small(tmp_path, ledger, stops):
    server = SmtpReceiver(ledger)
    stops.append(server)
    courier = Courier(tmp_path, mail_conf(server), spool_conf(tmp_path))
    stops.append(courier)
    ledger.expect(times=20)
    for id in [courier.send("email", "an@phuong.test") for _ in range(20)]:
        assert courier.result(id)["class"] == "accepted"
    ledger.settle()
    status = (f"/proc/{courier.process.pid}/status")
    rss = next(int(line.split()[1]) for line in open(status)
               if line.startswith("VmRSS"))
    if "asan" not in PROGRAM.read_bytes().decode("latin-1"):
        assert rss <= 16 * 1024, f"{rss} KiB"


# ---- --check ----------------------------------------------------------------


def test_check_names_every_mistake(tmp_path):
    open_secret = tmp_path / "open"
    open_secret.write_text(SECRET)
    path = tmp_path / "c.conf"
    path.write_text(channels_conf(
        {"name": "a", "kind": "fax"},
        {"name": "b", "kind": "webhook", "secret_file": open_secret,
         "allow": ["http://x.test/"], "tymeout": "1s"},
        {"name": "c", "kind": "http", "url": "https://{to}/", "timeout": "1h",
         "body": '{"a":{to},"b":"{txt}"}', "accept_json": "ok",
         "accept_status": "2xx"},
        {"name": "d", "kind": "email", "server": "smtp://x", "tls": "off",
         "from": "x", "user": "u", "replies": True},
        {"name": "e", "kind": "email", "server": "x.test"}))
    status, lines = check(path)
    assert status == 1
    for line, word in [(2, "'fax'"), (3, "tymeout"), (3, "chmod 600"),
                       (3, "https://host/"), (4, "'timeout'"), (4, "{txt}"),
                       (4, "host without"), (4, "JSON"), (4, "accept_json"),
                       (4, "accept_status"), (5, "'server'"), (5, "'from'"),
                       (5, "go together"), (5, "inbox"), (6, "tls"),
                       (6, "from")]:
        assert any(x.startswith(f"{path}:{line}: ") and word in x
                   for x in lines), (line, word, lines)


def test_check_likes_what_is_right(tmp_path):
    path = tmp_path / "c.conf"
    path.write_text(channels_conf(spool_conf(tmp_path), mail_conf(25)))
    assert check(path) == (0, [])


def test_usage_is_told(tmp_path):
    for args in ([], ["--fd", "x"], ["--fd", "3", "--socket", "x"], ["x"]):
        done = subprocess.run([PROGRAM, *args], capture_output=True)
        assert done.returncode == 2 and b"usage" in done.stderr
    assert subprocess.run([PROGRAM, "--fd", "999", "-c", os.devnull],
                          capture_output=True).returncode == 1
    assert json.dumps(subprocess.run([PROGRAM, "--help"], text=True,
                                     capture_output=True).stdout)
