"""Alerts end to end: the real daemon and courier, a spool folder.

Time is moved.  The ledger fails on missing, late, early and unexpected ones.
"""
import base64
import hashlib
import re
import sqlite3
import time
from datetime import datetime

import pytest

from hotline import Refused, copy_of
from ward import (AN, BINH, CODE, CUONG, LINK, QUIET, at, body, quiet_conf,
                  take_reply, ward)

__all__ = ["quiet_conf", "ward"]


def test_silence_calls_the_next_person_at_its_minute(ward):
    w = ward().staff()
    w.expect(AN)
    w.refer()
    w.quiet()
    w.d.set_clock(at(0))
    w.d.step(at(9.99))
    w.quiet()
    for minute, who in ((10, AN), (15, BINH), (30, CUONG), (40, CUONG)):
        w.d.step(at(minute - 0.001))
        w.quiet()
        w.expect(who)
        w.d.step(at(minute))
        w.quiet()


def test_the_clock_on_the_wall_fires_too(ward, quiet_conf):
    """Told at once, and once a second until somebody answers."""
    quiet_conf.write_text(QUIET.replace('repeat = "1d"', 'repeat = "1s"')
                          .replace('["6h",', '["start", "6h",'))
    w = ward(procedure=quiet_conf, at=None).staff()
    w.ledger.now = time.monotonic
    start = time.monotonic()
    told = [w.expect(AN, after=start + n - 0.05, by=start + n + 1)
            for n in range(4)]
    w.refer(received_at=datetime.now().astimezone().isoformat())
    until = start + 10
    while not told[3].messages and time.monotonic() < until:
        time.sleep(0.01)
    w.link("POST", LINK.search(told[3].message.text)[1])
    w.ledger.settle(quiet=1.5)


def test_warnings_at_6_3_and_1_hours_left_and_the_lapse(ward, quiet_conf):
    w = ward(procedure=quiet_conf).staff()
    w.refer()
    w.quiet()
    for hours in (6, 9, 11, 12):
        w.d.step(at(hours * 60 - 0.001))
        w.quiet()
        w.expect(AN)
        w.d.step(at(hours * 60))
        w.quiet()
    w.d.step(at(24 * 60))
    w.quiet()


def test_hours_used_elsewhere_count(ward, quiet_conf):
    """Five of the twelve hours passed at the first place of receipt."""
    w = ward(procedure=quiet_conf).staff()
    w.refer(received_at=at(-5 * 60))
    w.quiet()
    w.d.step(at(60 - 0.001))
    w.quiet()
    w.expect(AN)
    w.d.step(at(60))
    w.quiet()


def test_a_link_acknowledges_only_when_posted(ward):
    w = ward().staff()
    e = w.expect(AN)
    w.refer()
    w.quiet()
    path = LINK.search(e.message.text)[1]
    for _ in range(3):  # prefetchers, previews, scanners
        status, headers, page = w.link("GET", path)
        assert status == 200
        assert "Tôi nhận xử lý" in page
    style = re.search("<style>(.*)</style>", page)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest())
    policy = headers["Content-Security-Policy"]
    assert f"'sha256-{digest.decode()}'" in policy
    assert "default-src 'none'" in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "K7" not in page and "N08" not in page  # says nothing of a case
    w.expect(AN)
    w.d.step(at(10))
    w.quiet()
    status, _, page = w.link("POST", path)
    assert status == 200 and "Đã ghi nhận" in page
    # It rests for half an hour and, as nothing was done, goes on.
    w.d.step(at(40 - 0.001))
    w.quiet()
    w.expect(AN)
    w.d.step(at(40))
    w.quiet()
    assert w.link("GET", path)[0] == 410
    assert w.link("POST", path)[0] == 410


def test_unknown_links_are_neutral(ward):
    w = ward()
    pages = set()
    for token in ("0" * 32, "f" * 32, "x", "0" * 31, "0" * 33):
        for method in ("GET", "POST"):
            status, headers, page = w.link(method, "/a/" + token)
            assert status == 404
            assert "Content-Security-Policy" in headers
            pages.add(page)
    assert len(pages) == 1
    assert "<button" not in pages.pop()


def test_a_link_expires(ward, quiet_conf):
    w = ward(procedure=quiet_conf, settings={"link_life": "1h"}).staff()
    w.refer()
    e = w.expect(AN)
    w.d.step(at(6 * 60))
    w.quiet()
    path = LINK.search(e.message.text)[1]
    w.d.step(at(7 * 60 - 0.001))
    assert w.link("GET", path)[0] == 200
    w.d.step(at(7 * 60))
    assert w.link("GET", path)[0] == 404
    assert w.link("POST", path)[0] == 404


def test_a_code_answers_from_its_own_number(ward):
    w = ward().staff()
    e = w.expect(AN)
    w.refer()
    w.quiet()
    code = CODE.search(e.message.text)[1]
    take_reply(w, CUONG[1:], f"OK {code}")  # somebody else's phone
    w.expect(AN)
    w.d.step(at(10))
    w.quiet()
    take_reply(w, AN[1:], f"Dạ ok {code.lower()}")
    w.d.step(at(39))
    w.quiet()


def test_without_a_way_in_the_code_is_the_answer(ward):
    """No public_url: nobody is sent to an address that opens nowhere."""
    w = ward(settings={"public_url": ""}).staff()
    e = w.expect(AN)
    w.refer()
    w.quiet()
    assert "http" not in e.message.text and "/a/" not in e.message.text
    take_reply(w, AN[1:], "OK " + CODE.search(e.message.text)[1])
    w.d.step(at(29))
    w.quiet()


def test_wrong_codes_are_throttled(ward):
    w = ward().staff()
    e = w.expect(AN)
    w.refer()
    w.quiet()
    code = CODE.search(e.message.text)[1]
    for _ in range(5):
        take_reply(w, AN[1:], "OK AAAAAA")
    take_reply(w, AN[1:], f"OK {code}")
    w.expect(AN)
    w.d.step(at(10))  # the right one came too late
    w.quiet()


def test_a_code_told_on_the_phone(ward):
    w = ward().staff()
    e = w.expect(AN)
    w.refer()
    w.quiet()
    code = CODE.search(e.message.text)[1]
    for wrong in ((code, "binh"), ("AAAAAA", "an")):
        with pytest.raises(Refused):
            w.d.ctl("alert", "ack", wrong[0], "--by-phone", wrong[1])
    w.d.ctl("alert", "ack", code, "--by-phone", "an")
    w.d.step(at(29))
    w.quiet()
    with pytest.raises(Refused):
        w.d.ctl("alert", "ack", code, "--by-phone", "an")


def test_a_bar_voids_links_and_skips_the_person(ward):
    w = ward().staff()
    e = w.expect(AN)
    made = w.refer()
    w.quiet()
    w.expect(BINH, text=re.compile("xung đột lợi ích"))
    w.expect(BINH, text=re.compile("được giao"))
    w.d.ctl("case", "bar", made["cases"][0], "--member", "an")
    path = LINK.search(e.message.text)[1]
    assert w.link("GET", path)[0] == 404
    assert w.link("POST", path)[0] == 404
    take_reply(w, AN[1:], CODE.search(e.message.text)[0])
    assert w.d.api("GET", "/v1/alerts",
                   key=w.people["an"]).json["items"] == []
    w.ledger.expect(to=lambda got: not got.endswith(AN[-9:]))
    w.d.step(at(10))
    w.quiet()


def test_a_stopped_member_is_not_called(ward):
    w = ward().staff()
    e = w.expect(AN)
    w.refer()
    w.quiet()
    w.expect(BINH, text=re.compile("được giao"))
    w.d.ctl("member", "stop", "an")
    assert w.link("POST", LINK.search(e.message.text)[1])[0] == 404
    w.quiet()
    w.expect(BINH)
    w.d.step(at(10))
    w.quiet()


def test_members_see_and_acknowledge_their_alerts(ward):
    w = ward().staff()
    w.expect(AN)
    w.refer()
    w.quiet()
    mine = w.d.api("GET", "/v1/alerts", key=w.people["an"])
    assert mine.status == 200 and len(mine.json["items"]) == 1
    alert = mine.json["items"][0]["id"]
    path = f"/v1/alerts/{alert}/ack"
    assert w.d.api("POST", path, {"evidence": "Trẻ A"},
                   w.people["an"]).status == 422
    assert w.d.api("POST", path, {"acted_at": at(60)},
                   w.people["an"]).status == 422
    assert w.d.api("POST", path, {"evidence": "CV-12/2026"},
                   w.people["an"]).status == 200
    assert w.d.api("POST", path, {}, w.people["an"]).status == 409
    assert w.d.api("POST", f"/v1/alerts/{'0' * 8}-0000-7000-8000-{'0' * 12}"
                   "/ack", {}, w.people["an"]).status == 404
    w.d.step(at(29))
    w.quiet()
    mine = w.d.api("GET", "/v1/alerts", key=w.people["an"])
    assert mine.json["items"] == []


def test_a_list_of_alerts_does_not_end_at_its_first_page(ward):
    """It ended at the oldest 500, and did not say so."""
    w = ward().staff()
    asked = {**body(), "children": [
        {"name": f"Trẻ Thử Nghiệm {i}"} for i in range(20)]}
    for _ in range(26):
        assert w.d.api("POST", "/v1/referrals", asked, w.key).status == 201
    w.d.step(at(1))
    first = w.d.ctl("alert", "list")
    assert len(first["items"]) == 500
    rest = w.d.ctl("alert", "list", "--after", first["next"])
    assert rest["items"] and "next" not in rest
    ids = [a["id"] for a in first["items"] + rest["items"]]
    rows = sqlite3.connect(copy_of(w.d)).execute(
        "SELECT id FROM alert WHERE state = 'open' ORDER BY id")
    assert ids == [i for i, in rows]
    with pytest.raises(Refused, match="400"):
        w.d.ctl("alert", "list", "--after", "tomorrow")
