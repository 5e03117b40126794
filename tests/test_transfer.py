"""A case goes to another ward: ours until accepted, and t0 goes with it."""
import json

import pytest

from hotline import shared, spool
from refer_site import NAME, Site, text_of

CALL = {"who": "Chủ Tịch Thử Nghiệm", "rank": "Chủ tịch xã",
        "number": "0269 000 0002", "paper": "30/UBND"}
SHARE = shared("name", "age", "place", "narrative", "mother", "kind")


def ok(answer, status=200):
    assert answer.status == status, answer
    return answer.json


def refused(answer, pointer):
    assert answer.status == 422, answer
    assert pointer in [e["pointer"] for e in answer.json["errors"]], answer


@pytest.fixture(scope="module")
def s():
    with Site() as s:
        yield s


def whereabouts(s, code, who="officer", **more):
    return s.post(who, code, "whereabouts", {"acted_at": s.d.now, **more})


def transfer(s, code, who="lead", share=SHARE, **more):
    return s.post(who, code, "transfer", {
        "agency": "xaben", "reason": "Trẻ ở xã bên.", "share": share, **more})


def answer(s, code, out, who="lead", **body):
    return s.call(who, "POST", f"/v1/cases/{code}/referrals/{out}/answer",
                  body)


def state(s, code, step):
    return [c["state"] for c in s.case(code)["clocks"] if c["step"] == step]


# ---- Not of this ward ----

def test_the_wrong_ward_hands_over_within_the_hour(s):
    """Before anything was verified; afterwards only an emergency is so fast."""
    code = s.open()
    refused(whereabouts(s, code), "")
    ok(whereabouts(s, code, area="outside", note="Thôn thuộc xã bên."))
    clock = s.clock(code, "N23a")
    assert (clock["start_at"], clock["due_at"][11:16]) == (s.d.now, "08:00")
    assert s.clock(code, "N08")["due_at"][11:16] == "19:00", "still ours"
    ok(whereabouts(s, code, area="here"))
    assert s.clock(code, "N23a") is None


def test_what_was_verified_as_no_emergency_has_a_working_day(s):
    code = s.open()
    ok(s.post("officer", code, "steps/N05/done", {
        "acted_at": s.d.now, "verified": "yes"}))
    ok(s.post("boss", code, "steps/N08/done", {
        "acted_at": s.d.now, "emergency": "no", "reason": "Trẻ an toàn."}))
    ok(whereabouts(s, code, area="outside"))
    assert s.clock(code, "N23a")["due_at"] == "2026-11-26T00:00:00+07:00"


def no_emergency(s, verified="yes", **more):
    code = s.open(**more)
    if verified:
        ok(s.post("officer", code, "steps/N05/done", {
            "acted_at": s.d.now, "verified": verified}))
    ok(s.post("boss", code, "steps/N08/done", {
        "acted_at": s.d.now, "emergency": "no", "reason": "Trẻ an toàn."}))
    return code


def test_what_nobody_verified_is_handed_over_within_the_hour(s):
    """Though it is no emergency: "không thuộc địa bàn" comes before both."""
    code = no_emergency(s, verified=None)
    ok(whereabouts(s, code, area="outside"))
    clock = s.clock(code, "N23a")
    assert (clock["start_at"], clock["due_at"][11:16]) == (s.d.now, "08:00")


def test_a_verified_emergency_is_handed_over_within_the_hour(s):
    code = s.open()
    ok(s.post("officer", code, "steps/N05/done", {
        "acted_at": s.d.now, "verified": "yes"}))
    ok(whereabouts(s, code, area="outside"))
    assert s.clock(code, "N23a")["due_at"][11:16] == "08:00"


def test_clocks_of_days_are_hastened_by_an_emergency(s):
    """N23a had a working day, L01 three and P01 one when risk rose again."""
    code = no_emergency(s)
    ok(whereabouts(s, code, area="outside", contact="lost"))
    out = s.refer(code)
    slow = {"N23a": "2026-11-26T00:00:00+07:00",
            "L01": "2026-11-28T00:00:00+07:00",
            "P01": "2026-11-26T00:00:00+07:00"}
    assert {k: s.clock(code, k)["due_at"] for k in slow} == slow
    ok(s.post("officer", code, "risk", {
        "acted_at": s.d.now, "risk": "high", "reason": "Thử nghiệm."}))
    assert s.case(code)["facts"]["emergency"] == "presumed"
    fast = {"N23a": "2026-11-24T08:00:00+07:00",
            "L01": "2026-11-25T07:00:00+07:00",
            "P01": "2026-11-24T08:00:00+07:00"}
    assert {k: s.clock(code, k)["due_at"] for k in fast} == fast
    assert s.clock(code, "P01")["item"] == out
    assert {k: sorted(state(s, code, k)) for k in fast} == {
        k: ["dropped", "open"] for k in fast}


# ---- Nobody finds the child ----

def test_lost_contact_is_open_with_a_clock_of_its_own(s):
    """24 hours of an emergency; each search opens the next; no end meanwhile."""
    code = s.open()
    ok(whereabouts(s, code, contact="lost"))
    first = s.clock(code, "L01")
    assert first["due_at"] == "2026-11-25" + s.d.now[10:]
    gate = ok(s.call("boss", "GET", f"/v1/cases/{code}/gate"))
    assert "contact" in [u["id"] for u in gate["unmet"]]
    ok(s.post("officer", code, "steps/L01/done", {
        "acted_at": s.d.now, "note": "Đã hỏi hàng xóm."}))
    assert state(s, code, "L01") == ["done", "open"]
    ok(whereabouts(s, code, contact="kept"))
    assert s.clock(code, "L01") is None
    assert s.case(code)["facts"]["contact"] == "kept"


def test_lost_contact_without_an_emergency_has_three_working_days(s):
    code = no_emergency(s)
    ok(whereabouts(s, code, contact="lost"))
    assert s.clock(code, "L01")["due_at"] == "2026-11-28T00:00:00+07:00"


# ---- To a ward without a client ----

def test_a_transfer_is_ours_until_it_is_accepted(s):
    code = s.open()
    ok(whereabouts(s, code, area="outside"))
    out = ok(transfer(s, code), 201)
    assert out["purpose"] == "transfer"
    gate = ok(s.call("boss", "GET", f"/v1/cases/{code}/gate"))
    assert "transfer" in [u["id"] for u in gate["unmet"]]
    assert s.clock(code, "N08") and s.clock(code, "N23a")
    ok(answer(s, code, out["id"], answer="refused", reason="Không phải.",
              call={**CALL, "called_at": s.d.now}))
    s.d.step("1s")
    assert s.told(code, "referral_refused") == ["truongnhom"]
    assert s.case(code)["facts"]["transfer"] == "none"
    again = ok(transfer(s, code), 201)["id"]
    ok(answer(s, code, again, answer="accepted",
              call={**CALL, "called_at": s.d.now}))
    assert [c["step"] for c in s.case(code)["clocks"]
            if c["state"] == "open"] == ["N23c"]
    assert state(s, code, "N23a") == ["done"]
    # It is theirs: no answer takes it back, and nothing rings for nobody.
    for late in ({"answer": "withdrawn", "reason": "Nhầm."},
                 {"answer": "completed", "outcome": "Xong.",
                  "call": {**CALL, "called_at": s.d.now}}):
        assert answer(s, code, again, **late).status == 409
    assert s.case(code)["facts"]["transfer"] == "accepted"
    ok(s.post("lead", code, "close", {
        "acted_at": s.d.now, "reason": "transferred"}))


def test_who_may_hand_over_to_whom_and_what(s):
    code = s.open()
    assert transfer(s, code, "officer").status == 403
    refused(transfer(s, code, agency="tramyte"), "/agency")
    refused(transfer(s, code, share=[]), "/share")
    refused(transfer(s, code, share=shared("name")), "/share")
    assert answer(s, code, code, answer="accepted").status == 404
    out = ok(transfer(s, code), 201)["id"]
    assert answer(s, code, out, "officer", answer="accepted",
                  call={**CALL, "called_at": s.d.now}).status == 403
    assert s.clock(code, "N08")


def test_hotlinectl_hands_over_and_says_where(s):
    code = s.open()
    s.d.ctl("case", "whereabouts", code, "--by", "canbo", "--area", "outside")
    assert s.clock(code, "N23a")
    out = s.d.ctl("case", "transfer", code, "-", "--by", "truongnhom",
                  text=json.dumps({"agency": "xaben", "reason": "Thử.",
                                   "share": SHARE}))
    assert out["state"] == "sent"


def test_the_control_socket_hands_over_and_says_where(s):
    code = s.open()
    ok(s.d.admin("POST", f"/v1/admin/cases/{code}/whereabouts",
                 {"by": "canbo", "contact": "lost"}))
    ok(s.d.admin("POST", f"/v1/admin/cases/{code}/transfer", {
        "by": "truongnhom", "agency": "xaben", "reason": "Thử.",
        "share": SHARE}), 201)
    assert s.case(code)["facts"]["transfer"] == "asked"


# ---- Two wards, each with a hotlined ----

class Pair:
    """a hands over to b; each is an agency of the other."""

    def __init__(self):
        self.a, self.b = Site(), Site()
        for mine, other, code in ((self.a, self.b, "wardb"),
                                  (self.b, self.a, "warda")):
            mine.d.agency(code, "ward")
        for mine, other, code, me in ((self.a, self.b, "wardb", "warda"),
                                      (self.b, self.a, "warda", "wardb")):
            secret = mine.d.folder / "peer.secret"
            secret.write_text(other.d.ctl("key", "add", me)["key"] + "\n")
            secret.chmod(0o600)
            mine.d.write_channels([spool(mine.d.folder / "spool"), {
                "name": "peer", "kind": "hotlined", "allow_private": True,
                "url": f"http://127.0.0.1:{other.d.port}",
                "interval": "now", "secret_file": "peer.secret"}])
            mine.d.ctl("reload")
            mine.d.ctl("agency", "address", code, "peer", me, "--verified")

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self.a.__exit__(*why)
        self.b.__exit__(*why)


@pytest.fixture(scope="module")
def pair():
    with Pair() as p:
        yield p


def hand_over(pair, **more):
    """The code at a, the referral, and what b has of it."""
    code = pair.a.open(**more)
    out = ok(transfer(pair.a, code, agency="wardb"), 201)["id"]
    pair.a.d.step("1s")
    (there,) = [c for c in pair.b.call("lead", "GET", "/v1/cases").json[
        "items"] if out in text_of(pair.b.call(
            "lead", "GET", f"/v1/cases/{c['code']}"))]
    return code, out, there["code"]


def test_a_case_goes_from_hotlined_to_hotlined_and_is_accepted(pair):
    a, b = pair.a, pair.b
    started = {"channel": "phone", "received_at": "2026-11-24T06:20:00+07:00"}
    a.d.set_clock("2026-11-24T07:30:00+07:00")
    b.d.set_clock("2026-11-24T07:40:00+07:00")
    code, out, there = hand_over(pair, source=started)
    got = b.case(there)
    assert got["t0_at"] == "2026-11-24T06:20:00+07:00", "t0 travels"
    assert b.clock(there, "N08")["due_at"] == "2026-11-24T18:20:00+07:00"
    (mine,) = got["referrals"]
    assert (mine["purpose"], mine["agency"]) == ("transfer", "warda")
    assert mine["body"]["children"][0]["name"] == NAME
    assert "condition" not in mine["body"]["children"][0]
    assert not mine["has_informant"] and "0988000001" not in text_of(
        b.call("boss", "GET", f"/v1/cases/{there}"))
    assert a.case(code)["facts"]["transfer"] == "asked"
    assert a.clock(code, "N08") and b.clock(there, "P03")
    assert answer(b, there, mine["id"], "officer",
                  answer="accepted").status == 403
    ok(answer(b, there, mine["id"], answer="accepted"))
    assert answer(b, there, mine["id"], answer="refused",
                  reason="x").json["code"] == "state_conflict"
    b.d.step("1s")
    assert a.case(code)["facts"]["transfer"] == "accepted"
    assert [c["step"] for c in a.case(code)["clocks"]
            if c["state"] == "open"] == ["N23c"]
    assert b.clock(there, "P03") is None and b.clock(there, "P04") is None
    assert b.clock(there, "N08"), "now theirs"
    (sent,) = [r for r in a.case(code)["referrals"] if r["id"] == out]
    assert sent["state"] == "accepted"
    assert [e["actor_kind"] for e in a.events(code)
            if e["act"] == "referral.accepted"] == ["agency"]


def test_a_refusal_comes_back_to_the_lead_with_its_reason(pair):
    a, b = pair.a, pair.b
    code, out, there = hand_over(pair)
    (mine,) = b.case(there)["referrals"]
    refused(answer(b, there, mine["id"], answer="refused"), "/reason")
    ok(answer(b, there, mine["id"], answer="refused",
              reason="Thôn này thuộc phường khác."))
    b.d.step("1s")
    a.d.step("1s")
    assert a.told(code, "referral_refused") == ["truongnhom"]
    (sent,) = [r for r in a.case(code)["referrals"] if r["id"] == out]
    assert sent["updates"][0]["body"]["reason"] == \
        "Thôn này thuộc phường khác."
    assert a.clock(code, "N08") and a.case(code)["facts"]["transfer"] == "none"
    assert b.clock(there, "P04") is None


def test_sent_again_it_is_the_same_case_there(pair):
    """The ladder calls the other hotlined again after ten minutes."""
    a, b = pair.a, pair.b
    code, out, there = hand_over(pair)
    a.d.step("11m")
    assert len([1 for c in b.call("lead", "GET", "/v1/cases?limit=200").json[
        "items"] if out in text_of(b.call(
            "lead", "GET", f"/v1/cases/{c['code']}"))]) == 1


def test_a_sender_that_cannot_be_reached_is_telephoned(pair):
    a, b = pair.a, pair.b
    code, out, there = hand_over(pair)
    (mine,) = b.case(there)["referrals"]
    a.d.stop()
    assert answer(b, there, mine["id"], answer="told",
                  call={**CALL, "called_at": b.d.now}
                  ).json["code"] == "state_conflict"
    ok(answer(b, there, mine["id"], answer="accepted"))
    b.d.step("45m")
    who = [d.get("member") or d.get("agency") for e in b.events(there)
           if e.get("alert") and e["detail"]["clock"] == b.clock(
               there, "P04")["id"] for d in e["deliveries"]]
    assert who[0] == "warda" and "truongnhom" in who
    ok(answer(b, there, mine["id"], answer="told",
              call={**CALL, "called_at": b.d.now}))
    assert b.clock(there, "P04") is None
    a.d.start()
    assert a.case(code)["facts"]["transfer"] == "asked"


def test_the_chains_hold_after_all_this(pair):
    for site in (pair.a, pair.b):
        done = site.d.ctl_raw("audit", "verify")
        assert done.returncode == 0, done.stderr
        for secret in (NAME, "0988000001"):
            assert secret not in site.d.log()
