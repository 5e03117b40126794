"""Members: what they are, speak, and where they are reached."""
import re

import pytest

from hotline import Refused, copy_of
from ward import AN, BINH, CODE, LINK, take_reply, ward

__all__ = ["ward"]
NEW = "+84900000077"
CASE = {"kind": "unknown", "narrative": "Nội dung thử nghiệm.",
        "source": {"channel": "phone",
                   "received_at": "2026-11-24T07:00:00+07:00"}}


def addresses(w, login="an"):
    return w.d.ctl("member", "addresses", login)["items"]


def register(w, phone=NEW, login="an"):
    """A new address that nobody vouches for; its id, and the message."""
    told = w.expect(phone)
    id_ = w.d.ctl("member", "address", login, "sms", phone)["id"]
    w.quiet()
    return id_, told.message.text


def events(w):
    import sqlite3
    with sqlite3.connect(copy_of(w.d)) as db:
        return db.execute("SELECT act, object_id, detail FROM event "
                          "ORDER BY seq").fetchall()


# ---- An address is used only after the code that went there came back ----

def test_an_address_is_used_only_after_its_code_came_back(ward):
    w = ward().staff(an={})
    id_, text = register(w)
    assert "xác minh" in text and "Người" not in text
    (row,) = addresses(w)
    assert (row["is_verified"], row["hint"]) == (False, "077")
    # Not verified: the holder cannot be called, so the lead is, at once.
    w.expect(BINH, times=1)
    w.refer()
    w.d.step("1s")
    w.quiet()
    with pytest.raises(Refused, match="wrong_code|không đúng"):
        w.d.ctl("address", "verify", id_, "K7Q2MX")
    w.d.ctl("address", "verify", id_, CODE.search(text)[1])
    (row,) = addresses(w)
    assert row["is_verified"] and row["verified_how"] == "code"
    assert ("address.verified", id_) in [e[:2] for e in events(w)]
    assert w.d.ctl("member", "list")["items"][0]["addresses"] == 1
    w.expect(NEW)
    assert w.d.api("POST", "/v1/referrals", CASE, w.key).status == 201
    w.d.step("1s")
    w.quiet()


def test_a_reply_from_there_verifies_and_from_elsewhere_does_not(ward):
    w = ward().staff(an={})
    id_, text = register(w)
    code = CODE.search(text)[1]
    take_reply(w, BINH, f"OK {code}")
    assert not addresses(w)[0]["is_verified"]
    take_reply(w, NEW, f"OK {code}")
    assert addresses(w)[0]["verified_how"] == "code"


def test_the_link_verifies_too_but_a_lead_does_not(ward):
    w = ward().staff(an={})
    id_, text = register(w)
    for alert in w.d.api("GET", "/v1/alerts", key=w.people["binh"]).json[
            "items"]:
        w.d.api("POST", f"/v1/alerts/{alert['id']}/ack", {},
                key=w.people["binh"])
    assert not addresses(w)[0]["is_verified"]
    w.expect(NEW)
    w.d.ctl("address", "code", id_)
    w.quiet()
    text = w.ledger.messages[-1].text
    assert w.link("POST", LINK.search(text)[1])[0] == 200
    assert addresses(w)[0]["is_verified"]


def test_an_admin_on_the_network_minds_everybodys_addresses(ward):
    """Sending, typing and removing were not found by any but the owner."""
    w = ward().staff(an={})
    w.d.member("quantri", "admin", sms="0900000088")
    key = w.d.tokens["quantri"]
    id_, text = register(w)
    path = f"/v1/admin/addresses/{id_}"
    assert w.d.api("POST", f"{path}/code", {}, key=key).status == 204
    a = w.d.api("POST", f"{path}/verify", {"code": "K7Q2MX"}, key=key)
    assert (a.status, a.json["code"]) == (422, "wrong_code")
    w.d.step("1m")
    assert w.d.api("DELETE", path, key=key).status == 204
    assert addresses(w) == []


def test_guessing_codes_is_throttled(ward):
    w = ward().staff(an={})
    id_, text = register(w)
    path = f"/v1/me/addresses/{id_}/verify"
    for _ in range(5):
        a = w.d.api("POST", path, {"code": "222222"}, key=w.people["an"])
        assert (a.status, a.json["code"]) == (422, "wrong_code")
    good = {"code": CODE.search(text)[1]}
    a = w.d.api("POST", path, good, key=w.people["an"])
    assert (a.status, a.json["code"]) == (429, "too_many_tries")
    w.d.step("61m")
    assert w.d.api("POST", path, good, key=w.people["an"]).status == 204


def test_an_admin_vouches_and_that_is_recorded(ward):
    w = ward().staff()
    (row,) = addresses(w)
    assert row["is_verified"] and row["verified_how"] == "admin"
    assert any(a == "address.add" and '"verified":true' in d
               for a, _, d in events(w))


def test_members_mind_their_own_addresses_only(ward):
    w = ward().staff()
    (theirs,) = addresses(w, "binh")
    for method, tail in (("DELETE", ""), ("POST", "/code"),
                         ("POST", "/verify")):
        a = w.d.api(method, f"/v1/me/addresses/{theirs['id']}{tail}",
                    {"code": "K7Q2MX"} if method == "POST" else None,
                    key=w.people["an"])
        assert a.status == 404
    a = w.d.api("POST", "/v1/me/addresses",
                {"channel": "sms", "address": NEW, "verified": True},
                key=w.people["an"])
    assert (a.status, a.json["errors"][0]["pointer"]) == (422, "")
    (mine,) = w.d.api("GET", "/v1/me/addresses",
                      key=w.people["an"]).json["items"]
    assert w.d.api("DELETE", f"/v1/me/addresses/{mine['id']}",
                   key=w.people["an"]).status == 204
    assert addresses(w) == []
    # Nothing goes there any more: the lead is called instead.
    w.expect(BINH)
    w.refer()
    w.d.step("1s")
    w.quiet()


def test_a_verification_that_is_refused_goes_nowhere_else(ward):
    """Its code would prove the wrong address."""
    w = ward(channels={"email": {}, "sms": {}})
    w.d.member("an", "officer", sms=AN)
    w.smtp.always = "550 5.1.1 no such user"
    w.d.ctl("member", "address", "an", "email", "khong@phuong.test")
    w.d.step("1h")
    w.quiet()
    assert len(w.smtp.refused) >= 1


def test_members_ask_for_a_few_codes_an_hour(ward):
    """Else a token would send messages to any number of strangers."""
    w = ward().staff()
    w.d.step("1s")

    def add(n):
        return w.d.api("POST", "/v1/me/addresses", {
            "channel": "sms", "address": f"09000001{n:02}"},
            w.people["an"]).status

    assert [add(n) for n in range(6)] == [201] * 5 + [429]
    w.d.step("61m")
    assert [add(n) for n in range(6, 9)] == [201, 201, 409]


def test_an_agency_address_is_verified_the_same_way(ward):
    w = ward().staff()
    w.d.ctl("agency", "add", "tongdai", "hotline", "--name", "Tổng đài")
    told = w.expect(NEW)
    w.d.ctl("agency", "address", "tongdai", "sms", NEW)
    w.d.ctl("agency", "contact", "tongdai", "--who", "Giám đốc Thử Nghiệm",
            "--on", "2026-11-01", "--paper", "7/BB")
    w.quiet()

    def outside():
        return [g for g in w.d.ctl("duty", "gaps")["items"]
                if g["who"] == ["outside:hotline"]]

    assert len(outside()) == 1
    take_reply(w, NEW, f"OK {CODE.search(told.message.text)[1]}")
    assert outside() == []


# ---- Names, roles, languages ----

def test_names_and_roles_change(ward):
    w = ward().staff()
    w.d.ctl("member", "set", "an", "--name", "Người Thử Nghiệm Hai", "--role",
            "officer,health", "--language", "bdq,vie")
    me = w.d.api("GET", "/v1/me", key=w.people["an"]).json
    assert (me["name"], me["roles"], me["languages"]) == \
        ("Người Thử Nghiệm Hai", "officer health", "bdq vie")
    with pytest.raises(Refused, match="/roles"):
        w.d.ctl("member", "set", "an", "--role", "king")
    with pytest.raises(Refused, match="/languages"):
        w.d.ctl("member", "set", "an", "--language", "tlh")
    a = w.d.api("PATCH", "/v1/me", {"roles": ["lead"]}, key=w.people["an"])
    assert a.status == 422
    changes = [d for a, _, d in events(w) if a == "member.change"]
    assert changes and "Hai" not in "".join(changes)


def test_a_new_name_is_matched_and_the_old_one_is_not(ward):
    w = ward().staff(an={"sms": AN})
    w.d.ctl("member", "set", "binh", "--name", "Tên Thử Mới")

    def barred(name):
        code = w.refer_to(alleged=[{"relation": "team_member", "name": name}])
        return [b["member"] for b in w.d.api(
            "GET", f"/v1/cases/{code}", key=w.people["cuong"]).json["bars"]]

    w.refer_to = lambda **more: w.d.api(
        "POST", "/v1/referrals", {**CASE, **more}, w.key).json["cases"][0]
    assert barred("Người binh") == []
    assert barred("Tên thử mới") == ["binh"]


def test_assignment_prefers_who_speaks_the_childs_language(ward):
    w = ward().staff()
    w.d.member("cham", "officer", duty=True, sms="0900000055")
    w.d.ctl("member", "set", "cham", "--language", "vie,jra")

    def opened(**child):
        r = w.d.api("POST", "/v1/referrals",
                    {**CASE, "children": [{"place": "Tổ 1", **child}]}, w.key)
        assert r.status == 201, r
        return w.d.api("GET", f"/v1/cases/{r.json['cases'][0]}",
                       key=w.people["cuong"]).json

    for text in ("Gia Rai", "Jrai", "jra", "tiếng Gia Rai"):
        c = opened(language=text)
        assert c["assignee"] == "cham"
        assert c["assigned_why"]["language"] == "match"
        assert "jra" not in str(c["assigned_why"])
    # an carries nothing yet, and everybody speaks Vietnamese.
    c = opened(language="Tiếng Việt")
    assert c["assignee"] == "an" and "language" not in c["assigned_why"]
    c = opened(language="Ba Na")
    assert c["assigned_why"]["language"] == "nobody_speaks_it"


# ---- Quiet hours ----

def test_quiet_hours_hold_what_is_not_urgent_and_the_record_says_why(ward):
    """Step N20 of the small procedure has a ladder that is not urgent."""
    w = ward().staff()
    w.d.ctl("member", "set", "an", "--quiet", "20:00-07:30")
    with pytest.raises(Refused, match="/quiet"):
        w.d.ctl("member", "set", "an", "--quiet", "8pm")
    w.expect(AN)  # urgent: at 07:00, within the quiet hours
    w.refer()
    w.quiet()
    (case,) = w.d.api("GET", "/v1/cases", key=w.people["cuong"]).json["items"]
    a = w.d.api("POST", f"/v1/cases/{case['code']}/steps/N08/done",
                {"acted_at": w.d.now, "emergency": "no",
                 "reason": "Lý do thử."}, w.people["cuong"],
                headers={"If-Match": f'"{case["version"]}"'})
    assert a.status == 200, a
    # Five working days end on 1 December at 24:00; it warns 16 hours before,
    # and lapses at midnight: for the lead at once, for an in the morning.
    w.expect(AN), w.expect(BINH)
    w.d.step("2026-12-01T09:00:00+07:00")
    w.quiet()
    w.expect(BINH)
    w.d.step("2026-12-02T07:29:00+07:00")
    w.quiet()
    # It is held, not stuck: nobody is called at night for it.
    ready = w.d.watch("/readyz?verbose")
    assert (ready.status, ready.json["oldest_unsent_s"]) == (200, 0)
    assert "oldest_unsent_at" not in w.d.ctl("status")
    w.expect(AN)
    w.d.step("2026-12-02T07:31:00+07:00")
    w.quiet()
    held = [d for a, _, d in events(w) if a == "delivery.held"]
    assert len(held) == 1 and '"why":"quiet_hours"' in held[0]


# ---- Nobody is left ----

def test_the_last_who_can_be_called_is_not_stopped(ward):
    w = ward()
    w.d.member("an", "officer", sms=AN)
    w.d.member("hiep", "police", sms=BINH)
    with pytest.raises(Refused, match="nobody_left"):
        w.d.ctl("member", "stop", "an")
    with pytest.raises(Refused, match="nobody_left"):
        w.d.ctl("member", "set", "an", "--role", "union")
    with pytest.raises(Refused, match="nobody_left"):
        w.d.ctl("address", "remove", addresses(w)[0]["id"])
    assert w.d.ctl("member", "list")["items"][0]["state"] == "active"
    w.d.ctl("member", "set", "hiep", "--role", "lead")
    w.d.ctl("member", "stop", "an")


def test_a_stopped_members_cases_go_to_others_who_are_told(ward):
    w = ward().staff()
    w.expect(AN)
    w.refer()
    w.d.step("1s")
    w.quiet()
    (case,) = w.d.api("GET", "/v1/cases", key=w.people["cuong"]).json["items"]
    assert case["assignee"] == "an"
    told = w.expect(BINH, text=re.compile("được giao"))
    w.d.ctl("member", "stop", "an")
    w.d.step("1s")
    w.quiet()
    assert case["code"] in told.message.text
    (case,) = w.d.api("GET", "/v1/cases", key=w.people["cuong"]).json["items"]
    assert case["assignee"] == "binh"
    assert w.d.api("GET", "/v1/me", key=w.people["an"]).status == 401
