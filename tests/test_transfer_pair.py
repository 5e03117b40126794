"""Two hotlined hand a case over: t0 travels, and neither is left in doubt."""
import pytest

from refer_site import NAME, text_of
from transfer_site import (CALL, Pair, answer, hand_over, ok, refused,
                           transfer)


@pytest.fixture(scope="module")
def pair():
    with Pair() as p:
        yield p


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


def open_steps(site, code):
    return {c["step"] for c in site.case(code)["clocks"]
            if c["state"] == "open"}


def test_what_the_sender_takes_back_rings_on_nowhere_but_there(pair):
    """Both wards had a live N08 after a withdrawal, and P03 rang on."""
    a, b = pair.a, pair.b
    code, out, there = hand_over(pair)
    assert {"P03", "N08"} <= open_steps(b, there)
    ok(answer(a, code, out, answer="withdrawn", reason="Trẻ ở phường."))
    a.d.step("1s")
    assert a.clock(code, "P04") is None and a.clock(code, "N08")
    assert a.case(code)["facts"]["transfer"] == "none"
    assert open_steps(b, there) == {"N23c"}
    b.d.step("1s")
    assert b.told(there, "transfer_withdrawn") == ["truongnhom"]
    (mine,) = b.case(there)["referrals"]
    assert mine["updates"][0]["body"]["reason"] == "Trẻ ở phường."
    assert answer(b, there, mine["id"], answer="accepted").status == 409
    again = b.call("warda", "POST", "/v1/referrals/withdraw",
                   {"source_ref": out})
    assert ok(again) == {"id": mine["id"]}
    for who, ref in (("warda", code), ("tramyte", out)):
        kept = ok(b.call(who, "POST", "/v1/referrals/withdraw",
                         {"source_ref": ref}), 202)
        assert set(kept) == {"id"} and kept["id"] != mine["id"]
    ok(b.post("lead", there, "close", {
        "acted_at": b.d.now, "reason": "misdirected"}))


def test_a_barred_ward_takes_nothing_back_by_itself(pair):
    """To it the case is not there; who works on it is told, and decides."""
    a, b = pair.a, pair.b
    code, out, there = hand_over(pair, children=[
        {"name": "Trẻ Thử Nghiệm Bảy", "place": "Tổ Thử Nghiệm 7"}])
    b.d.ctl("case", "bar", there, "--agency", "warda")
    gone = b.call("warda", "POST", "/v1/referrals/withdraw",
                  {"source_ref": out})
    none = b.call("warda", "POST", "/v1/referrals/withdraw",
                  {"source_ref": code})
    assert gone.status == none.status == 202
    assert set(gone.json) == set(none.json) == {"id"}
    b.d.step("1s")
    assert b.told(there, "transfer_withdrawn") == ["truongnhom"]
    assert b.clock(there, "P03") and b.clock(there, "N08")


def take_back_first(b, ref, times=1):
    """The withdrawal comes, then what it takes back."""
    for _ in range(times):
        kept = ok(b.call("warda", "POST", "/v1/referrals/withdraw",
                         {"source_ref": ref, "reason": "Trẻ ở phường."}), 202)
    return kept["id"], ok(b.call("warda", "POST", "/v1/referrals", {
        "kind": "abused", "narrative": "Lời kể thử nghiệm.",
        "children": [{"name": f"Trẻ Thử Nghiệm {ref}", "place": "Tổ 9"}],
        "transfer": True, "source_ref": ref,
        "source": {"channel": "phone", "received_at": b.d.now}}), 201)


def test_a_withdrawal_that_overtakes_its_transfer_is_kept(pair):
    """It was answered 404, and the transfer that came then rang on there."""
    b = pair.b
    kept, receipt = take_back_first(b, "OT-1", times=2)
    there = receipt["cases"][0]
    assert kept != receipt["id"]
    # No child is lost: a case to be looked at and closed, by the lead's act.
    assert open_steps(b, there) == {"N23c"}
    assert b.case(there)["state"] == "open"
    assert b.case(there)["children"][0]["name"] == "Trẻ Thử Nghiệm OT-1"
    b.d.step("2m")
    assert b.told(there, "transfer_withdrawn") == ["truongnhom"]
    assert {e["alert"]["kind"] for e in b.events(there) if e.get("alert")} \
        == {"transfer_withdrawn"}, "nobody's ladder rings for it"
    (mine,) = b.case(there)["referrals"]
    assert mine["answer"] == "withdrawn"
    assert answer(b, there, mine["id"], answer="accepted").status == 409
    # The same number of another agency is another one's.
    other = b.call("truong1", "POST", "/v1/referrals", {
        "kind": "abused", "narrative": "Khác.", "source_ref": "OT-1",
        "source": {"channel": "phone", "received_at": b.d.now}}).json
    assert b.clock(other["cases"][0], "N08")


def test_what_was_known_before_rings_on_when_an_overtaken_transfer_comes(pair):
    b = pair.b
    child = {"name": "Trẻ Thử Nghiệm OT-2", "place": "Tổ 9"}
    own = b.call("truong1", "POST", "/v1/referrals", {
        "kind": "abused", "narrative": "Lời kể khác.", "children": [child],
        "source": {"channel": "phone", "received_at": b.d.now}}).json
    _, receipt = take_back_first(b, "OT-2")
    assert b.clock(own["cases"][0], "N08")
    assert open_steps(b, receipt["cases"][0]) == {"N23c"}


def test_what_others_reported_too_stays_ours_when_it_is_taken_back(pair):
    a, b = pair.a, pair.b
    code, out, there = hand_over(pair)
    own = b.call("truong1", "POST", "/v1/referrals", {
        "kind": "abused", "narrative": "Lời kể khác.",
        "source": {"channel": "phone", "received_at": b.d.now}}).json
    ok(b.post("lead", there, "attach", {
        "referral": own["id"], "reason": "Cùng trẻ."}))
    ok(answer(a, code, out, answer="withdrawn", reason="Trẻ ở phường."))
    a.d.step("1s")
    assert b.clock(there, "P03") is None and b.clock(there, "N08")
    b.d.step("1s")
    assert b.told(there, "transfer_withdrawn") == ["truongnhom"]


def test_what_we_refused_is_theirs_once_they_know(pair):
    """The refusing ward had a live N08, too."""
    a, b = pair.a, pair.b
    code, out, there = hand_over(pair)
    (mine,) = b.case(there)["referrals"]
    ok(answer(b, there, mine["id"], answer="refused", reason="Nhầm nơi."))
    b.d.step("1s")
    assert open_steps(b, there) == {"N23c"}
    assert b.case(there)["facts"]["transfer"] == "returned"
    assert a.clock(code, "N08")


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


def test_a_ward_that_cannot_be_reached_is_told_of_a_withdrawal_later(pair):
    """By the phone there: what rings ends by what a member takes down."""
    a, b = pair.a, pair.b
    code, out, there = hand_over(pair)
    b.d.stop()
    ok(answer(a, code, out, answer="withdrawn", reason="Trẻ ở phường."))
    a.d.step("21m")
    assert a.clock(code, "P04", out)
    b.d.start()
    (mine,) = b.case(there)["referrals"]
    refused(answer(b, there, mine["id"], answer="withdrawn"), "/call")
    ok(answer(b, there, mine["id"], answer="withdrawn",
              call={**CALL, "called_at": b.d.now}))
    assert open_steps(b, there) == {"N23c"}
    ok(answer(a, code, out, answer="told",
              call={**CALL, "called_at": a.d.now}))
    assert a.clock(code, "P04") is None


def test_the_senders_clock_ends_when_its_withdrawal_overtakes(pair):
    """The transfer could not be delivered; it is taken back before it was."""
    a, b = pair.a, pair.b
    b.d.stop()
    code = a.open()
    out = ok(transfer(a, code, agency="wardb"), 201)["id"]
    a.d.step("1s")
    ok(answer(a, code, out, answer="withdrawn", reason="Trẻ ở phường."))
    b.d.start()
    pair.find(a, b)
    a.d.step("6m")
    assert a.clock(code, "P04") is None and a.clock(code, "N08")
    assert take_back_first(b, out)[1]["cases"]
    (late,) = [r for c in b.call("lead", "GET", "/v1/cases").json["items"]
               for r in b.case(c["code"], "lead")["referrals"]
               if out in str(r)]
    assert late["answer"] == "withdrawn"


def test_the_chains_hold_after_all_this(pair):
    for site in (pair.a, pair.b):
        done = site.d.ctl_raw("audit", "verify")
        assert done.returncode == 0, done.stderr
        for secret in (NAME, "0988000001"):
            assert secret not in site.d.log()
