"""hotline-courier's webhooks: signatures, walls, what each outcome is called."""
import base64

import pytest

from courier_fixtures import ledger, stops, webhook  # noqa: F401
from courier_rig import SECRET, Courier, mail_conf, private
from receivers import Certificate, free_port


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
