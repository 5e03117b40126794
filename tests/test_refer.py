"""Referrals to partners: told neutrally, answered, completed, or silent."""
import json

import pytest

from hotline import shared, whole_timeline
from refer_site import NAME, Site, text_of

CALL = {"who": "Trạm Trưởng Thử Nghiệm", "rank": "Trạm trưởng",
        "number": "0269 000 0001", "called_at": "2026-11-24T07:00:00+07:00",
        "paper": "12/TB-TYT"}


@pytest.fixture(scope="module")
def s():
    with Site() as s:
        yield s


def ok(answer, status=200):
    assert answer.status == status, answer
    return answer.json


def refused(answer, pointer, status=422):
    assert answer.status == status, answer
    assert pointer in [e["pointer"] for e in answer.json["errors"]], answer


def steps_of(s, code):
    return {(c["step"], c["state"]) for c in s.case(code)["clocks"]}


# ---- What is shared ----

def test_only_chosen_fields_go_out_each_with_its_ground(s):
    code = s.open()
    out = s.refer(code, share=shared("name") + shared(
        "place", ground="vital_interest", note="Cần đến tận nơi."))
    path = f"/v1/referrals/{out}"
    before = s.call("tramyte", "GET", f"{path}/request")
    assert ok(before)["service"] == "Khám sức khỏe"
    assert NAME not in text_of(before) and "shared" not in before.json
    taken = ok(s.call("tramyte", "POST", f"{path}/accept"))
    assert taken["shared"] == {
        "children": [{"name": NAME, "place": "Tổ Thử Nghiệm 1"}]}
    again = ok(s.call("tramyte", "GET", f"{path}/request"))
    assert again["shared"] == taken["shared"]
    sent = [e for e in s.events(code) if e["act"] == "referral.sent"][0]
    assert sent["detail"]["share"] == [
        {"field": "name", "ground": "legal_duty"},
        {"field": "place", "ground": "vital_interest"}]
    acts = [e["act"] for e in s.events(code)]
    assert acts.count("referral.read") == 2


def test_who_told_it_is_sent_only_when_chosen(s):
    """D56 24.1: by the lead, never by default; opening it is an act."""
    code = s.open()
    plain = s.refer(code, share=shared("name", "narrative", "mother"))
    taken = s.call("tramyte", "POST", f"/v1/referrals/{plain}/accept")
    assert "Người Báo Tin" not in text_of(taken)
    assert taken.json["shared"]["narrative"] == "Lời kể thử nghiệm."
    refused(s.post("officer", code, "refer", {
        "agency": "congan", "service": "Xác minh", "reason": "Thử.",
        "due_at": "2026-11-27T16:00:00+07:00",
        "share": shared("informant")}), "/share/0")
    chosen = s.refer(code, "congan", "lead", share=shared("informant"))
    taken = ok(s.call("congan", "POST", f"/v1/referrals/{chosen}/accept"))
    assert taken["shared"]["informant"]["name"] == "Người Báo Tin Thử"
    assert "informant.opened" in [e["act"] for e in s.events(code)]


@pytest.mark.parametrize("share,pointer", [
    ([{"field": "name"}], "/share/0/ground"),
    ([{"field": "bí mật", "ground": "legal_duty"}], "/share/0/field"),
    (shared("name", "name"), "/share/1"),
    (shared("name", ground="consent"), "/share/0"),
    (shared("name", ground="consent", consent_by=["child"]), "/share/0"),
    (shared("name", consent_by=["child"]), "/share/0"),
])
def test_a_share_without_a_ground_is_refused(s, share, pointer):
    code = s.open()
    refused(s.post("officer", code, "refer", {
        "agency": "tramyte", "service": "Khám", "reason": "Thử.",
        "due_at": "2026-11-27T16:00:00+07:00", "share": share}), pointer)


def test_from_seven_on_the_child_consents_too(s):
    """Six years: the representative is enough; born 2019-11-24: seven today."""
    young = s.open()
    s.refer(young, share=shared("name", ground="consent",
                                consent_by=["representative"]))
    old = s.open(children=[{"name": "Trẻ Thử Nghiệm Bảy Tuổi",
                            "birth_date": "2019-11-24"}])
    body = {"agency": "tramyte", "service": "Khám", "reason": "Thử.",
            "due_at": "2026-11-27T16:00:00+07:00"}
    half = shared("name", ground="consent", consent_by=["representative"])
    both = shared("name", ground="consent",
                  consent_by=["representative", "child"])
    refused(s.post("officer", old, "refer", {**body, "share": half}),
            "/share/0")
    ok(s.post("officer", old, "refer", {**body, "share": both}), 201)


def test_an_alleged_parent_cannot_consent(s):
    code = s.open(alleged=[{"relation": "parent"}])
    body = {"agency": "tramyte", "service": "Khám", "reason": "Thử.",
            "due_at": "2026-11-27T16:00:00+07:00"}
    refused(s.post("officer", code, "refer", {**body, "share": shared(
        "name", ground="consent", consent_by=["representative"])}),
        "/share/0")
    ok(s.post("officer", code, "refer", {**body, "share": shared(
        "name", ground="vital_interest")}), 201)


def test_the_holder_sees_that_a_partner_read_what_was_shared(s):
    """Only members and admins were among the readers."""
    code = s.open()
    out = s.refer(code)
    ok(s.call("tramyte", "GET", f"/v1/referrals/{out}/request"))
    for _ in range(2):
        ok(s.call("tramyte", "POST", f"/v1/referrals/{out}/accept",
                  idem='"doc-lai"'))
    seen = ok(s.call("officer", "GET", f"/v1/cases/{code}/readers"))["items"]
    assert [x["act"] for x in seen if x["who"] == "tramyte"] == \
        ["referral.answered_again", "referral.read"]


# ---- The partner is told, and silence climbs ----

def test_the_partner_is_told_neutrally_at_once(s):
    code = s.open()
    out = s.refer(code)
    s.d.step("1m")
    (text,) = [t for t in s.texts("tramyte") if out in t]
    assert code not in text and NAME not in text and "Khám" not in text
    assert s.told(code, "opened")[-1] == "tramyte"


def test_silence_has_a_ladder_of_its_own(s):
    """An emergency until somebody says no: the partner at once and after 10
    minutes, the holder 20, the lead 40, the chairman 60."""
    code = s.open()
    out = s.refer(code)
    start = s.clock(code, "P01", out)["start_at"]
    s.d.step("59m")
    who = [d.get("member") or d.get("agency") for e in s.events(code)
           if e.get("alert") and e["detail"]["clock"] == s.clock(
               code, "P01", out)["id"] for d in e["deliveries"]]
    assert who == ["tramyte", "tramyte", "canbo", "canbo", "truongnhom",
                   "truongnhom"]
    s.d.step("2m")
    late = s.clock(code, "P01", out)
    assert (late["start_at"], late["lapse_leg"]) == (start, "partner")
    ok(s.call("tramyte", "POST", f"/v1/referrals/{out}/accept"))
    assert s.clock(code, "P01") is None
    assert s.clock(code, "P02", out)["due_at"] == "2026-11-27T16:00:00+07:00"


def test_a_refusal_goes_back_to_the_lead_at_once(s):
    code = s.open()
    out = s.refer(code)
    ok(s.call("tramyte", "POST", f"/v1/referrals/{out}/refuse",
              {"reason": "Không có bác sĩ."}))
    s.d.step("1s")
    assert s.told(code, "referral_refused") == ["truongnhom"]
    assert s.clock(code, "P01") is None
    (mine,) = [r for r in s.case(code)["referrals"] if r["id"] == out]
    assert mine["state"] == "refused"
    assert mine["updates"][0]["body"]["reason"] == "Không có bác sĩ."
    assert "shared" not in mine["body"]


def test_an_outcome_ends_the_service_and_is_told_to_the_holder(s):
    code = s.open()
    out = s.refer(code)
    ok(s.call("tramyte", "POST", f"/v1/referrals/{out}/accept"))
    ok(s.call("tramyte", "POST", f"/v1/referrals/{out}/complete",
              {"outcome": "Đã khám, cần theo dõi."}))
    s.d.step("1s")
    assert s.clock(code, "P02") is None
    assert s.told(code, "referral_completed") == ["canbo"]


# ---- Partners without a client ----

def answer(s, code, out, **body):
    return s.call("officer", "POST", f"/v1/cases/{code}/referrals/{out}/answer",
                  body)


def test_what_a_partner_says_on_the_phone_is_written_down(s):
    code = s.open()
    out = s.refer(code)
    call = {**CALL, "called_at": s.d.now}
    refused(answer(s, code, out, answer="accepted"), "/call")
    refused(answer(s, code, out, answer="accepted", call={
        **call, "number": "số nào đó"}), "/call/number")
    refused(answer(s, code, out, answer="accepted", call={
        **call, "called_at": "2026-11-24T06:00:00+07:00"}), "/call/called_at")
    ok(answer(s, code, out, answer="accepted", call=call))
    assert s.clock(code, "P01") is None and s.clock(code, "P02")
    assert answer(s, code, out, answer="refused", reason="x",
                  call=call).json["code"] == "state_conflict"
    refused(answer(s, code, out, answer="completed", call=call), "/outcome")
    ok(answer(s, code, out, answer="completed", call=call, outcome="Đã khám."))
    (mine,) = [r for r in s.case(code)["referrals"] if r["id"] == out]
    assert mine["updates"][0]["body"]["call"]["who"] == CALL["who"]
    assert CALL["who"] not in str([e["detail"] for e in s.events(code)])


def test_a_referral_is_withdrawn_with_a_reason(s):
    code = s.open()
    out = s.refer(code)
    refused(answer(s, code, out, answer="withdrawn"), "/reason")
    ok(answer(s, code, out, answer="withdrawn", reason="Đã có nơi khác."))
    assert s.clock(code, "P01") is None
    a = s.call("tramyte", "POST", f"/v1/referrals/{out}/accept")
    assert a.json["code"] == "state_conflict"
    other = s.open()
    assert answer(s, other, out, answer="withdrawn",
                  reason="x").json["code"] == "not_found"


@pytest.mark.parametrize("how", ["read", "call"])
def test_a_partner_hears_that_a_referral_is_withdrawn(s, how):
    """It was told nothing, and went there for nothing."""
    code = s.open()
    out = s.refer(code)
    ok(s.call("tramyte", "POST", f"/v1/referrals/{out}/accept"))
    assert answer(s, code, out, answer="told", call={
        **CALL, "called_at": s.d.now}).json["code"] == "state_conflict"
    ok(answer(s, code, out, answer="withdrawn", reason="Đã có nơi khác."))
    assert s.clock(code, "P02") is None
    clock = s.clock(code, "P07", out)
    s.d.step("1m")
    assert [d["agency"] for e in s.events(code) if e.get("alert") and
            e["detail"]["clock"] == clock["id"] for d in e["deliveries"]] == \
        ["tramyte"]
    if how == "read":
        got = ok(s.call("tramyte", "GET", f"/v1/referrals/{out}/request"))
        assert got["state"] == "withdrawn" and "shared" not in got
        assert NAME not in str(got)
        ok(s.call("tramyte", "GET", f"/v1/referrals/{out}/request"))
    else:
        refused(answer(s, code, out, answer="told"), "/call")
        ok(answer(s, code, out, answer="told",
                  call={**CALL, "called_at": s.d.now}))
    assert s.clock(code, "P07") is None


@pytest.mark.parametrize("step", ["N02", "N04"])
def test_a_call_on_record_does_the_step(s, step):
    """N02: only what a member took down waits for it."""
    r = ok(s.call("officer", "POST", "/v1/referrals", {
        "kind": "abused", "narrative": "Ghi thay.", "on_behalf_of": "soyte",
        "source": {"channel": "phone", "received_at": s.d.now}}), 201)
    code = r["cases"][0]
    done = f"steps/{step}/done"
    call = {**CALL, "called_at": s.d.now}
    refused(s.post("officer", code, done, {"acted_at": s.d.now, "call": {
        **call, "called_at": "2026-11-24T05:00:00+07:00"}}),
        "/call/called_at")
    refused(s.post("officer", code, done, {"acted_at": s.d.now, "call": {
        k: v for k, v in call.items() if k != "rank"}}), "/call/rank")
    ok(s.post("officer", code, done, {"acted_at": s.d.now, "call": call}))
    assert (step, "done") in steps_of(s, code)


@pytest.mark.parametrize("step", ["N02", "N04"])
def test_hotlinectl_records_a_call_that_does_the_step(s, step):
    """For partners without a client: {who, rank, number, time, paper no.}."""
    r = ok(s.call("officer", "POST", "/v1/referrals", {
        "kind": "abused", "narrative": "Ghi thay.", "on_behalf_of": "soyte",
        "source": {"channel": "phone", "received_at": s.d.now}}), 201)
    code = r["cases"][0]
    call = {**CALL, "called_at": s.d.now}

    def record(**said):
        return s.d.ctl_raw(
            "case", "done", code, step, "--by", "canbo", "--acted-at",
            s.d.now, "--set",
            "call:=" + json.dumps(said, ensure_ascii=False))
    for field in call:
        short = record(**{k: v for k, v in call.items() if k != field})
        assert short.returncode == 1 and f"/call/{field}" in short.stderr
    assert (step, "open") in steps_of(s, code)
    done = record(**call)
    assert done.returncode == 0, done.stderr
    assert (step, "done") in steps_of(s, code)
    kept = [e for e in whole_timeline(s.d, code, s.keys["boss"])
            if e["act"] == "case.act" and e["detail"].get("step") == step]
    assert kept[-1]["body"]["call"] == call
    assert CALL["who"] not in str([e["detail"] for e in s.events(code)])


def test_the_police_taking_it_on_connects_them(s):
    code = s.open()
    out = s.refer(code, "congan")
    assert s.clock(code, "N04")
    ok(s.call("congan", "POST", f"/v1/referrals/{out}/accept"))
    assert ("N04", "done") in steps_of(s, code)


def test_hotlinectl_refers_and_writes_answers_down(s):
    """Under the rights of the member on the phone, and in the chain."""
    code = s.open()
    body = {"agency": "tramyte", "service": "Khám", "reason": "Thử.",
            "due_at": "2026-11-27T16:00:00+07:00", "share": shared("name")}
    out = s.d.ctl("case", "refer", code, "-", "--by", "truongnhom",
                  text=json.dumps(body))["id"]
    s.d.ctl("case", "answered", code, out, "-", "--by", "truongnhom",
            text=json.dumps({"answer": "accepted",
                             "call": {**CALL, "called_at": s.d.now}}))
    assert s.clock(code, "P02", out)
    by_phone = [e["detail"] for e in s.events(code)
                if e["act"].endswith(".by_phone")]
    assert by_phone[1]["referral"] == out
    assert s.d.ctl_raw("case", "refer", code, "-", "--by", "khongco",
                       text=json.dumps(body)).returncode == 1


def test_the_control_socket_refers_and_writes_answers_down(s):
    code = s.open()
    by = {"by": "truongnhom"}
    out = ok(s.d.admin("POST", f"/v1/admin/cases/{code}/refer", {
        **by, "agency": "tramyte", "service": "Khám", "reason": "Thử.",
        "due_at": "2026-11-27T16:00:00+07:00"}), 201)["id"]
    ok(s.d.admin(
        "POST", f"/v1/admin/cases/{code}/referrals/{out}/answer",
        {**by, "answer": "withdrawn", "reason": "Đã có nơi khác."}))
    assert s.clock(code, "P01") is None


def test_the_chain_holds_after_all_this(s):
    done = s.d.ctl_raw("audit", "verify")
    assert done.returncode == 0, done.stderr
