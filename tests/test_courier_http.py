"""hotline-courier's HTTP templates: vendors by configuration."""
import base64
import uuid

import pytest

from courier_fixtures import ledger, stops  # noqa: F401
from courier_rig import Courier, http_conf, private
from receivers import HttpReceiver


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
    id = str(uuid.uuid4())
    ledger.expect(to="0900000001", text="Da qua han 100  cho 1", id=id)
    courier.send("zalo", "0900000001", id=id,
                 text="Đã quá hạn 100% & chờ #1")
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
