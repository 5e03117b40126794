"""hotline-courier's files for smstools, and the replies."""
import time

import pytest

from courier_fixtures import ledger, stops  # noqa: F401
from courier_rig import Courier, check, http_conf, private, spool_conf
from receivers import HttpReceiver, SpoolReceiver


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


def test_one_missing_folder_silences_no_other_channel(tmp_path, ledger, stops):
    spool = spool_conf(tmp_path)
    (tmp_path / "out").rmdir()
    web = HttpReceiver(ledger, answer=(200, {}, b'{"ok":true}'))
    stops.append(web)
    courier = Courier(tmp_path, spool, http_conf(
        web, secret_file=str(private(tmp_path / "token", "x"))))
    stops.append(courier)
    e = ledger.expect(to="42")
    id = courier.send("zalo", "42")
    assert courier.result(id)["class"] == "accepted"
    ledger.settle()
    assert e.message.id == id
    assert courier.try_("sms", "0900000001") == ("permanent", 0)
    status, lines = check(courier.conf)
    assert status == 1 and len(lines) == 1 and "out must be" in lines[0]
    assert f'what="{lines[0].split(": ", 1)[1]}' in courier.log


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


def test_a_reply_is_heard_once_it_is_whole(tmp_path, stops):
    courier = Courier(tmp_path, spool_conf(tmp_path))
    stops.append(courier)
    (tmp_path / "in" / "first").write_text("From: 0\n\nOK")
    assert courier.await_("reply")["from"] == "0"
    with open(tmp_path / "in" / "slow", "w") as file:
        file.write("From: 1\n")
        file.flush()
        assert courier.hear(1.5) is None
        file.write("\nOK K7Q2MX")
    assert courier.await_("reply")["text"] == "OK K7Q2MX"
    assert "what is no reply" not in courier.log


def test_more_replies_than_are_offered_at_once(tmp_path, stops):
    courier = Courier(tmp_path, spool_conf(tmp_path))
    stops.append(courier)
    for n in range(150):
        (tmp_path / "in" / f"r{n}").write_text(f"From: {n}\n\nOK")
    heard = set()
    while len(heard) < 150:
        said = courier.await_("reply")
        assert said["from"] not in heard
        heard.add(said["from"])
        courier.say(do="taken", reply=said["reply"])
    assert courier.hear(0.5) is None
    assert not list((tmp_path / "in").iterdir())
