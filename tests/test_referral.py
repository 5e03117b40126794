"""Notifications come in: POST /v1/referrals."""
import hashlib
import json
import sqlite3
import unicodedata
import uuid

import pytest

from hotline import Daemon, copy_of
from referral_site import (RECEIVED, body, case, child, fresh, ok, open_site,
                           post, refused)


@pytest.fixture(scope="module")
def s():
    s = open_site()
    with s.d:
        yield s


# ---- The receipt ----

def test_a_notification_opens_a_case_for_each_child(s):
    b = body(children=[child(fresh()), child(fresh()), {}])
    a = post(s, b)
    r = ok(a)
    assert len(set(r["cases"])) == 3
    assert r["digest"] == hashlib.blake2b(
        json.dumps(b, ensure_ascii=False).encode(),
        digest_size=32).hexdigest()
    assert a.headers["location"] == r["links"]["self"] \
        == f"/v1/referrals/{r['id']}"
    for code, sent in zip(r["cases"], b["children"]):
        c = case(s, code)
        assert c["incident"] == r["incident_code"]
        known, = c["children"]
        assert known.pop("id") and known == sent


def test_a_case_opens_without_a_child(s):
    r = ok(post(s, body()))
    assert len(r["cases"]) == 1
    known, = case(s, r["cases"][0])["children"]
    assert list(known) == ["id"]


def test_t0_is_the_first_place_of_receipt(s):
    c = case(s, ok(post(s, body()))["cases"][0])
    assert c["t0_at"] == RECEIVED
    assert c["received_at"] == "2026-11-24T07:00:00+07:00"
    n08 = next(k for k in c["clocks"] if k["step"] == "N08")
    assert n08["due_at"] == "2026-11-24T18:40:00+07:00"


def test_what_the_daemon_does_itself_is_done(s):
    c = case(s, ok(post(s, body()))["cases"][0])
    state = {k["step"]: k["state"] for k in c["clocks"]}
    assert [state[n] for n in ("N01", "N02", "N03")] == ["done"] * 3
    assert [state[n] for n in ("N04", "N06", "N07", "N08")] == ["open"] * 4
    assert c["assignee"] == "canbo"
    assert c["assigned_why"]["rule"] == "duty"


def test_names_are_stored_in_nfc(s):
    name = unicodedata.normalize("NFD", "Trẻ Thử Nghiệm Ổn Định")
    c = case(s, ok(post(s, body(children=[child(name)])))["cases"][0])
    assert c["children"][0]["name"] == unicodedata.normalize("NFC", name)


# ---- Emergencies ----

@pytest.mark.parametrize("more,emergency,carer", [
    ({}, "presumed", "no"),
    ({"risk": "medium"}, "presumed", "no"),
    ({"risk": "high"}, "yes", "no"),
    ({"alleged": [{"relation": "teacher"}]}, "presumed", "no"),
    ({"alleged": [{"relation": "kin"}, {"relation": "carer"}]}, "yes", "yes"),
    ({"alleged": [{"relation": "parent"}]}, "yes", "yes"),
])
def test_only_what_is_certain_makes_an_emergency(s, more, emergency, carer):
    c = case(s, ok(post(s, body(**more)))["cases"][0])
    assert c["facts"]["emergency"] == emergency
    assert c["facts"]["alleged_carer"] == carer
    assert c["facts"]["risk"] == "unknown"  # the ward has not concluded
    open_ = {k["step"] for k in c["clocks"] if k["state"] == "open"}
    assert "N08" in open_
    assert ("N07" in open_) == (emergency == "presumed")
    assert ("N09" in open_) == (carer == "yes")


# ---- Mistakes ----

def test_every_mistake_is_told_at_once(s):
    r = refused(post(s, {"kind": "bad", "source": {"channel": "phone"},
                         "children": [{"personal_id": "1", "age": "bảy"}],
                         "sourceref": "x"}), 422, "invalid_body")
    pointers = {e["pointer"] for e in r["errors"]}
    assert pointers >= {"/kind", "/source/received_at", "/narrative",
                        "/children/0/personal_id", "/children/0/age"}
    assert "sourceref" not in json.dumps(r) and "bảy" not in json.dumps(r)


@pytest.mark.parametrize("more,pointer", [
    ({"source": {"channel": "phone",
                 "received_at": "2026-11-24T08:00:00+07:00"}},
     "/source/received_at"),
    ({"children": [{}] * 21}, "/children"),
    ({"children": []}, "/children"),
    ({"source_ref": "có dấu cách"}, "/source_ref"),
    ({"on_behalf_of": "th111"}, "/on_behalf_of"),
    ({"abuse_kinds": ["violence", "violence"]}, "/abuse_kinds"),
    ({"children": [child("x", birth_date="2026-02-30")]},
     "/children/0/birth_date"),
])
def test_one_wrong_optional_field_refuses_all(s, more, pointer):
    before = len(ok(s.d.admin("GET", "/v1/admin/cases"), 200)["items"])
    r = refused(post(s, body(**more)), 422, "invalid_body")
    assert any(e["pointer"].startswith(pointer) for e in r["errors"]), r
    after = len(ok(s.d.admin("GET", "/v1/admin/cases"), 200)["items"])
    assert before == after


# ---- The same again ----

def test_the_same_key_gives_the_same_receipt(s):
    b = body(children=[child(fresh())])
    key = str(uuid.uuid4())
    first = ok(post(s, b, idem=key))
    assert ok(post(s, b, idem=key)) == first
    assert ok(post(s, b, idem=f'"{key}"')) == first  # a structured field


def test_another_body_under_the_same_key_is_refused(s):
    key = str(uuid.uuid4())
    ok(post(s, body(), idem=key))
    refused(post(s, body(risk="low"), idem=key), 422,
            "idempotency_key_reused")


def test_a_refused_body_does_not_use_up_the_key(s):
    key = str(uuid.uuid4())
    refused(post(s, {}, idem=key), 422, "invalid_body")
    ok(post(s, body(), idem=key))


def test_keys_of_two_agencies_do_not_meet(s):
    key = str(uuid.uuid4())
    one = ok(post(s, body(), idem=key))
    two = ok(post(s, body(), key=s.hotline, idem=key))
    assert one["id"] != two["id"]


def by_member(s, b, idem=None):
    return post(s, {"on_behalf_of": "truong1", **b}, key=s.officer,
                headers={"Idempotency-Key": idem} if idem else {})


def test_a_member_s_key_was_not_heeded(s):
    """A lost answer made a second incident.  A key is not asked of them."""
    key, b = str(uuid.uuid4()), body(children=[child(fresh())])
    refused(by_member(s, {"kind": "abused"}, key), 422, "invalid_body")
    first = ok(by_member(s, b, key))
    assert ok(by_member(s, b, f'"{key}"')) == first
    refused(by_member(s, body(risk="low"), key), 422,
            "idempotency_key_reused")
    refused(by_member(s, b, "two words"), 400, "idempotency_key_invalid")
    ok(post(s, body(), idem=key))
    assert ok(by_member(s, b))["id"] != first["id"]


def test_a_member_s_receipt_from_the_page_named_no_state(s):
    page = {"channel": "web", "received_at": RECEIVED}
    key, b = str(uuid.uuid4()), body(source=page)
    r = ok(by_member(s, b, key))
    assert ok(by_member(s, b, key)) == r and r["duty_phone"] == "111"
    state = ok(s.d.api("GET", f"/v1/receipts/{r['id']}", headers={
        "Receipt-Secret": r["secret"]}), 200)
    assert state["incident_code"] == r["incident_code"]
    refused(s.d.api("GET", f"/v1/receipts/{r['id']}"), 404, "not_found")
    # Who wrote it is barred later: it is not there.
    s.d.ctl("case", "bar", r["cases"][0], "--member", "canbo")
    refused(s.d.api("GET", f"/v1/receipts/{r['id']}", headers={
        "Receipt-Secret": r["secret"]}), 404, "not_found")
    # What was said on the phone is read out, and has no secret.
    called = ok(by_member(s, body()))
    assert "secret" not in called and "duty_phone" not in called


@pytest.mark.parametrize("key,status,code", [
    (None, 400, "idempotency_key_missing"),
    ("có dấu".encode().decode("latin-1"), 400, "idempotency_key_invalid"),
    ("a b", 400, "idempotency_key_invalid"),
    ("x" * 256, 400, "idempotency_key_invalid"),
])
def test_agencies_need_a_key_for_each_notification(s, key, status, code):
    headers = {} if key is None else {"Idempotency-Key": key}
    refused(post(s, body(), idem=False, headers=headers), status, code)


def test_a_source_ref_is_one_notification(s):
    b = body(source_ref=f"TH-{uuid.uuid4()}")
    first = ok(post(s, b))
    assert ok(post(s, b)) == first
    refused(post(s, {**b, "risk": "low"}), 422, "source_ref_taken")
    other = ok(post(s, b, key=s.hotline))
    assert other["id"] != first["id"]


# ---- A member writes for an agency ----

def test_a_member_records_on_behalf_of(s):
    ref = f"GOI-{uuid.uuid4()}"
    b = body(source_ref=ref, on_behalf_of="th111")
    r = ok(s.d.api("POST", "/v1/referrals", b, key=s.officer))
    assert ok(s.d.api("GET", r["links"]["self"], key=s.hotline), 200)["id"] \
        == r["id"]
    c = case(s, r["cases"][0])
    # Nobody has confirmed to the sender yet: that stays to be done.
    assert {k["step"]: k["state"] for k in c["clocks"]}["N02"] == "open"
    # The copy over the API attaches, though its text differs.
    copy_ = ok(post(s, body(source_ref=ref, risk="high"), key=s.hotline))
    assert copy_["id"] == r["id"] and copy_["cases"] == r["cases"]
    c = case(s, r["cases"][0])
    assert c["facts"]["emergency"] == "yes"
    assert c["referrals"][0]["updates"][0]["body"]["risk"] == "high"


def test_a_member_must_say_for_whom(s):
    a = s.d.api("POST", "/v1/referrals", body(), key=s.officer)
    assert refused(a, 422, "invalid_body")["errors"][0]["pointer"] \
        == "/on_behalf_of"
    a = s.d.api("POST", "/v1/referrals", body(on_behalf_of="nowhere"),
                key=s.officer)
    refused(a, 422, "invalid_body")


def test_the_chain_holds_after_all_this(s):
    done = s.d.ctl_raw("audit", "verify")
    assert done.returncode == 0, done.stderr


def test_a_key_is_kept_for_a_week_and_then_forgotten():
    body = {"kind": "unknown", "narrative": "Nội dung thử nghiệm.",
            "source": {"channel": "phone",
                       "received_at": "2026-11-24T06:50:00+07:00"}}

    def kept(d):
        with sqlite3.connect(copy_of(d)) as db:
            return db.execute("SELECT count(*) FROM idempotency"
                              " WHERE key = 'tuan-1'").fetchone()[0]

    with Daemon() as d:
        key = d.agency("truong1")
        first = d.api("POST", "/v1/referrals", body, key=key, idem="tuan-1")
        d.step("144h")
        again = d.api("POST", "/v1/referrals", body, key=key, idem="tuan-1")
        assert (first.status, again.json) == (201, first.json)
        assert kept(d) == 1
        d.step("48h")
        assert kept(d) == 0
