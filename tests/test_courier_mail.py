"""hotline-courier's mail with a real SMTP server: what each outcome is called."""
import email
import email.policy
import time

import pytest

from courier_fixtures import ledger, stops  # noqa: F401
from courier_rig import Courier, http_conf, mail_conf, private
from receivers import Certificate, HttpReceiver, SmtpReceiver

LONG = "Hồ sơ K7Q2: trẻ cần được bảo vệ khẩn cấp, hạn còn 6 giờ" * 3


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
    assert time.monotonic() - start < 2
    for id in mails:
        assert courier.result(id)["class"] == "ambiguous"
    assert time.monotonic() - start < 6
    ledger.settle()
