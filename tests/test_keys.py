"""Keys, signatures, quotas, and what was refused."""
import base64
import hashlib
import hmac
import json
import uuid

import pytest

from hotline import Daemon
from referral_site import (body, ok, open_site, post, refused)


@pytest.fixture(scope="module")
def s():
    s = open_site()
    with s.d:
        yield s


# ---- What was refused is not lost ----

def test_refused_bodies_are_kept_and_three_in_a_row_shout(s):
    key = s.d.agency("cautha", "other")
    sent = '{"kind": "abused", "tên": "Trẻ Thử Nghiệm Bị Mất"'
    bodies = [sent, json.dumps(body(kind="x")), json.dumps({})]
    for text, code in zip(bodies, ["invalid_json", "invalid_body",
                                   "invalid_body"]):
        assert post(s, text.encode(), key=key).json["code"] == code
    items = [i for i in ok(s.d.api("GET", "/v1/refused", key=s.lead), 200)
             ["items"] if i["agency"] == "cautha"]
    assert [i["status"] for i in items] == [400, 422, 422]
    assert "seen_at" not in items[0]
    full = ok(s.d.api("GET", f"/v1/refused/{items[0]['id']}", key=s.lead), 200)
    assert full["body"] == sent
    alarms = [a for a in ok(s.d.api("GET", "/v1/alerts", key=s.lead), 200)
              ["items"] if a["kind"] == "alarm_refused_in_row"]
    assert [a["subject"] for a in alarms].count("cautha") == 1
    counts = {a["code"]: a["refused_in_row"]
              for a in s.d.ctl("agency", "list")["items"]}
    assert counts["cautha"] == 3
    ok(post(s, body(), key=key))
    counts = {a["code"]: a["refused_in_row"]
              for a in s.d.ctl("agency", "list")["items"]}
    assert counts["cautha"] == 0


def test_refused_bodies_go_after_thirty_days():
    s = open_site()
    with s.d as d:
        assert post(s, {}).status == 422
        path = "/v1/refused"
        assert len(ok(d.api("GET", path, key=s.lead), 200)["items"]) == 1
        d.set_clock("2026-12-24T06:59:59+07:00")
        ok(post(s, body()))
        assert len(ok(d.api("GET", path, key=s.lead), 200)["items"]) == 1
        d.set_clock("2026-12-24T07:00:01+07:00")
        d.step("1h")  # upkeep is hourly
        assert ok(d.api("GET", path, key=s.lead), 200)["items"] == []


def test_only_those_who_decide_see_what_was_refused(s):
    for key in (s.officer, s.police):
        refused(s.d.api("GET", "/v1/refused", key=key), 403, "forbidden")
        refused(s.d.api("GET", f"/v1/refused/{uuid.uuid4()}", key=key), 403,
                "forbidden")


# ---- Keys ----

def test_a_signing_key_must_sign(s):
    s.d.agency("kyten", "health")
    made = s.d.ctl("key", "add", "kyten", "--sign")
    secret = base64.b64decode(made["sign_secret"].removeprefix("whsec_"))
    text = json.dumps(body(), ensure_ascii=False).encode()
    now = 1795478400  # the test clock

    def signed(stamp=now, over=text, **more):
        i = f"msg_{uuid.uuid4()}"
        mac = hmac.new(secret, f"{i}.{stamp}.".encode() + over,
                       hashlib.sha256).digest()
        return {"webhook-id": i, "webhook-timestamp": str(stamp),
                "webhook-signature": "v1," + base64.b64encode(mac).decode(),
                **more}

    def send(headers):
        return post(s, text, key=made["key"], idem=False, headers=headers)

    ok(send(signed()))  # the signed id is the idempotency key
    ok(send(signed(now - 300)))
    ok(send(signed(now + 300)))
    for stamp in (now - 301, now + 301):
        r = refused(send(signed(stamp)), 401, "clock_skew")
        assert r["server_time"] == "2026-11-24T07:00:00+07:00"
        assert r["duty_phone"] == "111"
    refused(send(signed(over=text + b" ")), 401, "signature_wrong")
    refused(send({"Idempotency-Key": "x"}), 401, "signature_wrong")
    refused(send(signed(**{"Idempotency-Key": "another"})), 401,
            "signature_wrong")


def test_a_key_that_fails_tells_the_duty_phone(s):
    good = s.school
    last = "0" if good[-1] != "0" else "1"
    for bad in (good[:-1] + last, "hla_x", good.replace("truong1", "truong2"),
                None):
        a = s.d.api("GET", "/v1/referrals", key=bad)
        r = refused(a, 401, "unauthorized")
        assert r["duty_phone"] == "111"
        assert a.headers["www-authenticate"].startswith("Bearer")


def test_keys_end_when_they_are_revoked_or_over(s):
    key = s.d.agency("hetkhoa", "other")
    ident = s.d.ctl("key", "list", "hetkhoa")["items"][0]["id"]
    ok(s.d.api("GET", "/v1/referrals", key=key), 200)
    s.d.ctl("key", "revoke", ident)
    refused(s.d.api("GET", "/v1/referrals", key=key), 401, "key_expired")
    key = s.d.ctl("key", "add", "hetkhoa")["key"]
    ok(s.d.api("GET", "/v1/referrals", key=key), 200)
    s.d.ctl("agency", "stop", "hetkhoa")
    refused(s.d.api("GET", "/v1/referrals", key=key), 401, "key_expired")


def test_a_key_begins_and_ends_with_its_dates():
    """Found by sabotage: no test noticed a key that is over and is taken."""
    with Daemon() as d:
        d.ctl("agency", "add", "thoihan", "other", "--name", "Có thời hạn")
        key = d.ctl("key", "add", "thoihan", "--not-before",
                    "2026-11-24T08:00:00+07:00", "--not-after",
                    "2026-11-24T09:00:00+07:00")["key"]
        for clock, status in (("07:59:59", 401), ("08:00:00", 200),
                              ("08:59:59", 200), ("09:00:00", 401)):
            d.set_clock(f"2026-11-24T{clock}+07:00")
            a = d.api("GET", "/v1/referrals", key=key)
            assert a.status == status, (clock, a)


def test_the_quota_is_a_minutes(s):
    s.d.ctl("agency", "add", "itlan", "other", "--name", "Ít lần", "--quota",
            "3")
    key = s.d.ctl("key", "add", "itlan")["key"]
    for left in (2, 1, 0):
        a = post(s, body(), key=key)
        ok(a)
        assert a.headers["ratelimit-policy"] == '"minute";q=3;w=60'
        assert a.headers["ratelimit"] == f'"minute";r={left};t=60'
    a = post(s, body(), key=key)
    refused(a, 429, "quota_exceeded")
    assert a.headers["retry-after"] == "60"
    assert s.d.api("GET", "/v1/referrals", key=key).status == 429


def test_the_chain_holds_after_all_this(s):
    done = s.d.ctl_raw("audit", "verify")
    assert done.returncode == 0, done.stderr
